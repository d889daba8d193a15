"""Adding attempts and taking them back: integers, so nothing is left behind; and what of an attempt is counted."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.statistics.sums import Counted, CountedItem, QuizSums, add_up, answer_text, in_steps


def a_random_attempt(chance: random.Random) -> Counted:
    drawn = chance.sample(range(1, 12), 6)
    asked = tuple(
        CountedItem(
            pool=pool,
            points=1000 + 500 * (pool % 2),
            mark=chance.choice([0, 333, 500, 1000]),
            slot=f"s{place}",
            chosen=tuple(chance.sample("abcd", chance.randint(0, 2))),
            written=chance.choice(["", "sacrum", "atlas"]),
        )
        for place, pool in enumerate(drawn)
    )
    return Counted(chance.random() < 0.5, in_steps(chance.randint(1, 9000)), chance.random() < 0.5, asked)


def test_after_a_thousand_additions_and_removals_the_sums_are_those_of_what_is_left() -> None:
    chance = random.Random(13)
    folded, counted = QuizSums(), []
    for _ in range(1000):
        if counted and chance.random() < 0.45:
            folded.apply(counted.pop(chance.randrange(len(counted))), -1)
        else:
            counted.append(a_random_attempt(chance))
            folded.apply(counted[-1], 1)
    chance.shuffle(counted)
    folded.drop_empty()
    assert folded == add_up(counted)
    for one in counted:
        folded.apply(one, -1)
    folded.drop_empty()
    assert folded == QuizSums()


@given(st.integers(0, 2**32))
def test_what_is_counted_comes_back_from_the_database_as_it_was(seed: int) -> None:
    counted = a_random_attempt(random.Random(seed))
    assert Counted.from_json(json.loads(json.dumps(counted.as_json()))) == counted


# -- answers and time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"t": "  The  Sacrum "}, "the sacrum"),
        ({"t": "Cafe\u0301"}, "café"),
        ({"v": "3.5", "u": "MPa"}, "3.5 MPa"),
        ({"v": "3.5"}, "3.5"),
        ({"h": "An essay is somebody's own."}, ""),
        ({"c": ["a"]}, ""),
        (None, ""),
        (["t"], ""),
        ({"t": 5}, ""),
        ({"t": "x" * 500}, "x" * 200),
    ],
)
def test_short_texts_and_numbers_are_counted_as_written(answer: Any, text: str) -> None:
    assert answer_text(answer) == text


@pytest.mark.parametrize(
    ("seconds", "counted"), [(0, 15), (7, 15), (22.4, 15), (22.5, 30), (600, 600), (10**7, 24 * 60 * 60), (-5, 15)]
)
def test_time_is_counted_in_steps_up_to_a_day(seconds: float, counted: int) -> None:
    assert in_steps(seconds) == counted
