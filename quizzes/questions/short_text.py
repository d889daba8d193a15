"""Short text: a word or a few, read against a list of accepted answers (QUIZZES.md 5.4)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from wagtail import blocks

from .authoring import QuestionBlock, critical_block, feedback_block, general_feedback, stem_of
from .base import (
    WRONG,
    Draft,
    Json,
    Lookup,
    MakeItem,
    Result,
    exactly,
    short_text,
    state_of,
)
from .html import is_blank
from .stored import credit_of, list_items, said
from .terms import WrittenType
from .wording import MAX_TEXT, Lines, fits, is_catch_all, normalize, wordings_key

MAX_LINES = 40


class AcceptedTextBlock(blocks.StructBlock):
    """A wording, what it earns, and what those read who wrote it."""

    text = blocks.CharBlock(
        max_length=MAX_TEXT,
        label="Answer",
        help_text='"*" stands for any letters or none: "sphen*". Write "\\*" for a star. '
        'A "*" alone is any other answer; it may earn 0 and have a remark.',
    )
    percent = blocks.IntegerBlock(
        default=100, min_value=0, max_value=100, label="Credit in percent", help_text="0 for a wrong answer."
    )
    remark = blocks.TextBlock(required=False, rows=2)

    class Meta:
        icon = "tick"
        label = "Accepted answer"


class UnsafeTextBlock(blocks.StructBlock):
    """A wording that fails the whole quiz."""

    text = blocks.CharBlock(max_length=MAX_TEXT, label="Answer", help_text='"*" stands for any letters or none.')
    remark = blocks.TextBlock(required=False, rows=2)

    class Meta:
        icon = "warning"
        label = "Unsafe answer"


def slip_block() -> blocks.BooleanBlock:
    """Off unless the author turns it on."""
    return blocks.BooleanBlock(
        required=False,
        label="Forgive one slip in long words",
        help_text="One letter too many, too few, wrong or swapped, in words of six letters or more. Never where "
        "another known word could be meant: abduction is not taken for adduction.",
    )


def case_block() -> blocks.BooleanBlock:
    """Off unless the author turns it on."""
    return blocks.BooleanBlock(required=False, label="Capital and small letters differ")


class ShortTextBlock(QuestionBlock):
    """The author's form of a short text."""

    answers = blocks.ListBlock(
        AcceptedTextBlock(),
        max_num=MAX_LINES,
        label="Accepted answers",
        help_text="The first one that fits counts, so write exceptions above the rule.",
    )
    one_slip = slip_block()
    case_counts = case_block()
    feedback = feedback_block()
    unsafe = blocks.ListBlock(
        UnsafeTextBlock(),
        max_num=MAX_LINES,
        default=[],
        label="Unsafe answers",
        help_text="Only in a safety-critical question. They count before the accepted answers.",
    )
    critical = critical_block()

    class Meta:
        icon = "edit"
        label = "Short text"
        description = "A word or a few, read against a list of accepted answers."


