"""The author's form of a cloze, for formats that write their gaps in other ways."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from quizzes.questions.cloze import MAX_GAPS
from quizzes.questions.gaps import MAX_POINTS

from .taking import Taken, Unsupported

STAR = "\\*"
TO_DO = "<p>Complete the text.</p>"
"""Other systems have no words before the text, so we say what is to be done."""


def unmarked(taken: Taken, source: str) -> str:
    """A text of the file in which nothing looks like the mark of a gap ("[[1]]")."""
    if "[[" not in source:
        return source
    taken.warn('"[[" in the text is written "[ [", so that it is no gap.')
    return source.replace("[[", "[ [")


def gap(taken: Taken, mark: str, kind: str, lines: Sequence[str], **more: Any) -> dict[str, Any]:
    """One gap. Each line begins with its credit ("%100%"), so that no answer is mistaken for one."""
    value = {"mark": mark, "kind": kind, "answers": "\n".join(lines), "points": 1, "tolerance": "0"}
    return taken.entry(f"gap {mark}", {**value, "one_slip": False, "case_counts": False, "remark": "", **more})


def line(percent: int, text: str, *, star: bool = False) -> str:
    """One answer of a gap; a star that is meant as a star is written so."""
    words = " ".join(text.split())
    return f"%{percent}%{words.replace('*', STAR) if star else words}"


def cloze_form(passage: str, gaps: Sequence[dict[str, Any]], feedback: str) -> dict[str, Any]:
    """The whole form."""
    if not 0 < len(gaps) <= MAX_GAPS:
        message = f"its text has {len(gaps)} gaps; from 1 to {MAX_GAPS} are taken"
        raise Unsupported(message)
    return {"stem": TO_DO, "passage": passage, "gaps": list(gaps), "locale": "en", "feedback": feedback}


def whole_points(shares: Sequence[Fraction]) -> list[int]:
    """The shares of the gaps in whole points: 33.33, 33.33 and 33.34 are one each."""
    near = [share.limit_denominator(MAX_POINTS) if share > 0 else Fraction(0) for share in shares]
    if not all(near):
        message = "a gap earns nothing when it is filled rightly"
        raise Unsupported(message)
    if max(near) - min(near) < Fraction(1, 500):
        return [1] * len(near)
    scale = lcm(*(one.denominator for one in near))
    points = [int(one * scale) for one in near]
    if max(points) > MAX_POINTS:
        message = f"the gaps count in proportions that {MAX_POINTS} points cannot say"
        raise Unsupported(message)
    return points
