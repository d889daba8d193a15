"""The formulae: against figures that were published, and against plain calculations over every single mark."""

import csv
import json
import math
import statistics as plain
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.statistics import items, papers, spread
from quizzes.statistics.sums import Counted, CountedItem, ItemSums, QuizSums, add_up

UNIT = 10**7
"""The published marks have seven decimals."""


def attempt(marks: list[int], points: list[int], **more: Any) -> Counted:
    """An attempt with these marks on the questions 1, 2, 3 ..."""
    rows = zip(marks, points, more.pop("chosen", [()] * len(marks)), strict=True)
    asked = tuple(
        CountedItem(pool=number, points=worth, mark=mark, slot=f"s{number}", chosen=chosen)
        for number, (mark, worth, chosen) in enumerate(rows, start=1)
    )
    return Counted(**{"passed": False, "seconds": 600, "first": True, "items": asked, **more})


# Five learners, three questions of 1, 1 and 2 points.
MARKS = [[1, 1, 2], [1, 0, 2], [1, 0, 1], [0, 1, 0], [0, 0, 1]]
# T = 4 3 2 1 1 (mean 2.2, squares 31); R of question 3 = 2 1 1 1 0


@pytest.fixture
def example() -> QuizSums:
    return add_up(attempt(row, [1, 1, 2]) for row in MARKS)


def test_totals_of_the_example(example: Any) -> None:
    totals = example.totals
    assert (spread.mean(totals), spread.median(totals)) == (Fraction(11, 5), 2)
    # (31 - 11*11/5) / 4
    assert spread.variance(totals) == Fraction(17, 10)
    assert spread.sd(totals) == pytest.approx(1.7**0.5, rel=1e-15)


def test_a_question_of_the_example(example: Any) -> None:
    third = items.item_of(example.items[(3, 2)], 2)
    # x = 2 2 1 0 1: mean 1.2, squares 10, with R 2*2 + 2*1 + 1*1 + 0*1 + 1*0 = 7, sum R = 5
    assert third.facility == Fraction(6, 10)
    assert third.variance == Fraction(7, 10)  # (10 - 36/5) / 4
    assert third.covariance == Fraction(1, 4)  # (7 - 6*5/5) / 4
    assert third.variance_rest == Fraction(1, 2)  # (7 - 25/5) / 4
    # in order: x = 0 1 1 2 2 with R = 0 1 1 1 2: 8
    assert third.covariance_max == Fraction(1, 2)
    assert third.efficiency == 50
    assert third.discrimination == pytest.approx(100 * 0.25 / (0.7 * 0.5) ** 0.5, rel=1e-15)


def test_reliability_of_the_example(example: Any) -> None:
    # V(x) = 0.3, 0.3, 0.7; V(T) = 1.7
    assert papers.alpha(example) == 100 * Fraction(3, 2) * (1 - Fraction(13, 17))
    assert papers.error_ratio(papers.alpha(example)) == pytest.approx(100 * (11 / 17) ** 0.5, rel=1e-14)
    assert papers.standard_error(example) == pytest.approx((11 / 17 * 1.7) ** 0.5, rel=1e-14)


def test_weights_of_the_example(example: Any) -> None:
    figures = {key: items.item_of(sums, key[1]) for key, sums in example.items.items()}
    assert [items.intended_weight(points, 4) for _, points in figures] == [25, 25, 50]
    # C(x, T) = 0.6, 0.15, 0.95
    weights = [items.effective_weight(figure, example) for figure in figures.values()]
    whole = 0.6**0.5 + 0.15**0.5 + 0.95**0.5
    assert weights == pytest.approx([100 * one**0.5 / whole for one in (0.6, 0.15, 0.95)], rel=1e-14)


@pytest.fixture
def published(corpus: Path) -> Any:
    return json.loads((corpus / "cases" / "stats_quiz00.json").read_text())


@pytest.fixture
def published_sums(published: Any) -> QuizSums:
    points = [round(value * UNIT) for value in published["maxmark"]]
    return add_up(attempt([round(mark * UNIT) for mark in row], points) for row in published["marks"])


def test_every_published_figure_of_a_question_is_reproduced(published: Any, published_sums: Any) -> None:
    for expected in published["expected_slots"]:
        figure = items.item_of(published_sums.items[(expected["slot"], UNIT)], UNIT)
        found = {
            "s": figure.n,
            "facility": figure.facility,
            "sd": figure.sd / UNIT,
            "effectiveweight": items.effective_weight(figure, published_sums),
            "covariance": figure.covariance / UNIT**2,
            "markvariance": figure.variance / UNIT**2,
            "othermarkvariance": figure.variance_rest / UNIT**2,
            "discriminationindex": figure.discrimination,
            "covariancemax": figure.covariance_max / UNIT**2,
            "discriminativeefficiency": figure.efficiency,
        }
        loose = {"covariance", "discriminationindex", "effectiveweight"}
        for name, value in found.items():
            assert (name, float(value)) == (name, pytest.approx(expected[name], rel=1e-5 if name in loose else 1e-6))


