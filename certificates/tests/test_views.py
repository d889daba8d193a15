"""A learner's own certificates: the list, the name, the files and who may have them."""

import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from certificates.credentials.carriers import credential_in
from certificates.models import Certificate, CertificateEvent, CertificateFile, CertificateRequest
from certificates.services import share
from certificates.services.making import store
from certificates.tests.factories import (
    ISSUED_AT,
    make_course,
    make_edition,
    make_finished,
    make_person,
)
from certificates.tests.register import (
    HOST,
    LONG_AGO,
    UNKNOWN,
    browser,
    in_state,
    issue_for,
    open_school,
    take_back,
    text_of,
)
from core.access import can, visible, visitor

pytestmark = pytest.mark.django_db
ENDINGS = ("pdf", "json", "png")


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def learner(db):
    return make_person()


@pytest.fixture
def certificate(learner):
    return issue_for(learner)


def fetch(certificate, user=None, ending="pdf", **headers):
    return browser(user).get(f"/certificates/{certificate.serial}.{ending}", headers=headers)


# -- the files -----------------------------------------------------------------------------------------------------


def test_the_holder_downloads_the_very_bytes_that_were_issued(certificate):
    response = fetch(certificate, certificate.learner)
    assert response.status_code == 200
    assert response.content == certificate.read_pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.serial}.pdf"'
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in response


PEOPLE = ("visitor", "stranger", "holder", "staff")
OPEN = dict.fromkeys(PEOPLE, 200)
OWN = {"visitor": 302, "stranger": 404, "holder": 200, "staff": 200}
DOORS = [
    ("valid", False, OWN),
    ("valid", True, OPEN),
    ("sample", True, OPEN),
    ("expired", True, OPEN),
    ("revoked", True, OWN),
    ("replaced", True, OWN),
]


@pytest.mark.parametrize(
    ("state", "shared", "expected"), DOORS, ids=[f"{state}-{shared}" for state, shared, _ in DOORS]
)
def test_people_and_states_and_files(settings, django_user_model, state, shared, expected):
    certificate = in_state(state, settings)
    share(certificate=certificate, on=shared, by=certificate.learner)
    users = {
        "visitor": None,
        "stranger": make_person("stranger@example.com"),
        "holder": certificate.learner,
        "staff": django_user_model.objects.create_superuser("root@example.com"),
    }
    for ending in ENDINGS:
        found = {who: fetch(certificate, user, ending).status_code for who, user in users.items()}
        assert (ending, found) == (ending, expected)


def test_an_unknown_file_looks_like_a_forbidden_one(certificate):
    stranger = make_person("stranger@example.com")
    for ending in ENDINGS:
        forbidden, unknown = (browser(stranger).get(f"/certificates/{one}.{ending}") for one in (certificate, UNKNOWN))
        assert (forbidden.status_code, unknown.status_code) == (404, 404)
        asked, guessed = (browser().get(f"/certificates/{one}.{ending}") for one in (certificate, UNKNOWN))
        assert asked["Location"] == f"/accounts/login/?next=/certificates/{certificate}.{ending}"
        assert guessed["Location"] == f"/accounts/login/?next=/certificates/{UNKNOWN}.{ending}"


def test_one_rule_for_one_certificate_and_for_lists(settings, django_user_model):
    first = in_state("revoked", settings)
    second = issue_for(make_person("bo@example.com", name="Bo Ek"), "Another Course")
    issue_for(make_person("cy@example.com", name="Cy Fox"), "A Third Course")
    for one in (first, second):
        share(certificate=one, on=True, by=one.learner)
    people = [visitor(), first.learner, second.learner, django_user_model.objects.create_superuser("root@example.com")]
    rows = Certificate.objects.order_by("pk")
    for action in ("view", "download", "edit"):
        listed = [list(visible(user, action, rows)) for user in people]
        assert listed == [[one for one in rows if can(user, action, one)] for user in people]
    assert [len(visible(user, "download", rows)) for user in people] == [1, 2, 1, 3]


def test_others_get_the_copy_without_private_facts_and_the_holder_the_newest_paper(certificate):
    share(certificate=certificate, on=True, by=certificate.learner)
    assert fetch(certificate).content == certificate.read_pdf()
    for role, n, content in (
        ("public", 1, b"%PDF-public"),
        ("public", 2, b"%PDF-public, stamped"),
        ("paper", 1, b"%PDF-stamped"),
        ("paper", 2, b"%PDF-signed again"),
    ):
        CertificateFile.objects.create(
            certificate=certificate, role=role, n=n, path=store(content, "pdf"), sha256="0" * 64, made_at=ISSUED_AT
        )
    assert fetch(certificate).content == b"%PDF-public, stamped"
    assert fetch(certificate, certificate.learner).content == b"%PDF-signed again"


