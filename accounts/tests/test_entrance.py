"""The ways in: sign-up with a mailed code, password, mailed code, reset. A wish to go somewhere survives each."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "still-point-demo"
NEW = {"email": "new@example.com", "password1": "a quiet long password"}
WISH = "/courses/resting-hands/"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def mailed_code():
    """The code of the latest mail: the one line without a space."""
    found = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{2,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def whoever_is_logged_in(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_signing_up_mails_a_code_that_logs_in_when_it_is_typed(client):
    answer = client.post("/accounts/signup/", NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert [message.to for message in mail.outbox] == [["new@example.com"]]
    assert whoever_is_logged_in(client) is None
    answer = client.post("/accounts/confirm-email/", {"code": mailed_code()})
    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    assert whoever_is_logged_in(client) == User.objects.get(email="new@example.com")
    assert EmailAddress.objects.get(email="new@example.com").verified is True


def test_a_wrong_code_opens_nothing(client):
    client.post("/accounts/signup/", NEW)
    answer = client.post("/accounts/confirm-email/", {"code": "ZZZ-ZZZ"})
    assert (answer.status_code, whoever_is_logged_in(client)) == (200, None)


def test_codes_cannot_be_guessed_one_after_the_other(client):
    client.post("/accounts/signup/", NEW)
    right = mailed_code()
    for _ in range(5):
        client.post("/accounts/confirm-email/", {"code": "ZZZ-ZZZ"})
    client.post("/accounts/confirm-email/", {"code": right})
    assert whoever_is_logged_in(client) is None


def test_a_code_works_only_in_the_browser_that_asked_for_it(client):
    client.post("/accounts/signup/", NEW)
    thief = Client()
    thief.post("/accounts/confirm-email/", {"code": mailed_code()})
    assert whoever_is_logged_in(thief) is None


def test_a_wish_survives_sign_up_and_verification(client):
    client.post(f"/accounts/signup/?next={WISH}", {**NEW, "next": WISH})
    answer = client.post("/accounts/confirm-email/", {"code": mailed_code()})
    assert answer["Location"] == WISH


def test_a_wish_survives_login(client, learner):
    answer = client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD, "next": WISH})
    assert (answer.status_code, answer["Location"]) == (302, WISH)


def test_a_wish_survives_the_way_from_login_to_sign_up(client):
    assert (
        f"/accounts/signup/?next={WISH.replace('/', '%2F')}"
        in client.get(f"/accounts/login/?next={WISH}").content.decode()
    )


def test_a_door_that_needs_a_login_remembers_where_one_was_going(client):
    assert client.get("/my/profile/")["Location"] == "/accounts/login/?next=/my/profile/"


def test_e_mail_and_password_log_in_in_any_case_of_letters(client, learner):
    answer = client.post("/accounts/login/", {"login": "LEARNER@Example.com", "password": PASSWORD})
    assert (answer["Location"], whoever_is_logged_in(client)) == ("/my/", learner)


def test_staff_land_in_the_back_office(client, admin_user):
    EmailAddress.objects.create(user=admin_user, email=admin_user.email, verified=True, primary=True)
    answer = client.post("/accounts/login/", {"login": admin_user.email, "password": "password"})
    assert answer["Location"] == "/admin/"


def test_a_mailed_code_logs_in_without_a_password(client, learner):
    asked = client.post("/accounts/login/code/", {"email": learner.email, "next": WISH})
    assert asked["Location"].startswith("/accounts/login/code/confirm/")
    answer = client.post(asked["Location"], {"code": mailed_code()})
    assert (answer["Location"], whoever_is_logged_in(client)) == (WISH, learner)


def test_a_forgotten_password_is_replaced_through_the_mail(client, learner):
    client.post("/accounts/password/reset/", {"email": learner.email})
    link = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    form = client.get(link[1])
    answer = client.post(
        form["Location"], {"password1": "another quiet password", "password2": "another quiet password"}
    )
    assert answer.status_code == 302
    assert Client().login(username=learner.email, password="another quiet password") is True
    assert Client().login(username=learner.email, password=PASSWORD) is False


def test_a_reset_link_works_once(client, learner):
    client.post("/accounts/password/reset/", {"email": learner.email})
    link = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    for password in ("first quiet password", "second quiet password"):
        browser = Client()
        form = browser.get(link[1])
        browser.post(form.get("Location", link[1]), {"password1": password, "password2": password})
    learner.refresh_from_db()
    assert (learner.check_password("first quiet password"), learner.check_password("second quiet password")) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("door", "form"),
    [
        ("/accounts/login/code/", {"email": "{}"}),
        ("/accounts/password/reset/", {"email": "{}"}),
        ("/accounts/login/", {"login": "{}", "password": "not the password"}),
        ("/accounts/signup/", {"email": "{}", "password1": "a quiet long password"}),
    ],
)
def test_a_known_and_an_unknown_address_get_the_same_answer(door, form, learner):
    answers = []
    for address in (learner.email, "unknown@example.com"):
        answer = Client().post(door, {name: value.format(address) for name, value in form.items()}, follow=True)
        words = re.sub(r"(csrfmiddlewaretoken|nonce)\S*( value)?=\"[^\"]*\"", "", answer.content.decode()).replace(
            address, ""
        )
        answers.append((answer.redirect_chain, answer.status_code, words))
    assert answers[0] == answers[1]


def test_somebody_who_signs_up_again_is_told_by_mail_alone(client, learner):
    client.post("/accounts/signup/", {**NEW, "email": learner.email})
    assert [message.to for message in mail.outbox] == [[learner.email]]
    assert User.objects.filter(email=learner.email).count() == 1


@pytest.mark.parametrize("password", ["short", "password123", "new@example.com"])
def test_a_weak_password_is_refused(client, password):
    answer = client.post("/accounts/signup/", {**NEW, "password1": password})
    assert (answer.status_code, User.objects.count()) == (200, 0)


def test_passwords_are_not_guessed_more_than_a_few_times(client, learner):
    for _ in range(6):
        client.post("/accounts/login/", {"login": learner.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": learner.email, "password": PASSWORD})
    assert whoever_is_logged_in(client) is None


def test_somebody_switched_off_is_out_at_once(as_learner, learner):
    assert as_learner.get("/my/profile/").status_code == 200
    User.objects.filter(pk=learner.pk).update(is_active=False)
    assert as_learner.get("/my/profile/").status_code == 302


def test_a_new_password_ends_the_other_sessions(as_learner, learner):
    learner.set_password("another quiet password")
    learner.save()
    assert as_learner.get("/my/profile/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/",
        r"/\evil.example/",
        "javascript:alert(1)",
        "https://evil.example/",
        r"\\evil.example",
        "/\t/evil.example/",
        "http:///evil.example",
    ],
)
@pytest.mark.parametrize("door", ["/accounts/login/", "/accounts/logout/"])
def test_a_redirect_stays_on_this_host(client, learner, door, elsewhere):
    if door == "/accounts/logout/":
        client.force_login(learner)
    form = {"login": learner.email, "password": PASSWORD, "next": elsewhere}
    answer = client.post(door, form)
    assert (answer.status_code, answer["Location"]) == (
        302,
        {"/accounts/login/": "/my/", "/accounts/logout/": "/"}[door],
    )


def test_logging_out_takes_a_post(as_learner, learner):
    as_learner.get("/accounts/logout/")
    assert whoever_is_logged_in(as_learner) == learner
    as_learner.post("/accounts/logout/")
    assert whoever_is_logged_in(as_learner) is None


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: in production that is what takes the time."""

    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def test_signing_up_takes_as_long_for_a_known_address_as_for_a_new_one(settings, learner):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    found = []
    for email in (NEW["email"], learner.email):
        before = CountingHasher.hashed
        answer = Client().post("/accounts/signup/", {**NEW, "email": email})
        found.append((answer.status_code, answer["Location"], CountingHasher.hashed - before))
    assert found == [(302, "/accounts/confirm-email/", 1)] * 2