def test_every_published_figure_of_the_quiz_is_reproduced(published: Any, published_sums: Any) -> None:
    expected, totals = published["expected_quiz"], published_sums.totals
    reliability = papers.alpha(published_sums)
    found = {
        "median": spread.median(totals) / UNIT,
        "firstattemptsavg": spread.mean(totals) / UNIT,
        "firstattemptscount": published_sums.n,
        "standarddeviation": spread.sd(totals) / UNIT,
        "skewness": spread.skewness(totals),
        "kurtosis": spread.kurtosis(totals),
        "cic": reliability,
        "errorratio": papers.error_ratio(reliability),
        "standarderror": papers.standard_error(published_sums) / UNIT,
    }
    for name, value in found.items():
        assert (name, float(value)) == (name, pytest.approx(expected[name], rel=1.5e-5))


Rows = Callable[[str], list[dict[str, str]]]


@pytest.fixture
def rows(corpus: Path) -> Rows:
    """`rows("steps00.csv")`: a published table."""

    def read(name: str) -> list[dict[str, str]]:
        with (corpus / "statistics" / "moodle-4.2.3" / name).open() as file:
            return list(csv.DictReader(file))

    return read


def published_part(rows: Rows, column: str, value: str) -> QuizSums:
    """The attempts that met this question or variant."""
    met = {row["quizattempt"] for row in rows("steps00.csv") if row[column] == value}
    return add_up(
        attempt([round(Fraction(row[f"slots.{slot}.mark"]) * UNIT) for slot in range(1, 8)], [UNIT] * 7)
        for row in rows("results00.csv")
        if row["quizattempt"] in met
    )


@pytest.mark.parametrize("variant", ["1", "8"])
def test_the_published_figures_of_those_who_met_one_variant_are_reproduced(variant: str, rows: Rows) -> None:
    expected = next(row for row in rows("qstats00.csv") if (row["slot"], row["variant"]) == ("2", variant))
    figure = items.item_of(published_part(rows, "variants.2", variant).items[(2, UNIT)], UNIT)
    found = [figure.n, figure.facility, figure.sd / UNIT, figure.discrimination, figure.efficiency]
    names = ["s", "facility", "sd", "discriminationindex", "discriminativeefficiency"]
    assert [float(value) for value in found] == [pytest.approx(float(expected[name]), rel=1e-6) for name in names]


def test_a_drawn_question_was_published_with_its_correlation_to_the_whole_total(rows: Rows) -> None:
    """Moodle's way for those, which we do not follow: its index is our uncorrected item-total correlation."""
    expected = next(row for row in rows("qstats00.csv") if row["subqname"] == "numerical")
    sums = published_part(rows, "randqs.1", "numerical")
    question = sums.items[(1, UNIT)]
    figure = items.item_of(question, UNIT)
    flattered = figure.covariance_total / items.greatest_covariance(question.marks, sums.totals)
    found = [figure.n, figure.facility, figure.sd / UNIT, 100 * figure.item_total, 100 * flattered]
    names = ["s", "facility", "sd", "discriminationindex", "discriminativeefficiency"]
    assert [float(value) for value in found] == [pytest.approx(float(expected[name]), rel=1e-6) for name in names]
    assert figure.discrimination < 100 * figure.item_total


