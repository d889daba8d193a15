"""Policies are dated: which text held on a day can always be told."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from courses.models import PolicyVersion

pytestmark = pytest.mark.django_db


def make_policy(kind, effective_from, summary=""):
    return PolicyVersion.objects.create(
        kind=kind, effective_from=effective_from, summary=summary or str(effective_from), text="<p>Text.</p>"
    )


@pytest.fixture
def _policies():
    for kind, day in [
        ("refund", date(2026, 1, 1)),
        ("refund", date(2026, 6, 1)),
        ("fees", date(2026, 3, 1)),
        ("registration", date(2026, 9, 1)),
    ]:
        make_policy(kind, day)


@pytest.mark.usefixtures("_policies")
@pytest.mark.parametrize(
    ("on", "held"),
    [
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), [("refund", 1)]),
        (date(2026, 5, 31), [("fees", 3), ("refund", 1)]),
        (date(2026, 6, 1), [("fees", 3), ("refund", 6)]),
        (date(2030, 1, 1), [("registration", 9), ("fees", 3), ("refund", 6)]),
    ],
)
def test_on_each_day_the_latest_version_of_each_kind_holds(on, held):
    assert [(one.kind, one.effective_from.month) for one in PolicyVersion.objects.in_force(on)] == held


def test_a_text_that_was_in_force_stays_as_it_was():
    with pytest.raises(ValidationError, match="has been in force"):
        make_policy("refund", timezone.localdate() - timedelta(days=1)).full_clean()


def test_a_text_that_was_in_force_cannot_be_moved_to_the_future_first():
    policy = make_policy("refund", timezone.localdate() - timedelta(days=1))
    policy.effective_from = timezone.localdate() + timedelta(days=30)
    with pytest.raises(ValidationError, match="has been in force"):
        policy.full_clean()


def test_a_coming_text_may_still_be_corrected():
    policy = make_policy("refund", timezone.localdate() + timedelta(days=1))
    policy.summary = "Corrected"
    policy.full_clean()


def test_one_version_of_a_kind_begins_on_a_day():
    make_policy("refund", date(2026, 1, 1))
    with pytest.raises(IntegrityError):
        make_policy("refund", date(2026, 1, 1))
