"""The lists of certificates in the back office: who sees them, what is found, what leaves as a file."""

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from certificates.models import Certificate, CertificateRequest, SigningKey
from certificates.services import issue, issue_again, put_before_staff
from certificates.tests.desk import ISSUED, browser, issued, staff
from certificates.tests.factories import ISSUED_AT, make_course, make_finished, make_person, set_up_school
from enrollments.models import Enrollment

WAITING = "/admin/certificates/requests/"
STATES = ("issued", "expired", "revoked", "superseded")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db):
    set_up_school()


@pytest.fixture
def provider(db):
    return staff("provider@example.com", "view_certificate", "view_certificaterequest", "change_certificaterequest")


@pytest.fixture
def instructor(db):
    return staff("instructor@example.com")


def stuck():
    request = CertificateRequest.objects.create(enrollment=make_finished(make_person("wang@example.com", name="ᏣᎳᎩ")))
    issue(request)
    return request


def test_the_provider_sees_issued_certificates_and_their_facts(provider):
    certificate = issued()
    client = browser(provider)
    assert certificate.serial in client.get(ISSUED).content.decode()
    page = client.get(f"{ISSUED}inspect/{certificate.pk}/").content.decode()
    assert all(value in page for value in (certificate.facts["name"], certificate.pdf_sha256, "4.5 hours"))


@pytest.mark.parametrize("path", ["new/", "edit/{pk}/", "delete/{pk}/"])
def test_not_even_the_operator_changes_a_certificate(path, django_user_model):
    certificate = issued()
    boss = django_user_model.objects.create_superuser("boss@example.com")
    address = ISSUED + path.format(pk=certificate.pk)
    for response in (browser(boss).get(address), browser(boss).post(address, {"serial": "X"})):
        assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert Certificate.objects.get().serial == certificate.serial


@pytest.mark.parametrize("path", [ISSUED, WAITING])
def test_an_instructor_without_the_permission_sees_neither_list(path, instructor):
    response = browser(instructor).get(path)
    assert (response.status_code, response["Location"]) == (302, "/admin/")


@pytest.fixture
def three(provider):
    """One in force, one that was replaced, and the one in its place: a sample, with a flag."""
    other, old = issued("Bo Berg", "bo@example.com"), issued()
    set_up_school(sample=True)
    new = issue_again(certificate=old, by=provider, reason="Marked as a sample.")
    put_before_staff(enrollment=new.enrollment, text="The money went back (order:1).")
    return {"other": other, "old": old, "new": new}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?standing=issued", ["new", "other"]),
        ("?standing=superseded", ["old"]),
        ("?standing=revoked", []),
        ("?standing=expired", []),
        ("?kind=achievement", ["new", "old", "other"]),
        ("?kind=completion", []),
        ("?course={course}", ["other"]),
        ("?year=2026", ["new", "old", "other"]),
        ("?year=1999", ["new", "old", "other"]),  # no such choice: asks for nothing
        ("?completed_on_from=2026-11-01", ["new", "old", "other"]),
        ("?completed_on_to=2026-11-01", []),
        ("?sample=yes", ["new"]),
        ("?sample=no", ["old", "other"]),
        ("?flagged=yes", ["new"]),
        ("?q=lindqvist", ["new", "old"]),
        ("?q=bo@example.com", ["other"]),
        ("?q=nobody", []),
    ],
)
def test_the_list_is_filtered_and_searched(query, found, provider, three, settings):
    SigningKey.objects.update(is_demo=False)
    page = browser(provider).get(ISSUED + query.format(course=three["other"].enrollment.course_id)).content.decode()
    assert sorted(name for name, one in three.items() if f">{one.serial}<" in re.sub(r"\s+", "", page)) == found


def test_an_expired_one_is_found_as_expired(provider):
    course = make_course("Old", certificate_months=1)
    request = CertificateRequest.objects.create(enrollment=make_finished(make_person(), course))
    Enrollment.objects.update(completed_on=date(2024, 1, 1))
    certificate = issue(request, at=ISSUED_AT)
    client = browser(provider)
    found = {state: certificate.serial in client.get(f"{ISSUED}?standing={state}").content.decode() for state in STATES}
    assert found == {"issued": False, "expired": True, "revoked": False, "superseded": False}


