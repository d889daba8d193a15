"""A certificate whose credit went to a board: when it is replaced or revoked, that report's line waits for a person."""

import pytest
from django.contrib.auth import get_user_model

from accreditation.models import ApprovalBody, BoardReport, CreditAward, LicenseClaim, ReportFormat, ReportTask
from accreditation.services.awards import award_credit, void
from accreditation.services.reporting import make_report, mark_sent, review
from accreditation.tests.factories import make_license
from certificates.models import CertificateRequest
from certificates.services import correct_name, issue, revoke
from certificates.services.flags import before_staff
from certificates.tests.factories import ISSUED_AT, make_approval, make_finished, make_person
from certificates.tests.register import open_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def boss():
    return get_user_model().objects.create_superuser("boss@example.com")


@pytest.fixture
def ada():
    return make_person()


@pytest.fixture
def certificate(ada):
    enrollment = make_finished(ada)
    approval = make_approval(enrollment.edition)
    LicenseClaim.objects.create(enrollment=enrollment, license=make_license(ada), course_approval=approval)
    award_credit(enrollment=enrollment, at=ISSUED_AT)
    found = issue(CertificateRequest.objects.create(enrollment=enrollment, credit_key=str(approval.uuid)), at=ISSUED_AT)
    assert found is not None
    return found


@pytest.fixture
def body():
    columns = [{"header": "License", "source": "license_number"}, {"header": "Name", "source": "learner_name"}]
    form = ReportFormat.objects.create(code="plain", name="Plain", writer="csv", columns=columns)
    ApprovalBody.objects.filter(code="board").update(report_format=form, report_within_days=30)
    return ApprovalBody.objects.get(code="board")


@pytest.fixture
def sent(certificate, body, boss):
    report = make_report(body=body, by=boss, at=ISSUED_AT)
    review(report=report, by=boss, at=ISSUED_AT)
    mark_sent(report=report, by=boss, at=ISSUED_AT)
    return report


def tasks():
    return [(task.row.award.enrollment_id, task.why) for task in ReportTask.objects.filter(closed_at=None)]


@pytest.mark.usefixtures("sent")
def test_a_replaced_certificate_opens_a_task_on_the_line_that_was_sent(ada, certificate):
    fresh = correct_name(certificate=certificate, legal_name="Ada Lindquist", by=ada, at=ISSUED_AT)
    why = f"Certificate {certificate.serial} is replaced by {fresh.serial}. The holder corrected the name."
    assert tasks() == [(certificate.enrollment_id, why)]


@pytest.mark.usefixtures("sent")
def test_a_revoked_certificate_opens_a_task_and_the_credit_stands_until_a_person_ends_it(certificate, boss):
    revoke(certificate=certificate, by=boss, reason_class="conduct", reason="Somebody else sat it.", at=ISSUED_AT)
    assert tasks() == [
        (certificate.enrollment_id, f"Certificate {certificate.serial} is revoked. Somebody else sat it.")
    ]
    assert CreditAward.objects.standing().count() == 1


def test_a_draft_that_nobody_has_sent_is_withdrawn_instead(ada, certificate, body, boss):
    report = make_report(body=body, by=boss, at=ISSUED_AT)
    correct_name(certificate=certificate, legal_name="Ada Lindquist", by=ada, at=ISSUED_AT)
    assert (tasks(), BoardReport.objects.get(pk=report.pk).state) == ([], "withdrawn")


def test_what_was_never_reported_opens_nothing(ada, certificate):
    correct_name(certificate=certificate, legal_name="Ada Lindquist", by=ada, at=ISSUED_AT)
    assert tasks() == []


def test_credit_that_is_made_void_puts_its_certificate_before_staff(certificate, boss):
    void(award=CreditAward.objects.get(), by=boss, reason="The quiz was not sat by the learner.")
    assert list(before_staff()) == [certificate]
