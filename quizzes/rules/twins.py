"""Questions that ask the same twice: exactly, by a fingerprint of their words, or nearly, by the words they share."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SHINGLE = 3
"""Words in a row that are compared; shorter runs are shared by chance."""

NEAR_PERCENT = 60
"""From here on two questions are shown to their author as possible twins."""

COMMON = 50
"""A run that this many questions share ("which of the") tells nothing about any two of them."""

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Twins:
    """Two questions, and how much of their words they share, in whole percent rounded down."""

    one: int
    other: int
    percent: int


ASKED = ("text", "match", "passage")
"""Under these names the forms of the kinds keep what is asked beside the question itself."""


def asked(raw: Mapping[str, Any]) -> str:
    """Everything that a question asks: its own words, then its options, statements or pairs in an order of their own.

    "How sure are we of each of these?" alone makes no twins.
    """
    return " ".join([str(raw.get("stem") or ""), *sorted(_texts(raw))])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        yield from (text for name in ASKED if isinstance(text := value.get(name), str))
        yield from (text for inner in value.values() if not isinstance(inner, str) for text in _texts(inner))


def words_of(html: str) -> list[str]:
    """The words of a text, whatever their case, form and punctuation."""
    plain = unicodedata.normalize("NFKC", _TAG.sub(" ", html)).casefold()
    return _WORD.findall(plain)


def fingerprint(html: str) -> str:
    """Equal for texts of the same words in the same order; empty for a text without words."""
    words = words_of(html)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else ""


def near_twins(texts: Mapping[int, str]) -> list[Twins]:
    """The pairs that share enough (Jaccard similarity of their runs of three words), the most alike first.

    Only texts that share a run are compared, so a bank of thousands is no square of thousands.
    """
    runs = {name: _runs(text) for name, text in texts.items()}
    found = [
        Twins(one, other, percent)
        for one, other in _sharing(runs)
        if (percent := _percent(runs[one], runs[other])) >= NEAR_PERCENT
    ]
    return sorted(found, key=lambda twins: (-twins.percent, twins.one, twins.other))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = words_of(text)
    size = min(SHINGLE, len(words))
    return (
        frozenset(tuple(words[start : start + size]) for start in range(len(words) - size + 1)) if size else frozenset()
    )


def _sharing(runs: Mapping[int, frozenset[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for name, theirs in runs.items():
        for run in theirs:
            holders[run].append(name)
    seen: set[tuple[int, int]] = set()
    for names in holders.values():
        if len(names) > COMMON:
            continue
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                pair = (min(one, other), max(one, other))
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _percent(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> int:
    return 100 * len(one & other) // len(one | other)
