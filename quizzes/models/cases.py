"""Cases and texts in a quiz: which questions stand behind a question that asks nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import OuterRef, Subquery

from quizzes.questions import QUESTION_TYPES

if TYPE_CHECKING:
    from quizzes.models.bank import Question

NOT_ASKED = tuple(question_type.kind for question_type in QUESTION_TYPES if not question_type.asks)
"""Kinds that are read and not answered: texts, and cases, whose parts are asked."""


def parts_of(kind: str, public: Mapping[str, Any]) -> list[int]:
    """The questions of a case, from the public part of its version; none for every other kind."""
    texts = list(public.values())
    return list(texts[0].get("parts", ())) if kind in NOT_ASKED and texts else []


def parts_by_question(questions: Iterable[int]) -> dict[int, list[int]]:
    """Of these questions the ones that ask nothing themselves, each with its parts, by their newest versions."""
    versions = apps.get_model("quizzes", "QuestionVersion")._default_manager
    newest = versions.filter(question=OuterRef("question")).order_by("-number").values("pk")[:1]
    rows = versions.filter(question__in=list(questions), kind__in=NOT_ASKED, pk=Subquery(newest))
    return {row.question_id: parts_of(row.kind, row.public) for row in rows.only("question_id", "kind", "public")}


def part_problems(case: Question, parts: Iterable[int]) -> list[str]:
    """Why these questions cannot be asked as parts of the case: of another bank, unpublished, or asking nothing."""
    wanted = list(parts)
    if not wanted:
        return []
    rows = {question.pk: question for question in type(case).objects.filter(pk__in=wanted)}
    asked = set(type(case).objects.askable().filter(pk__in=wanted).values_list("pk", flat=True))
    found = ["A question of the case no longer exists."] if len(rows) < len(set(wanted)) else []
    for question in (rows[pk] for pk in wanted if pk in rows):
        if question.bank_id != case.bank_id:
            # Without its title: it may stand in a bank that this author does not see.
            found.append("A question of the case stands in another bank. Choose questions of the same bank.")
        elif question.kind in NOT_ASKED:
            found.append(f'"{question.title}" asks nothing by itself, so it cannot be a question of a case.')
        elif question.pk not in asked:
            found.append(f'The question "{question.title}" of the case is not published.')
    return found
