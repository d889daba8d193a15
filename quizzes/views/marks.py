"""What a person said about an answer: levels of the rubric, a comment, the reason of a change, each at its moment."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from quizzes.models import AttemptItem, Grade
from quizzes.questions.base import Json
from quizzes.rules import review as matrix

MARKED_FIELDS = ("comment", "reason", "rubric")


def with_marks(items: QuerySet[AttemptItem]) -> QuerySet[AttemptItem]:
    """With what was said in the grade that counts, in the same query."""
    newest = Grade.objects.filter(item=OuterRef("pk"), superseded_by=None).order_by("-at", "-pk")
    found = {f"mark_{name}": Subquery(newest.values(name)[:1]) for name in MARKED_FIELDS}
    return items.annotate(**found)


def said_about(item: Any, public: Mapping[str, Json], shown: frozenset[str]) -> dict[str, Any]:
    """For the review: ``rubric`` as (row, levels), ``comment`` and ``reason``; what may not be seen yet is left out."""
    found: dict[str, Any] = {}
    if not hasattr(item, "mark_rubric"):  # a paper that is only tried out has no grades
        return found
    if matrix.RUBRIC in shown:
        found |= {"rubric": _rubric(item.mark_rubric, public), "comment": item.mark_comment or ""}
    if shown & {matrix.SCORE, matrix.RIGHT_WRONG}:
        found["reason"] = item.mark_reason or ""
    return found


def _rubric(kept: Json, public: Mapping[str, Json]) -> list[tuple[str, str]]:
    """The levels that were chosen, row by row; of two markers both. What this version does not know is left out."""
    marks = (kept or {}).get("marks", [])
    lines = []
    for row in public.get("rubric", ()):
        levels = {level["id"]: f"{level['title']} ({level['points']})" for level in row["levels"]}
        chosen = [levels[mark[row["id"]]] for mark in marks if mark.get(row["id"]) in levels]
        if chosen:
            lines.append((row["title"], "; ".join(dict.fromkeys(chosen))))
    return lines
