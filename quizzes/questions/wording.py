"""Reading what somebody wrote against a list of accepted wordings (QUIZZES.md 5.4). Short text and cloze share it.

There is no similarity score: a ratio of 85 % takes abduction for adduction. A wording is accepted as it stands, with
`*` for any run of letters, or, where the author allows it, with one slip in a long word that is no other known word.
Everything is linear in what was typed: no regular expression is built from an author's pattern.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .base import WHOLE, Json
from .confusables import rivals_of

MAX_TEXT = 200
LONG_WORD = 6
"""A slip is forgiven only in words of so many letters: in short ones every letter decides (dura, dural; T4, T5)."""

_STRAIGHT = str.maketrans("\u2018\u2019\u201a\u201b\u02bc\u201c\u201d\u201e\u201f", "'''''\"\"\"\"")
_LETTERS = re.compile(r"([^\W\d_]+)")
_STAR = re.compile(r"\\\*|\*")


def normalize(text: str, *, case_counts: bool = False) -> str:
    """NFC, straight quotes, one space between words, none around; small letters unless case counts."""
    text = " ".join(unicodedata.normalize("NFC", text).translate(_STRAIGHT).split())
    return text if case_counts else unicodedata.normalize("NFC", text.casefold())


def pieces(pattern: str) -> list[str]:
    """A pattern without its stars: the literal texts between them. `\\*` is a star that is meant."""
    parts, last = [""], 0
    for star in _STAR.finditer(pattern):
        parts[-1] += pattern[last : star.start()]
        last = star.end()
        if star[0] == "*":
            parts.append("")
        else:
            parts[-1] += "*"
    parts[-1] += pattern[last:]
    return parts


def literal(pattern: str) -> str:
    """A text that the pattern accepts: its stars stand for nothing."""
    return " ".join("".join(pieces(pattern)).split())


def is_catch_all(pattern: str) -> bool:
    """Only a star: "any other answer", asked for after everything else."""
    return set(pattern.strip()) == {"*"}


def fits(pattern: str, typed: str, *, case_counts: bool = False) -> bool:
    """Whether the typed text is this wording, `*` standing for any run of characters, none included."""
    text = normalize(typed, case_counts=case_counts)
    parts = pieces(normalize(pattern, case_counts=case_counts))
    first, *rest = parts
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    at, end = len(first), len(text) - len(rest[-1])
    for part in rest[:-1]:  # the leftmost place of each leaves most room for the others
        found = text.find(part, at, max(at, end))
        if found < 0:
            return False
        at = found + len(part)
    return at <= end and text.endswith(rest[-1])


def one_slip(wanted: str, typed: str) -> bool:
    """Whether two words differ by exactly one letter left out, added or changed, or by two neighbors swapped."""
    if wanted == typed or abs(len(wanted) - len(typed)) > 1:
        return False
    start = 0
    while start < min(len(wanted), len(typed)) and wanted[start] == typed[start]:
        start += 1
    one, other = wanted[start:], typed[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return (len(one) <= 1 and len(other) <= 1) or (len(one) == 2 and one == other[::-1])


def words_of(texts: Iterable[str]) -> set[str]:
    """The words, as runs of letters, of these wordings."""
    return {word for text in texts for word in _LETTERS.findall(normalize(text))}


def near_miss(wanted: str, typed: str, known: Collection[str], *, case_counts: bool = False) -> bool:
    """Whether the typed text is this wording but for one slip in each of some long words.

    Digits, hyphens and the number of words must agree. A word that is itself known is never taken for another, nor is
    one that is as near to a known word as to the wanted one: "aduction" may have been either of two opposites.
    """
    wanted, typed = normalize(literal(wanted), case_counts=True), normalize(typed, case_counts=True)
    if not case_counts:
        wanted, typed = wanted.casefold(), typed.casefold()
    mine, theirs = _LETTERS.split(wanted), _LETTERS.split(typed)
    if len(mine) != len(theirs) or mine[::2] != theirs[::2]:
        return False
    return all(
        right == word or _forgiven(right, word, known) for right, word in zip(mine[1::2], theirs[1::2], strict=True)
    )


def _forgiven(wanted: str, typed: str, known: Collection[str]) -> bool:
    if len(wanted) < LONG_WORD or not one_slip(wanted, typed):
        return False
    folded = typed.casefold()
    if folded == wanted.casefold():  # the case was to count
        return False
    return folded not in known and not any(one_slip(word, folded) for word in known)


def known_near(wordings: Iterable[str], terms: Iterable[str]) -> list[str]:
    """The known words that could be mistaken for a word of these wordings, by one slip or by two halves of one.

    Only these go into a key, so that an unrelated entry of the glossary makes no new version of any question.
    """
    own = words_of(literal(wording) for wording in wordings)
    long = [word for word in own if len(word) >= LONG_WORD]
    found = {rival for word in own for rival in rivals_of(word)}
    found |= {term for term in words_of(terms) if any(_within_two(word, term) for word in long)}
    return sorted(found - own)


def _within_two(one: str, other: str) -> bool:
    """At most two letters left out, added, changed or swapped with their neighbor (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return False
    older: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, theirs in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        older, last = last, row
    return last[-1] <= 2


class Lines:
    """Accepted wordings, the first that fits counts: (id, text, share of the points in millionths)."""

    def __init__(self, key: Mapping[str, Json]) -> None:
        self.accepted: Sequence[Mapping[str, Json]] = key["accepted"]
        self.case_counts: bool = key["case_counts"]
        self.one_slip: bool = key["one_slip"]
        self.terms: Collection[str] = key["terms"]

    def match(self, typed: str) -> Mapping[str, Json] | None:
        """The line that decides about this text: as it stands, then with a slip, then "any other answer"."""
        named = [line for line in self.accepted if not is_catch_all(line["text"])]
        for line in named:
            if fits(line["text"], typed, case_counts=self.case_counts):
                return line
        for line in named if self.one_slip else ():
            if self._slipped(line, typed):
                return line
        return next((line for line in self.accepted if is_catch_all(line["text"])), None)

    def _slipped(self, line: Mapping[str, Json], typed: str) -> bool:
        if not line["fraction_ppm"] or len(pieces(line["text"])) > 1:
            return False
        worse = words_of(literal(one["text"]) for one in self.accepted if one["fraction_ppm"] < line["fraction_ppm"])
        known = {*self.terms, *worse} - words_of([literal(line["text"])])
        return near_miss(line["text"], typed, known, case_counts=self.case_counts)

    def best(self) -> str | None:
        """A text that earns the most."""
        named = [line for line in self.accepted if not is_catch_all(line["text"])]
        best = max(named, key=lambda line: line["fraction_ppm"], default=None)
        return literal(best["text"]) or None if best else None

    def problems(self) -> Iterator[str]:
        """Why these wordings must not be asked for, in words for their author."""
        texts = [normalize(line["text"], case_counts=self.case_counts) for line in self.accepted]
        if not all(texts):
            yield "An accepted answer is empty."
        if len(set(texts)) != len(texts):
            yield "Two accepted answers say the same."
        if any(not 0 <= line["fraction_ppm"] <= WHOLE for line in self.accepted):
            yield "Credit is a percentage from 0 to 100."
        if any(is_catch_all(line["text"]) and line["fraction_ppm"] == WHOLE for line in self.accepted):
            yield 'A "*" alone accepts any answer at all: give it less than 100 %, or write a word beside it.'
        if not any(line["fraction_ppm"] == WHOLE for line in self.accepted if not is_catch_all(line["text"])):
            yield "Give an accepted answer that earns 100 %."


def wordings_key(
    accepted: list[dict[str, Json]], *, case_counts: bool, one_slip: bool, terms: Iterable[str]
) -> dict[str, Json]:
    """The part of a key that `Lines` reads. Known words stand in it only where a slip may be forgiven."""
    earning = [line["text"] for line in accepted if line["fraction_ppm"] and len(pieces(line["text"])) == 1]
    return {
        "accepted": accepted,
        "case_counts": case_counts,
        "one_slip": one_slip,
        "terms": known_near(earning, terms) if one_slip else [],
    }
