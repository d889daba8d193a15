"""The holder corrects the name on a certificate: looked at once more, done once, then the school does it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from certificates.models import Certificate, CertificateEvent, SigningKey
from certificates.services import confirm_name, revoke
from certificates.tests.desk import browser, issued
from certificates.tests.factories import make_person, set_up_school
from certificates.tests.register import text_of
from notifications.models import Mail

pytestmark = pytest.mark.django_db
RIGHT = {"legal_name": "Ada Lindquist"}
CONFIRMED = {**RIGHT, "confirmed": "1"}


@pytest.fixture
def certificate(db: None) -> Certificate:
    set_up_school()
    return issued()


@pytest.fixture
def holder(certificate: Certificate) -> Client:
    return browser(certificate.learner)


def door(certificate: Certificate) -> str:
    return f"/my/certificates/{certificate.serial}/correct/"


def untouched(certificate: Certificate) -> bool:
    """One certificate, one line in its log, one mail, and the name of the account."""
    counts = (Certificate.objects.count(), CertificateEvent.objects.count(), Mail.objects.count())
    name = User.objects.get(pk=certificate.learner_id).legal_name
    return (counts, name, certificate.status) == ((1, 1, 1), "Ada Lindqvist", "issued")


def test_the_list_leads_to_it(holder: Client, certificate: Certificate) -> None:
    assert f'href="{door(certificate)}"' in holder.get("/my/certificates/").content.decode()


def test_it_says_what_will_happen_and_asks_for_the_name(holder: Client, certificate: Certificate) -> None:
    page = holder.get(door(certificate))
    words = text_of(page)
    assert (page.status_code, 'value="Ada Lindqvist"' in page.content.decode()) == (200, True)
    assert f"Whoever checks {certificate.serial} is led to the new one" in words
    assert "You can do this once." in words


def test_old_and_new_are_shown_before_anything_happens(holder: Client, certificate: Certificate) -> None:
    page = holder.post(door(certificate), {"legal_name": "  Ada   Lindquist "})
    assert page.status_code == 200
    assert "Stands there now Ada Lindqvist Will stand there Ada Lindquist" in text_of(page)
    assert untouched(certificate)


def test_it_is_done_once_and_both_numbers_lead_on(holder: Client, certificate: Certificate) -> None:
    answer = holder.post(door(certificate), CONFIRMED)
    new = Certificate.objects.in_force().get()
    assert (answer.status_code, answer["Location"]) == (303, f"/my/certificates/#certificate-{new.pk}")
    assert (new.holder, new.awarded_at) == ("Ada Lindquist", certificate.awarded_at)
    person = User.objects.get(pk=certificate.learner_id)
    assert person.legal_name == "Ada Lindquist"
    mail = Mail.objects.get(key=f"certificate-{new.serial}")
    assert mail.to == person.email
    assert all(serial in mail.text for serial in (new.serial, certificate.serial))
    public = Client().get(certificate.get_absolute_url()).content.decode()
    assert new.serial in public
    event = CertificateEvent.objects.get(certificate=certificate, what="corrected")
    assert event.by == person


def test_pressed_twice_is_once(holder: Client, certificate: Certificate) -> None:
    answers = [holder.post(door(certificate), CONFIRMED) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[1]["Location"] == "/my/certificates/"
    assert Certificate.objects.count() == 2


def test_after_that_the_page_leads_to_the_school(holder: Client, certificate: Certificate) -> None:
    holder.post(door(certificate), CONFIRMED)
    new = Certificate.objects.in_force().get()
    for page in (holder.get(door(new)), holder.post(door(new), {"legal_name": "Ada L.", "confirmed": "1"})):
        assert "You have corrected this name once" in text_of(page)
        assert 'href="mailto:school@example.com"' in page.content.decode()
        assert 'name="legal_name"' not in page.content.decode()
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "This field is required."),
        ("7 8", "Write your name with letters."),
        ("Ada  Lindqvist", "This is the name that stands on it."),
        ("x" * 151, "at most 150 characters"),
    ],
)
def test_a_name_that_cannot_be_is_said_and_the_text_is_kept(
    holder: Client, certificate: Certificate, name: str, said: str, confirmed: dict[str, str]
) -> None:
    page = holder.post(door(certificate), {"legal_name": name, **confirmed})
    assert (page.status_code, said in text_of(page)) == (422, True)
    assert f'value="{name}"' in page.content.decode() or not name
    assert untouched(certificate)


def test_a_name_that_cannot_be_printed_changes_nothing(holder: Client, certificate: Certificate) -> None:
    page = holder.post(door(certificate), {"legal_name": "ᏣᎳᎩ", "confirmed": "1"})
    assert (page.status_code, "Our certificate fonts have no sign for Ꮳ" in text_of(page)) == (422, True)
    assert 'value="ᏣᎳᎩ"' in page.content.decode()
    assert untouched(certificate)


def test_without_keys_nothing_is_changed_and_nothing_of_the_server_is_told(
    holder: Client, certificate: Certificate, settings: Any, tmp_path: Any
) -> None:
    SigningKey.objects.update(is_demo=False)
    settings.CERTIFICATE_DEMO_KEYS, settings.CERTIFICATE_KEYS_DIR = False, str(tmp_path)
    page = holder.post(door(certificate), CONFIRMED)
    words = text_of(page)
    assert (page.status_code, "cannot be prepared at the moment" in words) == (422, True)
    assert ("manage.py" in words, str(tmp_path) in words) == (False, False)
    assert untouched(certificate)


def test_it_is_its_holders_alone(certificate: Certificate) -> None:
    other = browser(make_person("eve@example.com"))
    staff = browser(User.objects.create_superuser("boss@example.com"))
    for client in (other, staff):
        assert client.get(door(certificate)).status_code == 404
        assert client.post(door(certificate), CONFIRMED).status_code == 404
    for method in (Client().get, Client().post):
        assert method(door(certificate))["Location"].startswith("/accounts/login/")
    assert untouched(certificate)


def test_nothing_is_corrected_on_what_was_revoked(holder: Client, certificate: Certificate) -> None:
    boss = User.objects.create_superuser("boss@example.com")
    revoke(certificate=certificate, by=boss, reason_class="error", reason="Twice.")
    for answer in (holder.get(door(certificate)), holder.post(door(certificate), CONFIRMED)):
        assert (answer.status_code, answer["Location"]) == (303, "/my/certificates/")
    assert Certificate.objects.count() == 1


def test_a_name_that_was_changed_in_the_profile_alone_changes_no_certificate(
    holder: Client, certificate: Certificate
) -> None:
    confirm_name(user=certificate.learner, legal_name="Ada Lindquist")
    assert 'value="Ada Lindqvist"' in holder.get(door(certificate)).content.decode()
    assert Certificate.objects.get().holder == "Ada Lindqvist"
