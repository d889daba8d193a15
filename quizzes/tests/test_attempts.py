"""Attempts: one at a time, timed by the server, graded from what was saved."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from enrollments.models import UnitCompletion
from quizzes.models import Accommodation, Attempt, Grade
from quizzes.services import StartRefusedError, quiz_standing, settle, settle_due, start_attempt, submit_attempt

from . import factories

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
MINUTE = timedelta(minutes=1)


def answer(attempt: Attempt, position: int, fields: dict[str, Any], at: datetime) -> str:
    """Save one answer as a page with the newest revision would; what became of it."""
    return factories.save_one(attempt, position, fields, at=at)


def pass_it(attempt: Attempt, at: datetime) -> Attempt:
    for item in attempt.items.select_related("version__question"):
        answer(attempt, item.position, factories.right_fields(item.version.question), at)
    return submit_attempt(attempt=attempt, at=at)


def test_the_paper_is_stored_before_a_question_is_shown(enrollment: Any, make_quiz: Any) -> None:
    specs = factories.every_kind()
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(*specs, minutes=25), at=NOON)
    items = attempt.items.select_related("version")
    assert [item.version.kind for item in items] == [spec["kind"] for spec in specs]
    assert (attempt.number, attempt.deadline_at) == (1, NOON + 25 * MINUTE)
    assert attempt.max_m == 1000 * attempt.quiz_version.question_count
    assert [event.kind for event in attempt.events.all()] == ["started"]


def test_starting_again_resumes(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice())
    first = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE) == first
    assert Attempt.objects.count() == 1
    assert [event.kind for event in first.events.all()] == ["started", "resumed"]


def test_each_attempt_has_an_order_of_its_own_that_never_changes(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(*(factories.choice(options=6) for _ in range(8)), shuffle_questions=True, shuffle_options=True)
    papers = []
    for number in range(3):
        attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + number * MINUTE)
        papers.append([(item.version_id, tuple(item.option_order)) for item in attempt.items.all()])
        submit_attempt(attempt=attempt, at=NOON + number * MINUTE)
    assert len({tuple(paper) for paper in papers}) == 3
    assert len({tuple(sorted(version for version, _ in paper)) for paper in papers}) == 1


@pytest.mark.parametrize(
    ("seconds", "result"),
    [(-1, "saved"), (0, "saved"), (1, "saved"), (60, "saved"), (61, "ended"), (3600, "ended")],
)
def test_a_save_counts_until_the_grace_after_the_deadline(
    enrollment: Any, make_quiz: Any, seconds: Any, result: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one"), minutes=25), at=NOON)
    fields = factories.right_fields(attempt.items.get().version.question)
    at = NOON + 25 * MINUTE + timedelta(seconds=seconds)
    assert answer(attempt, 1, fields, at) == result
    assert (attempt.items.get().answer is None) == (result == "ended")


@pytest.mark.parametrize(
    ("seconds", "by", "state"), [(0, "learner", "graded"), (60, "learner", "graded"), (61, "timer", "graded")]
)
def test_handing_in_after_the_grace_is_settled_by_the_timer(
    enrollment: Any, make_quiz: Any, seconds: Any, by: Any, state: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice(), minutes=25), at=NOON)
    done = submit_attempt(attempt=attempt, at=NOON + 25 * MINUTE + timedelta(seconds=seconds))
    assert (done.settled_by, done.state) == (by, state)


def test_a_browser_that_never_returns_is_settled_from_what_was_saved(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    answer(attempt, 1, factories.right_fields(attempt.items.get().version.question), NOON + MINUTE)
    assert settle_due(at=NOON + 25 * MINUTE) == 0
    assert settle_due(at=NOON + 3 * 60 * MINUTE) == 1
    assert settle_due(at=NOON + 4 * 60 * MINUTE) == 0
    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed, attempt.settled_by) == ("graded", True, "timer")
    assert attempt.submitted_at == NOON + 25 * MINUTE
    assert UnitCompletion.objects.filter(unit=quiz.pk).count() == 1


def test_time_given_while_the_attempt_runs_keeps_it_open(enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice(), minutes=25), at=NOON)
    later = NOON + 40 * MINUTE
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=later, grace_until=later + MINUTE)
    assert settle(attempt=attempt, at=NOON + 30 * MINUTE).state == "in_progress"


def test_no_limit_never_ends_by_itself(enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice(), minutes=0), at=NOON)
    assert attempt.deadline_at is None
    assert settle_due(at=NOON + timedelta(days=400)) == 0


def test_an_accommodation_is_kept_in_the_attempt(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), minutes=20)
    Accommodation.objects.create(learner=enrollment.user, time_percent=200)
    Accommodation.objects.create(learner=enrollment.user, quiz=quiz, time_percent=150, extra_minutes=5)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    Accommodation.objects.all().delete()
    attempt.refresh_from_db()
    assert attempt.deadline_at == NOON + 35 * MINUTE
    assert attempt.accommodation["time_percent"] == 150


def test_tries_run_out_unless_more_were_granted(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), attempts=1)
    submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), at=NOON)
    with pytest.raises(StartRefusedError):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE)
    Accommodation.objects.create(learner=enrollment.user, extra_attempts=1)
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE).number == 2


def test_a_voided_try_does_not_use_one_up(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), attempts=1)
    first = submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), at=NOON)
    Attempt.objects.filter(pk=first.pk).update(state="voided")
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE).number == 2


def test_the_wait_counts_from_the_deadline_of_a_browser_that_died(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), minutes=25, cooldown_minutes=10)
    start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    with pytest.raises(StartRefusedError):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 34 * MINUTE)
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 35 * MINUTE).number == 2


def test_a_closed_quiz_ends_attempts_and_takes_no_new_ones(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), minutes=25, closes_at=NOON + 5 * MINUTE)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    assert attempt.deadline_at == NOON + 5 * MINUTE
    with pytest.raises(StartRefusedError):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 7 * MINUTE)


def test_an_honor_statement_must_be_agreed_to(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), honor_statement="I answer alone.")
    with pytest.raises(StartRefusedError):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    assert start_attempt(enrollment=enrollment, quiz=quiz, honor=True, at=NOON).honor_at == NOON


def test_handing_in_twice_has_one_effect(enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(*factories.every_kind()), at=NOON)
    first = submit_attempt(attempt=attempt, at=NOON)
    again = submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk), at=NOON + MINUTE)
    assert (again.submitted_at, again.score_m) == (first.submitted_at, 0)
    assert Grade.objects.count() == attempt.quiz_version.question_count
    assert [event.kind for event in attempt.events.all()] == ["started", "submitted"]


def test_partial_credit_adds_up_in_milli_points(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), {**factories.number(), "points": 3}, pass_mark=90)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    answer(attempt, 1, factories.right_fields(attempt.items.get(position=1).version.question), NOON)
    answer(attempt, 2, {"v": "5"}, NOON)
    done = submit_attempt(attempt=attempt, at=NOON)
    assert (done.score_m, done.max_m, done.passed) == (3700, 4000, True)


def test_an_unsafe_answer_fails_whatever_the_score(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(*(factories.choice() for _ in range(9)), factories.safety(), pass_mark=80)
    for chosen, passed in (("1", True), ("2", False)):
        attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
        for item in attempt.items.select_related("version__question"):
            fields = factories.right_fields(item.version.question)
            if item.version.key["critical"]:
                texts = {option["text"]: option["id"] for option in item.version.public["en-us"]["options"]}
                fields = {"c": [texts[f"safety option {chosen}"]]}
            answer(attempt, item.position, fields, NOON)
        done = submit_attempt(attempt=attempt, at=NOON)
        assert (done.score_m, done.critical_failed, done.passed) == (9000, not passed, passed)


def test_a_later_worse_try_takes_nothing_away(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice())
    pass_it(start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), NOON)
    worse = submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE), at=NOON + MINUTE)
    assert worse.passed is False
    done = UnitCompletion.objects.get(enrollment=enrollment, unit=quiz.pk)
    assert (done.completed_at, done.evidence["score_m"]) == (NOON, 1000)


@pytest.mark.parametrize(
    ("method", "right", "completes"),
    [
        ("best", [False, True], True),
        ("first", [False, True], False),
        ("last", [True, False], True),
        ("average", [False, True], False),
    ],
)
def test_the_quiz_says_which_try_completes_the_unit(
    enrollment: Any, make_quiz: Any, method: Any, right: Any, completes: Any
) -> None:
    quiz = make_quiz(factories.choice(), method=method)
    for number, passes in enumerate(right):
        at = NOON + number * MINUTE
        attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=at)
        (pass_it if passes else lambda attempt, at: submit_attempt(attempt=attempt, at=at))(attempt, at)
    assert UnitCompletion.objects.filter(enrollment=enrollment, unit=quiz.pk).exists() is completes


def test_an_edited_question_changes_no_paper_under_way(enrollment: Any, make_quiz: Any, course: Any) -> None:
    spec = factories.choice("one")
    quiz = make_quiz(spec)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON)
    before = attempt.items.get().version
    factories.reimport(course, {**spec, "text": "Something else?"})
    assert attempt.items.get().version == before
    submit_attempt(attempt=attempt, at=NOON)
    newer = start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + MINUTE).items.get().version
    assert (newer.question, newer.number) == (before.question, 2)


def test_standing_tells_tries_and_waits(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), attempts=3, cooldown_minutes=10)
    submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=NOON), at=NOON)
    version = quiz.versions.order_by("-number")[0]
    standing = quiz_standing(quiz=quiz, version=version, enrollment=enrollment, at=NOON)
    assert (standing.tries_left, standing.next_at, standing.passed) == (2, NOON + 10 * MINUTE, False)
    assert [standing.may_start(NOON + minutes * MINUTE) for minutes in (9, 10)] == [False, True]
