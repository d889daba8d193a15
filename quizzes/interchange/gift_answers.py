"""The answers of a GIFT question, kind by kind: what stands between its braces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .base import item
from .gift_blocks import meant
from .texts import FORMATS, Losses, Phrase
from .weights import PERCENT, evened, percent_text, share, weight_text

_FORMAT = re.compile(rf"\s*\[({'|'.join(FORMATS)})\]")
_MISSING_WORD = re.compile(r"[0-9]{1,3}%[^\W\d]")
LIKE_MISSING_WORD = (
    'A share of the points is written "%50%" in GIFT. "50%" before an answer is Moodle\'s missing word format, '
    "which is not imported."
)
PARTLY = (
    "There one option could be chosen, and several earn points; here a choice of one option gives all or nothing. "
    "Decide which options are right, or set weights that add up to 1."
)


class NotTaken(Exception):
    """Why a question is refused."""

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason)
        self.reason, self.kind = reason, kind


@dataclass(frozen=True)
class Asked:
    """What a reader of answers is given: them, the format they inherit, where losses are noted, what ids hang on."""

    answers: str
    format: str
    losses: Losses
    origin: str

    def phrase(self, text: str) -> Phrase:
        """A text with its own format, else that of the question."""
        return formatted(text, self.format)

    def plain(self, text: str, where: str) -> str:
        """A text for a field that takes no markup."""
        return self.losses.plain(self.phrase(text), where)


@dataclass(frozen=True)
class Read:
    """A kind and its own part of the author's form."""

    kind: str
    value: Mapping[str, Any]
    draft_reasons: tuple[str, ...] = ()
    feedback: bool = True


@dataclass(frozen=True)
class Answer:
    """One answer: whether "=" stands before it, its share of the points if one is written, text and remark."""

    right: bool
    share: Fraction | None
    written: str
    text: str
    remark: str


@dataclass
class Items:
    """Entries of a stored list whose ids follow from their text; the same text twice has two."""

    origin: str
    made: list[dict[str, Any]] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)

    def add(self, part: str, value: Mapping[str, Any]) -> str:
        """One more; its id."""
        self._seen[part] = count = self._seen.get(part, 0) + 1
        self.made.append(item(self.origin, part if count == 1 else f"{part} ({count})", value))
        return str(self.made[-1]["id"])


def formatted(text: str, inherited: str) -> Phrase:
    """A text with the format that stands before it ("[html]..."), else the inherited one."""
    written = _FORMAT.match(text)
    if written:
        return Phrase(meant(text[written.end() :]).strip(), written[1])
    return Phrase(meant(text).strip(), inherited)


def weighed(text: str, kind: str) -> tuple[Fraction | None, str, str]:
    """The share before an answer, as it was written, and the rest."""
    found = PERCENT.match(text)
    if not found:
        if _MISSING_WORD.match(text):
            raise NotTaken(LIKE_MISSING_WORD, kind)
        return None, "", text
    worth = share(found[1])
    if abs(worth) > 1:
        raise NotTaken(f'"{found[0]}" is not a share of the points from -100 to 100 %.', kind)
    return worth, found[1], text[found.end() :]


MOST_ANSWERS = 200


def pieces(asked: Asked, kind: str) -> list[Answer]:
    """The answers that "=" and "~" begin."""
    first, *rest = re.split(r"([=~])", asked.answers)
    if len(rest) > 2 * MOST_ANSWERS:
        raise NotTaken(f"It has more than {MOST_ANSWERS} answers.", kind)
    if first.strip():
        raise NotTaken('Each answer begins with "=" or "~": there is text before the first one.', kind)
    found = []
    for sign, text in zip(rest[::2], rest[1::2], strict=True):
        worth, written, tail = weighed(text.strip(), kind)
        phrase, _, remark = tail.partition("#")
        shown = asked.plain(phrase, "an answer")
        if not shown:
            raise NotTaken(_empty(remark), kind)
        found.append(Answer(sign == "=", worth, written, shown, asked.plain(remark, "a remark")))
    return found


def _empty(remark: str) -> str:
    if remark.strip():
        return 'An answer is empty. A "#" begins a remark; one that is text is written "\\#".'
    return "An answer is empty."


def choice(asked: Asked) -> Read:
    """One option of several, or several: "=" marks the one that is right, shares alone mean several."""
    found = pieces(asked, "single_choice")
    if len(found) < 2:
        raise NotTaken("A choice has two options at least.", "single_choice")
    if not any(one.right for one in found):
        return _several(asked, found)
    worth = [one.share if one.share is not None else Fraction(one.right) for one in found]
    if sum(one > 0 for one in worth) == 1 and 1 in worth:
        if any(one < 0 for one in worth):
            asked.losses.note("A wrong choice cost points there; here it earns nothing.")
        options = Items(asked.origin)
        for one, share_ in zip(found, worth, strict=True):
            options.add(f"option {one.text}", _option(one, correct=share_ == 1))
        return Read("single_choice", {"options": options.made, "critical": False})
    return Read("multiple_response", _weighted(asked, found, worth), (PARTLY,))


