"""The back office is entered through allauth only, and people are kept by our own forms."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def somebody(email: str, role: str) -> User:
    """A person with a role; roles are made after migrating (home.admin.roles)."""
    user = User.objects.create_user(email, "still-point-demo", is_staff=True)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def provider() -> User:
    return somebody("provider@example.com", "Providers")


@pytest.fixture
def as_provider(client: Client, provider: User) -> Client:
    client.force_login(provider, backend=BACKEND)
    return client


def role(name: str) -> int:
    return Group.objects.get(name=name).pk


def person(**changes: Any) -> dict[str, Any]:
    return {"email": "new@example.com", "legal_name": "Nora New", "time_zone": "America/Chicago", **changes}


# -- log-in ---------------------------------------------------------------------------------------------------


def test_wagtail_s_own_log_in_leads_to_allauth_whatever_is_sent(client: Client, provider: User) -> None:
    asked = client.get("/admin/login/?next=/admin/")
    sent = client.post("/admin/login/?next=/admin/", {"username": provider.email, "password": "still-point-demo"})
    assert (asked.status_code, asked.url) == (302, "/accounts/login/?next=/admin/")
    assert (sent.status_code, sent.url) == (302, "/accounts/login/?next=/admin/")
    assert "_auth_user_id" not in client.session


def test_the_right_password_at_allauth_opens_the_back_office(client: Client, provider: User) -> None:
    data = {"login": provider.email, "password": "still-point-demo"}
    response = client.post("/accounts/login/?next=/admin/", data)
    assert response.url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_twelve_wrong_passwords_are_limited(client: Client, provider: User) -> None:
    wrong = {"login": provider.email, "password": "not-the-password"}
    answers = [client.post("/accounts/login/", wrong).content.decode() for _ in range(12)]
    refused = [number for number, html in enumerate(answers, 1) if "many tries in a short time" in html]
    right = client.post("/accounts/login/", {"login": provider.email, "password": "still-point-demo"})
    assert refused[0] == 6
    assert (len(refused), right.status_code) == (7, 200)
    assert "_auth_user_id" not in client.session


def test_a_learner_finds_no_back_office(client: Client, learner: User) -> None:
    client.force_login(learner, backend=BACKEND)
    assert [client.get(url).status_code for url in ("/admin/", "/admin/pages/", "/admin/nowhere/")] == [404, 404, 404]


# -- people -----------------------------------------------------------------------------------------------------


def test_people_are_listed_by_address_and_name(as_provider: Client, learner: User) -> None:
    html = as_provider.get(reverse("wagtailusers_users:index")).content.decode()
    found = as_provider.get(reverse("wagtailusers_users:index") + "?q=lena").content.decode()
    assert ("learner@example.com" in html, "Lena Learner" in html) == (True, True)
    assert ("Lena Learner" in found, "provider@example.com" in found.split("<tbody>")[1]) == (True, False)


def test_a_reviewer_is_added_and_sets_a_password_by_mail(as_provider: Client) -> None:
    assert as_provider.get(reverse("wagtailusers_users:add")).status_code == 200
    as_provider.post(reverse("wagtailusers_users:add"), person(groups=[role("Reviewers")]))
    made = User.objects.get(email="new@example.com")
    assert (made.legal_name, made.is_staff, made.has_usable_password()) == ("Nora New", True, False)
    Client().post("/accounts/password/reset/", {"email": made.email})
    assert [message.to for message in mail.outbox] == [["new@example.com"]]


def test_an_address_is_one_person_in_whatever_case(as_provider: Client, learner: User) -> None:
    response = as_provider.post(reverse("wagtailusers_users:add"), person(email="Learner@Example.com"))
    assert response.context["form"].errors == {"email": ["Somebody has an account with this address already."]}


def test_a_role_taken_away_closes_the_back_office(as_provider: Client) -> None:
    made = somebody("reviewer@example.com", "Reviewers")
    url = reverse("wagtailusers_users:edit", args=[made.pk])
    assert as_provider.get(url).status_code == 200
    as_provider.post(url, person(email=made.email, is_active="on", groups=[]))
    made.refresh_from_db()
    assert (made.is_staff, made.groups.count()) == (False, 0)


def test_the_teams_of_an_instructor_survive_the_form(as_provider: Client, instructor: User, course: Any) -> None:
    url = reverse("wagtailusers_users:edit", args=[instructor.pk])
    as_provider.post(
        url, person(email=instructor.email, is_active="on", groups=[role("Instructors"), role("Reviewers")])
    )
    names = sorted(instructor.groups.values_list("name", flat=True))
    assert names == ["Instructors", "Reviewers", f"Team of course {course.pk}"]


def test_an_address_is_the_person_s_own_to_change(as_provider: Client, learner: User) -> None:
    as_provider.post(
        reverse("wagtailusers_users:edit", args=[learner.pk]), person(email="other@example.com", is_active="on")
    )
    learner.refresh_from_db()
    assert (learner.email, learner.legal_name) == ("learner@example.com", "Nora New")


def test_the_provider_makes_no_operator(as_provider: Client, learner: User) -> None:
    as_provider.post(reverse("wagtailusers_users:add"), person(is_superuser="on"))
    as_provider.post(reverse("wagtailusers_users:edit", args=[learner.pk]), person(is_active="on", is_superuser="on"))
    assert list(User.objects.filter(is_superuser=True)) == []


def test_the_provider_does_not_touch_the_operator(as_provider: Client) -> None:
    operator = User.objects.create_superuser("operator@example.com", "still-point-demo")
    as_provider.post(reverse("wagtailusers_users:edit", args=[operator.pk]), person(email=operator.email))
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "set_active_state"])
    as_provider.post(f"{url}?id={operator.pk}&next=/admin/", {"mark_as_active": ""})
    operator.refresh_from_db()
    assert (operator.is_active, operator.legal_name) == (True, "")


def test_nobody_is_deleted(client: Client, learner: User) -> None:
    client.force_login(User.objects.create_superuser("operator@example.com", "x"), backend=BACKEND)
    client.post(reverse("wagtailusers_users:delete", args=[learner.pk]))
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    client.post(f"{url}?id={learner.pk}&next=/admin/")
    assert User.objects.filter(pk=learner.pk).exists() is True


def test_roles_given_to_many_open_the_back_office(as_provider: Client, learner: User) -> None:
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "assign_role"])
    as_provider.post(f"{url}?id={learner.pk}&next=/admin/", {"role": role("Reviewers")})
    learner.refresh_from_db()
    assert (learner.is_staff, list(learner.groups.values_list("name", flat=True))) == (True, ["Reviewers"])
