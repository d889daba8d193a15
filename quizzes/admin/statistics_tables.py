"""Statistics as tables: what stands in which column, in words and as a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.records import as_text
from quizzes.services.stat_reading import OptionFigures, QuestionFigures, QuizFigures
from quizzes.statistics import papers, spread
from quizzes.statistics.advice import FEWEST_ALIKE
from quizzes.statistics.sums import DAY_SECONDS

Figure = int | float | Fraction | None
NONE = "–"


@dataclass(frozen=True)
class Column:
    """A column of the table of questions. ``index``: hidden where too few attempts stand behind it."""

    name: str
    label: str
    value: Callable[[QuestionFigures], Figure]
    index: bool = True
    percent: bool = True


COLUMNS = (
    Column("number", "No.", lambda one: one.number, index=False, percent=False),
    Column("n", "Answers", lambda one: one.item.n, index=False, percent=False),
    Column("facility", "Facility", lambda one: times_100(one.item.facility)),
    Column("sd", "Spread (SD)", lambda one: one.item.sd and 100 * one.item.sd / one.item.points),
    Column("discrimination", "Discrimination", lambda one: one.item.discrimination),
    Column("efficiency", "Efficiency", lambda one: one.item.efficiency),
    Column("intended", "Weight meant", lambda one: one.intended, index=False),
    Column("effective", "Weight in effect", lambda one: one.effective),
)


@dataclass(frozen=True)
class Line:
    """One question in the table."""

    question: QuestionFigures
    cells: list[str]


def lines_of(questions: list[QuestionFigures], order: str) -> list[Line]:
    """Sorted by a column's name, a minus before it for the other way; what has no figure comes last."""
    column = next((one for one in COLUMNS if one.name == order.removeprefix("-")), COLUMNS[0])
    known = [one for one in questions if shown_value(column, one) is not None]
    unknown = [one for one in questions if shown_value(column, one) is None]
    known.sort(key=lambda one: shown_value(column, one) or 0, reverse=order.startswith("-"))
    return [Line(one, [cell(column, one) for column in COLUMNS[1:]]) for one in known + unknown]


def shown_value(column: Column, question: QuestionFigures) -> Figure:
    """None for an index that too few attempts stand behind: sorting must not tell it either."""
    return None if column.index and not question.enough else column.value(question)


def cell(column: Column, question: QuestionFigures) -> str:
    """As it is read."""
    value = shown_value(column, question)
    return percent(value) if column.percent else NONE if value is None else str(value)


def percent(value: Figure) -> str:
    """With one decimal; a dash for none."""
    return NONE if value is None else f"{float(value):.1f}%".replace("-", "−")


def number(value: Figure) -> str:
    """With two decimals."""
    return NONE if value is None else f"{float(value):.2f}".replace("-", "−")


def points(milli: Figure) -> str:
    """Milli-points as points."""
    return NONE if milli is None else f"{float(milli) / 1000:.2f}".rstrip("0").rstrip(".").replace("-", "−")


def minutes(seconds: Figure) -> str:
    """Time taken; nothing longer than a day is told apart."""
    if seconds is None:
        return NONE
    if seconds >= DAY_SECONDS:
        return "a day or more"
    whole = round(float(seconds))
    return f"{whole // 3600} h {whole // 60 % 60:02d} min" if whole >= 3600 else f"{whole // 60} min {whole % 60:02d} s"


def times_100(value: Fraction | None) -> Fraction | None:
    """A share as a percentage."""
    return None if value is None else 100 * value


def share(part: int, n: int) -> Fraction | None:
    """Percent of n."""
    return Fraction(100 * part, n) if n else None


def summary_of(found: QuizFigures) -> list[tuple[str, str, str]]:
    """What is said of the whole quiz: each figure's name, value and meaning. Indices only of enough tries."""
    sums = found.sums
    total = found.paper or 1
    rows = [
        ("Passed", f"{sums.passed} of {sums.n}", percent(share(sums.passed, sums.n)) if found.enough else ""),
        ("Passed at the first try", f"{found.first.passed} of {found.first.n}", _first_rate(found)),
    ]
    if not found.enough:
        return rows
    mean, reliability = spread.mean(sums.totals), papers.alpha(sums)
    deviation, error = spread.sd(sums.totals), papers.standard_error(sums)
    rows += [
        ("Mean", f"{points(mean)} of {points(found.paper)}", percent(mean and 100 * mean / total)),
        ("Median", points(spread.median(sums.totals)), "Half of the totals are at or below it."),
        ("Spread (SD)", points(deviation), percent(deviation and 100 * deviation / total)),
        ("Skewness", number(spread.skewness(sums.totals)), "Below 0: a tail of low totals."),
        ("Kurtosis", number(spread.kurtosis(sums.totals)), "Above 0: more totals than usual are far out."),
        ("Reliability (alpha)", percent(reliability), "Above 75% is good, below 64% weak. It can be below 0."),
        ("Error ratio", percent(papers.error_ratio(reliability)), "How much of the spread of totals is chance."),
        ("Standard error", points(error), percent(error and 100 * error / total)),
        ("Time, median", minutes(spread.median(sums.seconds)), "Half took no longer."),
        ("Time, mean", minutes(spread.mean(sums.seconds)), "Longer than a day counts as a day."),
    ]
    return rows


def _first_rate(found: QuizFigures) -> str:
    return percent(share(found.first.passed, found.first.n)) if found.enough else ""


def option_line(option: OptionFigures, question: QuestionFigures) -> list[str]:
    """Count, share, mean total, correlation with the rest."""
    figures = option.figures
    if not question.enough:
        return [str(figures.n), NONE, NONE, NONE]
    return [
        str(figures.n), percent(times_100(figures.share)), points(figures.mean_total), number(figures.correlation)
    ]  # fmt: skip


def written_often(question: QuestionFigures) -> tuple[list[OptionFigures], int]:
    """Answers that enough people gave, and how many answers are not told because too few gave them.

    To be asked of first tries only: of all tries, five equal answers may be one person's.
    """
    often = [one for one in question.written if one.figures.n >= FEWEST_ALIKE]
    return often, sum(one.figures.n for one in question.written) - sum(one.figures.n for one in often)


def file_lines(found: QuizFigures) -> Iterator[list[Any]]:
    """The same for a spreadsheet: figures are numbers there, words cannot be formulas."""
    yield ["Quiz", as_text(found.version.quiz.title), "Version", found.version.number, "Tries", found.population]
    yield []
    for name, value, meaning in summary_of(found):
        yield [name, as_text(value), as_text(meaning)]
    yield []
    yield ["Question", *(column.label for column in COLUMNS), "Look at"]
    for one in found.questions:
        values = [shown_value(column, one) for column in COLUMNS]
        flags = ", ".join(flag.word for flag in one.flags)
        yield [as_text(one.title), *(_plain(value) for value in values), flags]


def _plain(value: Figure) -> int | float | str:
    if value is None:
        return ""
    return value if isinstance(value, int) else round(float(value), 6)
