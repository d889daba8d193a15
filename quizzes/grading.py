"""Marking an answer, as pure functions: the same input under the same engine gives the same result, for ever.

``grade`` is total: any JSON gives a Result, never an exception (QUIZZES.md section 5). Totals are integers in
milli-points; the comparison with the pass mark is exact.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .questions import question_type
from .questions.base import INVALID, UNANSWERED, WHOLE, AnswerError, Json, Result

ENGINE = "1"
"""Raised with every change that could mark any answer differently; it is stored with each attempt."""


def grade(kind: str, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
    """What this answer earns. ``policy`` replaces the question's own way of marking, for a regrade."""
    kept = question_type(kind)
    try:
        cleaned = kept.clean(public, answer)
    except AnswerError:
        return Result(0, INVALID)
    if cleaned is None:
        return Result(0, UNANSWERED, feedback_refs=("general",))
    return kept.mark(public, key, cleaned, policy)


def publishing_problems(kind: str, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    """Why a question must not be published: a missing key, an empty option, a best mark below 100 %."""
    found = question_type(kind).problems(public, key)
    if found:
        return found
    best = question_type(kind).best_answer(public, key)
    if best is not None and grade(kind, public, key, best, None).fraction_ppm != WHOLE:
        found.append("No answer reaches 100 %.")
    return found


def points(points_m: int, fraction_ppm: int) -> int:
    """Milli-points earned; the rounding is half to even."""
    return round(Fraction(points_m * fraction_ppm, WHOLE))


@dataclass(frozen=True)
class Total:
    """The mark of a whole paper."""

    score_m: int
    max_m: int
    critical_failed: bool
    passed: bool


def total(items: Iterable[tuple[int, int, bool]], pass_mark: int) -> Total:
    """Add up (points_m, score_m, critical_failed) per item. An unsafe answer fails the paper whatever the score."""
    rows = list(items)
    score_m, max_m = sum(row[1] for row in rows), sum(row[0] for row in rows)
    critical = any(row[2] for row in rows)
    return Total(score_m, max_m, critical, passed=not critical and max_m > 0 and score_m * 100 >= pass_mark * max_m)


def percent(score_m: int, max_m: int) -> int:
    """The whole percent that is shown: rounded down, so that 79.6 never reads as an 80 that did not pass."""
    return score_m * 100 // max_m if max_m else 0