def test_a_shared_file_may_be_kept_until_the_holder_stops_sharing(certificate):
    share(certificate=certificate, on=True, by=certificate.learner)
    for ending in ENDINGS:
        response = fetch(certificate, ending=ending)
        assert (response["Cache-Control"], response["Access-Control-Allow-Origin"]) == ("no-cache", "*")
        again = fetch(certificate, ending=ending, if_none_match=response["ETag"])
        assert (again.status_code, again.content) == (304, b"")
    share(certificate=certificate, on=False, by=certificate.learner)
    assert fetch(certificate, ending="png", if_none_match=response["ETag"]).status_code == 302


def test_what_no_longer_stands_says_so_in_the_name_of_its_file(settings):
    certificate = in_state("revoked", settings)
    for ending in ENDINGS:
        response = fetch(certificate, certificate.learner, ending)
        assert response["Content-Disposition"] == f'attachment; filename="{certificate.serial}-revoked.{ending}"'


def test_the_picture_is_a_picture_and_carries_the_credential(certificate):
    badge = fetch(certificate, certificate.learner, "json")
    picture = fetch(certificate, certificate.learner, "png")
    assert (badge["Content-Type"], picture["Content-Type"]) == ("application/vc", "image/png")
    assert json.loads(badge.content)["id"] == f"https://{HOST}/verify/{certificate.serial}/"
    assert credential_in(picture.content) == badge.content
    assert Image.open(io.BytesIO(picture.content)).size == (600, 600)


def test_files_answer_head_and_no_post(certificate):
    for ending in ENDINGS:
        head = browser(certificate.learner).head(f"/certificates/{certificate.serial}.{ending}")
        assert (head.status_code, head.content) == (200, b"")
        assert browser().post(f"/certificates/{certificate.serial}.{ending}").status_code == 405


# -- sharing -------------------------------------------------------------------------------------------------------


def test_the_holder_switches_sharing_on_and_off(certificate):
    client, path = browser(certificate.learner), f"/my/certificates/{certificate.serial}/share/"
    for on, sentence in (("1", "Whoever has the number may download the files."), ("0", "Only you can download")):
        response = client.post(path, {"on": on, "next": "/my/certificates/?year=2026"})
        assert (response.status_code, response["Location"]) == (303, "/my/certificates/?year=2026")
        assert sentence in text_of(client.get("/my/certificates/"))
    assert [event.what for event in CertificateEvent.objects.order_by("pk")] == ["issued", "shared", "unshared"]


def test_nobody_else_switches_sharing(certificate):
    path = f"/my/certificates/{certificate.serial}/share/"
    assert browser(make_person("stranger@example.com")).post(path, {"on": "1"}).status_code == 404
    assert browser().post(path, {"on": "1"})["Location"] == f"/accounts/login/?next={path}"
    assert browser(certificate.learner).get(path).status_code == 405
    assert not Certificate.objects.filter(is_shared=True).exists()


def test_sharing_leads_nowhere_else(certificate):
    path = f"/my/certificates/{certificate.serial}/share/"
    for wish in ("https://evil.example/my/certificates/", "//evil.example", "/admin/"):
        assert browser(certificate.learner).post(path, {"on": "1", "next": wish})["Location"] == "/my/certificates/"


# -- a learner's own -----------------------------------------------------------------------------------------------


def test_without_certificates_the_page_says_how_they_come(learner):
    assert "No certificates yet They appear when you pass a course." in text_of(
        browser(learner).get("/my/certificates/")
    )


def test_own_certificates_are_listed_and_no_others(certificate):
    issue_for(make_person("stranger@example.com", name="Sven Stranger"), "Somebody's Course")
    text = text_of(browser(certificate.learner).get("/my/certificates/"))
    assert f"{certificate.facts['title']} Certificate of Achievement 4.5 hours completed November 18, 2026" in text
    assert certificate.serial in text
    assert "Somebody's Course" not in text


def test_the_name_is_confirmed_before_the_first_certificate(django_capture_on_commit_callbacks):
    learner = make_person(name="ada", confirmed=False)
    CertificateRequest.objects.create(enrollment=make_finished(learner))
    client = browser(learner)
    text = text_of(client.get("/my/certificates/"))
    assert "This name will stand on your certificate" in text
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/my/certificates/", {"legal_name": "Ada  Lindqvist"})
    assert (response.status_code, response["Location"]) == (303, "/my/certificates/")
    assert Certificate.objects.get().facts["name"] == "Ada Lindqvist"
    assert "This name will stand" not in text_of(client.get("/my/certificates/"))


def test_a_name_without_letters_is_not_taken():
    learner = make_person(name="", confirmed=False)
    CertificateRequest.objects.create(enrollment=make_finished(learner))
    response = browser(learner).post("/my/certificates/", {"legal_name": " 12 "})
    assert response.status_code == 422
    assert "Write your name with letters." in text_of(response)
    learner.refresh_from_db()
    assert learner.legal_name_confirmed_at is None


