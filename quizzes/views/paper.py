"""A paper as it is shown: what is asked and what was answered.

No key is loaded here but those of answers that are final because their feedback was asked for.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import count
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from quizzes.models import Attempt, AttemptItem, QuestionVersion
from quizzes.questions import question_type
from quizzes.questions.base import Json
from quizzes.questions.freezing import in_language
from quizzes.questions.html import inline
from quizzes.questions.numbers import plainly
from quizzes.rules.certainty import LEVELS
from quizzes.rules.words import clock_in_words
from quizzes.services.answers import asks_certainty, token_of
from quizzes.services.checking import BY_PEOPLE, shown_per_item
from quizzes.views.feedback import Feedback, feedback_now


@dataclass(frozen=True)
class AskedItem:
    """One question on the page, in the names that `quizzes/questions/frame.html` takes."""

    position: int
    number: int
    kind: str
    template: str
    asks: bool
    text: SafeString
    illustration: dict[str, Any] | None
    section: str
    case_group: str
    points: str
    token: str
    answered: bool
    flagged: bool
    locked: bool
    certainty: int | None
    saved_at: str
    hint: str
    error: str
    parts: dict[str, Any]
    may_check: bool = False
    levels: tuple[tuple[int, str], ...] = ()
    feedback: Feedback | None = None

    @property
    def id(self) -> str:
        """Its anchor, and the prefix of its fields."""
        return f"q{self.position}"


def asked_items(attempt: Attempt, errors: dict[int, str] | None = None) -> list[AskedItem]:
    """The whole paper in one query without any key; a second one for the keys of answers that are final."""
    items = list(attempt.items.select_related("version").defer("version__key").order_by("position"))
    terms = attempt.quiz_version.terms
    shown = shown_per_item(terms)
    final = [item for item in items if item.locked_at is not None] if shown else []
    keyed = QuestionVersion.objects.in_bulk([item.version_id for item in final]) if final else {}
    for item in final:
        item.version = keyed[item.version_id]
    feedback = {item.position: feedback_now(item, shown) for item in final}
    levels = tuple(LEVELS.items()) if asks_certainty(terms) else ()
    return [
        replace(
            item,
            may_check=bool(shown) and item.asks and not item.locked and item.kind != BY_PEOPLE,
            levels=levels if item.asks else (),
            feedback=feedback.get(item.position),
        )
        for item in number_items([(item, (errors or {}).get(item.position, "")) for item in items])
    ]


def number_items(items: list[tuple[AttemptItem, str]]) -> list[AskedItem]:
    """The questions are counted, the texts between them are not."""
    numbers = count(1)
    return [
        asked(item, error, number=next(numbers) if question_type(item.version.kind).asks else 0)
        for item, error in items
    ]


def asked(item: AttemptItem, error: str = "", number: int = 0) -> AskedItem:
    """One question with its stored answer."""
    public = in_language(item.version.public, settings.LANGUAGE_CODE)
    kept = question_type(item.version.kind)
    return AskedItem(
        position=item.position,
        number=number or item.position,
        kind=item.version.kind,
        template=kept.template,
        asks=kept.asks,
        text=mark_safe(inline(public["stem"])),  # noqa: S308 - cleaned when the version was frozen
        illustration=public.get("illustration"),
        section=item.section,
        case_group=item.case_group,
        points=points_in_words(item.points_m),
        token=token_of(item),
        answered=item.answer is not None,
        flagged=item.flagged,
        locked=item.locked_at is not None,
        certainty=item.certainty,
        saved_at=clock(item.saved_at) if item.saved_at else "",
        hint=kept.hint,
        error=error or kept.notice(public, item.answer),
        parts=kept.shown(public, item.answer, item.option_order),
    )


def points_in_words(points_m: int) -> str:
    """Milli-points as one says them: "1 point", "1.5 points"."""
    number = plainly(Fraction(points_m, 1000))
    return f"{number} point" if number == "1" else f"{number} points"


def clock(moment: datetime) -> str:
    """A time of day on the learner's own clock: 10:42 AM"""
    return clock_in_words(timezone.localtime(moment))


def seconds_left(ends: datetime | None, now: datetime) -> int | None:
    """By the server's clock; None where there is no limit."""
    return max(0, int((ends - now).total_seconds())) if ends else None


def both_texts(item: AttemptItem, sent: Json) -> dict[str, Any]:
    """The answer that stands and the one from an older page, and the question with the latter in it, to be changed."""
    public, kept = in_language(item.version.public, settings.LANGUAGE_CODE), question_type(item.version.kind)
    asked_now = asked(item)
    return {
        "item": replace(
            asked_now, parts=kept.shown(public, sent, item.option_order), error=kept.notice(public, sent), saved_at=""
        ),
        "stands": kept.in_words(public, item.answer),
        "came": kept.in_words(public, sent),
    }
