"""Reading numbers as people write them, and how near is near enough (QUIZZES.md 5.3)."""

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions.numbers import parse, plainly, within

CORPUS = Path(os.environ.get("QUIZ_CORPUS_DIR") or Path(__file__).resolve().parents[3] / "shared" / "corpus")


def read(text: Any, locale: Any = "en") -> Any:
    quantity = parse(text, locale)
    return quantity and (quantity.value, quantity.unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.5", Fraction(7, 2)),
        ("  +3.5 ", Fraction(7, 2)),
        ("-3", Fraction(-3)),
        ("\u22123", Fraction(-3)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e-6", Fraction(1, 10**6)),
        ("1E\u22122", Fraction(1, 100)),
        ("3x10^2", Fraction(300)),
        ("3*10^2", Fraction(300)),
        ("3 \u00d7 10^-2", Fraction(3, 100)),
        ("1,000", Fraction(1000)),
        ("12,345,678.5", Fraction(24691357, 2)),
        ("007", Fraction(7)),
    ],
)
def test_a_number_with_a_decimal_point_is_read_exactly(text: Any, value: Any) -> None:
    assert read(text) == (value, "")


@pytest.mark.parametrize(
    "text",
    [
        "3,5", "1,00", "1,0000", "0,001", ",5", "1,000,00", "1 000", "3.5.2", "--3", "1e", "1e1.5", "1e100", "1e-100",
        "1e99999999999", "3x10^100", "3x10", "NaN", "nan", "Infinity", "-inf", "three", "", " ", ".", ".e8", "1/2",
        "0x10", "\u0663", "9" * 61, "1\x00",
    ],
)  # fmt: skip
def test_what_is_no_number_is_not_guessed_at(text: Any) -> None:
    quantity = parse(text)
    assert quantity is None or quantity.unit  # "1e" is one of an unknown unit, which no table knows


def test_only_a_broken_exponent_letter_is_left_as_a_unit() -> None:
    assert read("1e") == (Fraction(1), "e")
    assert [read(text) for text in ("1e100", "1e99999999999", "3x10", "3x10^100", "0,001", "1 000")] == [None] * 6


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3,5", Fraction(7, 2)),
        ("1.000,5", Fraction(2001, 2)),
        ("1 000", Fraction(1000)),
        ("1\u00a0000\u00a0000", Fraction(10**6)),
        ("1\u202f000,25", Fraction(4001, 4)),
        ("1'000", Fraction(1000)),
    ],
)
def test_a_number_with_a_decimal_comma_is_read_exactly(text: Any, value: Any) -> None:
    assert read(text, "comma") == (value, "")


@pytest.mark.parametrize("text", ["3.5", "1.00", "1.000 000", "1,5,5", "1'00"])
def test_a_decimal_point_is_not_guessed_at_where_the_comma_rules(text: Any) -> None:
    assert read(text, "comma") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 g", (Fraction(5), "g")),
        ("5g", (Fraction(5), "g")),
        ("3x10^8 m/s", (Fraction(3 * 10**8), "m/s")),
        ("1e-6 %", (Fraction(1, 10**6), "%")),
        ("3.142E-4  cm", (Fraction(3142, 10**7), "cm")),
        ("3 eV", (Fraction(3), "eV")),
        ("2 m2", (Fraction(2), "m2")),
    ],
)
def test_the_unit_is_what_stands_behind(text: Any, expected: Any) -> None:
    assert read(text) == expected


@given(st.decimals(-(10**9), 10**9, places=6), st.sampled_from(["en", "comma"]))
def test_every_decimal_is_read_back_exactly(number: Any, locale: Any) -> None:
    text = f"{number:f}"
    value = Fraction(number)
    assert read(text if locale == "en" else text.replace(".", ","), locale) == (value, "")
    assert Fraction(plainly(value)) == value


@given(st.text(max_size=70), st.sampled_from(["en", "comma"]))
def test_no_text_raises(text: Any, locale: Any) -> None:
    quantity = parse(text, locale)
    assert quantity is None or isinstance(quantity.value, Fraction)


def test_a_boundary_that_floats_miss_is_inside() -> None:
    near = {"wanted": Fraction("0.3"), "tolerance": Fraction("0.1")}
    assert [within(given=Fraction(text), **near) for text in ("0.4", "0.2", "0.41")] == [True, True, False]


def test_a_geometric_interval_turns_round_for_negative_values() -> None:
    given_values = [Fraction(text) for text in ("-14", "-3.5", "-14.01", "-3.49", "7")]
    inside = [
        within(wanted=Fraction(-7), given=value, tolerance=Fraction(1), kind="geometric") for value in given_values
    ]
    assert inside == [True, True, False, False, False]


def test_moodles_published_boundary_cases_come_out_equal() -> None:
    cases = CORPUS / "cases" / "numeric_tolerance.json"
    if not cases.exists():
        pytest.skip(f"the quiz corpus is not at {CORPUS}")
    rows = json.loads(cases.read_text(), parse_float=Fraction)
    wrong = [
        row["id"]
        for row in rows
        if within(
            wanted=Fraction(row["input"]["answer"]),
            given=Fraction(row["input"]["value"]),
            tolerance=Fraction(row["input"]["tolerance"] or 0),
            kind=row["input"]["tolerancetype"],
        )
        is not row["expected"]
    ]
    assert (len(rows), wrong) == (17, [])
