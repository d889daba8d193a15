"""This looks wrong: what happens to the words of whoever doubts a certificate."""

import pytest

from certificates.models import CertificateEvent
from certificates.tests.factories import make_person, set_up_school
from certificates.tests.register import SHE, UNKNOWN, browser, issue_for, open_school, text_of
from notifications.models import Mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def certificate():
    return issue_for(make_person())


def write(certificate, client=None, **fields):
    return (client or browser()).post(f"/verify/{certificate.serial}/doubt/", {"message": "Forty hours here."} | fields)


def test_a_doubt_goes_to_the_school_and_the_log_keeps_neither_words_nor_address(certificate):
    response = write(certificate, email="eve@example.com")
    assert (response.status_code, response["Location"]) == (
        303,
        f"/verify/{certificate.serial}/?message=sent#message",
    )
    mail = Mail.objects.get(key__startswith="certificate-doubted-")
    assert mail.to == "school@example.com"
    assert "Forty hours here." in mail.text
    assert "An answer goes to: eve@example.com" in mail.text
    event = CertificateEvent.objects.get(what="doubted")
    assert (event.certificate, event.by, event.text) == (certificate, None, "")
    thanks = text_of(browser().get(response["Location"].partition("#")[0]))
    assert "Thank you Your message is on its way to the school." in thanks


def test_the_same_doubt_twice_is_one(certificate):
    client = browser()
    for _ in range(2):
        assert write(certificate, client).status_code == 303
    assert Mail.objects.filter(key__startswith="certificate-doubted-").count() == 1
    assert CertificateEvent.objects.filter(what="doubted").count() == 1


def test_a_program_that_fills_the_trap_is_thanked_and_ignored(certificate):
    assert write(certificate, website="https://spam.example").status_code == 303
    assert not CertificateEvent.objects.filter(what="doubted").exists()


def test_an_empty_doubt_is_asked_for_words_beside_the_record(certificate):
    response = write(certificate, message=" ")
    assert response.status_code == 422
    assert "Write what looks wrong, in a few words." in text_of(response)
    assert SHE in text_of(response)


def test_doubts_are_limited_by_address_and_by_day(certificate):
    client = browser()
    assert [write(certificate, client, message=str(n)).status_code for n in range(4)] == [303, 303, 303, 429]
    CertificateEvent.objects.bulk_create(CertificateEvent(certificate=certificate, what="doubted") for _ in range(7))
    response = browser().post(f"/verify/{certificate.serial}/doubt/", {"message": "One more."}, REMOTE_ADDR="192.0.2.7")
    assert response["Location"].endswith("?message=not-sent#message")
    assert Mail.objects.filter(key__startswith="certificate-doubted-").count() == 3


def test_a_doubt_needs_the_token_and_a_number_that_exists(certificate):
    from django.test import Client  # noqa: PLC0415 - beside its one use

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/verify/{certificate.serial}/doubt/", {"message": "x"}).status_code == 403
    assert browser().post(f"/verify/{UNKNOWN}/doubt/", {"message": "x"}).status_code == 404


def test_without_an_address_of_the_school_nothing_is_promised(certificate):
    school = set_up_school()
    school.email = ""
    school.save()
    assert write(certificate)["Location"].endswith("?message=not-sent#message")
