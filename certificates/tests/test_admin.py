import csv
import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from certificates.models import Certificate, CertificateRequest
from certificates.services import issue
from certificates.tests.factories import ISSUED_AT, make_course, make_finished, make_person, set_up_school

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ISSUED, WAITING = "/admin/certificates/issued/", "/admin/certificates/requests/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db):
    set_up_school()


def browser(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def staff(email, *codenames):
    """Somebody of the back office with these permissions."""
    group = Group.objects.create(name=email)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user = make_person(email)
    user.groups.add(group)
    return user


@pytest.fixture
def provider(db):
    return staff("provider@example.com", "view_certificate", "view_certificaterequest", "change_certificaterequest")


@pytest.fixture
def instructor(db):
    return staff("instructor@example.com")


def issued(name="Ada Lindqvist", email="ada@example.com"):
    enrollment = make_finished(make_person(email, name=name), make_course(f"Course of {email}"))
    certificate = issue(CertificateRequest.objects.create(enrollment=enrollment), at=ISSUED_AT)
    assert certificate is not None
    return certificate


def stuck():
    request = CertificateRequest.objects.create(enrollment=make_finished(make_person("wang@example.com", name="王芳")))
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


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=achievement", True),
        ("?kind=completion", False),
        ("?completed_on__gte=2026-11-01", True),
        ("?completed_on__lte=2026-11-01", False),
        ("?q=lindqvist", True),
        ("?q=nobody", False),
    ],
)
def test_the_list_is_filtered_and_searched(query, found, provider):
    certificate = issued()
    assert (certificate.serial in browser(provider).get(ISSUED + query).content.decode()) == found


def test_the_export_holds_every_certificate_and_runs_no_formula(provider):
    issued()
    issued('=HYPERLINK("https://example.com")', "mallory@example.com")
    response = browser(provider).get(ISSUED + "?export=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert {row["Holder"] for row in rows} == {"Ada Lindqvist", '\'=HYPERLINK("https://example.com")'}
    assert {row["Hours"] for row in rows} == {"4.5 hours"}


@pytest.mark.parametrize("path", [ISSUED, WAITING])
def test_the_lists_cost_the_same_for_one_and_three(path, provider, django_assert_max_num_queries):
    def add(number):
        issued(email=f"a{number}@example.com")
        waiting = make_finished(make_person(f"w{number}@example.com"), make_course(f"Waiting {number}"))
        CertificateRequest.objects.create(enrollment=waiting)

    add(1)
    client = browser(provider)
    client.get(path)
    with django_assert_max_num_queries(40) as small:
        client.get(path)
    add(2)
    add(3)
    with django_assert_max_num_queries(len(small.captured_queries)):
        client.get(path)


def test_what_is_stuck_is_listed_with_its_reason_and_what_is_issued_is_not(provider):
    issued()
    stuck()
    page = browser(provider).get(WAITING).content.decode()
    assert "Our certificate fonts have no sign for 王, 芳." in page
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
