"""Several markers at once: one desk, one mark, one total; with a control for the claim."""

from threading import Barrier

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.tests.racing import at_once
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt, Grade, Mark, MarkingTask
from quizzes.services.marking import MarkingRefused, give_mark
from quizzes.services.marking_queue import LEASE, claim

from . import factories
from .marking_steps import essay, hand_in, judged

# -- races ----------------------------------------------------------------------------------------------------------
race = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def set_up_race() -> tuple[MarkingTask, list[User]]:
    """One answer and eight who may mark it."""
    course = make_course("Resting hands")
    quiz = factories.make_quiz(course, essay())
    hand_in(make_user(), quiz)
    markers = [make_user() for _ in range(8)]
    for one in markers:
        assign_instructor(course=course, user=one)
    return MarkingTask.objects.get(), markers


@race
@pytest.mark.both_databases
def test_eight_who_take_one_answer_are_one() -> None:
    task, markers = set_up_race()
    todo = list(markers)
    results = at_once(lambda: claim(task=task, by=todo.pop()))
    assert (len(results), results.count(True), results.count(False)) == (8, 1, 7)


@race
@pytest.mark.both_databases
def test_control_without_compare_and_swap_several_take_one_answer() -> None:
    """Look, then write: the way that the claim is not made."""
    task, markers = set_up_race()
    todo, looked = list(markers), Barrier(8)

    def look_then_write() -> bool:
        by = todo.pop()
        free = MarkingTask.objects.filter(Q(lease_until=None), pk=task.pk).exists()
        looked.wait(timeout=30)
        if free:
            MarkingTask.objects.filter(pk=task.pk).update(claimed_by=by, lease_until=timezone.now() + LEASE)
        return free

    assert at_once(look_then_write).count(True) > 1


@race
@pytest.mark.both_databases
def test_giving_a_mark_eight_times_at_once_gives_it_once() -> None:
    task, (marker, *_) = set_up_race()
    claim(task=task, by=marker)
    task = MarkingTask.objects.get()
    results = at_once(lambda: give_mark(task=task, by=marker, judgment=judged(60)))
    given = [one for one in results if isinstance(one, Grade)]
    refused = [one for one in results if isinstance(one, MarkingRefused)]
    assert (len(given), len(refused)) == (1, 7)
    assert (Grade.objects.filter(user=marker).count(), Mark.objects.count()) == (1, 1)


@race
@pytest.mark.both_databases
def test_two_answers_of_one_paper_marked_at_once_are_both_in_the_total() -> None:
    course = make_course("Resting hands")
    quiz = factories.make_quiz(course, *(essay(f"essay-{number}") for number in range(8)))
    attempt = hand_in(make_user(), quiz)
    marker = make_user()
    assign_instructor(course=course, user=marker)
    tasks = list(MarkingTask.objects.all())
    for task in tasks:
        assert claim(task=task, by=marker)
    todo = list(MarkingTask.objects.all())
    results = at_once(lambda: give_mark(task=todo.pop(), by=marker, judgment=judged(100)))
    done = Attempt.objects.get(pk=attempt.pk)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (done.state, done.score_m, done.passed) == ("graded", done.max_m, True)
