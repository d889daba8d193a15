"""Fifty at once: one effect each, and no text lost. The controls take a guard away and show that the race is real."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment, UnitCompletion
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, QuizPage
from quizzes.models.attempts import AttemptQuerySet
from quizzes.services import attempts as verbs
from quizzes.services import start_attempt, submit_attempt

from . import factories

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.both_databases]
MANY = 50


def at_once(action: Callable[[int], Any], count: int = MANY) -> list[Any]:
    """Run the action in so many threads that begin together; results and errors, in no order."""
    ready, results = Barrier(count), []

    def run(number: int) -> None:
        try:
            ready.wait(timeout=60)
            results.append(action(number))
        except Exception as problem:
            results.append(problem)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


@pytest.fixture
def quiz() -> QuizPage:
    return factories.make_quiz(make_course("Resting hands"), factories.number("grams"), factories.choice("one"))


@pytest.fixture
def enrollment(quiz: QuizPage) -> Enrollment:
    user: User = make_user("learner@example.com")
    return factories.make_enrollment(user, quiz.get_parent().get_parent().specific)


def problems(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_fifty_starts_begin_one_attempt(enrollment: Any, quiz: Any) -> None:
    results = at_once(lambda _: start_attempt(enrollment=enrollment, quiz=quiz).pk)
    assert problems(results) == []
    assert (len(results), set(results)) == (MANY, {Attempt.objects.get().pk})
    assert AttemptItem.objects.count() == 2


def test_fifty_starts_of_the_last_try_use_it_up_once(enrollment: Any, quiz: Any) -> None:
    QuizPage.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    QuizPage.objects.get(pk=quiz.pk).save_revision().publish()

    def start_and_hand_in(_: int) -> int:
        return submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz)).pk

    results = at_once(start_and_hand_in)
    refused = [result for result in results if isinstance(result, verbs.StartRefusedError)]
    assert len(problems(results)) == len(refused)
    assert Attempt.objects.count() == 1


def test_fifty_submissions_have_one_effect(enrollment: Any, quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for position, fields in (
        (1, {"v": "5", "u": "g"}),
        (2, factories.right_fields(attempt.items.get(position=2).version.question)),
    ):
        factories.save_one(attempt, position, fields)
    pages = [
        Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt.pk)
        for _ in range(MANY)
    ]
    results = at_once(lambda number: submit_attempt(attempt=pages[number]).score_m)
    assert Counter(map(str, results)) == {"2000": MANY}
    assert (Grade.objects.count(), UnitCompletion.objects.count()) == (2, 1)
    assert AttemptEvent.objects.filter(kind="submitted").count() == 1


def test_fifty_saves_from_one_page_keep_one_answer_and_every_text(enrollment: Any, quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    page = "0.x"
    results = at_once(lambda number: factories.save_one(attempt, 1, {"v": str(1000 + number)}, token=page))
    assert Counter(map(str, results)) == {"saved": 1, "stale": MANY - 1}
    texts = {event.payload["answer"]["v"] for event in AttemptEvent.objects.filter(kind__in=["saved", "stale"])}
    assert texts == {str(1000 + number) for number in range(MANY)}
    seqs = list(AttemptEvent.objects.values_list("seq", flat=True))
    assert len(seqs) == len(set(seqs))


def test_a_save_and_a_submission_never_pass_each_other(enrollment: Any, quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)

    def save_or_submit(number: int) -> str:
        if number == MANY // 2:
            submit_attempt(
                attempt=Attempt.objects.select_related("enrollment__user", "quiz_version").get(pk=attempt.pk)
            )
            return "submitted"
        return factories.save_one(attempt, 1, {"v": str(number)})

    results = at_once(save_or_submit)
    assert problems(results) == []
    item = AttemptItem.objects.get(attempt=attempt, position=1)
    last_saved = AttemptEvent.objects.filter(kind="saved").order_by("seq").last()
    submitted = AttemptEvent.objects.get(kind="submitted")
    assert (last_saved.payload["answer"] if last_saved else None) == item.answer
    assert last_saved is None or last_saved.seq < submitted.seq
    assert item.grade_state == ("unanswered" if item.answer is None else item.grade_state)


# Controls: without the guard the same crowd does harm.


def test_control_without_the_constraint_several_attempts_begin(enrollment: Any, quiz: Any, monkeypatch: Any) -> None:
    numbers = iter(range(1, 1000))
    make = verbs._new_attempt

    def with_a_number_of_its_own(*args: Any) -> Attempt:
        attempt = make(*args)
        attempt.number = next(numbers)
        return attempt

    monkeypatch.setattr(verbs, "_new_attempt", with_a_number_of_its_own)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX quizzes_one_open_attempt")
    try:
        at_once(lambda _: start_attempt(enrollment=enrollment, quiz=quiz).pk)
        assert Attempt.objects.count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM quizzes_attemptevent")
            cursor.execute("DELETE FROM quizzes_attemptitem")
            cursor.execute("DELETE FROM quizzes_attempt")
            cursor.execute(
                "CREATE UNIQUE INDEX quizzes_one_open_attempt ON quizzes_attempt (enrollment_id, quiz_id) "
                "WHERE state IN ('in_progress', 'overdue')"
            )


def test_control_without_compare_and_swap_a_paper_is_graded_more_than_once(
    enrollment: Any, quiz: Any, monkeypatch: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    pages = [
        Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt.pk) for _ in range(8)
    ]
    monkeypatch.setattr(AttemptQuerySet, "open", lambda self: self.all())
    at_once(lambda number: submit_attempt(attempt=pages[number]), count=8)
    assert Grade.objects.count() > 2


def test_control_without_the_pages_token_later_windows_overwrite(enrollment: Any, quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    results = at_once(
        lambda number: [factories.save_one(attempt, 1, {"v": f"{number}.{turn}"}) for turn in range(3)], count=8
    )
    assert sum(result.count("saved") for result in results) > 1
