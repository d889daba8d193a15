"""Published questions as GIFT. What it cannot say is named; what would change a mark leaves the question out."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from quizzes.questions import numbers

from .base import Exported, NotCarried, Written
from .gift_blocks import CATEGORY
from .leaving import CannotSay, weights_of
from .weights import evened, percent_text, share

_SIGNS = re.compile(r"[\\~=#{}:\n]")
_NO_TEXT = re.compile("[\x00\ufdd0-\ufdef]")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
ORDER_WORDS = {
    "exact": "ALL_OR_NOTHING",
    "position": "ABSOLUTE_POSITION",
    "adjacent_pair": "RELATIVE_NEXT_EXCLUDE_LAST",
    "longest_subset": "LONGEST_ORDERED_SUBSET",
}


Lines = list[str]


def write(questions: Sequence[Exported]) -> Written:
    """The GIFT file."""
    parts: list[str] = []
    missing: list[NotCarried] = []
    category = ""
    for question in questions:
        try:
            text = _question(question)
        except CannotSay as reason:
            missing.append(NotCarried(question.number, question.name, str(reason)))
            continue
        if question.category != category:
            category = question.category
            parts.append(f"{CATEGORY} {' '.join(category.split())}\n")
        parts.append(text)
        missing += [NotCarried(question.number, question.name, part, whole=False) for part in _left_out(question)]
    return Written("\n".join(parts).encode(), tuple(missing))


def _question(question: Exported) -> str:
    writer = WRITERS.get(question.kind)
    if writer is None:
        message = f'GIFT has no questions of the kind "{question.kind}".'
        raise CannotSay(message)
    if question.key.get("critical"):
        message = "GIFT cannot say that an unsafe answer fails the whole quiz."
        raise CannotSay(message)
    comments = [f"[id:{_bracketed(question.external_id)}]"] if question.external_id else []
    comments += [f"[tag:{_bracketed(tag)}]" for tag in question.tags]
    head = f"// {' '.join(comments)}\n" if comments else ""
    stem = f"::{_said(' '.join(question.name.split()))}::[html]{_said(question.public['stem'])}"
    written = f"{head}{stem}{_braced(question, writer(question))}\n"
    if _NO_TEXT.search(written):
        message = "It holds characters that no text file has."
        raise CannotSay(message)
    return written


def _braced(question: Exported, lines: Lines | None) -> str:
    if lines is None:
        return ""
    general = question.feedback.get("general", "")
    if general:
        lines = [*lines, f"####[html]{_said(general)}"]
    if len(lines) < 2 and not general:
        return f" {{{''.join(lines)}}}"
    first, *rest = lines
    return "".join([f" {{{first}", *(f"\n\t{line}" for line in rest), "\n}"])


def _left_out(question: Exported) -> list[str]:
    """What a question loses without a change of any mark."""
    public, found = question.public, []
    if public.get("illustration"):
        found.append("GIFT carries no picture.")
    if question.kind != "true_false" and any(one.get("fixed") for one in public.get("options", ())):
        found.append("GIFT cannot keep an option in its place.")
    limits = [public.get(name) for name in ("rubric", "minimum", "maximum")]
    if question.kind == "essay" and (any(limits) or question.key["notes"]):
        found.append("GIFT carries neither rubric, notes for markers nor limits of length.")
    if question.kind in ("matching", "ordering") and any(name != "general" for name in question.feedback):
        found.append("GIFT has no remark on a single line of this kind.")
    return found


def _said(text: str) -> str:
    """A text with the signs of the format escaped, on one line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SIGNS.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", lines)


def _plain(text: str) -> str:
    return f"[plain]{_said(text)}"


