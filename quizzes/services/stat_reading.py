"""What the pages of statistics show: sums read once, and the figures made from them.

A handful of queries whatever the number of questions (QUIZZES.md section 15).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.conf import settings

from quizzes.models import ItemStat, OptionStat, Population, QuestionVersion, QuizPage, QuizStat, QuizVersion
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.services.stat_rows import item_sums_of, option_sums_of, sums_of
from quizzes.statistics import items, papers
from quizzes.statistics.advice import FEWEST, Flag, flags_of
from quizzes.statistics.items import Item, Option
from quizzes.statistics.sums import OptionSums, QuizSums


@dataclass(frozen=True)
class OptionFigures:
    """An option of a question, or a written answer, and how it did."""

    text: str
    right: bool
    figures: Option
    written: bool = False


@dataclass(frozen=True)
class QuestionFigures:
    """A question and how it did. Below 30 its indices are there and not to be shown."""

    number: int
    version: QuestionVersion
    item: Item
    intended: Fraction | None
    effective: float | None
    options: Sequence[OptionFigures] = ()
    written: Sequence[OptionFigures] = ()

    @property
    def title(self) -> str:
        """As its author calls it."""
        return str(self.version.question.title)

    @property
    def enough(self) -> bool:
        """Whether an index says something."""
        return self.item.n >= FEWEST

    @cached_property
    def flags(self) -> list[Flag]:
        """Why it needs a look."""
        return flags_of(self.item, [(one.right, one.figures) for one in self.options])


@dataclass(frozen=True)
class QuizFigures:
    """One version of a quiz and one population."""

    version: QuizVersion
    population: str
    sums: QuizSums
    first: QuizSums
    """First tries only, whatever the population: for the first-time pass rate."""

    row: QuizStat
    questions: list[QuestionFigures] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether an index says something."""
        return self.sums.n >= FEWEST

    @cached_property
    def drawn(self) -> bool:
        """Whether papers were not all alike."""
        return items.is_drawn(self.sums)

    @cached_property
    def paper(self) -> int:
        """What could be earned on most papers, milli-points."""
        return papers.usual_paper(self.sums)

    @property
    def pass_total(self) -> Fraction:
        """The total that passes."""
        return Fraction(self.paper * self.version.settings["pass_mark"], 100)


def counted_versions(quiz: QuizPage) -> list[QuizStat]:
    """The quiz's versions that have attempts, newest first, a row for each population."""
    rows = QuizStat.objects.filter(quiz_version__quiz=quiz, n__gt=0).select_related("quiz_version")
    return list(rows.order_by("-quiz_version__number", "population"))


def quiz_figures(rows: Sequence[QuizStat], *, number: int | None, population: str) -> QuizFigures | None:
    """The version with this number, or the newest, among those that have attempts; its questions are not read yet."""
    numbers = [row.quiz_version.number for row in rows]
    if not numbers:
        return None
    wanted = number if number in numbers else numbers[0]
    by_population = {row.population: row for row in rows if row.quiz_version.number == wanted}
    row = by_population.get(population) or QuizStat(
        quiz_version=next(iter(by_population.values())).quiz_version, population=population
    )
    first = by_population.get(Population.FIRST)
    return QuizFigures(row.quiz_version, population, sums_of(row), sums_of(first) if first else QuizSums(), row)


def read_questions(found: QuizFigures, *, pool: int | None = None) -> None:
    """Read the questions into these figures, in the order of the quiz.

    Or only the one that is pooled under this version, and then with the answers that were written to it.
    """
    if found.row._state.adding:
        return
    rows = list(found.row.items.select_related("pool__question"))
    places = _places(found.version)
    rows.sort(key=lambda row: (places.get(row.pool.question_id, len(places)), row.pool.question_id, row.pool_id))
    wanted = [row for row in rows if pool in (None, row.pool_id)]
    by_row: dict[int, list[OptionStat]] = {row.pk: [] for row in wanted}
    options = OptionStat.objects.filter(item_stat__in=wanted)
    for option in options if pool else options.filter(written=False):
        by_row[option.item_stat_id].append(option)
    # Whether papers were alike, and what varied with the total, is a matter of all questions.
    found.sums.items = {(row.pool_id, row.points_m): item_sums_of(row) for row in rows}
    found.questions[:] = [
        _figures(number, row, by_row[row.pk], found) for number, row in enumerate(rows, start=1) if row.pk in by_row
    ]


def _figures(number: int, row: ItemStat, options: list[OptionStat], found: QuizFigures) -> QuestionFigures:
    item = items.item_of(found.sums.items[(row.pool_id, row.points_m)], row.points_m)
    return QuestionFigures(
        number=number,
        version=row.pool,
        item=item,
        intended=items.intended_weight(row.points_m, found.paper),
        effective=items.effective_weight(item, found.sums),
        options=_options(row, [one for one in options if not one.written]),
        written=_written(row, [one for one in options if one.written]),
    )


def _options(row: ItemStat, options: list[OptionStat]) -> list[OptionFigures]:
    """All that can be chosen, those that nobody chose included; what is in no list is one that was since removed."""
    version, sums = row.pool, item_sums_of(row)
    counted = {one.option: option_sums_of(one) for one in options}
    public = in_language(version.public, settings.LANGUAGE_CODE)
    listed = question_type(version.kind).choosables(public, version.key)
    found = [
        OptionFigures(one.text, one.right, items.option_of(counted.pop(one.id, OptionSums()), sums)) for one in listed
    ]
    gone = [
        OptionFigures("An option of another version", False, items.option_of(one, sums)) for one in counted.values()
    ]
    return found + gone


def _written(row: ItemStat, options: list[OptionStat]) -> list[OptionFigures]:
    """Most frequent first. Right is what earned everything."""
    sums = item_sums_of(row)
    found = [(one.option, items.option_of(option_sums_of(one), sums)) for one in options]
    found.sort(key=lambda pair: (-pair[1].n, pair[0]))
    return [OptionFigures(text, figures.mean_mark == row.points_m, figures, written=True) for text, figures in found]


def _places(version: QuizVersion) -> dict[int, int]:
    """Question -> its place in the quiz; drawn ones stand where they are drawn."""
    places: dict[int, int] = {}
    for place, slot in enumerate(version.slots):
        asked: list[Any] = [slot["question"]] if "question" in slot else slot.get("pool", [])
        for question in asked:
            places.setdefault(question, place)
    return places
