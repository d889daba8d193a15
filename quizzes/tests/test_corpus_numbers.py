"""Moodle's published numbers and units: every case comes out equal, or differs for a reason that stands here."""

from fractions import Fraction
from typing import Any

from quizzes.grading import grade
from quizzes.questions.base import WHOLE
from quizzes.questions.numbers import parse

from . import specs


def value_of(parts: Any) -> Any:
    """What Moodle's parts of a number amount to; None for no number."""
    if parts["integer"] is None:
        return None
    sign = -1 if parts["integer"].startswith("-") else 1
    digits = parts["integer"].lstrip("+-") + parts["decimals"]
    return sign * Fraction(int(digits)) * Fraction(10) ** (int(parts["exponent"] or 0) - len(parts["decimals"]))


def test_every_published_number_is_read_as_published(corpus_cases: Any) -> None:
    rows = corpus_cases("numeric_parse")
    read = [(row["id"], parse(row["input"]["input"])) for row in rows]
    ours = [(ident, quantity and quantity.value, quantity.unit if quantity else None) for ident, quantity in read]
    theirs = [(row["id"], value_of(row["expected"]), row["expected"]["unit"]) for row in rows]
    assert (len(rows), ours) == (14, theirs)


def test_every_published_unit_is_found_behind_the_number(corpus_cases: Any) -> None:
    """Moodle's table says how many of a unit make one base unit; its result, as our factor, says the inverse."""
    rows = corpus_cases("numeric_units")
    behind = [row for row in rows if not row["input"]["units_before"]]
    assert (len(rows), len(behind)) == (17, 15)
    for row in behind:
        case, wanted = row["input"], row["expected"]
        quantity = parse(case["input"])
        unit = (quantity.unit or case["separate_unit"] or "") if quantity else None
        near = Fraction(wanted.get("value_tolerance") or 0)
        if "value" in wanted:
            assert (quantity and abs(quantity.value - Fraction(wanted["value"])) <= near) in (None, True), row["id"]
            assert (quantity is None) == (wanted["value"] is None), row["id"]
        assert unit == wanted.get("unit", unit), row["id"]
        factor = 1 / Fraction(case["units"][unit]) if unit in case["units"] else None
        multiplier = wanted.get("multiplier", factor)
        assert (factor is None) == (multiplier is None), row["id"]
        if factor is not None:
            assert abs(factor - Fraction(multiplier)) <= Fraction(wanted.get("multiplier_tolerance") or near), row["id"]


def test_a_published_multiplier_converts_an_answer_into_base_units() -> None:
    units = {"m/s": "1", "c": "299792458", "mph": "0.44704"}
    for text, value in (("1 c", "299792458"), ("0001.000 mph", "0.44704"), ("3x10^8 m/s", "3e8"), ("3x10^8", "3e8")):
        question = specs.frozen("numeric", specs.numeric_raw(value, unit_mode="optional", units=units))
        assert grade(*specs.sides(question), {"v": text, "u": ""}, None).fraction_ppm == WHOLE


def test_a_unit_in_front_of_the_number_is_not_read_here(corpus_cases: Any) -> None:
    """Moodle lets a site put units before numbers; we ask for them behind, and say so beside the field."""
    before = [row["input"]["input"] for row in corpus_cases("numeric_units") if row["input"]["units_before"]]
    assert [parse(text) for text in before] == [None, None]
