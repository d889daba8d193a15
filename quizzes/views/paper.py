"""A paper as it is shown: what is asked and what was answered. The key is never loaded here."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from quizzes.models import Attempt, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.base import Json
from quizzes.questions.freezing import in_language
from quizzes.questions.html import inline
from quizzes.questions.numbers import plainly
from quizzes.rules.words import clock_in_words
from quizzes.services.answers import token_of


@dataclass(frozen=True)
class AskedItem:
    """One question on the page, in the names that `components/question_item.html` takes."""

    position: int
    kind: str
    template: str
    text: SafeString
    section: str
    points: str
    token: str
    answered: bool
    flagged: bool
    saved_at: str
    error: str
    options: list[dict[str, Any]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    value: str = ""
    unit_value: str = ""

    @property
    def id(self) -> str:
        """Its anchor, and the prefix of its fields."""
        return f"q{self.position}"


def asked_items(attempt: Attempt, errors: dict[int, str] | None = None) -> list[AskedItem]:
    """The whole paper in one query, without any key."""
    items = attempt.items.select_related("version").defer("version__key").order_by("position")
    return [asked(item, (errors or {}).get(item.position, "")) for item in items]


def asked(item: AttemptItem, error: str = "") -> AskedItem:
    """One question with its stored answer."""
    public = in_language(item.version.public, settings.LANGUAGE_CODE)
    kept = question_type(item.version.kind)
    answer: dict[str, Json] = item.answer or {}
    return AskedItem(
        position=item.position,
        kind=item.version.kind,
        template=kept.template,
        text=mark_safe(inline(public["stem"])),  # noqa: S308 - cleaned when the version was frozen
        section=item.section,
        points=points_in_words(item.points_m),
        token=token_of(item),
        answered=item.answer is not None,
        flagged=item.flagged,
        saved_at=clock(item.saved_at) if item.saved_at else "",
        error=error or kept.notice(public, item.answer),
        options=_options(public, item.option_order, set(answer.get("c", ()))),
        units=public.get("units", []),
        value=answer.get("v", ""),
        unit_value=answer.get("u", ""),
    )


def _options(public: dict[str, Any], order: list[str], chosen: set[str]) -> list[dict[str, Any]]:
    texts = {option["id"]: option["text"] for option in public.get("options", [])}
    return [{"id": ident, "label": texts[ident], "checked": ident in chosen} for ident in order or texts]


def points_in_words(points_m: int) -> str:
    """Milli-points as one says them: "1 point", "1.5 points"."""
    number = plainly(Fraction(points_m, 1000))
    return f"{number} point" if number == "1" else f"{number} points"


def clock(moment: datetime) -> str:
    """A time of day on the learner's own clock: 10:42 AM"""
    return clock_in_words(timezone.localtime(moment))


def seconds_left(attempt: Attempt, now: datetime) -> int | None:
    """By the server's clock; None where there is no limit."""
    return max(0, int((attempt.deadline_at - now).total_seconds())) if attempt.deadline_at else None


def both_texts(item: AttemptItem, sent: Json) -> dict[str, Any]:
    """The answer that stands and the one that came from an older page, and the fields that would keep the latter."""
    public, kept = in_language(item.version.public, settings.LANGUAGE_CODE), question_type(item.version.kind)
    return {
        "item": asked(item),
        "stands": kept.in_words(public, item.answer),
        "came": kept.in_words(public, sent),
        "fields": [(name, value) for name, values in (sent or {}).items() for value in _listed(values)],
    }


def _listed(values: Json) -> list[str]:
    return [values] if isinstance(values, str) else list(values)
