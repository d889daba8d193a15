from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from wagtail.models import Site

from certificates.models import Certificate, CertificateRequest
from certificates.services import confirm_name, issue, issue_pending, request_certificates, retry
from certificates.tests.factories import (
    ISSUED_AT,
    make_approval,
    make_course,
    make_edition,
    make_finished,
    make_person,
    set_up_school,
)
from core.serials import normalize_serial
from courses.tests.factories import make_course as published_course
from enrollments.models import Enrollment
from enrollments.services import complete_unit, enroll
from enrollments.signals import course_completed
from enrollments.standing import outline_of
from notifications.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings):
    settings.SITE_URL = "https://school.example.com"
    set_up_school()


def request_for(enrollment, credit_key=""):
    return CertificateRequest.objects.create(enrollment=enrollment, credit_key=credit_key)


def issued(enrollment=None, **request):
    certificate = issue(request_for(enrollment or make_finished(make_person()), **request), at=ISSUED_AT)
    assert certificate is not None
    return certificate


def test_a_certificate_freezes_every_printed_fact():
    certificate = issued()
    assert certificate.facts == {
        "layout": 3,
        "valid_until": "",
        "awarded_on": "",
        "replaces": "",
        "classroom_hours": "",
        "language": "en",
        "serial": certificate.serial,
        "kind": "achievement",
        "heading": "Certificate of Achievement",
        "name": "Ada Lindqvist",
        "earned": "passed every quiz of the self-paced course",
        "title": "Foundations of Craniosacral Bodywork",
        "hours": "4.5",
        "hours_printed": "4.5 hours",
        "hours_note": "Hours by our own count, not approved CE credit",
        "completed_on": "2026-11-18",
        "issued_on": "2026-11-20",
        "deliveries": ["self_paced"],
        "delivery_label": "Self-paced home study",
        "place": "Online",
        "credit": [],
        "edition": "1",
        "instructors": ["Mara Ellison"],
        "administrator": "Jonas Reyes",
        "provider": {
            "name": "Example School",
            "address": "1 Example Street, Portland, OR 97201",
            "email": "school@example.com",
            "website": "school.example.com",
        },
        "approval": None,
        "sample_notice": "",
        "notices": certificate.facts["notices"],
    }
    assert normalize_serial(certificate.serial).serial == certificate.serial
    assert certificate.serial.startswith("CST-2026-")
    assert certificate.is_intact


def test_with_an_approval_title_hours_and_numbers_are_the_approved_ones():
    enrollment = make_finished(make_person())
    row = make_approval(enrollment.edition, hours="4.00")
    certificate = issued(enrollment, credit_key=str(row.uuid))
    facts = certificate.facts
    assert (facts["title"], facts["hours"], facts["hours_printed"], facts["hours_note"]) == (
        "Foundations of Craniosacral Bodywork (Home Study)",
        "4.0",
        "4.0 CE hours",
        "",
    )
    assert facts["approval"] == {
        "body": "Example Board board",
        "provider_name": "Example School, Inc.",
        "provider_number": "P-board",
        "course_number": "C-board",
    }


@pytest.mark.parametrize("sample", ["school", "course approval"])
def test_a_sample_is_marked_on_the_certificate(sample):
    enrollment = make_finished(make_person())
    set_up_school(sample=sample == "school")
    row = make_approval(enrollment.edition, is_sample=sample == "course approval")
    assert issued(enrollment, credit_key=str(row.uuid)).facts["sample_notice"] == "Sample: not valid for credit"


def test_later_changes_reach_no_certificate():
    enrollment = make_finished(make_person())
    row = make_approval(enrollment.edition)
    certificate = issued(enrollment, credit_key=str(row.uuid))
    before = (certificate.facts, certificate.read_pdf())
    enrollment.user.legal_name = "Somebody Else"
    enrollment.user.email = "else@example.com"
    enrollment.user.save()
    enrollment.course.title = "Another Title"
    enrollment.course.live = False
    enrollment.course.save()
    type(row).objects.filter(pk=row.pk).update(title_as_approved="Another", number="X", status="revoked")
    settings = set_up_school(sample=True)
    settings.name = "Another School"
    settings.save()
    certificate = Certificate.objects.get(pk=certificate.pk)
    assert (certificate.facts, certificate.read_pdf()) == before
    assert certificate.is_intact


def test_the_stored_bytes_are_the_ones_whose_digest_names_the_file():
    certificate = issued()
    assert certificate.read_pdf().startswith(b"%PDF-1.7")
    assert certificate.pdf == f"certificates/{certificate.pdf_sha256[:2]}/{certificate.pdf_sha256}.pdf"


