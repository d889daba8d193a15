"""Folding at once: every delta counts exactly once. The control takes the guard away and shows a real race."""

from contextlib import nullcontext
from time import sleep
from typing import Any

import pytest

from core.tests.racing import at_once
from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt, QuizPage, QuizStat, StatDelta
from quizzes.services import start_attempt, statistics, submit_attempt
from quizzes.services.statistics import fold_statistics, rebuild_statistics, restate

from . import factories
from .test_statistics_folding import state

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.both_databases]
TRIES = 12


@pytest.fixture
def quiz() -> QuizPage:
    return factories.make_quiz(make_course("Resting hands"), factories.choice("one"), factories.choice("two"))


@pytest.fixture
def tried(quiz: Any) -> QuizPage:
    """With tries that wait to be folded."""
    course = quiz.get_parent().get_parent().specific
    for number in range(TRIES):
        enrollment = factories.make_enrollment(make_user(f"learner-{number}@example.com"), course)
        submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz))
    return quiz


def counted() -> int:
    return QuizStat.objects.get(population="first").n


def test_many_who_fold_at_once_count_every_attempt_once(tried: Any) -> None:
    results = at_once(fold_statistics)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (sum(results), counted()) == (TRIES, TRIES)
    folded = state()
    rebuild_statistics()
    assert state() == folded


def test_folding_restating_and_rebuilding_at_once_end_in_the_same_sums(tried: Any) -> None:
    attempts = list(Attempt.objects.all())

    def work() -> None:
        for number, attempt in enumerate(attempts):
            attempt.items.filter(position=1).update(score_m=250 * (number % 4))
            restate(attempt=attempt)
            fold_statistics()
            if number == TRIES // 2:
                rebuild_statistics()

    results = at_once(work, times=4)
    assert [one for one in results if one is not None] == []
    fold_statistics()
    assert StatDelta.objects.filter(folded=False).count() == 0
    assert set(StatDelta.objects.values_list("sign", flat=True)) == {1}
    found = state()
    assert counted() == TRIES
    rebuild_statistics()
    assert state() == found


def test_control_without_the_transaction_some_count_twice(tried: Any, monkeypatch: Any) -> None:
    fold = statistics._fold.__wrapped__
    load = statistics.load

    def slowly(*args: Any) -> Any:
        sums = load(*args)
        sleep(0.02)
        return sums

    monkeypatch.setattr(statistics, "load", slowly)
    monkeypatch.setattr(statistics, "BATCH", 2)
    monkeypatch.setattr(statistics.transaction, "atomic", lambda *args, **kwargs: nullcontext())
    monkeypatch.setattr(statistics, "_fold", fold)
    monkeypatch.setattr(statistics, "_locked", lambda version, **_: list(QuizStat.objects.filter(quiz_version=version)))
    monkeypatch.setattr(type(StatDelta.objects.all()), "select_for_update", lambda self, **_: self)
    QuizStat.objects.bulk_create(
        QuizStat(quiz_version=tried.versions.get(), population=population) for population in ("first", "all")
    )
    results = at_once(fold_statistics)
    assert (sum(one for one in results if isinstance(one, int)) > TRIES or counted() != TRIES) is True
