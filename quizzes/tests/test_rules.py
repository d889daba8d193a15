"""Drawing, time, review and standing: pure rules, checked without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions.base import Options
from quizzes.rules import drawing, review, standing, timing
from quizzes.rules.timing import Allowance

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEEDS = st.binary(min_size=16, max_size=16)


@given(SEEDS, st.sets(st.text(min_size=1, max_size=8), max_size=20))
def test_a_seeded_order_keeps_everything_and_is_always_the_same(seed: Any, names: Any) -> None:
    order = drawing.in_seeded_order(seed, names)
    assert sorted(order) == sorted(names)
    assert order == drawing.in_seeded_order(seed, sorted(names, reverse=True))


def test_the_order_is_pinned_so_that_a_stored_seed_means_the_same_for_ever() -> None:
    assert drawing.in_seeded_order(b"\x00" * 16, "abcdef") == ["f", "e", "b", "a", "c", "d"]


@given(SEEDS, st.lists(st.booleans(), min_size=1, max_size=10))
def test_fixed_options_keep_their_place(seed: Any, fixed: Any) -> None:
    ids = tuple(f"o{number}" for number in range(len(fixed)))
    options = Options(ids, frozenset(ident for ident, stays in zip(ids, fixed, strict=True) if stays))
    order = drawing.option_order(seed, "version", options)
    assert sorted(order) == sorted(ids)
    assert [order[place] for place, stays in enumerate(fixed) if stays] == [
        ids[place] for place, stays in enumerate(fixed) if stays
    ]


def test_two_seeds_shuffle_differently() -> None:
    options = Options(tuple("abcdefgh"))
    assert len({tuple(drawing.option_order(bytes([seed]) * 16, "v", options)) for seed in range(20)}) > 15


@given(SEEDS)
def test_a_draw_prefers_what_was_not_seen_and_takes_nothing_twice(seed: Any) -> None:
    drawn = drawing.draw(seed, "abcdef", count=3, seen={"a": 1, "b": 1, "c": 2, "d": 1}, taken={"e"})
    assert drawn[0] == "f"
    assert set(drawn[1:]) < {"a", "b", "d"}


@pytest.mark.parametrize(
    ("minutes", "allowance", "closes", "expected"),
    [
        (25, Allowance(), None, NOON + timedelta(minutes=25)),
        (25, Allowance(time_percent=150), None, NOON + timedelta(minutes=37, seconds=30)),
        (25, Allowance(time_percent=125, extra_minutes=10), None, NOON + timedelta(minutes=41, seconds=15)),
        (25, Allowance(untimed=True), None, None),
        (0, Allowance(), None, None),
        (25, Allowance(), NOON + timedelta(minutes=5), NOON + timedelta(minutes=5)),
        (0, Allowance(), NOON + timedelta(minutes=5), NOON + timedelta(minutes=5)),
        (25, Allowance(), NOON + timedelta(hours=5), NOON + timedelta(minutes=25)),
    ],
)
def test_the_deadline(minutes: Any, allowance: Any, closes: Any, expected: Any) -> None:
    assert timing.deadline(NOON, minutes=minutes, allowance=allowance, closes_at=closes) == expected


def test_the_wait_counts_from_the_deadline_when_a_dead_browser_was_settled_later() -> None:
    late, ends = NOON + timedelta(hours=3), NOON + timedelta(minutes=25)
    assert timing.next_try_at(late, ends, 10) == ends + timedelta(minutes=10)
    assert timing.next_try_at(NOON, ends, 10) == NOON + timedelta(minutes=10)
    assert timing.next_try_at(late, None, 10) == late + timedelta(minutes=10)


def test_of_several_grants_the_most_generous_of_each_counts() -> None:
    grants = [Allowance(time_percent=150), Allowance(extra_attempts=2), Allowance(extra_minutes=5, untimed=True)]
    assert timing.most_generous(grants) == Allowance(150, 5, 2, untimed=True)
    assert timing.most_generous([]) == Allowance()


def test_time_left_is_said_in_words() -> None:
    said = [timing.in_words(seconds) for seconds in (1500, 301, 150, 60, 45, 1, 0, -5)]
    assert said == [
        "25 minutes", "5 minutes", "2 minutes 30 seconds", "1 minute", "45 seconds", "1 second",
        "0 seconds", "0 seconds",
    ]  # fmt: skip


def test_the_default_review_keeps_answers_until_no_further_try_depends_on_them() -> None:
    policy = review.default_policy()
    assert review.shown(policy, [review.AFTER_SUBMIT]) == {"score", "right_wrong"}
    assert review.shown(policy, [review.AFTER_SUBMIT, review.AFTER_PASS_OR_LAST]) == set(review.ASPECTS)
    assert review.shown(policy, []) == frozenset()


@pytest.mark.parametrize("broken", [[], {"sometime": []}, {"after_submit": ["key"]}, {"after_submit": "score"}])
def test_a_broken_review_policy_is_named(broken: Any) -> None:
    assert len(review.policy_problems(broken)) == 1


def tries(*marks, critical=()):
    return [
        standing.Try(mark, 100, passed=mark >= 80 and number not in critical, critical_failed=number in critical)
        for number, mark in enumerate(marks)
    ]


@pytest.mark.parametrize(
    ("method", "marks", "passed"),
    [
        ("best", (70, 90, 60), True),
        ("best", (70, 60), False),
        ("last", (90, 60), False),
        ("last", (60, 90), True),
        ("first", (60, 90), False),
        ("first", (90, 60), True),
        ("average", (70, 90), True),
        ("average", (70, 89), False),
        ("best", (), False),
        ("average", (), False),
    ],
)
def test_passing_follows_the_quizzes_own_way_of_counting(method: Any, marks: Any, passed: Any) -> None:
    assert standing.has_passed(tries(*marks), method=method, pass_mark=80) is passed


def test_an_average_does_not_outweigh_an_unsafe_answer() -> None:
    assert standing.has_passed(tries(100, 90, critical={1}), method="average", pass_mark=80) is False
