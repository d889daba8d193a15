"""Sending over the network to a double of CE Broker on this machine: once, and never twice by a machine."""

import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from defusedxml.ElementTree import fromstring
from django.template.loader import render_to_string
from django.utils import timezone

from accreditation.models import BoardReport
from accreditation.services.reporting import (
    ReportRefused,
    check_license,
    make_report,
    network,
    release,
    review,
    send_report,
    send_waiting_reports,
    waiting_awards,
)
from accreditation.tests.factories import make_license
from accreditation.tests.outbox import RIGHTS, browser, earn, know_florida, make_board, open_course, staff
from core.tests.racing import AT_ONCE, at_once
from courses.tests.factories import make_user

pytestmark = pytest.mark.django_db
KEY = "secret-upload-key"


class Board:
    """What the double answers, and what it was sent."""

    def __init__(self):
        self.posts = []
        self.answer = self.accept
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                board.posts.append(parse_qs(body)["InXML"][0])
                board.answer(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/UploadXMLString"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def say(self, handler, content, status=200, **headers):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def accept(self, handler):
        self.say(handler, self.posts[-1].replace("<attendee>", '<attendee Message="" id="7">').encode())


@pytest.fixture
def ce_broker(settings):
    board = Board()
    settings.CEBROKER_URL, settings.DEBUG = board.url, True
    settings.CEBROKER_PARENT_PROVIDER, settings.CEBROKER_UPLOAD_KEY = "77", KEY
    yield board
    board.server.shutdown()
    board.server.server_close()


@pytest.fixture
def by():
    return staff(*RIGHTS)


@pytest.fixture
def report(db, by):
    body = make_board("fl", "cebroker-xml")
    earn(open_course(body))
    return review(report=make_report(body=body, by=by), by=by)


@pytest.fixture
def send(report, by, django_capture_on_commit_callbacks):
    """Release it, and let what follows the commit happen."""

    def press():
        with django_capture_on_commit_callbacks(execute=True):
            release(report=report, by=by)
        report.refresh_from_db()
        return report

    return press


def later(hours=1):
    return timezone.now() + timedelta(hours=hours)


def texts(report):
    return [event.text for event in report.events.all()[2:]]


def test_off_until_configured_nothing_is_sent(report, by, settings):
    settings.CEBROKER_URL = ""
    with pytest.raises(ReportRefused, match=r"not set up: CEBROKER_URL is empty\."):
        release(report=report, by=by)
    BoardReport.objects.update(next_try_at=timezone.now())
    assert (send_report(report_id=report.pk), send_waiting_reports()) == (False, 0)
    report.refresh_from_db()
    assert (report.state, report.tries) == ("reviewed", 0)


@pytest.mark.parametrize(
    ("url", "debug", "words"),
    [
        ("http://cebroker.example/x", True, "must begin with https"),
        ("http://127.0.0.1:1/x", False, "must begin with https"),
        ("ftp://127.0.0.1:1/x", True, "must begin with https"),
        ("https://cebroker.example/x", False, ""),
        ("http://127.0.0.1:1/x", True, ""),
    ],
)
def test_the_key_goes_over_https_only_but_to_this_machine_in_development(url, debug, words, ce_broker, settings):
    settings.CEBROKER_URL, settings.DEBUG = url, debug
    assert (words in network.why_off(), bool(network.why_off())) == (True, bool(words))


def test_a_released_report_is_sent_once_with_the_key_and_its_receipt_is_read(send, report, ce_broker, by):
    assert (send().state, report.rows.get().external_id) == ("acknowledged", "7")
    sent = fromstring(ce_broker.posts[0])
    assert (len(ce_broker.posts), sent.attrib) == (1, {"id_parent_provider": "77", "upload_key": KEY, "test": "true"})
    assert texts(report) == [
        "Released for sending over the network.",
        "Over the network.",
        "1 accepted, 0 refused, 0 without an answer.",
    ]
    assert KEY.encode() not in report.read()
    assert (send_waiting_reports(at=later()), len(ce_broker.posts)) == (0, 1)
    with pytest.raises(ReportRefused, match="acknowledged, or on its way"):
        release(report=report, by=by)


def test_a_refused_connection_is_tried_again_until_it_is_there(send, report, ce_broker, settings):
    url = settings.CEBROKER_URL
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.CEBROKER_URL = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        send()
    assert (report.state, report.tries, report.next_try_at > timezone.now()) == ("reviewed", 1, True)
    assert report.last_error == "No connection (ConnectionError)."
    settings.CEBROKER_URL = url
    assert send_waiting_reports() == 0  # not yet
    assert send_waiting_reports(at=later()) == 1
    report.refresh_from_db()
    assert (report.state, report.tries, len(ce_broker.posts), report.last_error) == ("acknowledged", 2, 1, "")


def hang(board):
    board.gone = threading.Event()
    return lambda handler: board.gone.wait(2)


ENDS = {
    "silence": (hang, "No answer (ReadTimeout)."),
    "a cut connection": (lambda board: lambda handler: handler.connection.close(), "No answer ("),
    "an error": (lambda board: lambda handler: board.say(handler, b"", 500), "It answered with status 500."),
    "a redirect": (
        lambda board: lambda handler: board.say(handler, b"", 302, Location=board.url),
        "It answered with status 302.",
    ),
    "no receipt": (lambda board: lambda handler: board.say(handler, b"<html/>"), "The receipt cannot be read."),
    "a flood": (
        lambda board: lambda handler: board.say(handler, b"x" * 70_000),
        "Its answer is longer than 16 MB.",
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_after_an_unknown_end_it_stays_sent_and_no_machine_sends_it_again(end, send, report, ce_broker, monkeypatch):
    make, words = ENDS[end]
    ce_broker.answer = make(ce_broker)
    monkeypatch.setattr(network, "ANSWER", 0.3)
    monkeypatch.setattr(network, "MOST_BYTES", 66_000)
    send()
    if end == "silence":
        ce_broker.gone.set()
    assert (report.state, report.next_try_at, report.rows.get().state) == ("sent", None, "waiting")
    assert report.last_error.startswith(words)
    assert "It is not sent again by itself." in report.last_error
    assert (send_waiting_reports(at=later()), len(ce_broker.posts)) == (0, 1)
    assert not waiting_awards(report.body).exists()


def test_a_sample_and_a_file_are_not_sent(report, by, ce_broker, settings):
    settings.CEBROKER_URL = "https://cebroker.example/x"
    type(report.body).objects.update(is_sample=True)
    with pytest.raises(ReportRefused, match="samples are never sent"):
        release(report=BoardReport.objects.get(), by=by)
    type(report.format).objects.update(writer="cebroker-xls")
    with pytest.raises(ReportRefused, match="this one is a file to hand in"):
        release(report=BoardReport.objects.get(), by=by)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_senders_at_once_send_it_once(report, ce_broker):
    BoardReport.objects.update(next_try_at=timezone.now())
    results = at_once(lambda: send_report(report_id=report.pk))
    assert (sorted(results), len(ce_broker.posts)) == ([False] * (AT_ONCE - 1) + [True], 1)


@pytest.mark.parametrize(
    ("answer", "valid", "status"),
    [
        (b'<licensees><licensee valid="true" first_name="Ada" last_name="Lind"/></licensees>', True, "api_verified"),
        (b'<licensees><licensee valid="false" ErrorCode="80"/></licensees>', False, "self_declared"),
        (b"<html/>", None, "self_declared"),
    ],
)
def test_a_license_number_is_looked_up_and_only_a_valid_answer_changes_anything(answer, valid, status, ce_broker):
    know_florida()
    license = make_license(make_user())
    ce_broker.answer = lambda handler: ce_broker.say(handler, answer)
    assert check_license(license=license).valid is valid
    license.refresh_from_db()
    assert (license.status, license.verified_on is not None) == (status, valid is True)
    assert fromstring(ce_broker.posts[0]).findtext(".//license") == "MA12345"


def test_the_button_is_there_only_where_the_number_can_be_asked_about(ce_broker, settings):
    words = {"license": make_license(make_user()), "may_change": True, "csrf_token": "x"}
    shown = []
    for ready in (lambda: None, know_florida, lambda: setattr(settings, "CEBROKER_URL", "")):
        ready()
        shown.append("Ask CE Broker" in render_to_string("accreditation/admin/_ask_ce_broker.html", words))
    assert shown == [False, True, False]


def test_staff_ask_by_a_press_and_what_a_person_has_decided_stays(ce_broker):
    know_florida()
    license = make_license(make_user(), status="rejected")
    ce_broker.answer = lambda handler: ce_broker.say(handler, b'<licensees><licensee valid="true"/></licensees>')
    address = f"/admin/credit/licenses/{license.pk}/ask/"
    looker = browser(staff("view_professionallicense"))
    assert (looker.post(address)["Location"], ce_broker.posts) == ("/admin/", [])
    keeper = browser(staff("view_professionallicense", "change_professionallicense"))
    answer = keeper.post(address)
    assert (answer.status_code, answer["Location"]) == (303, f"/admin/credit/licenses/{license.pk}/")
    told = "CE Broker knows this number. What a person has decided about it stays."
    assert told in keeper.get("/admin/").content.decode()
    license.refresh_from_db()
    assert (license.status, keeper.get(address).status_code, len(ce_broker.posts)) == ("rejected", 405, 1)


def test_a_number_that_is_verified_for_somebody_else_is_left_to_a_person(ce_broker):
    know_florida()
    make_license(make_user(), status="document_verified")
    license = make_license(make_user())
    ce_broker.answer = lambda handler: ce_broker.say(handler, b'<licensees><licensee valid="true"/></licensees>')
    assert check_license(license=license).valid is None
    license.refresh_from_db()
    assert license.status == "self_declared"