def test_a_name_that_is_confirmed_is_not_changed_through_this_door(certificate):
    response = browser(certificate.learner).post("/my/certificates/", {"legal_name": "Somebody Else"})
    certificate.learner.refresh_from_db()
    assert (response.status_code, certificate.learner.legal_name) == (303, "Ada Lindqvist")


@pytest.mark.parametrize(
    ("state", "sentence"), [("open", "Being prepared."), ("stuck", "needs a person at the school to look at it")]
)
def test_what_is_not_ready_says_what_happens_next(learner, state, sentence):
    CertificateRequest.objects.create(enrollment=make_finished(learner), state=state)
    assert sentence in text_of(browser(learner).get("/my/certificates/"))


def test_the_list_needs_a_login():
    response = browser().get("/my/certificates/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/my/certificates/")


def test_the_list_costs_the_same_with_one_and_with_three(learner, django_assert_max_num_queries):
    def wait_for(title):
        course = make_course(title)
        CertificateRequest.objects.create(enrollment=make_finished(learner, course, of=make_edition(course)))

    issue_for(learner, "One")
    wait_for("Two")
    client = browser(learner)
    client.get("/my/certificates/")
    with django_assert_max_num_queries(11) as small:
        client.get("/my/certificates/")
    issue_for(learner, "Three")
    wait_for("Four")
    wait_for("Five")
    with django_assert_max_num_queries(len(small.captured_queries)):
        client.get("/my/certificates/")


def test_a_long_list_has_pages(learner):
    for number in range(21):
        issue_for(learner, f"Course {number}")
    text = text_of(browser(learner).get("/my/certificates/?page=2"))
    assert "Page 2 of 2" in text
    assert text.count("Certificate of Achievement") == 1


def test_revoked_and_replaced_ones_are_shown_as_such_with_their_successor_and_their_log(settings):
    old = in_state("replaced", settings)
    new = Certificate.objects.get(supersedes=old)
    text = text_of(browser(old.learner).get("/my/certificates/"))
    assert f"In its place stands {new.serial} ." in text
    assert f"It took the place of {old.serial} ." in text
    assert "Replaced Replaced on November 21, 2026. Another certificate stands in its place." in text
    assert "November 21, 2026: Replaced by a new one. The holder corrected the name." in text
    take_back(new)
    text = text_of(browser(old.learner).get("/my/certificates/"))
    assert "Reason: The requirements were not met honestly." in text
    assert "November 22, 2026: Revoked by the school." in text


def test_many_certificates_are_narrowed_down(learner):
    for number in range(5):
        issue_for(learner, f"Course {number}")
    client = browser(learner)
    assert "Narrow down" not in text_of(client.get("/my/certificates/"))
    issue_for(learner, "Course 5", at=LONG_AGO, on=LONG_AGO.date(), certificate_months=12)
    page = text_of(client.get("/my/certificates/"))
    assert "Narrow down" in page

    def titles(query):
        text = text_of(client.get(f"/my/certificates/?{query}"))
        return [f"Course {number}" for number in range(6) if f"Course {number} Certificate of Achievement" in text]

    assert titles("year=2024") == ["Course 5"]
    assert titles("year=2026") == [f"Course {number}" for number in range(5)]
    assert titles("course=Course+3") == ["Course 3"]
    assert titles("state=expired") == ["Course 5"]
    assert titles("state=expired&year=2026") == []
    assert titles("state=nonsense") == [f"Course {number}" for number in range(6)]
    assert "None of your certificates is like that." in text_of(client.get("/my/certificates/?state=expired&year=2026"))


def test_linkedin_s_form_is_filled_in_for_what_may_be_claimed(learner, settings):
    certificate = issue_for(learner, "Touch & Rest: 50% more?", certificate_months=12)
    page = browser(learner).get("/my/certificates/").context["page"]
    address = urlsplit(page[0].linkedin_url)
    assert (address.netloc, address.path) == ("www.linkedin.com", "/profile/add")
    assert parse_qs(address.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Touch & Rest: 50% more?"],
        "organizationName": ["Example School"],
        "issueYear": ["2026"],
        "issueMonth": ["11"],
        "expirationYear": ["2027"],
        "expirationMonth": ["11"],
        "certUrl": [f"https://{HOST}/verify/{certificate.serial}/"],
        "certId": [certificate.serial],
    }


@pytest.mark.parametrize("state", ["sample", "test", "revoked", "expired"])
def test_what_may_not_be_claimed_has_no_linkedin_link(settings, state):
    certificate = in_state(state, settings)
    assert "linkedin.com" not in browser(certificate.learner).get("/my/certificates/").content.decode()
