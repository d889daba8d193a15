import re
from copy import copy
from html import unescape
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from certificates.models import Certificate, CertificateRequest
from certificates.services import issue
from certificates.tests.factories import (
    ISSUED_AT,
    make_approval,
    make_course,
    make_edition,
    make_finished,
    make_person,
    set_up_school,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings):
    settings.SITE_URL = "https://school.example.com"
    cache.clear()
    set_up_school()


@pytest.fixture
def learner(db):
    return make_person()


@pytest.fixture
def certificate(learner):
    return issue_for(learner)


def issue_for(learner, title="Foundations of Craniosacral Bodywork", *, approved=False):
    enrollment = make_finished(learner, make_course(title))
    key = str(make_approval(enrollment.edition).uuid) if approved else ""
    certificate = issue(CertificateRequest.objects.create(enrollment=enrollment, credit_key=key), at=ISSUED_AT)
    assert certificate is not None
    return certificate


def browser(user=None):
    client = Client()
    if user:
        client.force_login(user, backend=BACKEND)
    return client


def text_of(response):
    """The words of the main part, on one line."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main[0]).split()))


def reads(queries):
    """The tables that a page read, without the bookkeeping of the rate limit."""
    found = [re.search(r'FROM "(\w+)"', query["sql"]) for query in queries.captured_queries]
    return [match[1] for match in found if match and match[1] != "cache_table"]


# -- the public check ----------------------------------------------------------------------------------------------


def test_anyone_sees_all_frozen_facts_of_a_valid_certificate(certificate):
    response = browser().get(f"/verify/{certificate.serial}/")
    text = text_of(response)
    assert response.status_code == 200
    assert "Valid Issued by Example School and stands. Compare each line with the paper." in text
    for row in (*certificate.rows, *certificate.people):
        assert f"{row.label} {row.value}" in text
    for fact in ("heading", "name", "earned", "title", "serial", "hours_note"):
        assert certificate.facts[fact] in text
    assert "4.5 hours" in text
    assert "A certificate is not a license" in text


def test_an_approved_certificate_shows_body_and_numbers(learner):
    text = text_of(browser().get(f"/verify/{issue_for(learner, approved=True).serial}/"))
    assert "4.0 CE hours" in text
    assert "Approved by Example Board board" in text
    assert "Provider Example School, Inc., no. P-board" in text
    assert "Course number C-board" in text
    assert "our own count" not in text


def test_a_sample_is_never_called_valid(learner):
    set_up_school(sample=True)
    text = text_of(browser().get(f"/verify/{issue_for(learner).serial}/"))
    assert "Sample: not valid for credit" in text
    assert "Valid Issued" not in text


def test_facts_that_were_tampered_with_are_not_shown_as_valid(certificate):
    forged = copy(certificate)
    forged.pk, forged.uuid, forged.serial, forged.credit_key = None, uuid4(), "CST-2026-22222-22222-X", "other"
    forged.facts = certificate.facts | {"hours": "40.0", "hours_printed": "40.0 CE hours"}
    forged._state.adding = True
    forged.save()
    text = text_of(browser().get(f"/verify/{forged.serial}/"))
    assert "We cannot confirm this certificate" in text
    assert "40.0" not in text
    assert "Valid" not in text


def test_the_check_shows_no_address_of_the_learner(certificate):
    assert "ada@example.com" not in browser().get(f"/verify/{certificate.serial}/").content.decode()


def test_the_check_survives_a_renamed_person_and_an_unpublished_course(certificate):
    before = text_of(browser().get(f"/verify/{certificate.serial}/"))
    learner, course = certificate.learner, certificate.enrollment.course
    learner.legal_name, learner.is_active = "Somebody Else", False
    learner.save()
    course.title = "Another Title"
    course.save()
    course.unpublish()
    assert text_of(browser().get(f"/verify/{certificate.serial}/")) == before


@pytest.mark.parametrize("path", ["/verify/", "/verify/{serial}/", "/verify/CST-2026-22222-22222-X/"])
def test_no_page_of_the_check_is_indexed(certificate, path):
    response = browser().get(path.format(serial=certificate.serial))
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_the_number_is_found_as_people_type_it(certificate):
    typed = certificate.serial.lower().replace("-", " ")
    response = browser().get("/verify/", {"number": typed})
    assert (response.status_code, response["Location"]) == (302, f"/verify/{certificate.serial}/")


def test_an_address_typed_without_hyphens_leads_to_the_one_address(certificate):
    response = browser().get(f"/verify/{certificate.serial.replace('-', '')}/")
    assert (response.status_code, response["Location"]) == (302, f"/verify/{certificate.serial}/")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "Type the number from the certificate."),
        ("CST-2026-2O222-22222-2", "Sign 2 after the year was read as O."),
        ("CST-2026-22222-22222-3", "One sign of this number does not fit the others"),
        ("CST-2026-22222", "This number is too short"),
        ("hello", "Our numbers begin with CST."),
    ],
)
def test_a_number_that_cannot_be_ours_is_explained_before_any_look_up(number, sentence):
    with CaptureQueriesContext(connection) as queries:
        response = browser().get("/verify/", {"number": number})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert reads(queries) == ["wagtailcore_site", "courses_schoolsettings"]


def test_a_well_formed_number_that_nobody_has_is_told_plainly():
    response = browser().get("/verify/CST-2026-22222-22222-X/")
    assert response.status_code == 404
    assert "No certificate has this number Check it, or write to the school." in text_of(response)


@pytest.mark.parametrize("odd", ["x" * 300, "%00", "..%2F..", "CST-2026-22222-2222%F0%9F%98%80-2", "%3Cscript%3E"])
def test_an_odd_address_is_not_found_and_no_error(odd):
    response = browser().get(f"/verify/{odd}/")
    assert response.status_code == 404
    assert b"<script>" not in response.content


def test_one_address_may_check_thirty_numbers_a_minute():
    client = browser()
    answers = [client.get("/verify/CST-2026-22222-22222-X/").status_code for _ in range(32)]
    assert answers == [404] * 30 + [429] * 2


def test_the_check_changes_nothing_and_takes_no_posts(certificate):
    assert browser().post(f"/verify/{certificate.serial}/").status_code == 405


def test_the_check_reads_one_row_and_the_school(certificate):
    with CaptureQueriesContext(connection) as queries:
        browser().get(f"/verify/{certificate.serial}/")
    assert reads(queries) == ["certificates_certificate", "wagtailcore_site", "courses_schoolsettings"]


# -- the file ------------------------------------------------------------------------------------------------------


def test_the_holder_downloads_the_very_bytes_that_were_issued(certificate):
    response = browser(certificate.learner).get(f"/certificates/{certificate.serial}.pdf")
    assert response.status_code == 200
    assert response.content == certificate.read_pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.serial}.pdf"'
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


def test_a_stranger_finds_no_file_and_a_visitor_is_asked_to_log_in(certificate):
    path = f"/certificates/{certificate.serial}.pdf"
    assert browser(make_person("stranger@example.com")).get(path).status_code == 404
    visitor = browser().get(path)
    assert (visitor.status_code, visitor["Location"]) == (302, f"/accounts/login/?next={path}")


def test_an_unknown_file_looks_like_a_forbidden_one(learner):
    assert browser(learner).get("/certificates/CST-2026-22222-22222-X.pdf").status_code == 404


def test_staff_with_the_permission_may_open_the_file(certificate, django_user_model):
    boss = django_user_model.objects.create_superuser("boss@example.com")
    assert browser(boss).get(f"/certificates/{certificate.serial}.pdf").status_code == 200


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
    issue_for(learner, "One")
    client = browser(learner)
    client.get("/my/certificates/")
    with django_assert_max_num_queries(9) as small:
        client.get("/my/certificates/")
    issue_for(learner, "Two")
    issue_for(learner, "Three")
    waiting = make_course("Four")
    CertificateRequest.objects.create(enrollment=make_finished(learner, waiting, of=make_edition(waiting)))
    with django_assert_max_num_queries(len(small.captured_queries)):
        client.get("/my/certificates/")


def test_a_long_list_has_pages(learner):
    for number in range(21):
        issue_for(learner, f"Course {number}")
    text = text_of(browser(learner).get("/my/certificates/?page=2"))
    assert "Page 2 of 2" in text
    assert text.count("Certificate of Achievement") == 1
