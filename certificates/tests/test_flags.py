"""Put before staff: a refund or a dispute takes no credit; a person decides, and what was decided stands in the log."""

import pytest
from django.test import Client

from accounts.models import User
from certificates.models import Certificate, CertificateEvent
from certificates.services import correct_name, put_before_staff, revoke
from certificates.services.flags import before_staff, look_at
from certificates.tests.desk import REGISTRAR, browser, issued, page_of, staff, words_of
from certificates.tests.factories import set_up_school
from enrollments.services import close_hold, open_hold

WAITING = "/admin/certificates/before-staff/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db: None) -> None:
    set_up_school()


@pytest.fixture
def registrar() -> User:
    return staff("registrar@example.com", *REGISTRAR)


@pytest.fixture
def desk(registrar: User) -> Client:
    return browser(registrar)


def flagged() -> Certificate:
    certificate = issued()
    put_before_staff(enrollment=certificate.enrollment, text="The money went back (order:1).")
    return certificate


def test_what_was_flagged_waits_until_a_person_has_looked(desk: Client, registrar: User) -> None:
    certificate = flagged()
    for page in (WAITING, page_of(certificate)):
        assert "The money went back (order:1)." in words_of(desk.get(page))
    assert "Put before staff (1)" in desk.get("/admin/").content.decode()
    answer = desk.post(f"{WAITING}{certificate.pk}/", {"text": "Goodwill. The credit was earned."})
    assert (answer.status_code, answer["Location"]) == (303, WAITING)
    assert "Nothing waits." in words_of(desk.get(WAITING))
    assert "Put before staff (" not in desk.get("/admin/").content.decode()
    last = CertificateEvent.objects.order_by("pk").last()
    assert (last.what, last.by, last.text) == ("reviewed", registrar, "Goodwill. The credit was earned.")
    assert Certificate.objects.get().status == "issued"


def test_looked_at_twice_is_once_and_needs_words(desk: Client) -> None:
    certificate = flagged()
    for text in ("", "Stands.", "Stands."):
        desk.post(f"{WAITING}{certificate.pk}/", {"text": text})
    assert CertificateEvent.objects.filter(what="reviewed").count() == 1


def test_a_new_flag_waits_again(registrar: User) -> None:
    certificate = flagged()
    look_at(certificate=certificate, by=registrar, text="Stands.")
    assert not before_staff().exists()
    put_before_staff(enrollment=certificate.enrollment, text="The payment is disputed (order:2).")
    assert list(before_staff()) == [certificate]


def test_a_corrected_name_does_not_shake_off_a_flag(desk: Client) -> None:
    old = flagged()
    new = correct_name(certificate=old, legal_name="Ada Lindquist", by=old.learner)
    assert list(before_staff()) == [new]
    assert f"The money went back (order:1). (on {old.serial}, which it replaced)" in words_of(desk.get(WAITING))
    desk.post(f"{WAITING}{new.pk}/", {"text": "Stands."})
    assert not before_staff().exists()


def test_what_is_revoked_waits_no_more(registrar: User) -> None:
    certificate = flagged()
    revoke(certificate=certificate, by=registrar, reason_class="holder", reason="Given back.")
    assert not before_staff().exists()


def test_a_refund_takes_the_way_to_the_list(desk: Client) -> None:
    certificate = issued()
    open_hold(enrollment=certificate.enrollment, reason="refund", source="order:1")
    close_hold(enrollment=certificate.enrollment, reason="refund", source="order:1")
    assert [one for one, _ in desk.get(WAITING).context["waiting"]] == [certificate]


def test_the_flag_of_one_is_not_the_flag_of_another(registrar: User) -> None:
    flagged()
    other = issued("Bo Berg", "bo@example.com")
    assert not look_at(certificate=other, by=registrar, text="Stands.")
    assert before_staff().exclude(pk=other.pk).count() == 1