def _several(asked: Asked, found: list[Answer]) -> Read:
    written = [one.share or Fraction(0) for one in found]
    worth = evened(written, [one.written for one in found])
    right = [one for one in worth if one > 0]
    if right and set(worth) == {Fraction(1, len(right)), -Fraction(1, len(right))}:
        options = Items(asked.origin)
        for one, share_ in zip(found, worth, strict=True):
            options.add(f"option {one.text}", {**_option(one, correct=share_ > 0), "weight": ""})
        return Read("multiple_response", {"options": options.made, "policy": "right_minus_wrong", "critical": False})
    return Read("multiple_response", _weighted(asked, found, worth))


def _weighted(asked: Asked, found: list[Answer], worth: list[Fraction]) -> dict[str, Any]:
    options = Items(asked.origin)
    for one, share_ in zip(found, worth, strict=True):
        options.add(f"option {one.text}", {**_option(one, correct=share_ > 0), "weight": weight_text(share_)})
    return {"options": options.made, "policy": "weights", "critical": False}


def _option(one: Answer, *, correct: bool) -> dict[str, Any]:
    return {"text": one.text, "correct": correct, "remark": one.remark, "unsafe": False, "fixed": False}


def true_false(asked: Asked) -> Read:
    """A statement. The first remark is for those who judged it wrong, the second for those who judged it right."""
    head, *remarks = asked.answers.split("#", 2)
    wrong, right = (*(asked.plain(remark, "a remark") for remark in remarks), "", "")[:2]
    true = head.strip().startswith("T")
    return Read(
        "true_false",
        {
            "answer": "true" if true else "false",
            "remark_true": right if true else wrong,
            "remark_false": wrong if true else right,
            "critical": False,
        },
    )


def essay(asked: Asked) -> Read:
    """An answer in one's own words."""
    return Read("essay", {"minimum": 0, "maximum": 0, "notes": "", "rubric": []})


def matching(asked: Asked) -> Read:
    """Pairs; one without a left side is an answer that fits nothing."""
    pairs, distractors = Items(asked.origin), Items(asked.origin)
    for text in _after_equals(asked, "matching"):
        left, arrow, right = text.partition("->")
        if not arrow:
            raise NotTaken('Every pair of a matching is written "=this -> that".', "matching")
        stem, match = asked.plain(left, "a pair"), meant(right).strip()
        if not match:
            raise NotTaken("A pair has nothing on its right side.", "matching")
        if stem:
            pairs.add(f"pair {stem}", {"text": stem, "match": match, "remark": ""})
        else:
            distractors.add(f"distractor {match}", {"text": match})
    return Read("matching", {"pairs": pairs.made, "distractors": distractors.made, "policy": "per_stem"})


def short_text(asked: Asked) -> Read:
    """Accepted answers, each with its share of the points; capitals do not count, as in Moodle."""
    accepted = Items(asked.origin)
    reasons: list[str] = []
    for text in _after_equals(asked, "short_text"):
        worth, _, tail = weighed(text.strip(), "short_text")
        phrase, _, remark = tail.partition("#")
        wording = meant(phrase).strip()
        if not wording:
            raise NotTaken(_empty(remark), "short_text")
        percent, reason = credit(asked, worth, wording)
        reasons += reason
        value = {"text": wording, "percent": percent, "remark": asked.plain(remark, "a remark")}
        accepted.add(f"answer {wording}", value)
    rest = {"one_slip": False, "case_counts": False, "unsafe": [], "critical": False}
    return Read("short_text", {"answers": accepted.made, **rest}, tuple(reasons))


def credit(asked: Asked, worth: Fraction | None, what: str) -> tuple[int, list[str]]:
    """The whole percent that an accepted answer earns, and why the question cannot be published where there is none."""
    percent = (Fraction(1) if worth is None else worth) * 100
    if percent < 0:
        asked.losses.note("A wrong answer cost points there; here it earns nothing.")
    reason = f'"{what}" earns {percent_text(percent / 100)} % there; here credit is a whole percent. Set it.'
    return max(0, int(percent)), [] if percent.denominator == 1 else [reason]


def _after_equals(asked: Asked, kind: str) -> list[str]:
    """The answers that "=" begins. A single one may stand without it, as in Moodle."""
    first, *rest = asked.answers.split("=")
    if first.strip() and rest:
        raise NotTaken('Each answer begins with "=": there is text before the first one.', kind)
    return rest or [first]
