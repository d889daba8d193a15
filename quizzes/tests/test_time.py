"""The server's clock decides: before, at and after the deadline and its grace, in every way that time can end."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from courses.tests.factories import make_user
from enrollments.models import UnitCompletion
from quizzes.models import Accommodation, Attempt
from quizzes.rules import timing
from quizzes.rules.timing import Allowance
from quizzes.services import StartRefusedError, quiz_standing, settle, settle_due, start_attempt, submit_attempt
from quizzes.services.supervision import (
    SupervisionRefused,
    extend_attempt,
    reach_running_attempts,
    reopen_attempt,
    void_attempt,
)

from . import factories

NOON = timezone.now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=1)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
END = NOON + 25 * MINUTE


def kinds(attempt: Attempt) -> list[str]:
    return list(attempt.events.order_by("seq").values_list("kind", flat=True))


def right(attempt: Attempt, at: Any, position: int = 1) -> str:
    item = attempt.items.get(position=position)
    return factories.save_one(attempt, position, factories.right_fields(item.version.question), at=at)


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt.pk)


# -- late papers ----------------------------------------------------------------------------------------------------
MATRIX = [
    # seconds after the deadline, what a save does, the state on touching it, what handing in then comes to
    (-1, "saved", "in_progress", ("graded", "learner")),
    (0, "saved", "in_progress", ("graded", "learner")),
    (60, "saved", "in_progress", ("graded", "learner")),
    (61, "ended", "overdue", ("graded", "learner")),
    (600, "ended", "overdue", ("graded", "learner")),
    (601, "ended", "abandoned", ("abandoned", "timer")),
    (86_400, "ended", "abandoned", ("abandoned", "timer")),
]


@pytest.mark.parametrize(("seconds", "save", "state", "handed_in"), MATRIX)
def test_a_late_paper_can_be_handed_in_for_a_while_and_not_changed(
    enrollment: Any, make_quiz: Any, seconds: int, save: str, state: str, handed_in: tuple[str, str]
) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=10)
    attempt, at = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), END + seconds * SECOND
    assert right(attempt, at) == save
    assert settle(attempt=fresh(attempt), at=at).state == state
    done = submit_attempt(attempt=fresh(attempt), at=at)
    assert (done.state, done.settled_by) == handed_in
    assert (done.passed is True) == (save == "saved")


def test_a_late_paper_counts_what_was_saved_and_its_wait_runs_from_the_deadline(
    enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=10, cooldown_minutes=30)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    right(attempt, NOON + MINUTE)
    done = submit_attempt(attempt=fresh(attempt), at=END + 9 * MINUTE)
    assert (done.passed, done.submitted_at) == (True, END + 9 * MINUTE)
    assert kinds(attempt) == ["started", "saved", "overdue", "submitted"]
    standing = quiz_standing(quiz=quiz, version=attempt.quiz_version, enrollment=enrollment, at=END + 10 * MINUTE)
    assert standing.next_at == END + 30 * MINUTE


def test_an_abandoned_paper_has_no_score_uses_a_try_and_its_wait_runs_from_the_deadline(
    enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=10, cooldown_minutes=30, attempts=2)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    right(attempt, NOON + MINUTE)
    assert [settle_due(at=END + minutes * MINUTE) for minutes in (1, 2, 5, 11, 12)] == [0, 1, 0, 1, 0]
    attempt = fresh(attempt)
    assert (attempt.state, attempt.score_m, attempt.passed, attempt.submitted_at) == ("abandoned", None, None, None)
    assert kinds(attempt) == ["started", "saved", "overdue", "abandoned"]
    standing = quiz_standing(quiz=quiz, version=attempt.quiz_version, enrollment=enrollment, at=END)
    assert (standing.tries_left, standing.next_at, standing.finished) == (1, END + 30 * MINUTE, [])
    assert not UnitCompletion.objects.exists()


def test_nobody_begins_another_try_while_one_is_overdue(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=10)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    again = start_attempt(enrollment=enrollment, quiz=quiz, at=END + 5 * MINUTE)
    assert (again, again.state) == (attempt, "overdue")
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=END + 11 * MINUTE).number == 2


def test_the_pages_say_that_the_time_is_over_and_until_when_it_can_be_handed_in(
    as_learner: Client, enrollment: Any, make_quiz: Any
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=10)
        front = " ".join(as_learner.get(quiz.url).content.decode().split())
        assert "You have 10 minutes to hand them in; not handed in by then, the try is used up" in front
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        assert (
            "It is handed in by you: within 10 minutes" in as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
        )
        clock.move_to(END + 2 * MINUTE)
        page = as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
        assert ("The time is over: hand in now" in page, "q1-rev" in page) == (True, False)
        answer = as_learner.post(
            f"/attempts/{attempt.uuid}/save/", {"q1-rev": "0.x"}, headers={"accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["ended"]) == (409, True)
        clock.move_to(END + 20 * MINUTE)
        result = as_learner.get(f"/attempts/{attempt.uuid}/", follow=True).content.decode()
        assert ("Not handed in" in result, "No score." in result) == (True, True)


# -- accommodations -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("allowance", "ends"),
    [
        (Allowance(), NOON + 10 * MINUTE),
        (Allowance(time_percent=150), NOON + 20 * MINUTE),
        (Allowance(time_percent=200, extra_minutes=5), NOON + 35 * MINUTE),
        (Allowance(extra_minutes=60), NOON + 70 * MINUTE),
        (Allowance(untimed=True), None),
    ],
)
def test_a_grant_extends_the_window_by_what_it_adds_to_the_limit(allowance: Allowance, ends: Any) -> None:
    assert timing.deadline(NOON, minutes=20, allowance=allowance, closes_at=NOON + 10 * MINUTE) == ends


def test_within_the_extended_window_a_learner_can_begin_when_others_cannot(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=20, closes_at=NOON)
    with pytest.raises(StartRefusedError):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 5 * MINUTE)
    Accommodation.objects.create(learner=enrollment.user, time_percent=150)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 5 * MINUTE)
    assert attempt.deadline_at == NOON + 10 * MINUTE


def test_a_changed_grant_moves_a_running_attempt_and_never_shortens_it(
    enrollment: Any, make_quiz: Any, instructor: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    grant = Accommodation.objects.create(learner=enrollment.user, time_percent=200)
    assert reach_running_attempts(grant=grant, by=instructor, at=NOON + MINUTE) == 1
    assert fresh(attempt).deadline_at == NOON + 50 * MINUTE
    assert right(attempt, NOON + 51 * MINUTE) == "saved"
    Accommodation.objects.update(time_percent=120)
    assert reach_running_attempts(grant=Accommodation.objects.get(), by=instructor, at=NOON + MINUTE) == 0
    Accommodation.objects.update(untimed=True)
    assert reach_running_attempts(grant=Accommodation.objects.get(), by=instructor, at=NOON + MINUTE) == 1
    attempt = fresh(attempt)
    assert (attempt.deadline_at, attempt.grace_until, attempt.accommodation["untimed"]) == (None, None, True)
    assert kinds(attempt) == ["started", "extended", "saved", "extended"]


def test_a_grant_for_another_quiz_or_learner_moves_nothing(enrollment: Any, make_quiz: Any, stranger: Any) -> None:
    quiz, other = make_quiz(factories.choice("one"), minutes=25), make_quiz(factories.choice("two"), slug="other")
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    for grant in (
        Accommodation.objects.create(learner=enrollment.user, quiz=other, time_percent=200),
        Accommodation.objects.create(learner=stranger, time_percent=200),
    ):
        assert reach_running_attempts(grant=grant, by=stranger, at=NOON) == 0
    assert fresh(attempt).deadline_at == END


# -- what staff do --------------------------------------------------------------------------------------------------
def test_time_added_by_staff_is_learned_at_the_next_save(
    as_learner: Client, enrollment: Any, make_quiz: Any, instructor: Any
) -> None:
    with time_machine.travel(NOON, tick=False):
        attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one"), minutes=25))
        extend_attempt(attempt=attempt, minutes=10, by=instructor, reason="Fire alarm")
        answer = as_learner.post(
            f"/attempts/{attempt.uuid}/save/", {"q1-rev": "0.x"}, headers={"accept": "application/json"}
        )
    assert answer.json()["seconds_left"] == 35 * 60
    event = attempt.events.get(kind="extended")
    assert (event.payload["reason"], event.payload["minutes"]) == ("Fire alarm", 10)


@pytest.mark.parametrize(("seconds", "moved"), [(60, True), (61, False)])
def test_time_can_be_added_as_long_as_the_attempt_is_not_over(
    enrollment: Any, make_quiz: Any, instructor: Any, seconds: int, moved: bool
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one"), minutes=25), at=NOON)
    try:
        extend_attempt(attempt=attempt, minutes=10, by=instructor, at=END + seconds * SECOND)
    except SupervisionRefused:
        assert not moved
    assert (fresh(attempt).state == "in_progress") == moved


def test_an_attempt_without_a_limit_needs_no_time(enrollment: Any, make_quiz: Any, instructor: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one")), at=NOON)
    with pytest.raises(SupervisionRefused):
        extend_attempt(attempt=attempt, minutes=10, by=instructor, at=NOON)


def test_a_voided_try_uses_none_up_passes_nothing_and_the_learner_hears(
    as_learner: Client, enrollment: Any, make_quiz: Any, instructor: Any, mailoutbox: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    quiz = make_quiz(factories.choice("one"), attempts=1)
    attempt = submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz))
    with django_capture_on_commit_callbacks(execute=True):
        void_attempt(attempt=attempt, by=instructor, reason="The sound failed")
    assert ("The sound failed" in mailoutbox[0].body, "Taken out" in mailoutbox[0].subject) == (True, False)
    page = as_learner.get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert ("uses none up" in page, "The sound failed" in page, "0%" in page) == (True, True, False)
    assert start_attempt(enrollment=enrollment, quiz=quiz).number == 2
    with pytest.raises(SupervisionRefused):
        void_attempt(attempt=attempt, by=instructor, reason="Again")


def test_a_reopened_try_goes_on_and_its_new_marks_follow_the_old(
    enrollment: Any, make_quiz: Any, instructor: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, attempts=1)
    attempt = submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), at=NOON + MINUTE)
    again = reopen_attempt(attempt=attempt, minutes=15, by=instructor, reason="Handed in by mistake", at=END)
    assert (again.state, again.deadline_at, again.submitted_at, again.score_m) == (
        "in_progress", END + 15 * MINUTE, None, None,
    )  # fmt: skip
    assert right(attempt, END + MINUTE) == "saved"
    done = submit_attempt(attempt=fresh(attempt), at=END + 2 * MINUTE)
    assert (done.passed, done.score_m) == (True, 1000)
    first, second = attempt.items.get().grades.order_by("pk")
    assert (first.fraction_ppm, second.fraction_ppm, second.supersedes) == (0, 1_000_000, first)
    assert kinds(attempt) == ["started", "submitted", "reopened", "saved", "submitted"]


def test_a_try_is_not_reopened_while_another_is_open_or_once_it_has_completed_its_unit(
    enrollment: Any, make_quiz: Any, instructor: Any
) -> None:
    quiz = make_quiz(factories.choice("one"))
    first = submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), at=NOON)
    second = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE)
    with pytest.raises(SupervisionRefused, match="Another try is open"):
        reopen_attempt(attempt=first, minutes=5, by=instructor, reason="x", at=NOON + MINUTE)
    right(second, NOON + MINUTE)
    submit_attempt(attempt=fresh(second), at=NOON + MINUTE)
    with pytest.raises(SupervisionRefused, match="has completed its unit"):
        reopen_attempt(attempt=fresh(second), minutes=5, by=instructor, reason="x", at=NOON + MINUTE)
    assert reopen_attempt(attempt=fresh(first), minutes=5, by=instructor, reason="x", at=NOON + MINUTE).is_open


def test_an_abandoned_paper_can_be_reopened(enrollment: Any, make_quiz: Any, instructor: Any) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25, late_minutes=5)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    settle_due(at=END + 60 * MINUTE)
    settle_due(at=END + 60 * MINUTE)
    assert fresh(attempt).state == "abandoned"
    reopen_attempt(attempt=fresh(attempt), minutes=0, by=instructor, reason="Power cut", at=END + 60 * MINUTE)
    assert submit_attempt(attempt=fresh(attempt), at=END + 90 * MINUTE).state == "graded"


def test_the_front_page_says_what_one_was_granted(as_learner: Client, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=30, attempts=2)
    Accommodation.objects.create(learner=enrollment.user, time_percent=150, extra_attempts=1)
    other = make_user("classmate@example.com")
    page = " ".join(as_learner.get(quiz.url).content.decode().split())
    assert ("<dt>Your time</dt><dd>45 minutes</dd>" in page, "<dt>Your tries</dt><dd>3</dd>" in page) == (True, True)
    assert not Accommodation.objects.filter(learner=other).exists()
