"""How long records are kept: the longest rule wins, a legal hold before all (DOMAIN.md 2.7)."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from accounts.models import User
from accreditation.tests.factories import finish, make_approval, make_body, with_a_quiz
from courses.models import CoursePage
from courses.tests.factories import make_user
from enrollments.models import Enrollment
from records.models import LegalHold, RetentionPolicy
from records.services.holds import close_hold, open_hold
from records.services.retention import clocks, kept_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrollment(learner: User, course: CoursePage) -> Enrollment:
    """Completed on 2026-02-28, approved by a board that counted on that day."""
    make_approval(with_a_quiz(course))
    finish(learner, course)
    Enrollment.objects.update(completed_on=date(2026, 2, 28))
    return Enrollment.objects.get()


@pytest.fixture
def staff(db: None) -> User:
    return make_user("provider@example.com", legal_name="Paul Provider")


def policy(years: int, *, body: Any = None, record: str = "certificate", **fields: Any) -> RetentionPolicy:
    return RetentionPolicy.objects.create(record=record, body=body, years=years, basis=f"{years} years", **fields)


RULES = [
    (7, None, None, date(2033, 2, 28)),
    (7, 6, None, date(2033, 2, 28)),
    (5, 6, None, date(2032, 2, 28)),
    (None, 6, None, date(2032, 2, 28)),
    (7, 6, 20, date(2033, 2, 28)),
    (None, None, 20, None),
    (None, None, None, None),
]
"""Years by our own rule, by the board's that approved the course, by another board's; kept until."""


def test_the_longest_rule_that_applies_wins(enrollment: Enrollment) -> None:
    found = []
    for own, boards, another_boards, _ in RULES:
        RetentionPolicy.objects.all().delete()
        for years, body in ((own, None), (boards, make_body()), (another_boards, make_body("another"))):
            if years:
                policy(years, body=body)
        found.append(kept_until(enrollment))
    assert found == [until for *_, until in RULES]


def test_of_several_records_of_one_board_the_longest_counts_also_when_its_term_did_not_hold(
    enrollment: Enrollment,
) -> None:
    """Credit awarded by mistake is asked for like any other."""
    policy(4, body=make_body(), record="attendance")
    policy(9, body=make_body(), record="report")
    policy(2, body=make_body(), record="promotion")
    assert kept_until(enrollment) == date(2035, 2, 28)
    enrollment.course.approvals.update(valid_from=date(2026, 3, 1))
    assert kept_until(enrollment) == date(2035, 2, 28)


def test_a_leap_day_is_kept_within_its_month_and_before_completion_nobody_can_say() -> None:
    policy(1)
    one = Enrollment(pk=1, course_id=1, completed_on=date(2028, 2, 29))
    assert kept_until(one) == date(2029, 2, 28)
    one.completed_on = None
    assert (kept_until(one), str(clocks([one])[1])) == (None, "not completed")


def test_a_hold_wins_over_every_rule_until_it_is_closed(enrollment: Enrollment, staff: User) -> None:
    policy(7)
    hold = open_hold(enrollment=enrollment, by=staff, reason="Complaint to the board")
    assert kept_until(enrollment) == date.max
    assert str(clocks([enrollment])[enrollment.pk]) == "legal hold: Complaint to the board"
    assert close_hold(hold=hold, by=staff, reason="Settled") is True
    assert kept_until(enrollment) == date(2033, 2, 28)


def test_of_two_who_open_a_hold_one_does_and_it_is_closed_once(enrollment: Enrollment, staff: User) -> None:
    hold = open_hold(enrollment=enrollment, by=staff, reason="Complaint")
    assert open_hold(enrollment=enrollment, by=staff, reason="Second") == hold
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalHold.objects.create(enrollment=enrollment, reason="Past the service", opened_by=staff)
    assert [close_hold(hold=hold, by=staff, reason=reason) for reason in ("Settled", "Again")] == [True, False]
    told = ModelLogEntry.objects.filter(action__startswith="records.hold").order_by("pk")
    assert [(one.action, one.user, one.data["reason"]) for one in told] == [
        ("records.hold_opened", staff, "Complaint"),
        ("records.hold_closed", staff, "Settled"),
    ]


def test_samples_keep_nothing_on_a_real_site(enrollment: Enrollment, settings: Any) -> None:
    policy(7, is_sample=True)
    assert kept_until(enrollment) == date(2033, 2, 28)
    settings.SAMPLES = False
    assert kept_until(enrollment) is None


def test_many_cost_as_many_queries_as_one(enrollment: Enrollment, course: CoursePage) -> None:
    policy(7)
    costs = []
    for _ in range(2):
        people = list(Enrollment.objects.filter(course=course))
        with CaptureQueriesContext(connection) as asked:
            clocks(people)
        costs.append((len(people), len(asked)))
        for _ in range(2):
            finish(make_user(), course)
    assert costs == [(1, 4), (3, 4)]
