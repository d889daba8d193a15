"""What every question type is: how it is written, frozen, asked, answered and marked.

A type is a pure value: no database, clock, request, locale or float. Fractions are exact and rounded once, half to
even, to millionths (QUIZZES.md section 5). Each type stands in a file of its own beside this one and is named in
``QUESTION_TYPES``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
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
class Lookup:
    """What freezing knows beyond the author's form: words of the trade, facts of the pictures that it names, a secret.

    ``terms`` are the known terms that a short answer must not be mistaken for (QUIZZES.md 5.4). ``salt`` is a secret of
    the school, for ids that nobody shall work out. ``pictures`` holds, by ("figure" or "picture", primary key), what
    pins a picture to a version: its source and reference, the sha256 of its file, width and height in pixels, and its
    words. ``recordings`` holds, by primary key, what pins a recording: its id, the sha256 of its file, its title,
    whether it is audio, and what it ``lacks`` to be asked about.
    """

    terms: frozenset[str] = frozenset()
    salt: str = ""
    pictures: Mapping[tuple[str, int], Mapping[str, Json]] = field(default_factory=dict)
    recordings: Mapping[int, Mapping[str, Json]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choosable:
    """One of the things that an answer can choose, as a row of the item report (QUIZZES.md section 13)."""

    id: str
    text: str
    right: bool


@dataclass(frozen=True)
class Options:
    """The options of a question in the author's order, and which of them keep their place when shuffled."""

    ids: tuple[str, ...] = ()
    fixed: frozenset[str] = frozenset()


MakeItem = Callable[[str, dict[str, Json]], dict[str, Json]]
"""(name of the part, value) -> an entry of a stored list, with an id that is the same at every import."""


class QuestionType(ABC):
    """One kind of question. Stateless; one instance serves every question of the kind."""

    kind: ClassVar[str]
    label: ClassVar[str]
    schema: ClassVar[int] = 1
    block: ClassVar[type[StructBlock]]
    template: ClassVar[str]
    sample: ClassVar[Mapping[str, Json]]
    """A finished question in the content format (quiz.toml), for authors to copy."""

    hint: ClassVar[str] = ""
    """How to answer, in one sentence, where the form does not say it by itself."""

    asks: ClassVar[bool] = True
    """False for text between questions: it takes no answer, no points and no number."""

    starts_wrong: ClassVar[bool] = False
    """True where the options must not begin in the right order: the paper is then made with the key at hand."""

    @abstractmethod
    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        """Take the stored value of the author's form apart. Raises ``SpecError``."""

    @abstractmethod
    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        """The author's form of a `[[question]]` of the content format; question text and feedback are added by all."""

    @abstractmethod
    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        """Why the question must not be published, in words for its author. Empty: it may."""

    @abstractmethod
    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        """The answer that a posted form means, or None for nothing answered."""

    @abstractmethod
    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        """The form fields that mean this answer: ``answer_from_form`` of them gives it back."""

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

    @abstractmethod
    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        """What its template needs beside the question's text: parts in this learner's order, with what was answered."""

    def options(self, public: Mapping[str, Json]) -> Options:
        """What can be shuffled. Types without options have none."""
        return Options()

    def settled_order(self, key: Mapping[str, Json], order: list[str]) -> list[str]:
        """The order as it is shown first, changed where it would already be the answer (only if ``starts_wrong``)."""
        return order

    def may_follow(self, before: Json, after: Json) -> bool:
        """Whether an answer may replace the one that stands. A step of a dialogue, once taken, stays taken."""
        return True

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        """What the learner should know about a saved answer while it can still be corrected."""
        return ""

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        """The rows of the item report; none for answers that are written freely."""
        right = set(key.get("correct", ()))
        return [Choosable(one["id"], one["text"], one["id"] in right) for one in public.get("options", ())]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        """The ids of the ``choosables`` that this answer chose; of any JSON, because statistics must never stop."""
        return texts_in(answer, "c")

    def chose(self, key: Mapping[str, Json], answer: Json) -> tuple[str, ...]:
        """The same where only the key can tell, as for a point on a picture."""
        return self.chosen(answer)

    def unsafe_in_words(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        """What fails the whole quiz, for the author's preview."""
        unsafe = set(key.get("unsafe", ()))
        return [one["text"] for one in public.get("options", ()) if one["id"] in unsafe]

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        """What a remark of the key is about, in words for the author."""
        texts = {one["id"]: one["text"] for one in public.get("options", ())}
        return texts.get(ref.partition(":")[2], "An answer")


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


def texts_in(answer: Json, name: str) -> tuple[str, ...]:
    """The texts of a list in an answer; none where the answer has no such list."""
    listed = answer.get(name) if isinstance(answer, dict) else None
    return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()


def pairs_in(answer: Json, name: str) -> tuple[tuple[str, str], ...]:
    """The (name, text) pairs of a table in an answer; none where the answer has no such table."""
    table = answer.get(name) if isinstance(answer, dict) else None
    pairs = table.items() if isinstance(table, dict) else ()
    return tuple((one, text) for one, text in pairs if isinstance(text, str))


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
