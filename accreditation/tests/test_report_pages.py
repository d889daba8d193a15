"""The outbox in the back office: who may do what, what is shown, what a press does; alarms by mail."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accreditation.models import BoardReport, ReportFormat, ReportTask
from accreditation.services import awards
from accreditation.services.reporting import (
    make_report,
    mark_sent,
    remind_of_reports,
    review,
    tell_reports,
)
from accreditation.tests.outbox import OUTBOX, RIGHTS, browser, earn, make_board, open_course, staff
from courses.tests.factories import make_user
from notifications.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def board():
    return make_board()


@pytest.fixture
def course(board):
    return open_course(board)


@pytest.fixture
def report(board, course):
    earn(course, name="Ada", number="MA777")
    return make_report(body=board, by=None)


@pytest.fixture
def provider():
    return staff(*RIGHTS)


@pytest.fixture
def desk(provider):
    return browser(provider)


def page(report):
    return f"{OUTBOX}{report.uuid}/"


def to_sent(report, by):
    review(report=report, by=by)
    return mark_sent(report=report, by=by)


PEOPLE = {
    "visitor": None,
    "learner": (),
    "instructor": ("access_admin",),
    "sender who sees nothing": RIGHTS[1:],
    "reader": RIGHTS[:1],
    "maker": RIGHTS[:2],
    "provider": RIGHTS,
}
READ = ["", "all/", "tasks/", "boards/fl/", "{uuid}/", "{uuid}/files/file/", "{uuid}/files/copy/"]
MAY_READ = {"reader", "maker", "provider"}


def client_of(person):
    rights = PEOPLE[person]
    if rights is None:
        return Client()
    return browser(make_user() if person == "learner" else staff(*rights))


def test_who_may_read_which_door(report):
    status = {
        person: {path: client_of(person).get(OUTBOX + path.format(uuid=report.uuid)).status_code for path in READ}
        for person in PEOPLE
    }
    closed = {"learner": 404}  # the back office is unknown to them; staff are led to its first page
    expected = {person: 200 if person in MAY_READ else closed.get(person, 302) for person in PEOPLE}
    assert status == {person: dict.fromkeys(READ, expected[person]) for person in PEOPLE}


def test_who_may_press_which_button(report):
    """From the least right to the most: what one may not do is left for the next."""
    earn(report.rows.get().award.course_approval.course)
    task = ReportTask.objects.create(row=report.rows.get(), why="Revoked.")
    done = {
        "boards/fl/draft/": lambda: BoardReport.objects.count() == 2,
        f"{report.uuid}/review/": lambda: BoardReport.objects.filter(pk=report.pk, state="reviewed").exists(),
        f"tasks/{task.pk}/close/": lambda: not ReportTask.objects.filter(closed_at=None).exists(),
    }
    first = {}
    for person in PEOPLE:
        client = client_of(person)
        for path, is_done in done.items():
            client.get(OUTBOX + path)
            client.post(OUTBOX + path, {"outcome": "Done."})
            if is_done():
                first.setdefault(path, person)
    assert first == dict(zip(done, ["maker", "provider", "provider"], strict=True))


def test_from_the_outbox_to_the_answer_by_presses(board, course, desk):
    award = earn(course, name="Ada", number="MA777")
    assert "1 waiting" in desk.get(OUTBOX).content.decode()
    made = desk.post(f"{OUTBOX}boards/fl/draft/")
    report = BoardReport.objects.get()
    assert (made.status_code, made["Location"]) == (303, page(report))
    for act, state in (("review", "reviewed"), ("sent", "sent")):
        answer = desk.post(f"{page(report)}{act}/")
        report.refresh_from_db()
        assert (answer.status_code, answer["Location"], report.state) == (303, page(report), state)
    row = report.rows.get()
    typed = {f"answer-{row.pk}": "refused", f"message-{row.pk}": ""}
    refused = desk.post(f"{page(report)}answers/", typed)
    assert refused.status_code == 422
    assert "Please write what the board said" in refused.content.decode()
    assert '<option value="refused" selected>' in refused.content.decode()
    desk.post(f"{page(report)}answers/", typed | {f"message-{row.pk}": "Not known"})
    row.refresh_from_db()
    assert (row.state, row.message, row.award) == ("refused", "Not known", award)
    assert "Not known" in desk.get(page(report)).content.decode()


def test_one_answer_for_all_that_wait(report, provider, desk):
    to_sent(report, provider)
    desk.post(f"{page(report)}answers/", {"all": "refused", "all-message": "Never\x00 arrived. "})
    report.refresh_from_db()
    assert (report.state, report.rows.get().message) == ("partly_failed", "Never arrived.")


def test_a_receipt_is_uploaded_and_a_bad_one_is_refused_in_words(report, provider, desk):
    to_sent(report, provider)
    address = f"{page(report)}receipt/"
    for file, words in (
        (None, "Choose the file that came back."),
        (SimpleUploadedFile("a.xml", b"<html/>"), "This is no receipt of rosters"),
    ):
        answer = desk.post(address, {"receipt": file} if file else {})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    good = f"Award,Answer\n{report.rows.get().award.uuid},accepted\n".encode()
    assert desk.post(address, {"receipt": SimpleUploadedFile("a.csv", good)}).status_code == 303
    report.refresh_from_db()
    assert report.state == "acknowledged"


def test_a_second_person_s_press_is_told_that_it_was_done(report, desk):
    other = browser(staff(*RIGHTS))
    other.post(f"{page(report)}review/")
    answer = desk.post(f"{page(report)}review/", follow=True)
    assert "This report is reviewed now: somebody was faster. Nothing was changed." in answer.content.decode()
    assert report.events.filter(what="reviewed").count() == 1


def test_withdrawing_keeps_what_was_typed_and_needs_a_reason(report, desk):
    assert desk.post(f"{page(report)}withdraw/", {"reason": "  "}).status_code == 422
    desk.post(f"{page(report)}withdraw/", {"reason": "The wrong course."})
    report.refresh_from_db()
    assert (report.state, report.events.last().text) == ("withdrawn", "The wrong course.")


def test_who_takes_a_file_is_written_down_and_a_sample_is_named_one(report, provider, desk):
    answer = desk.get(f"{page(report)}files/file/")
    name = f"fl-{timezone.localdate(report.made_at):%Y%m%d}-{str(report.uuid)[:8]}"
    assert (answer.content, answer["Content-Disposition"]) == (report.read(), f'attachment; filename="{name}.xls"')
    type(report.body).objects.update(is_sample=True)
    copy = desk.get(f"{page(report)}files/copy/")
    assert copy["Content-Disposition"] == f'attachment; filename="SAMPLE-{name}-copy.csv"'
    assert [(event.what, event.by) for event in report.events.all()[1:]] == [("downloaded", provider)] * 2
    assert desk.get(f"{page(report)}files/other/").status_code == 404


def test_a_task_is_closed_with_words(report, provider, desk):
    to_sent(report, provider)
    award = report.rows.get().award
    (task,) = tell_reports(enrollment=award.enrollment, approval=None, why="The course was given back.")
    address = f"{OUTBOX}tasks/{task.pk}/close/"
    answer = desk.post(address, {"outcome": " ", "report_again": "on"})
    assert (answer.status_code, "checked" in answer.content.decode()) == (422, True)
    assert desk.post(address, {"outcome": "Taken out there.", "report_again": "on"})["Location"] == f"{OUTBOX}tasks/"
    again = desk.post(address, {"outcome": "Me too."}, follow=True)
    assert "Somebody else has closed this task already" in again.content.decode()
    assert (ReportTask.objects.get().closed_by, report.rows.get().state) == (provider, "withdrawn")


QUERIES = {
    "": {"fl", "ga"},
    "?board=fl": {"fl"},
    "?state=draft": {"ga"},
    "?state=reviewed&board=ga": set(),
    "?state=nothing": {"fl", "ga"},  # no such choice asks for nothing
    "?first=2999-01-01": set(),
    "?last=yesterday": {"fl", "ga"},
    "?board=%00": {"fl", "ga"},
}


def test_reports_are_filtered_and_leave_as_a_file(report, provider, desk):
    other = make_board("ga")
    earn(open_course(other, "Second"))
    make_report(body=other, by=provider)
    review(report=report, by=provider)
    shown, left = {}, {}
    for query in QUERIES:
        shown[query] = {one.body.code for one in desk.get(f"{OUTBOX}all/{query}").context["page"]}
        joined = b"".join(desk.get(f"{OUTBOX}all/{query or '?'}&export=csv")).decode("utf-8-sig")
        left[query] = {line["Board"][-2:] for line in csv.DictReader(io.StringIO(joined))}
    assert (shown, left) == (QUERIES, QUERIES)


def test_what_waits_leaves_as_a_file_that_runs_no_formula(board, course, desk):
    earn(course, name="=1+1")
    joined = b"".join(desk.get(f"{OUTBOX}boards/fl/?export=csv")).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(joined))
    assert (line["Name"], line["Days left"], line["Held back"]) == ("'=1+1", "30", "")


def test_pages_cost_the_same_for_one_and_for_three(board, course, provider, desk):
    def add():
        earn(course)
        to_sent(make_report(body=board, by=provider), provider)
        award = earn(course)
        tell_reports(enrollment=report_of_one().award.enrollment, approval=None, why=f"Reason {award.pk}.")
        make_report(body=board, by=provider)
        earn(course)

    def report_of_one():
        return BoardReport.objects.filter(state="sent").first().rows.first()

    def costs():
        found = {}
        for path in ("", "all/", "tasks/", "boards/fl/", "all/?export=csv"):
            with CaptureQueriesContext(connection) as queries:
                b"".join(desk.get(OUTBOX + path))
            found[path] = len(queries)
        return found

    add()
    costs()  # what is read once for a process
    small = costs()
    add()
    add()
    assert costs() == small


def test_columns_of_a_format_are_checked_where_they_are_typed(desk):
    keeper = browser(staff("add_reportformat", "view_reportformat"))
    address = "/admin/snippets/accreditation/reportformat/add/"
    fields = {"name": "Own", "code": "own", "writer": "csv", "columns": '[{"header": "A", "source": "phone"}]'}
    answer = keeper.post(address, fields)
    assert "Column 1: we have no phone." in answer.content.decode()
    keeper.post(address, fields | {"columns": '[{"header": "A", "source": "hours"}]'})
    assert ReportFormat.objects.get(code="own").columns == [{"header": "A", "source": "hours"}]


class TestAlarms:
    TODAY = date(2026, 11, 20)
    AT = timezone.make_aware(timezone.datetime(2026, 11, 20, 12))

    def test_staff_hear_on_day_20_and_of_licenses_that_expire_soon(self, course, provider):
        staff("view_boardreport")
        table = {(19, None): 0, (20, None): 1, (31, None): 1, (1, 30): 1, (1, 31): 0, (1, -1): 1}
        heard = {}
        for days, expires in table:
            day = self.TODAY - timedelta(days=days)
            ends = None if expires is None else self.TODAY + timedelta(days=expires)
            award = earn(course, completed_on=day, expires_on=ends)
            heard[days, expires] = remind_of_reports(at=self.AT)
            mails = Mail.objects.filter(key__startswith="report-alarm")
            assert list(mails.values_list("user", flat=True)) == [provider.pk] * heard[days, expires]
            mails.delete()
            awards.void(award=award, by=provider, reason="The next row of the table.")
        assert heard == table

    def test_one_mail_a_day_until_the_board_has_acknowledged(self, board, course, provider):
        earn(course, name="Ada Secret", completed_on=self.TODAY - timedelta(days=20))
        written = [remind_of_reports(at=self.AT) for _ in range(2)]
        report = to_sent(make_report(body=board, by=provider), provider)
        written.append(remind_of_reports(at=self.AT + timedelta(days=1)))
        report.rows.update(state="accepted")
        written.append(remind_of_reports(at=self.AT + timedelta(days=2)))
        assert written == [1, 0, 1, 0]
        mail = Mail.objects.filter(key__startswith="report-alarm").last()
        assert mail.subject == "1 to report to Board of fl"
        assert "- Resting hands, completed on October 31, 2026: day 20, due by November 30, 2026" in mail.text
        assert f"{OUTBOX}boards/fl/" in mail.text
        assert "Secret" not in mail.text + mail.html
