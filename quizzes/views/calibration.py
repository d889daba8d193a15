"""How sure one was, beside how right one was: for learning, never for passing (QUIZZES.md section 10)."""

from dataclasses import dataclass
from fractions import Fraction

from quizzes.models import AttemptItem
from quizzes.questions.base import NEEDS_HUMAN, WHOLE
from quizzes.questions.numbers import plainly
from quizzes.rules.certainty import LEVELS, calibration, certainty_mark


@dataclass(frozen=True)
class CalibrationRow:
    """One level of certainty in words."""

    level: str
    count: int
    share: str
    mark: str
    advice: str


def calibration_of(items: list[AttemptItem]) -> list[CalibrationRow]:
    """A row per level that was chosen; answers that were not given, or that a person still reads, are left out."""
    rows = calibration((item.certainty or 0, _share(item)) for item in items if _counts(item))
    return [
        CalibrationRow(
            level=LEVELS[row.level],
            count=row.count,
            share=f"{int(row.share * 100)}%",
            mark=_signed(row.mark),
            advice=_advice(row.level, row.honest),
        )
        for row in rows
    ]


def sure_in_words(item: AttemptItem) -> str:
    """What one answer's certainty was worth: "You were very sure: -6"."""
    if not _counts(item):
        return ""
    level = item.certainty or 0
    return f"How sure you were: {LEVELS[level].lower()}. Certainty mark {_signed(certainty_mark(level, _share(item)))}."


def _counts(item: AttemptItem) -> bool:
    answered = item.answer is not None and item.fraction_ppm is not None
    return item.certainty in LEVELS and answered and item.grade_state not in (NEEDS_HUMAN, "void")


def _share(item: AttemptItem) -> Fraction:
    return Fraction(item.fraction_ppm or 0, WHOLE)


def _signed(mark: Fraction) -> str:
    """Two places at most, with its sign."""
    rounded = Fraction(round(mark * 100), 100)
    return f"+{plainly(rounded)}" if rounded > 0 else plainly(rounded).replace("-", "−")


def _advice(level: int, honest: int) -> str:
    if honest == level:
        return "As sure as you were right"
    advice = "you know more than you think" if honest > level else "be more careful"
    return f"“{LEVELS[honest]} sure” would have been honest: {advice}"
