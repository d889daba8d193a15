"""One question being taken over: its texts and pictures, what of it is lost, and the proof that its marks stay equal.

A question of a system with scoring rules of its own is taken only if our marking gives every answer the share of the
points that those rules give (QUIZZES.md 5.5); otherwise it is refused with the first difference.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from quizzes.grading import grade
from quizzes.questions.base import WHOLE, SpecError
from quizzes.questions.freezing import freeze
from quizzes.questions.html import is_blank

from .base import Media, Parsed, item
from .markup import Text, plain, tidy
from .packages import Package

MAGICS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
"""How the files of pictures begin. A drawing (SVG) can hold scripts and is none of them."""

BLOCKS = re.compile("<(p|ul|ol)>")
ROUNDING = Fraction(2, WHOLE)
"""Files round thirds; what differs by less than this is the same."""

Form = Mapping[str, Any]
"""The author's form of a kind, as it is stored."""

Responses = dict[str, tuple[str, ...]]
Trial = tuple[Responses, Any]
"""What the file's rules are given, and the same answer as ours is given it: its JSON, or what makes it of the public
part of the frozen question, where ids are made by freezing."""


_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")


def exact(text: str) -> Fraction | None:
    """A number of a file, exactly; None for anything else. An exponent without bounds would never be worked out."""
    written = text.strip()
    return Fraction(written) if _NUMBER.fullmatch(written) else None


class Unsupported(ValueError):
    """Something that we do not carry. Its message ends the sentence "Not imported: ..."."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass
class Taken:
    """The question as far as it has been read."""

    number: int
    name: str
    identifier: str = ""
    package: Package | None = None
    path: str = ""
    warnings: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    pictures: dict[str, Media] = field(default_factory=dict)
    best: Fraction = Fraction(1)

    @property
    def origin(self) -> str:
        """What the ids of its parts are made from."""
        return self.identifier or f"{self.path} {self.number} {self.name}"

    def entry(self, part: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """One entry of a stored list of this question."""
        return item(self.origin, part, value)

    def warn(self, *warnings: str) -> None:
        """Something that a reader of the report should know, said once."""
        self.warnings += [one for one in warnings if one not in self.warnings]

    def draft(self, reason: str) -> None:
        """Something that only a person can add."""
        if reason not in self.drafts:
            self.drafts.append(reason)

    def rich(self, source: str, what: str) -> str:
        """HTML in the tags of a question. Its first picture becomes the illustration."""
        html = self._kept(tidy(source), what, pictures=True)
        return html if not html or BLOCKS.search(html) else f"<p>{html}</p>"

    def words(self, source: str, what: str) -> str:
        """HTML for a field that takes text only."""
        return self._kept(plain(source), what, pictures=False)

    def _kept(self, text: Text, what: str, *, pictures: bool) -> str:
        self.warn(*(f"In {what}, {lost} is not kept." for lost in text.lost))
        for source, alt in text.images:
            if not pictures:
                self.draft(f'A picture in {what} ("{source[-60:]}") is not carried.')
            elif "illustration" in self.pictures:
                self.draft(f'Only one picture is carried; "{source[-60:]}" is not.')
            else:
                self.picture("illustration", source, alt)
        return text.html

    def picture(self, place: str, source: str, alt: str) -> None:
        """Take a picture along, if it came with the file."""
        found = self.package.find(source, self.path) if self.package else None
        if found is None or self.package is None:
            self.draft(f'The picture "{source[-80:]}" did not come with the file.')
        else:
            self.keep_picture(place, found.rpartition("/")[2], self.package.read(found), alt)

    def keep_picture(self, place: str, name: str, content: bytes, alt: str) -> None:
        """The same, once its bytes are at hand."""
        if content.startswith(tuple(MAGICS)):
            self.pictures[place] = Media(name[:100], content, alt.strip())
        else:
            self.draft(f'"{name[-80:]}" is no picture that we can show.')

    def parsed(self, kind: str, value: Form, *, points: Fraction | None = None) -> Parsed:
        """The finished question."""
        if is_blank(str(value.get("stem", ""))):
            self.draft("The file gives no text for the question.")
        return Parsed(
            number=self.number,
            name=self.name[:200],
            kind=kind,
            value=value,
            external_id=self.identifier,
            points=Fraction(round((self.best if points is None else points) * 1000), 1000),
            pictures=self.pictures,
            warnings=tuple(self.warnings),
            draft_reasons=tuple(self.drafts),
        )


@dataclass
class Ruled(Taken, ABC):
    """A question that comes with scoring rules of its own."""

    @abstractmethod
    def score(self, responses: Responses) -> Fraction:
        """What these responses score by the file's own rules. Raises ``Unsupported``."""

    def agreeing(self, kind: str, candidates: Iterable[Form], trials: Sequence[Trial]) -> Form:
        """The first form that marks every trial as the file does. Raises ``Unsupported`` where none does."""
        wanted = self.shares([responses for responses, _ in trials])
        difference = ""
        for candidate in candidates:
            found = _difference(kind, candidate, trials, wanted)
            if not found:
                return candidate
            difference = difference or found
        message = f"its scoring cannot be said in our terms: {difference}"
        raise Unsupported(message)

    def shares(self, responses: Sequence[Responses]) -> list[Fraction]:
        """What each of these responses earns, as a share of the best of them."""
        scores = [self.score(one) for one in responses]
        self.best = max(scores, default=Fraction(0))
        if self.best <= 0:
            message = "no answer earns any points"
            raise Unsupported(message)
        if min(scores) < 0:
            self.warn("An answer that would score below 0 earns 0.")
        return [min(Fraction(1), max(Fraction(0), score / self.best)) for score in scores]


def _difference(kind: str, value: Form, trials: Sequence[Trial], wanted: Sequence[Fraction]) -> str:
    try:
        frozen = freeze(kind=kind, raw=value, language="en")
    except SpecError as error:
        return str(error)
    public = frozen.public["en"]
    for (responses, answer), share in zip(trials, wanted, strict=True):
        given = answer(public) if callable(answer) else answer
        ours = Fraction(grade(kind, public, frozen.key, given, None).fraction_ppm, WHOLE)
        if abs(ours - share) > ROUNDING:
            said = ", ".join(value for values in responses.values() for value in values) or "nothing"
            return f'for "{said[:80]}" it gives {_percent(share)}, ours gives {_percent(ours)}'
    return ""


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.4g} %"