def _bracketed(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("]", "\\]")


def _remark(question: Exported, ref: str) -> str:
    remark = question.feedback.get(ref, "")
    return f"#{_plain(remark)}" if remark else ""


def _single_choice(question: Exported) -> Lines:
    right = set(question.key["correct"])
    return ["", *(
        f"{'=' if one['id'] in right else '~'}{_plain(one['text'])}{_remark(question, 'option:' + one['id'])}"
        for one in question.public["options"]
    )]  # fmt: skip


def _multiple_response(question: Exported) -> Lines:
    worth = _weights(question.public, question.key)
    options = question.public["options"]
    percents = [percent_text(worth[one["id"]]) for one in options]
    if evened([share(one) for one in percents], percents) != [worth[one["id"]] for one in options]:
        message = "GIFT cannot write its weights exactly."
        raise CannotSay(message)
    return ["", *(
        f"~%{percent}%{_plain(one['text'])}{_remark(question, 'option:' + one['id'])}"
        for percent, one in zip(percents, options, strict=True)
    )]  # fmt: skip


def _weights(public: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Fraction]:
    """The shares that mark every choice as this policy does."""
    policy = public["policy"]
    if policy == "all_or_nothing" and len(key["correct"]) == 1:  # then a wrong choice takes the whole away
        policy = "right_minus_wrong"
    found = weights_of({**public, "policy": policy}, key)
    if found is None:
        message = f'GIFT has no marking like "{policy}".'
        raise CannotSay(message)
    return found


def _true_false(question: Exported) -> Lines:
    if "reasons" in question.public:
        message = "GIFT cannot ask for the reason of a judgment."
        raise CannotSay(message)
    right = question.key["correct"][0]
    wrong = "false" if right == "true" else "true"
    remarks = [question.feedback.get(f"option:{side}", "") for side in (wrong, right)]
    while remarks and not remarks[-1]:
        remarks.pop()
    return [right.upper() + "".join(f"#{_plain(remark) if remark else ''}" for remark in remarks)]


def _numeric(question: Exported) -> Lines:
    if question.public["unit_mode"] != "none":
        message = "GIFT knows no units."
        raise CannotSay(message)
    if question.public["locale"] != numbers.POINT_LOCALE:
        message = "GIFT knows no decimal comma."
        raise CannotSay(message)
    lines = ["#"]
    for one in question.key["answers"]:
        percent = percent_text(Fraction(one["fraction_ppm"], 1_000_000))
        lines.append(f"=%{percent}%{_interval(one)}{_remark(question, 'answer:' + one['id'])}")
    return lines


def _interval(accepted: Mapping[str, str]) -> str:
    value, tolerance = numbers.parse(accepted["value"]), numbers.parse(accepted["tolerance"])
    if value is None or tolerance is None:
        message = "One of its numbers cannot be read."
        raise CannotSay(message)
    if accepted["tolerance_kind"] == numbers.GEOMETRIC and tolerance.value:
        low, high = sorted((value.value / (1 + tolerance.value), value.value * (1 + tolerance.value)))
        return f"{_number(low, '')}..{_number(high, '')}"
    width = tolerance.value * (abs(value.value) if accepted["tolerance_kind"] == numbers.RELATIVE else 1)
    return f"{_number(value.value, accepted['value'])}:{_number(width, accepted['tolerance'])}"


def _number(value: Fraction, written: str) -> str:
    """As its author wrote it, if GIFT writes it so and it is the same number; else its decimals."""
    same = numbers.parse(written) if _PLAIN_NUMBER.fullmatch(written) else None
    text = written if same and same.value == value else numbers.plainly(value)
    if "/" in text or len(text) > numbers.MAX_LENGTH:
        message = f"GIFT cannot write the number {text[:40]} exactly."
        raise CannotSay(message)
    return text


def _short_text(question: Exported) -> Lines:
    key = question.key
    if key["one_slip"] or key["case_counts"]:
        message = "GIFT cannot say that a slip is forgiven, or that capitals count."
        raise CannotSay(message)
    lines = [""]
    for one in key["accepted"]:
        percent = percent_text(Fraction(one["fraction_ppm"], 1_000_000))
        lines.append(f"=%{percent}%{_said(one['text'])}{_remark(question, 'answer:' + one['id'])}")
    if any("->" in line for line in lines):
        message = 'GIFT takes "->" in an answer for a matching.'
        raise CannotSay(message)
    return lines


def _matching(question: Exported) -> Lines:
    if question.public["policy"] != "per_stem":
        message = "GIFT marks each pair for itself."
        raise CannotSay(message)
    options = {one["id"]: one["text"] for one in question.public["options"]}
    pairs = [(one["text"], options[question.key["pairs"][one["id"]]]) for one in question.public["stems"]]
    used = set(question.key["pairs"].values())
    if any("->" in stem for stem, _ in pairs):
        message = 'GIFT takes "->" on the left side of a pair for its middle.'
        raise CannotSay(message)
    lines = [f"={_plain(stem)} -> {_said(match)}" for stem, match in pairs]
    return ["", *lines, *(f"= -> {_said(text)}" for one, text in options.items() if one not in used)]


def _ordering(question: Exported) -> Lines:
    texts = {one["id"]: one["text"] for one in question.public["items"]}
    order = question.key["order"]
    head = f">{len(order)} ALL VERTICAL {ORDER_WORDS[question.public['policy']]} SHOW none"
    return [head, *(_item(texts[one]) for one in order)]


def _item(text: str) -> str:
    """Items take the format of the question, which is HTML; nothing at their beginning may be a sign."""
    written = "<br>".join(escape(line, quote=False) for line in text.splitlines())
    return _said(re.sub(r"^[\[/]", lambda found: f"&#{ord(found[0])};", written))


def _essay(question: Exported) -> Lines:
    return [""]


def _description(question: Exported) -> None:
    return None


WRITERS: Mapping[str, Callable[[Exported], Lines | None]] = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
    "description": _description,
}
