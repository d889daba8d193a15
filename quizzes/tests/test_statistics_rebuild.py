"""Making the statistics anew from the attempts: equal to what was folded, exactly."""

import random
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from quizzes.models import Attempt, ItemStat, QuizStat, StatDelta
from quizzes.services.statistics import fold_statistics, rebuild_statistics, restate

from .test_statistics_folding import people, rebuilt, state, take, two

__all__ = ["people", "two"]
pytestmark = pytest.mark.django_db


def test_after_many_changes_in_any_order_the_sums_are_those_of_a_rebuild(two: Any, people: Any) -> None:
    chance = random.Random(8)
    done: list[Attempt] = []
    for _ in range(60):
        step = chance.random()
        if step < 0.4 or not done:
            done.append(
                take(people(), two, chance.random() < 0.6, chance.random() < 0.4, seconds=chance.randint(1, 900))
            )
        elif step < 0.6:
            attempt = chance.choice(done)
            attempt.items.filter(position=chance.randint(1, 2)).update(score_m=chance.choice([0, 250, 1000]))
            restate(attempt=attempt)
        elif step < 0.75:
            attempt = chance.choice(done)
            attempt.items.filter(position=1).update(grade_state=chance.choice(["void", "correct"]))
            restate(attempt=attempt)
        elif step < 0.85:
            attempt = chance.choice(done)
            Attempt.objects.filter(pk=attempt.pk).update(state=chance.choice(["voided", "graded"]))
            restate(attempt=attempt)
        else:
            fold_statistics(limit=chance.choice([1, 500]))
    fold_statistics()
    assert set(StatDelta.objects.values_list("sign", "folded")) == {(1, True)}
    folded = state()
    assert len(folded) == 2
    assert folded == rebuilt()


def test_rebuilding_repairs_what_is_wrong_and_takes_what_waits(two: Any, people: Any) -> None:
    take(people(), two, True, True)
    fold_statistics()
    take(people(), two, False, True)
    QuizStat.objects.update(n=99, totals={"7": 99})
    ItemStat.objects.all().delete()
    StatDelta.objects.filter(folded=True).delete()
    assert rebuild_statistics(quiz=two) == 2
    assert list(StatDelta.objects.values_list("sign", "folded")) == [(1, True)] * 2
    assert QuizStat.objects.get(population="first").totals == {"1000": 1, "2000": 1}
    before = state()
    assert (fold_statistics(), state()) == (0, before)


def test_the_command_rebuilds_all_or_one_and_shows_how_far_it_is(two: Any, people: Any) -> None:
    take(people(), two, True, True)
    out = StringIO()
    call_command("rebuild_statistics", stdout=out)
    call_command("rebuild_statistics", quiz=two.pk, stdout=out)
    assert out.getvalue().count("] 1/1\n1 attempts count, of 1.") == 2
    with pytest.raises(CommandError, match="There is no quiz 999999"):
        call_command("rebuild_statistics", quiz=999999)