class ShortText(WrittenType):
    """A word or a few. What fits no accepted answer is wrong, and stands in the item report by how often it came."""

    kind: ClassVar[str] = "short_text"
    label: ClassVar[str] = "Short text"
    block: ClassVar[type[blocks.StructBlock]] = ShortTextBlock
    template: ClassVar[str] = "quizzes/questions/short_text.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the outer layer of the meninges",
        "text": "What is the outermost of the three meninges called?",
        "answers": [
            {"text": "dura mater", "feedback": "Latin for the tough mother."},
            {"text": "dura", "feedback": "Short for dura mater."},
            {"text": "pachymeninx", "feedback": "The Greek name of the same layer."},
            {"text": "meninges", "percent": 0, "feedback": "That is all three layers together."},
            {"text": "*", "percent": 0, "feedback": "From outside in: dura mater, arachnoid mater, pia mater."},
        ],
        "one_slip": True,
        "feedback": "The dura mater is the outermost layer; the arachnoid and the pia mater lie within it.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        feedback = general_feedback(raw)
        accepted = []
        for ident, value in list_items(raw.get("answers"), "Accepted answers"):
            accepted.append({"id": ident, "text": said(value, "text"), "fraction_ppm": credit_of(value)})
            if remark := said(value, "remark"):
                feedback[f"answer:{ident}"] = remark
        unsafe = []
        for ident, value in list_items(raw.get("unsafe"), "Unsafe answers"):
            unsafe.append({"id": ident, "text": said(value, "text")})
            if remark := said(value, "remark"):
                feedback[f"unsafe:{ident}"] = remark
        wordings = wordings_key(
            accepted,
            case_counts=bool(raw.get("case_counts")),
            one_slip=self.forgives(raw),
            terms={*lookup.terms, *(line["text"] for line in unsafe)},
        )
        return Draft(
            public={"stem": stem_of(raw)},
            key={**wordings, "unsafe": unsafe, "critical": bool(raw.get("critical"))},
            feedback=feedback,
        )

    def forgives(self, raw: Mapping[str, Json]) -> bool:
        return bool(raw.get("one_slip"))

    def wordings(self, raw: Mapping[str, Json]) -> Iterable[str]:
        values = [item.get("value") or {} for item in raw.get("answers") or () if isinstance(item, dict)]
        return [said(value, "text") for value in values if value.get("percent") != 0]

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        def line(name: str, one: Json, **more: Json) -> dict[str, Json]:
            given: Mapping[str, Json] = one if isinstance(one, dict) else {"text": one}
            text = str(given["text"]).strip()
            return make(f"{name} {text}", {"text": text, **more, "remark": given.get("feedback", "").strip()})

        answers = [
            line("answer", one, percent=one.get("percent", 100) if isinstance(one, dict) else 100)
            for one in spec["answers"]
        ]
        return {
            "answers": answers,
            "one_slip": bool(spec.get("one_slip")),
            "case_counts": bool(spec.get("case_counts")),
            "unsafe": [line("unsafe", one) for one in spec.get("unsafe", ())],
            "critical": bool(spec.get("critical")),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        found += Lines(key).problems()
        found += _unsafe_problems(key)
        if not found and Lines(key).best() is None:
            found.append("Give an accepted answer that holds more than stars.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        text = next(iter(fields.get("t", ())), "")
        return {"t": text} if text.strip() else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [("t", answer["t"])] if answer else []

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return {"text": (answer or {}).get("t", ""), "longest": MAX_TEXT}

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        text = short_text(exactly(answer, "t").get("t", ""), MAX_TEXT, "The answer").strip()
        return {"t": text} if text else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        normalized = {"t": normalize(answer["t"], case_counts=key["case_counts"])}
        if key["critical"] and (unsafe := _unsafe_line(key, answer["t"])):
            refs: tuple[str, ...] = (f"unsafe:{unsafe['id']}", "general")
            return Result(0, WRONG, feedback_refs=refs, normalized=normalized, critical_failed=True)
        line = Lines(key).match(answer["t"])
        ppm = line["fraction_ppm"] if line else 0
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=({"id": line["id"] if line else "", "right": bool(ppm)},),
            feedback_refs=(f"answer:{line['id']}", "general") if line else ("general",),
            normalized=normalized,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        best = Lines(key).best()
        return {"t": best} if best else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return [answer["t"]] if answer else []

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return ()

    def unsafe_in_words(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return [line["text"] for line in key["unsafe"]] if key["critical"] else []

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        return "An unsafe answer" if ref.startswith("unsafe:") else "An accepted answer"


def _unsafe_line(key: Mapping[str, Json], typed: str) -> Mapping[str, Json] | None:
    return next((line for line in key["unsafe"] if fits(line["text"], typed)), None)


def _unsafe_problems(key: Mapping[str, Json]) -> list[str]:
    found = []
    unsafe = key["unsafe"]
    if any(not line["text"] or is_catch_all(line["text"]) for line in unsafe):
        found.append('An unsafe answer is empty, or a "*" alone, which every answer fits.')
    if key["critical"] and not unsafe:
        found.append("A safety-critical question needs at least one unsafe answer.")
    if unsafe and not key["critical"]:
        found.append("Unsafe answers are listed, but the question is not marked as safety-critical.")
    if any(line["fraction_ppm"] and _unsafe_line(key, line["text"]) for line in key["accepted"]):
        found.append("An answer is accepted and unsafe at once.")
    return found