@pytest.mark.parametrize(
    "change",
    [
        lambda certificate: certificate.save(),
        lambda certificate: Certificate.objects.filter(pk=certificate.pk).update(facts={}),
        lambda certificate: certificate.delete(),
        lambda certificate: Certificate.objects.filter(pk=certificate.pk).delete(),
    ],
    ids=["save", "update", "delete", "delete many"],
)
def test_a_certificate_is_neither_changed_nor_deleted(change):
    certificate = issued()
    with pytest.raises(ValidationError):
        change(certificate)
    assert Certificate.objects.get(pk=certificate.pk).is_intact


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "change",
    [
        {"facts": {}},
        {"serial": "CST-2026-OTHER"},
        {"issued_at": ISSUED_AT + timedelta(days=1)},
        {"completed_on": ISSUED_AT.date()},
        {"pdf": "elsewhere.pdf"},
        {"pdf_sha256": "0"},
        {"facts_sha256": "0"},
        {"credit_key": "other"},
        {"kind": "completion"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_change_what_was_issued(change):
    certificate = issued()
    with pytest.raises(IntegrityError, match="frozen on the day of issue"), transaction.atomic():
        Certificate._base_manager.filter(pk=certificate.pk).update(**change)


def test_the_holder_and_the_enrollment_of_a_certificate_stay():
    certificate = issued()
    with pytest.raises(ProtectedError):
        certificate.learner.delete()
    with pytest.raises(ProtectedError):
        Enrollment.objects.filter(pk=certificate.enrollment_id).delete()


def test_issuing_twice_gives_the_same_certificate_and_one_mail():
    request = request_for(make_finished(make_person()))
    first, second = issue(request, at=ISSUED_AT), issue(request, at=ISSUED_AT)
    assert first == second
    assert Certificate.objects.count() == 1
    assert list(Mail.objects.values_list("key", flat=True)) == [f"certificate-{first.serial}"]


def test_a_second_certificate_for_the_same_credit_is_refused_by_the_database():
    first = issued()
    twin = Certificate(
        serial="CST-2026-TWIN",
        learner=first.learner,
        enrollment=first.enrollment,
        kind=first.kind,
        facts=first.facts,
        facts_sha256=first.facts_sha256,
        issued_at=first.issued_at,
        completed_on=first.completed_on,
        pdf=first.pdf,
        pdf_sha256=first.pdf_sha256,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_one_request_per_approval_that_holds_on_the_day_of_completion():
    enrollment = make_finished(make_person())
    first, second = make_approval(enrollment.edition, code="one"), make_approval(enrollment.edition, code="two")
    make_approval(enrollment.edition, code="over", valid_to=enrollment.completed_on - timedelta(days=1))
    make_approval(enrollment.edition, code="draft", status="draft")
    requests = request_certificates(enrollment=enrollment)
    assert {request.credit_key for request in requests} == {str(first.uuid), str(second.uuid)}


def test_without_an_approval_one_request_for_our_own_count():
    enrollment = make_finished(make_person())
    assert [request.credit_key for request in request_certificates(enrollment=enrollment)] == [""]


def test_an_edition_with_changed_content_has_no_credit_until_staff_say_so():
    page = make_course()
    make_approval(make_edition(page, number=1))
    enrollment = make_finished(make_person(), page, of=make_edition(page, number=2, change="content"))
    assert [request.credit_key for request in request_certificates(enrollment=enrollment)] == [""]


def test_a_course_studied_to_the_end_issues_its_certificate(django_capture_on_commit_callbacks):
    page = published_course("Resting hands", lessons=2)
    type(page).objects.filter(pk=page.pk).update(promises_certificate=True)
    enrollment = enroll(user=make_person(), course=page, source="free")
    units = [unit.page for module in outline_of(enrollment.user, page) for unit in module.units]
    with django_capture_on_commit_callbacks(execute=True):
        complete_unit(enrollment=enrollment, unit=units[0].specific)
    assert Certificate.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        complete_unit(enrollment=enrollment, unit=units[1].specific)
    facts = Certificate.objects.get().facts
    assert (facts["heading"], facts["earned"], facts["title"], facts["hours_printed"]) == (
        "Certificate of Completion",
        "completed the self-paced course",
        "Resting hands",
        "Under 0.5 hours",
    )


def test_requesting_twice_is_once():
    enrollment = make_finished(make_person())
    request_certificates(enrollment=enrollment)
    request_certificates(enrollment=enrollment)
    assert CertificateRequest.objects.count() == 1


def test_a_course_that_promises_no_certificate_requests_none():
    enrollment = make_finished(make_person(), make_course(promises_certificate=False))
    assert request_certificates(enrollment=enrollment) == []


def test_a_completed_course_issues_after_the_commit(django_capture_on_commit_callbacks):
    enrollment = make_finished(make_person())
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        course_completed.send(sender=Enrollment, enrollment=enrollment)
        assert Certificate.objects.count() == 0
    callbacks[0]()
    assert Certificate.objects.get().enrollment == enrollment
    assert CertificateRequest.objects.get().state == "issued"


def test_a_nudge_that_goes_wrong_disturbs_nobody_and_sweep_finishes(django_capture_on_commit_callbacks):
    enrollment = make_finished(make_person())
    site = Site.objects.get(is_default_site=True)
    Site.objects.filter(pk=site.pk).update(is_default_site=False)
    with django_capture_on_commit_callbacks(execute=True):
        request_certificates(enrollment=enrollment)
    assert Certificate.objects.count() == 0
    Site.objects.filter(pk=site.pk).update(is_default_site=True)
    assert issue_pending() == 1


def test_the_first_certificate_waits_for_the_confirmed_name(django_capture_on_commit_callbacks):
    learner = make_person(name="ada", confirmed=False)
    with django_capture_on_commit_callbacks(execute=True):
        request_certificates(enrollment=make_finished(learner))
    assert issue_pending() == 0
    assert Certificate.objects.count() == 0
    assert CertificateRequest.objects.get().waits_for == "The learner confirms the name."
    with django_capture_on_commit_callbacks(execute=True):
        confirm_name(user=learner, legal_name="  Ada   Lindqvist ")
    assert Certificate.objects.get().facts["name"] == "Ada Lindqvist"


def test_whoever_has_closed_the_browser_hears_that_the_name_is_missing():
    enrollment = make_finished(make_person(confirmed=False))
    request_certificates(enrollment=enrollment)
    mail = Mail.objects.get()
    assert (mail.key, mail.to) == (f"certificate-name-{enrollment.pk}", "ada@example.com")
    assert "https://school.example.com/my/certificates/" in mail.text


def test_the_mail_says_the_number_and_where_to_look():
    certificate = issued()
    mail = Mail.objects.get()
    assert mail.subject == f"Your certificate {certificate.serial}"
    assert "https://school.example.com/my/certificates/" in mail.text
    assert f"https://school.example.com/verify/{certificate.serial}/" in mail.text


def test_sweep_issues_what_a_lost_nudge_left():
    request_for(make_finished(make_person()))
    assert (issue_pending(), issue_pending()) == (1, 0)
    assert Certificate.objects.count() == 1


def test_a_name_that_cannot_be_printed_waits_with_its_reason():
    request = request_for(make_finished(make_person(name="ᏣᎳᎩ")))
    assert issue(request, at=ISSUED_AT) is None
    request.refresh_from_db()
    assert (request.state, request.attempts) == ("stuck", 1)
    assert request.waits_for == (
        "Our certificate fonts have no sign for Ꮳ, Ꮃ, Ꭹ. Ask the learner how the name is written in their license or "
        "passport, or add a font for that script."
    )
    assert request.next_try_at == ISSUED_AT + timedelta(minutes=2)
    assert Certificate.objects.count() == 0


def test_what_is_stuck_waits_longer_after_each_try_and_is_never_given_up():
    request = request_for(make_finished(make_person(name="ᏣᎳᎩ")))
    waits = []
    for _ in range(12):
        issue(request, at=ISSUED_AT)
        request.refresh_from_db()
        waits.append(request.next_try_at - ISSUED_AT)
    assert waits[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert waits[-1] == timedelta(hours=12)


def test_a_retry_after_the_name_was_corrected_issues_it(django_capture_on_commit_callbacks):
    request = request_for(make_finished(make_person(name="ᏣᎳᎩ")))
    issue(request, at=ISSUED_AT)
    request.enrollment.user.legal_name = "Wang Fang"
    request.enrollment.user.save()
    with django_capture_on_commit_callbacks(execute=True):
        retry(request=request)
    assert Certificate.objects.get().facts["name"] == "Wang Fang"


def test_a_storage_that_is_away_only_costs_time(tmp_path, settings):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"private": {**backend, "OPTIONS": {"location": str(blocked)}}}
    request = request_for(make_finished(make_person()))
    assert issue(request, at=ISSUED_AT) is None
    request.refresh_from_db()
    assert (request.state, request.last_error) == ("open", "The file could not be stored (NotADirectoryError).")
    settings.STORAGES = settings.STORAGES | {"private": {**backend, "OPTIONS": {"location": str(tmp_path / "disk")}}}
    assert issue_pending(at=ISSUED_AT + timedelta(minutes=3)) == 1
    assert storages["private"].exists(Certificate.objects.get().pdf)
