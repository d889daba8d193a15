"""What becomes of a certificate: corrected, renewed, revoked, shared; its facts are never edited."""

from datetime import timedelta

import pytest

from accounts.models import User
from certificates.models import Certificate, CertificateEvent, CertificateFile
from certificates.services import (
    LifeRefused,
    correct_name,
    issue,
    issue_again,
    may_correct_own_name,
    renew,
    request_certificates,
    revoke,
    share,
)
from certificates.tests.factories import ISSUED_AT, make_course, make_finished, make_person, set_up_school
from enrollments.services import close_hold, open_hold
from notifications.models import Mail

pytestmark = pytest.mark.django_db
LATER = ISSUED_AT + timedelta(days=40)


@pytest.fixture
def holder() -> User:
    set_up_school()
    return make_person()


@pytest.fixture
def certificate(holder: User) -> Certificate:
    found = issue(request_certificates(enrollment=make_finished(holder))[0], at=ISSUED_AT)
    assert found is not None
    return found


@pytest.fixture
def registrar() -> User:
    return make_person("registrar@example.com", name="Jonas Reyes")


def kept(certificate: Certificate) -> dict[str, object]:
    """All that stands on a certificate beside its standing."""
    row = Certificate.objects.filter(pk=certificate.pk).values().get()
    return {
        key: row[key] for key in row if key not in ("status", "ended_at", "reason_class", "public_note", "is_shared")
    }


def test_the_holder_corrects_the_name_once_and_the_first_award_is_kept(certificate: Certificate, holder: User) -> None:
    before = kept(certificate)
    fresh = correct_name(certificate=certificate, legal_name="Ada  Lindquist", by=holder, at=LATER)
    old = Certificate.objects.get(pk=certificate.pk)
    assert (old.status, fresh.status, fresh.supersedes, fresh.holder) == ("superseded", "issued", old, "Ada Lindquist")
    assert kept(old) == before
    assert (fresh.awarded_at, fresh.issued_at, fresh.completed_on) == (ISSUED_AT, LATER, certificate.completed_on)
    assert (fresh.facts["replaces"], fresh.facts["awarded_on"]) == (old.serial, "2026-11-20")
    assert User.objects.get(pk=holder.pk).legal_name == "Ada Lindquist"
    with pytest.raises(LifeRefused, match="once"):
        correct_name(certificate=fresh, legal_name="Ada L.", by=holder, at=LATER)


def test_after_that_staff_correct_it_with_a_reason(certificate: Certificate, holder: User, registrar: User) -> None:
    fresh = correct_name(certificate=certificate, legal_name="Ada Lindquist", by=holder, at=LATER)
    with pytest.raises(LifeRefused, match="why"):
        correct_name(certificate=fresh, legal_name="Ada Lindgren", by=registrar, at=LATER)
    third = correct_name(certificate=fresh, legal_name="Ada Lindgren", by=registrar, reason="Married.", at=LATER)
    assert [one.serial for one in (third.supersedes, third.supersedes.supersedes)] == [fresh.serial, certificate.serial]
    assert (third.awarded_at, may_correct_own_name(third)) == (ISSUED_AT, False)


@pytest.mark.parametrize("act", ["correct", "revoke", "renew", "again"])
def test_what_is_over_is_not_changed_again(certificate: Certificate, holder: User, registrar: User, act: str) -> None:
    certificate.enrollment.course.certificate_months = 12
    fresh = correct_name(certificate=certificate, legal_name="Ada Lindquist", by=holder, at=LATER)
    acts = {
        "correct": lambda: correct_name(certificate=certificate, legal_name="Eve", by=registrar, reason="No."),
        "revoke": lambda: revoke(certificate=certificate, by=registrar, reason_class="error", reason="No."),
        "renew": lambda: renew(certificate=certificate, by=registrar, reason="No."),
        "again": lambda: issue_again(certificate=certificate, by=registrar, reason="No."),
    }
    with pytest.raises(LifeRefused, match="meanwhile"):
        acts[act]()
    assert list(Certificate.objects.in_force()) == [fresh]
    assert CertificateFile.objects.count() == 2


def test_staff_revoke_with_a_class_for_the_public_and_a_reason_that_is_not(
    certificate: Certificate, registrar: User
) -> None:
    ended = revoke(
        certificate=certificate, by=registrar, reason_class="conduct", reason="Somebody else sat the exam.", at=LATER
    )
    assert (ended.status, ended.ended_at, ended.reason_class, ended.public_note) == ("revoked", LATER, "conduct", "")
    assert ended.status_list.is_stale
    mail = Mail.objects.get(key=f"certificate-revoked-{ended.serial}")
    assert "The requirements were not met honestly" in mail.text
    assert "sat the exam" not in mail.text
    log = CertificateEvent.objects.filter(certificate=ended).values_list("what", "by")
    assert list(log) == [("issued", None), ("revoked", registrar.pk)]


def test_one_that_ends_is_renewed_for_another_term(holder: User, registrar: User) -> None:
    course = make_course(certificate_months=24)
    first = issue(request_certificates(enrollment=make_finished(holder, course))[0], at=ISSUED_AT)
    assert first is not None
    assert (first.facts["valid_until"], first.is_expired(first.valid_until)) == ("2028-11-18", False)
    assert first.is_expired(first.valid_until + timedelta(days=1))
    second = renew(certificate=first, by=registrar, reason="Refresher seen.", at=ISSUED_AT + timedelta(days=700))
    assert second.facts["valid_until"] == "2030-10-20"
    assert second.awarded_at == ISSUED_AT


def test_a_mended_record_is_issued_again(certificate: Certificate, registrar: User) -> None:
    edition = certificate.enrollment.edition
    type(edition).objects.filter(pk=edition.pk).update(title="Foundations, mended")
    fresh = issue_again(certificate=certificate, by=registrar, reason="Wrong title.", at=LATER)
    assert (fresh.title, certificate.title) == ("Foundations, mended", "Foundations of Craniosacral Bodywork")


def test_sharing_is_switched_on_and_off_and_each_is_logged_once(certificate: Certificate, holder: User) -> None:
    for on in (True, True, False):
        share(certificate=certificate, on=on, by=holder)
    assert not Certificate.objects.get().is_shared
    assert list(CertificateEvent.objects.values_list("what", flat=True)) == ["issued", "shared", "unshared"]


def test_money_that_goes_back_puts_the_certificate_before_staff_and_takes_nothing(certificate: Certificate) -> None:
    enrollment = certificate.enrollment
    for _ in range(2):
        open_hold(enrollment=enrollment, reason="refund", source="order:1")
        close_hold(enrollment=enrollment, reason="refund", source="order:1")
    assert Certificate.objects.get().status == "issued"
    assert list(CertificateEvent.objects.values_list("what", "text")) == [
        ("issued", ""),
        ("flagged", "The money went back (order:1)."),
    ]


def test_a_certificate_waits_while_the_payment_is_open(holder: User, django_capture_on_commit_callbacks) -> None:
    enrollment = make_finished(holder, make_course("Two"), of=None)
    open_hold(enrollment=enrollment, reason="unpaid", source="order:1")
    request = request_certificates(enrollment=enrollment)[0]
    assert issue(request, at=ISSUED_AT) is None
    with django_capture_on_commit_callbacks(execute=True):
        close_hold(enrollment=enrollment, reason="unpaid", source="order:1")
    assert Certificate.objects.filter(enrollment=enrollment).exists()