@pytest.mark.parametrize("spell", [str.lower, lambda s: s.replace("-", " "), lambda s: f" {s[4:]} ", lambda s: s[4:14]])
def test_a_number_is_found_in_any_spelling(spell, provider):
    certificate, other = issued(), issued("Bo Berg", "bo@example.com")
    page = browser(provider).get(ISSUED, {"q": spell(certificate.serial)}).content.decode()
    assert [one.serial in page for one in (certificate, other)] == [True, False]


def test_the_list_never_calls_a_sample_valid(provider, three):
    SigningKey.objects.update(is_demo=False)
    rows = {row["Serial"]: row["Status"] for row in exported(browser(provider), "csv")}
    assert {name: rows[one.serial] for name, one in three.items()} == {
        "other": "Valid",
        "old": "Replaced",
        "new": "Sample",
    }


def exported(client, kind):
    response = client.get(f"{ISSUED}?export={kind}")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode())))
    heads, *rows = load_workbook(io.BytesIO(content)).active.iter_rows()
    return [{head.value: cell for head, cell in zip(heads, row, strict=True)} for row in rows]


def test_the_export_holds_every_certificate_and_runs_no_formula(provider):
    issued()
    issued('=HYPERLINK("https://example.com")', "mallory@example.com")
    rows = exported(browser(provider), "csv")
    assert {row["Holder"] for row in rows} == {"Ada Lindqvist", '\'=HYPERLINK("https://example.com")'}
    assert {row["Hours"] for row in rows} == {"4.5 hours"}
    assert {row["Status"] for row in rows} == {"Test"}
    SigningKey.objects.update(is_demo=False)
    assert {row["Status"] for row in exported(browser(provider), "csv")} == {"Valid"}
    cells = [row["Holder"] for row in exported(browser(provider), "xlsx")]
    assert {cell.value for cell in cells} == {"Ada Lindqvist", '=HYPERLINK("https://example.com")'}
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("path", [ISSUED, WAITING, f"{ISSUED}?export=csv", "/admin/certificates/before-staff/"])
def test_the_lists_cost_the_same_for_one_and_three(path, provider):
    def add(number):
        certificate = issued(email=f"a{number}@example.com")
        put_before_staff(enrollment=certificate.enrollment, text="The money went back (order:1).")
        waiting = make_finished(make_person(f"w{number}@example.com"), make_course(f"Waiting {number}"))
        CertificateRequest.objects.create(enrollment=waiting)

    def read():
        response = client.get(path)
        assert response.status_code == 200
        return b"".join(response)

    add(1)
    client = browser(provider)
    read()
    with CaptureQueriesContext(connection) as small:
        read()
    add(2)
    add(3)
    with CaptureQueriesContext(connection) as large:
        read()
    assert len(large) == len(small)


def test_what_is_stuck_is_listed_with_its_reason_and_what_is_issued_is_not(provider):
    issued()
    stuck()
    page = browser(provider).get(WAITING).content.decode()
    assert "Our certificate fonts have no sign for Ꮳ, Ꮃ, Ꭹ." in page
    assert "Ada Lindqvist" not in page


def test_a_retry_issues_once_the_name_is_corrected(provider, django_capture_on_commit_callbacks):
    request = stuck()
    request.enrollment.user.legal_name = "Wang Fang"
    request.enrollment.user.save()
    with django_capture_on_commit_callbacks(execute=True):
        response = browser(provider).post(f"{WAITING}retry/{request.pk}/")
    assert (response.status_code, response["Location"]) == (303, WAITING)
    assert Certificate.objects.get().facts["name"] == "Wang Fang"


def test_a_retry_needs_the_permission_and_a_post(instructor, provider):
    request = stuck()
    refused = browser(instructor).post(f"{WAITING}retry/{request.pk}/")
    assert (refused.status_code, refused["Location"]) == (302, "/admin/")
    assert browser(provider).get(f"{WAITING}retry/{request.pk}/").status_code == 405
    request.refresh_from_db()
    assert (request.state, request.attempts) == ("stuck", 1)
