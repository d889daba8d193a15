"""Cloze: gaps in running text, to be chosen, written or filled with a number (QUIZZES.md 5.2).

The author writes ``[[1]]`` where a gap stands and describes each gap by the same mark. Written gaps are read like a
short text, numbers like a numeric question. A mark may be a telling name, so it stays in the key.
"""

import html
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from wagtail import blocks

from . import gaps, numbers
from .authoring import QuestionBlock, feedback_block, general_feedback, stem_of
from .base import (
    WHOLE,
    AnswerError,
    Choosable,
    Draft,
    Json,
    Lookup,
    MakeItem,
    Options,
    Result,
    exactly,
    pairs_in,
    state_of,
    to_ppm,
)
from .html import FEATURES, clean_html, is_blank
from .stored import list_items, locale_of, said
from .terms import WrittenType

MAX_GAPS = 20
MARK = re.compile(r"\[\[([^\[\]<>]{1,40})\]\]")


class ClozeBlock(QuestionBlock):
    """The author's form of a cloze."""

    passage = blocks.RichTextBlock(
        features=FEATURES, label="Text with gaps", help_text="Write [[1]], [[2]] where a gap stands."
    )
    gaps = blocks.ListBlock(gaps.GapBlock(), max_num=MAX_GAPS, label="Gaps")
    locale = blocks.ChoiceBlock(
        choices=[(numbers.POINT_LOCALE, "Decimal point: 2.5"), (numbers.COMMA_LOCALE, "Decimal comma: 2,5")],
        default=numbers.POINT_LOCALE,
        label="Decimals are written with",
    )
    feedback = feedback_block()

    class Meta:
        icon = "pilcrow"
        label = "Cloze"
        description = "Gaps in a text: chosen, written, or numbers."


