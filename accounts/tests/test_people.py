"""One account per person; the name that certificates print; each person's own clock."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from accounts.middleware import use_own_time_zone
from accounts.models import User
from accounts.services import confirm_legal_name, tidy_name
from core.access import visitor

pytestmark = pytest.mark.django_db
PROFILE = "/my/profile/"


def test_one_address_is_one_person_whatever_its_case(learner):
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email=learner.email.upper(), password="x")])


def test_an_address_is_kept_in_small_letters():
    assert User.objects.create_user("Mixed@Example.COM", "still-point-demo").email == "mixed@example.com"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Léna   Learner ", "Léna Learner"),
        ("Le\u0301na", "L\u00e9na"),
        ("Lena\x00Learner", "Lena Learner"),
        ("Lena\u200bLearner\r\nBcc: x", "Lena Learner Bcc: x"),
        ("Lena\u00a0Learner", "Lena Learner"),
        ("\u202eLena", "Lena"),
        ("Nguyễn Thị", "Nguyễn Thị"),
        ("\t", ""),
    ],
)
def test_a_name_is_kept_composed_with_single_spaces_and_no_control_signs(typed, kept):
    assert tidy_name(typed) == kept


def test_confirming_a_name_remembers_when(learner):
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    confirmed = confirm_legal_name(user=learner, legal_name=" Lena  M. Learner ", at=at)
    assert (confirmed.legal_name, confirmed.legal_name_confirmed_at) == ("Lena M. Learner", at)


def test_the_profile_saves_name_and_time_zone_and_nothing_else(as_learner, learner):
    sent = {
        "legal_name": "  Lena   Lerner ",
        "time_zone": "Europe/Berlin",
        "email": "other@example.com",
        "is_staff": "on",
        "is_superuser": "on",
        "legal_name_confirmed_at": "2020-01-01",
    }
    answer = as_learner.post(PROFILE, sent)
    assert (answer.status_code, answer["Location"]) == (302, PROFILE)
    learner.refresh_from_db()
    assert (learner.legal_name, learner.time_zone) == ("Lena Lerner", "Europe/Berlin")
    assert (learner.email, learner.is_staff, learner.is_superuser, learner.legal_name_confirmed_at) == (
        "learner@example.com",
        False,
        False,
        None,
    )


def test_a_confirmed_name_is_no_longer_changed_in_the_profile(as_learner, learner):
    """Else a second certificate could be made out to a friend (PEERS.md, D4)."""
    confirm_legal_name(user=learner, legal_name="Lena Learner")
    as_learner.post(PROFILE, {"legal_name": "A Friend", "time_zone": "Europe/Berlin"})
    learner.refresh_from_db()
    assert (learner.legal_name, learner.time_zone) == ("Lena Learner", "Europe/Berlin")
    assert "the school corrects it" in as_learner.get(PROFILE).content.decode()


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "America/New_York\x00", "x" * 100_000])
def test_a_time_zone_that_does_not_exist_is_refused_with_a_message(as_learner, learner, zone):
    answer = as_learner.post(PROFILE, {"legal_name": "Lena", "time_zone": zone})
    assert answer.status_code == 422
    learner.refresh_from_db()
    assert learner.time_zone == "America/New_York"


@pytest.mark.parametrize("name", ["x" * 151, "Lena\x00Learner", "x" * 1_000_000])
def test_a_name_that_cannot_be_kept_is_refused_with_a_message(as_learner, learner, name):
    assert as_learner.post(PROFILE, {"legal_name": name, "time_zone": "UTC"}).status_code == 422
    learner.refresh_from_db()
    assert learner.legal_name == "Lena Learner"


def test_the_model_refuses_an_unknown_time_zone_too():
    with pytest.raises(ValidationError, match="Choose a time zone"):
        User(email="a@example.com", password="x", time_zone="Mars/Olympus").full_clean()


def rendered_for(user):
    request = RequestFactory().get("/")
    request.user = user
    at = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
    return use_own_time_zone(lambda _: Template("{{ at|date:'Y-m-d H:i' }}").render(Context({"at": at})))(request)


def test_each_person_reads_dates_on_their_own_clock(learner, stranger):
    learner.time_zone, stranger.time_zone = "America/Los_Angeles", "Asia/Tokyo"
    assert (rendered_for(learner), rendered_for(stranger)) == ("2026-02-28 19:30", "2026-03-01 12:30")


def test_a_visitor_reads_utc_and_the_next_request_starts_anew(learner):
    rendered_for(learner)
    assert rendered_for(visitor()) == "2026-03-01 03:30"
    assert timezone.get_current_timezone_name() == "UTC"
