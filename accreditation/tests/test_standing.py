"""Where somebody stands with a license: what counts for it, what is missing, and what is said about it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accreditation.models import CreditAward, ExternalCredit, RenewalRule
from accreditation.rules.reminders import Renewal, as_calendar
from accreditation.services.claims import claim
from accreditation.services.gaps import courses_that_fill
from accreditation.services.standing import standing_of, standings_of
from accreditation.tests.factories import finish, make_approval, make_body, make_florida, make_license, with_a_quiz
from courses.tests.factories import make_course
from enrollments.models import Enrollment
from enrollments.services import enroll

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-20T15:00:00Z"):
        yield


@pytest.fixture
def body():
    return make_body("fl-massage")


def credited(learner, license, course, body, *, lines):
    """A course completed for this license."""
    with_a_quiz(course)
    make_approval(course, body, lines=lines)
    enrollment = enroll(user=learner, course=course, source=Enrollment.Source.FREE)
    claim(enrollment=enrollment, licenses=[license])
    finish(learner, course)


def elsewhere(license, hours="2", **fields):
    facts = {"subject": "medical_errors", "mode": "self_paced", "completed_on": date(2026, 5, 1), **fields}
    credit = ExternalCredit.objects.create(
        user=license.user, title="Elsewhere", provider="Other", hours=Decimal(hours), **facts
    )
    credit.licenses.add(license)
    return credit


def parts(standing):
    return {part.name: (part.required, part.counted) for part in standing.filled.parts}


def test_florida_counts_what_it_lists_and_names_what_is_missing(learner, course, body):
    make_florida(accepts=[body])
    license = make_license(learner)
    credited(learner, license, course, body, lines=(("self_paced", "ethics", "2"), ("self_paced", "technique", "6")))
    elsewhere(license)
    standing = standing_of(license)
    assert (standing.cycle.start, standing.cycle.end, standing.days_left) == (
        date(2025, 9, 1),
        date(2027, 8, 31),
        (date(2027, 8, 31) - TODAY).days,
    )
    assert parts(standing) == {
        "Medical errors": (2, 2),
        "Florida laws and rules": (2, 0),
        "Ethics": (2, 2),
        "Human trafficking": (1, 0),
        "In person, hands-on technique": (12, 0),
        "Any subject": (5, 5),
    }
    assert standing.advice == [
        "Still missing: 2 hours of Florida laws and rules, 1 hour of Human trafficking and 12 hours of In person, "
        "hands-on technique.",
        "Your renewal is in 284 days.",
        "Not needed in this cycle: 1 hour. What it could fill is full.",
    ]
    assert standing.verdict == f"9 hours of 24 hours. {standing.advice[0]} {standing.advice[1]}"


def test_credit_of_a_body_that_the_board_does_not_list_is_shown_and_not_counted(learner, course, body):
    make_florida(accepts=[make_body("another")])
    license = make_license(learner)
    credited(learner, license, course, body, lines=(("self_paced", "ethics", "2"),))
    standing = standing_of(license)
    assert (standing.hours, standing.filled.total.counted) == (0, 0)
    assert [one.why_not for one in standing.earned] == [
        "We do not know that this board accepts Example Board fl-massage: ask it."
    ]


def test_a_course_that_two_boards_approved_counts_once_by_the_one_with_more_hours(learner, course, body):
    other = make_body("second")
    make_florida(accepts=[body, other])
    license = make_license(learner)
    make_approval(course, other, lines=(("self_paced", "ethics", "3"),))
    credited(learner, license, course, body, lines=(("self_paced", "ethics", "2"),))
    standing = standing_of(license)
    assert (standing.hours, standing.filled.total.counted) == (3, 3)
    assert {one.source: one.why_not for one in standing.earned} == {
        "Example Board second": "",
        "Example Board fl-massage": "The same course counts once, by Example Board second.",
    }


def test_credit_of_another_license_of_another_cycle_or_made_void_does_not_count(learner, course, body):
    make_florida(accepts=[body])
    license, other = make_license(learner), make_license(learner, "MA99")
    credited(learner, other, course, body, lines=(("self_paced", "ethics", "2"),))
    elsewhere(license, completed_on=date(2025, 8, 31))
    standing = standing_of(license)
    assert (standing.hours, len(standing.outside), standing_of(other).hours) == (0, 1, 2)
    CreditAward.objects.end(status="void", at=timezone.now(), reason="Test.")
    assert standing_of(other).hours == 0


def test_the_cycle_before_is_one_click_away(learner, body):
    make_florida(accepts=[body])
    license = make_license(learner)
    elsewhere(license, completed_on=date(2025, 8, 31))
    standing = standing_of(license, on=date(2025, 8, 31))
    assert (standing.cycle.start, standing.hours, standing.days_left) == (date(2023, 9, 1), 2, None)


def test_a_first_cycle_asks_for_an_hour_a_month(learner, body):
    make_florida(accepts=[body])
    license = make_license(learner, first_cycle=True, issued_on=date(2026, 9, 15))
    standing = standing_of(license)
    assert (standing.cycle.is_first, standing.filled.total.required) == (True, 12)


def test_without_a_rule_only_what_was_earned_is_said(learner):
    license = make_license(learner, code="US-ME")
    elsewhere(license)
    standing = standing_of(license)
    assert (standing.cycle, standing.filled, standing.hours) == (None, None, 2)
    assert standing.verdict == "2 hours earned. We do not know this license's renewal rule."


@pytest.mark.parametrize(
    ("read_on", "verified"), [(None, False), (TODAY - timedelta(days=300), True), (TODAY - timedelta(days=400), False)]
)
def test_a_rule_is_verified_as_long_as_its_reading_is_trusted(learner, read_on, verified):
    make_florida(verified_on=read_on)
    assert standing_of(make_license(learner)).verified is verified


def test_points_are_not_hours(learner):
    make_florida(unit="cpd_point")
    license = make_license(learner)
    elsewhere(license)
    (earned,) = standing_of(license).earned
    assert earned.why_not == "This board counts in CPD points: ask it what these hours are worth."


def test_a_board_that_asks_for_nothing_says_so(learner):
    make_florida()
    RenewalRule.objects.update(total_hours=0)
    standing = standing_of(make_license(learner))
    assert standing.advice == ["By the rule that we have, this renewal asks for no continuing education."]


def test_our_courses_that_would_fill_a_gap_are_named(learner, body):
    make_florida(accepts=[body])
    license = make_license(learner)
    for title, owner, lines in (
        ("Boundaries", body, (("self_paced", "ethics", "2"),)),
        ("Unlisted", make_body("another"), (("self_paced", "ethics", "2"),)),
    ):
        make_approval(make_course(title), owner, lines=lines)
    lapsed = make_course("Lapsed")
    make_approval(lapsed, body, lines=(("self_paced", "ethics", "2"),), status="lapsed")
    offers = courses_that_fill(standing_of(license))
    assert [(approval.course.title, fills) for approval, fills in offers] == [("Boundaries", ["Ethics", "Any subject"])]


def test_many_licenses_cost_as_many_queries_as_one(learner, course, body, django_assert_num_queries):
    make_florida(accepts=[body])
    licenses = [make_license(learner, f"MA{number}") for number in range(5)]
    for license in licenses:
        elsewhere(license)
    for some in (licenses[:1], licenses):
        with django_assert_num_queries(6):
            standings_of(some)


def test_the_reminder_is_an_event_of_a_day_with_three_alarms_in_folded_lines():
    event = Renewal(
        uid="renewal-1-2027@localhost",
        day=date(2027, 8, 31),
        title="License renewal: Florida, Massage therapist",
        text="Still missing: 2 hours; ask your board.\nZusätzlich: " + "ä" * 60,
        url="http://localhost/my/licenses/1/renewal/",
    )
    lines = as_calendar(event, now=timezone.now()).split("\r\n")
    assert lines[:8] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Stillpoint//License renewal//EN",
        "BEGIN:VEVENT",
        "UID:renewal-1-2027@localhost",
        "DTSTAMP:20261120T150000Z",
        "DTSTART;VALUE=DATE:20270831",
        "SUMMARY:License renewal: Florida\\, Massage therapist",
    ]
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P90D", "TRIGGER:-P30D", "TRIGGER:-P7D"]
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = "\r\n".join(lines).replace("\r\n ", "")
    told = "DESCRIPTION:Still missing: 2 hours\\; ask your board.\\nZusätzlich: " + "ä" * 60
    assert told in unfolded.split("\r\n")
    assert lines[-3:] == ["END:VEVENT", "END:VCALENDAR", ""]
