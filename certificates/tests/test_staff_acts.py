"""What staff do with a certificate: shown before it happens, done once, and only by those who may."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from accounts.models import User
from certificates.models import Certificate, CertificateEvent, SigningKey
from certificates.services import correct_name
from certificates.tests.desk import ISSUED, REGISTRAR, act, browser, issued, page_of, press, staff, told, words_of
from certificates.tests.factories import set_up_school
from courses.models import CourseEdition, CoursePage
from notifications.models import Mail

WAITING = "/admin/certificates/before-staff/"
REASON = {"reason": "Seen the identity card."}
WORDS = {
    "correct": {"legal_name": "Ada Lindquist", **REASON},
    "again": REASON,
    "renew": REASON,
    "revoke": {"reason_class": "error", **REASON},
}
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


def state() -> list[tuple[str, str]]:
    """Every certificate, the oldest first."""
    return list(Certificate.objects.order_by("pk").values_list("facts__name", "status"))


# -- people x doors -------------------------------------------------------------------------------------------------
PEOPLE = {
    "visitor": None,
    "holder": None,
    "teacher": (),
    "viewer": ("view_certificate",),
    "registrar": ("view_certificate", "change_certificate"),
    "director": REGISTRAR,
}
REFUSED = {**dict.fromkeys(PEOPLE, 302), "holder": 404}
SEE, CHANGE, REVOKE = {"viewer", "registrar", "director"}, {"registrar", "director"}, {"director"}
DOORS = {
    "list": (ISSUED, SEE),
    "page": (f"{ISSUED}inspect/{{pk}}/", SEE),
    "before staff": (WAITING, SEE),
    **{name: (f"{ISSUED}act/{{pk}}/{name}/", REVOKE if name == "revoke" else CHANGE) for name in WORDS},
}


@pytest.mark.parametrize("who", PEOPLE)
def test_people_and_doors(who: str) -> None:
    certificate = issued(certificate_months=12)
    client = Client()
    if who == "holder":
        client = browser(certificate.learner)
    elif (rights := PEOPLE[who]) is not None:
        client = browser(staff(f"{who}@example.com", *rights))
    paths = {door: path.format(pk=certificate.pk) for door, (path, _) in DOORS.items()}
    opened = {door for door, path in paths.items() if client.get(path).status_code == 200}
    assert opened == {door for door, (_, may) in DOORS.items() if who in may}
    for door, words in WORDS.items():
        if who not in DOORS[door][1]:
            assert client.post(paths[door], words).status_code == REFUSED[who]
    noted = client.post(f"{WAITING}{certificate.pk}/", {"text": "Stands."})
    assert noted.status_code == (303 if who in CHANGE else REFUSED[who])
    assert state() == [("Ada Lindqvist", "issued")]


@pytest.mark.parametrize(("who", "offered"), [("viewer", 0), ("registrar", 3), ("director", 4)])
def test_the_page_offers_what_this_person_may_do(who: str, offered: int) -> None:
    certificate = issued(certificate_months=12)
    page = browser(staff("x@example.com", *PEOPLE[who])).get(page_of(certificate)).content.decode()
    assert sum(act(certificate, name) in page for name in WORDS) == offered


def test_the_operator_can_make_a_role_of_each_right() -> None:
    page = browser(User.objects.create_superuser("boss@example.com")).get("/admin/groups/new/").content.decode()
    rights = Permission.objects.filter(content_type__app_label="certificates", codename__in=REGISTRAR)
    assert [f'value="{right.pk}"' in page for right in rights] == [True] * 3


# -- the page -------------------------------------------------------------------------------------------------------
def test_the_page_shows_everything_that_is_on_record(desk: Client) -> None:
    first = issued()
    holder = first.learner
    second = correct_name(certificate=first, legal_name="Ada Lindquist", by=holder)
    words = words_of(desk.get(page_of(second)))
    credential = second.files.get()
    for fact in (
        *(second.serial, "Ada Lindquist", "4.5 hours", "Course edition 1", "Mara Ellison", "1 Example Street"),
        *(second.facts_sha256, "it fits", second.pdf_sha256, credential.sha256, second.paper_key.kid, "B-B"),
        *(f"{first.serial} , Ada Lindqvist: replaced", f"Replaces {first.serial}", "The plain look"),
    ):
        assert fact in words
    before = words_of(desk.get(page_of(first)))
    assert f"{second.serial} , Ada Lindquist: valid" in before
    assert "Replaced by a new one Ada Lindquist The holder corrected the name." in before
    assert [act(first, name) in desk.get(page_of(first)).content.decode() for name in WORDS] == [False] * 4


def test_a_damaged_record_says_so(desk: Client) -> None:
    certificate = issued()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER certificates_certificate_frozen")
        cursor.execute("UPDATE certificates_certificate SET facts_sha256 = %s", ["0" * 64])
    assert "it does not fit. Tell a developer." in words_of(desk.get(page_of(certificate)))


# -- correct, issue again, renew ------------------------------------------------------------------------------------
def test_the_name_is_corrected_and_the_account_keeps_its_own(desk: Client, registrar: User) -> None:
    old = issued()
    assert "Ada Lindqvist" in words_of(desk.get(act(old, "correct")))
    answer = press(desk, act(old, "correct"), legal_name="  Ada   Lindquist ", reason="Seen the card.")
    new = Certificate.objects.in_force().get()
    assert (answer.status_code, answer["Location"]) == (303, page_of(new))
    assert state() == [("Ada Lindqvist", "superseded"), ("Ada Lindquist", "issued")]
    assert (new.supersedes, new.awarded_at, new.learner.legal_name) == (old, old.awarded_at, "Ada Lindqvist")
    event = CertificateEvent.objects.get(certificate=old, what="corrected")
    assert (event.by, event.text) == (registrar, "Seen the card.")
    mail = Mail.objects.get(key=f"certificate-{new.serial}")
    assert all(words in mail.text for words in (old.serial, new.serial, "Ada Lindquist"))
    assert "Seen the card." not in mail.text + mail.html


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("correct", {"legal_name": "Ada Lindqvist", **REASON}, "This is the name that stands on it."),
        ("correct", {"legal_name": "7 8", **REASON}, "Write the name with letters."),
        ("correct", {"legal_name": "Ada Lindquist", "reason": " "}, "This field is required."),
        ("correct", {"legal_name": "ᏣᎳᎩ", **REASON}, "Nothing was changed. Our certificate fonts have no sign for Ꮳ"),
        ("again", {"reason": ""}, "This field is required."),
        ("renew", {"reason": ""}, "This field is required."),
        ("revoke", {"reason_class": "", **REASON}, "This field is required."),
        ("revoke", {"reason_class": "mood", **REASON}, "Select a valid choice."),
        ("revoke", {"reason_class": "error", "reason": ""}, "This field is required."),
        ("revoke", {"reason_class": "error", "public_note": "x" * 251, **REASON}, "at most 250 characters"),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(desk: Client, name: str, words: dict, said: str) -> None:
    certificate = issued(certificate_months=12)
    answer = press(desk, act(certificate, name), **words)
    assert (answer.status_code, said in words_of(answer)) == (422, True)
    assert (state(), CertificateEvent.objects.count(), Mail.objects.count()) == ([("Ada Lindqvist", "issued")], 1, 1)


@pytest.mark.parametrize("name", ["correct", "again", "renew"])
def test_without_keys_nothing_is_changed(desk: Client, name: str, settings, tmp_path) -> None:
    certificate = issued(certificate_months=12)
    SigningKey.objects.update(is_demo=False)
    settings.CERTIFICATE_DEMO_KEYS, settings.CERTIFICATE_KEYS_DIR = False, str(tmp_path)
    answer = press(desk, act(certificate, name), **WORDS[name])
    assert (answer.status_code, "Nothing was changed. The private part of" in words_of(answer)) == (422, True)
    assert state() == [("Ada Lindqvist", "issued")]


@pytest.mark.parametrize("name", WORDS)
def test_pressed_twice_is_once(desk: Client, name: str) -> None:
    certificate = issued(certificate_months=12)
    first = press(desk, act(certificate, name), **WORDS[name])
    count = (Certificate.objects.count(), CertificateEvent.objects.count(), Mail.objects.count())
    told(desk)
    second = desk.post(act(certificate, name), WORDS[name])
    assert (first.status_code, second.status_code, second["Location"]) == (303, 303, page_of(certificate))
    assert "This cannot be done now" in told(desk)
    assert (Certificate.objects.count(), CertificateEvent.objects.count(), Mail.objects.count()) == count


def test_a_mended_record_is_shown_before_it_is_issued(desk: Client) -> None:
    old = issued()
    CourseEdition.objects.filter(pk=old.enrollment.edition_id).update(title="Mended", words=72_000)
    words = words_of(desk.get(act(old, "again")))
    assert "Title Course of ada@example.com Mended Hours 4.5 hours 6.0 hours What happens" in words
    assert press(desk, act(old, "again"), **REASON).status_code == 303
    new = Certificate.objects.in_force().get()
    assert (new.title, new.hours, new.holder) == ("Mended", "6.0 hours", "Ada Lindqvist")


def test_what_changed_since_it_was_looked_at_is_shown_again(desk: Client) -> None:
    old = issued()
    edition = CourseEdition.objects.filter(pk=old.enrollment.edition_id)
    edition.update(title="Mended")
    seen = desk.get(act(old, "again")).context["seen"]
    edition.update(title="Mended by another person")
    answer = desk.post(act(old, "again"), {"seen": seen, **REASON})
    assert (answer.status_code, "not what you saw a moment ago" in words_of(answer)) == (422, True)
    assert state() == [("Ada Lindqvist", "issued")]
    answer = desk.post(act(old, "again"), {"seen": answer.context["seen"], **REASON})
    assert (answer.status_code, Certificate.objects.in_force().get().title) == (303, "Mended by another person")


def test_a_record_without_a_fault_is_named(desk: Client) -> None:
    assert "The record says what this certificate says" in words_of(desk.get(act(issued(), "again")))


def test_only_what_has_an_end_is_renewed(desk: Client) -> None:
    endless = issued()
    answer = desk.get(act(endless, "renew"))
    assert (answer.status_code, answer["Location"], "cannot be done" in told(desk)) == (303, page_of(endless), True)
    assert act(endless, "renew") not in desk.get(page_of(endless)).content.decode()


def test_a_renewal_shows_the_old_and_the_new_end(desk: Client) -> None:
    first = issued(certificate_months=12)
    CoursePage.objects.filter(pk=first.enrollment.course_id).update(certificate_months=24)
    words = words_of(desk.get(act(first, "renew")))
    press(desk, act(first, "renew"), **REASON)
    new = Certificate.objects.in_force().get()
    rows = {row.label: row.value for row in new.rows}
    assert (first.facts["valid_until"], new.awarded_at) == ("2027-11-18", first.awarded_at)
    assert f"Valid until November 18, 2027 {rows['Valid until']} What happens" in words


# -- revoke ---------------------------------------------------------------------------------------------------------
def test_it_is_revoked_with_a_public_class_and_note_and_a_reason_that_is_not(desk: Client) -> None:
    certificate = issued()
    words = {"reason_class": "conduct", "public_note": "By the rules of 2026.", "reason": "Her cousin sat the exam."}
    answer = press(desk, act(certificate, "revoke"), **words)
    ended = Certificate.objects.get()
    assert (answer.status_code, answer["Location"], ended.status) == (303, page_of(ended), "revoked")
    assert (ended.reason_class, ended.public_note) == ("conduct", "By the rules of 2026.")
    public = Client().get(ended.get_absolute_url()).content.decode()
    mail = Mail.objects.get(key=f"certificate-revoked-{ended.serial}")
    for text in (public, mail.text, mail.html):
        assert "The requirements were not met honestly" in text
        assert "By the rules of 2026." in text
        assert "cousin" not in text
    assert "cousin" in words_of(desk.get(page_of(ended)))


# -- mails ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["correct", "again", "renew"])
def test_a_replacement_is_mailed_with_both_numbers_and_without_the_reason(desk: Client, name: str) -> None:
    old = issued("Ada <b>Lindqvist", certificate_months=12)
    press(desk, act(old, name), **WORDS[name])
    new = Certificate.objects.in_force().get()
    mail = Mail.objects.get(key=f"certificate-{new.serial}")
    assert (mail.to, mail.subject) == ("ada@example.com", f"Your new certificate {new.serial}: {new.title}")
    for body in (mail.text, mail.html):
        assert [serial in body for serial in (old.serial, new.serial)] == [True, True]
        assert ("corrected" in body, "identity card" in body) == (False, False)
    assert "<b>" not in mail.html.split("</h1>")[1].split("</p>")[0]


def test_a_revocation_is_mailed_with_what_is_public(desk: Client) -> None:
    certificate = issued()
    press(desk, act(certificate, "revoke"), reason_class="error", public_note="Issued <twice>.", **REASON)
    mail = Mail.objects.get(key=f"certificate-revoked-{certificate.serial}")
    assert (mail.to, mail.subject) == ("ada@example.com", f"Your certificate {certificate.serial} was revoked")
    assert "Issued in error. Issued <twice>." in mail.text
    assert "Issued in error. Issued &lt;twice&gt;." in mail.html
