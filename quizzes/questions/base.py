"""What every question type is: how it is written, frozen, asked, answered and marked.

A type is a pure value: no database, clock, request, locale or float. Fractions are exact and rounded once, half to
even, to millionths (QUIZZES.md section 5). Each type stands in a file of its own beside this one and is named in
``QUESTION_TYPES``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from wagtail.blocks import StructBlock

Json = Any
"""Whatever ``json.loads`` returns: answers come from outside, so nothing about their shape is known."""

WHOLE = 1_000_000
"""Full credit in millionths."""

CORRECT, PARTIAL, WRONG = "correct", "partial", "wrong"
UNANSWERED, INVALID, NEEDS_HUMAN = "unanswered", "invalid", "needs_human"


class AnswerError(ValueError):
    """An answer that no form of ours sends: a wrong shape, an unknown or repeated id, a text beyond its cap."""


class SpecError(ValueError):
    """Authored content that cannot be frozen: an item without its lasting id, or a part that is missing."""


@dataclass(frozen=True)
class Result:
    """What one answer is worth, and why. ``feedback_refs`` name remarks in the key; they are shown at their moment."""

    fraction_ppm: int
    state: str
    parts: tuple[Mapping[str, Json], ...] = ()
    feedback_refs: tuple[str, ...] = ()
    needs_human: bool = False
    normalized: Json = None
    critical_failed: bool = False


@dataclass(frozen=True)
class Draft:
    """One question as its author wrote it, by who may see it: ``public`` is asked, ``key`` stays on the server."""

    public: dict[str, Json]
    key: dict[str, Json]
    feedback: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """The options of a question in the author's order, and which of them keep their place when shuffled."""

    ids: tuple[str, ...] = ()
    fixed: frozenset[str] = frozenset()


class QuestionType(ABC):
    """One kind of question. Stateless; one instance serves every question of the kind."""

    kind: ClassVar[str]
    label: ClassVar[str]
    schema: ClassVar[int] = 1
    block: ClassVar[type[StructBlock]]
    template: ClassVar[str]

    @abstractmethod
    def read(self, raw: Mapping[str, Json]) -> Draft:
        """Take the stored value of the author's form apart. Raises ``SpecError``."""

    @abstractmethod
    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        """Why the question must not be published, in words for its author. Empty: it may."""

    @abstractmethod
    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        """The answer that a posted form means, or None for nothing answered."""

    @abstractmethod
    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        """The same answer in its one stored form. Raises ``AnswerError``."""

    @abstractmethod
    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        """Mark an answer that ``clean`` has returned and that is not None."""

    @abstractmethod
    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        """An answer worth full credit, if the key knows one."""

    @abstractmethod
    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        """An answer as the learner would read it, one line per part."""

    def options(self, public: Mapping[str, Json]) -> Options:
        """What can be shuffled. Types without options have none."""
        return Options()

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        """What the learner should know about a saved answer while it can still be corrected."""
        return ""


def to_ppm(fraction: Fraction) -> int:
    """A share of the points in millionths, clamped to 0..1; the one rounding, half to even."""
    return round(min(Fraction(1), max(Fraction(0), fraction)) * WHOLE)


def state_of(ppm: int) -> str:
    """The word for a mark that was reached by a readable answer."""
    if ppm == WHOLE:
        return CORRECT
    return PARTIAL if ppm else WRONG


def exactly(answer: Json, *names: str) -> Mapping[str, Json]:
    """An answer object with these members only; a missing member is left out, an unknown one is refused."""
    if not isinstance(answer, dict) or not set(answer) <= set(names):
        message = f"An answer to this question has only: {', '.join(names)}."
        raise AnswerError(message)
    return answer


def short_text(value: Json, cap: int, what: str) -> str:
    """A text within its cap, free of characters that no keyboard and no database column takes."""
    if not isinstance(value, str):
        message = f"{what} must be text."
        raise AnswerError(message)
    if len(value) > cap:
        message = f"{what} is longer than {cap} characters."
        raise AnswerError(message)
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        message = f"{what} holds characters that cannot be stored."
        raise AnswerError(message)
    return value