POINTS = [1000, 1000, 2000, 500]
mark_rows = st.lists(
    st.tuples(*(st.sampled_from([0, points // 3, points // 2, points]) for points in POINTS)), min_size=4, max_size=40
)


def same(found: Any, expected: Any) -> None:
    assert (found is None) == (expected is None)
    if found is not None:
        assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def pearson(left: list[int], right: list[int]) -> float | None:
    if len(set(left)) < 2 or len(set(right)) < 2:
        return None
    return plain.correlation(left, right)


@given(mark_rows)
def test_sums_say_what_every_single_mark_says(table: list[tuple[int, ...]]) -> None:
    sums = add_up(attempt(list(row), POINTS) for row in table)
    totals = [sum(row) for row in table]
    same(spread.mean(sums.totals), plain.fmean(totals))
    same(spread.median(sums.totals), plain.median(totals))
    same(spread.sd(sums.totals), plain.stdev(totals))
    for number, points in enumerate(POINTS):
        marks = [row[number] for row in table]
        rest = [total - mark for total, mark in zip(totals, marks, strict=True)]
        figure = items.item_of(sums.items[(number + 1, points)], points)
        same(figure.facility, plain.fmean(marks) / points)
        same(figure.sd, plain.stdev(marks))
        same(figure.item_total, pearson(marks, totals))
        found = pearson(marks, rest)
        same(figure.discrimination, found if found is None else 100 * found)
        same(figure.covariance_max, plain.covariance(sorted(marks), sorted(rest)))
    parts = [plain.variance([row[number] for row in table]) for number in range(len(POINTS))]
    spread_out = plain.variance(totals)
    same(papers.alpha(sums), 100 * 4 / 3 * (1 - sum(parts) / spread_out) if spread_out else None)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=60))
def test_skewness_and_kurtosis_by_the_published_formulae(values: list[int]) -> None:
    s, m = len(values), plain.fmean(values)
    m2, m3, m4 = (sum((value - m) ** power for value in values) / s for power in (2, 3, 4))
    histogram = {value: values.count(value) for value in values}
    if m2 == 0:
        assert (spread.skewness(histogram), spread.kurtosis(histogram)) == (None, None)
        return
    k2 = s * m2 / (s - 1)
    k3 = s**2 * m3 / ((s - 1) * (s - 2))
    k4 = s**2 * ((s + 1) * m4 - 3 * (s - 1) * m2**2) / ((s - 1) * (s - 2) * (s - 3))
    assert spread.skewness(histogram) == pytest.approx(k3 / k2**1.5, rel=1e-6, abs=1e-6)
    assert float(spread.kurtosis(histogram)) == pytest.approx(k4 / k2**2, rel=1e-6, abs=1e-6)


@given(mark_rows, st.data())
def test_an_option_is_compared_with_the_rest_of_the_paper(table: list[tuple[int, ...]], data: Any) -> None:
    chose = data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
    sums = add_up(
        attempt(list(row), POINTS, chosen=[("a",) if yes else (), (), (), ()])
        for row, yes in zip(table, chose, strict=True)
    )
    question = sums.items[(1, 1000)]
    if not any(chose):
        assert question.options == {}
        return
    figure = items.option_of(question.options[(False, "a")], question)
    of_it = [sum(row) for row, yes in zip(table, chose, strict=True) if yes]
    same(figure.share, len(of_it) / len(table))
    same(figure.mean_total, plain.fmean(of_it))
    same(figure.correlation, pearson([int(yes) for yes in chose], [sum(row[1:]) for row in table]))


def test_nothing_says_nothing() -> None:
    empty = QuizSums()
    found = [spread.mean({}), spread.median({}), spread.sd({}), spread.skewness({}), spread.kurtosis({})]
    assert [*found, papers.alpha(empty), papers.standard_error(empty)] == [None] * 7
    assert items.item_of(ItemSums(), 1000).facility is None
    assert (papers.usual_paper(empty), items.is_drawn(empty)) == (0, False)


def test_one_attempt_has_a_facility_and_no_spread() -> None:
    sums = add_up([attempt([500, 0], [1000, 1000])])
    figure = items.item_of(sums.items[(1, 1000)], 1000)
    assert (figure.facility, figure.sd, figure.discrimination) == (Fraction(1, 2), None, None)
    assert (figure.efficiency, figure.item_total) == (None, None)
    assert (papers.alpha(sums), spread.sd(sums.totals)) == (None, None)


def test_a_question_that_everybody_answered_alike_has_no_index() -> None:
    sums = add_up(attempt([1000, mark], [1000, 1000]) for mark in (0, 0, 1000))
    figure = items.item_of(sums.items[(1, 1000)], 1000)
    assert (figure.facility, figure.sd) == (1, 0)
    assert (figure.discrimination, figure.efficiency, figure.item_total) == (None, None, None)


def test_a_question_that_works_against_the_others_has_no_weight() -> None:
    sums = add_up(attempt(row, [1000, 3000]) for row in ([1000, 0], [0, 3000], [1000, 500], [0, 2500]))
    against, other = (items.item_of(sums.items[key], key[1]) for key in ((1, 1000), (2, 3000)))
    assert against.covariance_total < 0
    assert (items.effective_weight(against, sums), items.effective_weight(other, sums)) == (None, 100.0)


def test_alpha_below_zero_stays_below_zero() -> None:
    sums = add_up(attempt(row, [1000, 1000]) for row in ([1000, 0], [0, 1000], [1000, 0], [0, 500]))
    assert papers.alpha(sums) < -100


def test_whoever_did_not_meet_a_question_is_not_in_its_figures() -> None:
    one, two = (CountedItem(pool=number, points=1000, mark=1000, slot="drawn.1") for number in (1, 2))
    base = {"passed": True, "seconds": 60, "first": True}
    sums = add_up([Counted(**base, items=(one,)), Counted(**base, items=(one,)), Counted(**base, items=(two,))])
    assert (items.item_of(sums.items[(1, 1000)], 1000).n, items.item_of(sums.items[(2, 1000)], 1000).n) == (2, 1)
    assert items.is_drawn(sums) is True
    assert items.effective_weight(items.item_of(sums.items[(1, 1000)], 1000), sums) is None
    assert list(sums.slots) == ["drawn.1"]


def test_roots_are_those_of_the_decimals_however_large_the_fraction() -> None:
    huge = Fraction(3 * 10**400, 10**400 + 1)
    assert spread.root(huge) == pytest.approx(3**0.5, rel=1e-15)
    assert spread.root(Fraction(1, 10**60)) == pytest.approx(1e-30, rel=1e-15)
    assert (spread.root(Fraction(0)), spread.root(Fraction(9, 4)), spread.root(Fraction(2))) == (0, 1.5, math.sqrt(2))