class Cloze(WrittenType):
    """Gaps in a text. Each counts by its points; an empty one earns nothing."""

    kind: ClassVar[str] = "cloze"
    label: ClassVar[str] = "Cloze"
    block: ClassVar[type[blocks.StructBlock]] = ClozeBlock
    template: ClassVar[str] = "quizzes/questions/cloze.html"

    hint: ClassVar[str] = "Fill every gap."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the dural tube",
        "text": "Complete the text about the spinal dura.",
        "passage": "At the [[1]] the dura is firmly attached. Below it surrounds the spinal cord, and its sac ends at "
        "about the level of sacral vertebra number [[2]]. The layer within the dura is the [[3]] mater.",
        "gaps": [
            {
                "mark": "1",
                "kind": "select",
                "answers": ["=foramen magnum", "coronal suture", "hyoid bone"],
                "feedback": "The dura is attached around the rim of the foramen magnum.",
            },
            {
                "mark": "2",
                "kind": "number",
                "answers": ["2"],
                "feedback": "In most adults the sac ends near the second sacral vertebra; it varies.",
            },
            {
                "mark": "3",
                "kind": "text",
                "answers": ["arachnoid", "arachnoidea"],
                "one_slip": True,
                "feedback": "From outside in: dura, arachnoid, pia.",
            },
        ],
        "feedback": "The levels are those of most adults. People differ.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        feedback = general_feedback(raw)
        public_gaps: dict[str, dict[str, Json]] = {}
        key_gaps: dict[str, dict[str, Json]] = {}
        for ident, value in list_items(raw.get("gaps"), "Gaps"):
            public_gaps[ident], key_gaps[ident] = gaps.read_gap(ident, value, lookup)
            if remark := said(value, "remark"):
                feedback[f"gap:{ident}"] = remark
        marks: dict[str, str] = {}
        for ident, gap in key_gaps.items():
            marks.setdefault(gap["mark"], ident)
        segments = _segments(clean_html(raw.get("passage", "")), marks)
        placed = [one["gap"] for one in segments if "gap" in one]
        return Draft(
            public={
                "stem": stem_of(raw),
                "segments": segments,
                "gaps": [public_gaps[ident] for ident in placed],
                "locale": locale_of(raw),
            },
            key={"gaps": key_gaps},
            feedback=feedback,
        )

    def forgives(self, raw: Mapping[str, Json]) -> bool:
        return any(gap.get("kind") == gaps.TEXT and gap.get("one_slip") for gap in _values(raw))

    def wordings(self, raw: Mapping[str, Json]) -> Iterable[str]:
        return gaps.wordings(_values(raw))

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        def gap(one: Mapping[str, Json]) -> dict[str, Json]:
            value = {
                "mark": str(one["mark"]),
                "kind": one.get("kind", gaps.CHOICE),
                "answers": "\n".join(str(line).strip() for line in one["answers"]),
                "points": int(one.get("points", 1)),
                "tolerance": str(one.get("tolerance", "0")),
                "one_slip": bool(one.get("one_slip")),
                "case_counts": bool(one.get("case_counts")),
                "remark": one.get("feedback", "").strip(),
            }
            return make(f"gap {value['mark']}", value)

        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", spec["passage"].strip())]
        return {
            "passage": "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in paragraphs),
            "gaps": [gap(one) for one in spec["gaps"]],
            "locale": spec.get("locale", numbers.POINT_LOCALE),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write what is to be done."] if is_blank(public["stem"]) else []
        if not key["gaps"]:
            found.append("Give the text at least one gap.")
        if len(key["gaps"]) > MAX_GAPS:
            found.append(f"Give at most {MAX_GAPS} gaps.")
        for segment in public["segments"]:
            if "mark" in segment:
                found.append(f"[[{segment['mark']}]] stands in the text, but no gap of its own is described for it.")
        placed = {one["id"] for one in public["gaps"]}
        for ident, gap in key["gaps"].items():
            if ident not in placed:
                found.append(f"The gap {gap['mark'] or 'without a mark'} stands nowhere in the text.")
            found += [f"Gap {gap['mark']}: {problem}" for problem in gaps.problems(gap)]
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        given = {
            name[2:]: values[0]
            for name, values in fields.items()
            if name.startswith("g.") and values and values[0].strip()
        }
        return {"g": given} if given else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(f"g.{gap}", given) for gap, given in (answer or {}).get("g", {}).items()]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        given = (answer or {}).get("g", {})
        place = {option: number for number, option in enumerate(order)}
        parts: dict[str, Json] = {}
        for number, gap in enumerate(public["gaps"], start=1):
            options = sorted(gap.get("options", ()), key=lambda option: place.get(option["id"], 0))
            parts[gap["id"]] = {**gap, "options": options, "number": number, "value": given.get(gap["id"], "")}
        # The text was cleaned when it was frozen; its pieces are put together again around the gaps.
        segments = [
            {"gap": parts[one["gap"]], "glued": _begins_close(after)} if "gap" in one else one
            for one, after in pairwise([*public["segments"], {}])
        ]
        return {"segments": segments, "total": len(parts)}

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        given = exactly(answer, "g").get("g", {})
        known = {gap["id"] for gap in public["gaps"]}
        if not isinstance(given, dict) or not set(given) <= known:
            message = "The answer names a gap that this text does not have."
            raise AnswerError(message)
        cleaned = {}
        for number, gap in enumerate(public["gaps"], start=1):
            if text := gaps.clean_gap(gap, given.get(gap["id"], ""), f"Gap {number}"):
                cleaned[gap["id"]] = text
        return {"g": cleaned} if cleaned else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        given = answer["g"]
        earned = {
            ident: gaps.share(gap, given[ident], public["locale"]) if ident in given else 0
            for ident, gap in key["gaps"].items()
        }
        total = sum(gap["points"] for gap in key["gaps"].values())
        points = sum(gap["points"] * earned[ident] for ident, gap in key["gaps"].items())
        ppm = to_ppm(Fraction(points, total * WHOLE))
        missed = [gap["id"] for gap in public["gaps"] if gap["id"] in given and earned[gap["id"]] < WHOLE]
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": gap["id"], "right": earned[gap["id"]] == WHOLE} for gap in public["gaps"]),
            feedback_refs=(*(f"gap:{ident}" for ident in missed), "general"),
            normalized=answer,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        found = {ident: gaps.best(gap, public["locale"]) for ident, gap in key["gaps"].items()}
        filled = {ident: text for ident, text in found.items() if text is not None}
        return {"g": filled} if filled else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        given = (answer or {}).get("g", {})
        lines = []
        for number, gap in enumerate(public["gaps"], start=1):
            texts = {option["id"]: option["text"] for option in gap.get("options", ())}
            if gap["id"] in given:
                lines.append(f"Gap {number}: {texts.get(given[gap['id']], given[gap['id']])}")
        return lines

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        given = (answer or {}).get("g", {})
        found = [
            gaps.notice(gap, given.get(gap["id"], ""), public["locale"], number)
            for number, gap in enumerate(public["gaps"], start=1)
        ]
        return " ".join(filter(None, found))

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(option["id"] for gap in public["gaps"] for option in gap.get("options", ())))

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        return [
            Choosable(
                id=f"{gap['id']}:{option['id']}",
                text=f"Gap {number}: {option['text']}",
                right=key["gaps"][gap["id"]]["credit"][option["id"]] == WHOLE,
            )
            for number, gap in enumerate(public["gaps"], start=1)
            for option in gap.get("options", ())
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return tuple(f"{gap}:{text}" for gap, text in pairs_in(answer, "g") if _is_option(text))

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        numbered = {gap["id"]: number for number, gap in enumerate(public["gaps"], start=1)}
        return f"Gap {numbered.get(ref.partition(':')[2], '')}, filled wrong"


def _segments(passage: str, marks: Mapping[str, str]) -> list[dict[str, str]]:
    """The text in pieces: what is read, and gaps. A mark without a gap of its own stays one, for the author."""
    left, pieces = dict(marks), list[dict[str, str]]()
    for number, part in enumerate(MARK.split(passage)):
        mark = html.unescape(part).strip()
        if number % 2 == 0:
            pieces += [{"html": part}] if part else []
        else:
            pieces.append({"gap": left.pop(mark)} if mark in left else {"mark": mark})
    return pieces


def _begins_close(after: Mapping[str, str]) -> bool:
    """Whether a full stop or the like follows a gap, which must not begin a line of its own."""
    return bool(re.match(r"[^\s<]", after.get("html", "")))


def _values(raw: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    """The gaps as their author described them."""
    for item in raw.get("gaps") or ():
        if isinstance(item, dict) and isinstance(item.get("value"), dict):
            yield item["value"]


def _is_option(text: str) -> bool:
    """Ids of options are uuids; nobody writes one into a gap by hand."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
