"""Essay or case study: an answer in the learner's own words, marked by a person, by a rubric where there is one."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from wagtail import blocks

from .authoring import QuestionBlock, feedback_block, general_feedback, stem_of
from .base import (
    NEEDS_HUMAN,
    AnswerError,
    Draft,
    Json,
    Lookup,
    MakeItem,
    QuestionType,
    Result,
    exactly,
    short_text,
)
from .html import is_blank
from .rubrics import RubricRowBlock, read_rubric, rubric_from_content, rubric_problems
from .stored import said

MAX_CHARACTERS = 20_000
MAX_WORDS = 3_000


class EssayBlock(QuestionBlock):
    """The author's form of an essay."""

    minimum = blocks.IntegerBlock(
        default=0, min_value=0, max_value=MAX_WORDS, label="At least", help_text="Words. 0: no minimum."
    )
    maximum = blocks.IntegerBlock(
        default=0, min_value=0, max_value=MAX_WORDS, label="At most", help_text="Words. 0: no maximum."
    )
    notes = blocks.TextBlock(
        required=False,
        rows=4,
        label="What a full answer holds",
        help_text="Only those who mark read it.",
    )
    rubric = blocks.ListBlock(
        RubricRowBlock(), default=[], label="Rubric", help_text="Without rows it is marked from 0 to 100 %."
    )
    feedback = feedback_block()

    class Meta:
        icon = "doc-full"
        label = "Essay"
        description = "A written answer or case study, marked by a person."


class Essay(QuestionType):
    """A text. It earns nothing until a person has marked it.

    The answer is stored as ``{"h": "text"}``; line ends are single line feeds, as a text field shows them.
    """

    kind: ClassVar[str] = "essay"
    label: ClassVar[str] = "Essay"
    block: ClassVar[type[blocks.StructBlock]] = EssayBlock
    template: ClassVar[str] = "quizzes/questions/essay.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the rhythm, in honest words",
        "text": "A client asks whether the craniosacral rhythm has been shown to exist. Answer in about 80 words.",
        "minimum": 50,
        "maximum": 120,
        "notes": "Says that it is taught, that examiners do not agree on it, and that this is no verdict on comfort.",
        "rubric": [
            {
                "title": "What is known",
                "description": "Whether taught and tested are kept apart.",
                "note": "Rogers 1998 or Moran and Gibbons 2001, or the same in plain words.",
                "levels": [
                    {"title": "Says what is taught and what studies found", "points": 2},
                    {"title": "Says one of the two", "points": 1},
                    {"title": "Presents the rhythm as shown", "points": 0},
                ],
            },
            {
                "title": "Words for a client",
                "levels": [
                    {"title": "Short, kind, without promise", "points": 1},
                    {"title": "Promises something, or lectures", "points": 0},
                ],
            },
        ],
        "feedback": "Examiners have not agreed on the rhythm beyond chance (Rogers 1998; Moran and Gibbons 2001).",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        rows, row_notes = read_rubric(raw.get("rubric"))
        return Draft(
            public={
                "stem": stem_of(raw),
                "minimum": int(raw.get("minimum") or 0),
                "maximum": int(raw.get("maximum") or 0),
                "rubric": rows,
            },
            key={"notes": said(raw, "notes"), "row_notes": row_notes, "critical": False},
            feedback=general_feedback(raw),
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {
            "minimum": spec.get("minimum", 0),
            "maximum": spec.get("maximum", 0),
            "notes": spec.get("notes", "").strip(),
            "rubric": rubric_from_content(spec.get("rubric", ()), make),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        minimum, maximum = public["minimum"], public["maximum"]
        if not (0 <= minimum <= MAX_WORDS and 0 <= maximum <= MAX_WORDS):
            found.append(f"The number of words is from 0 to {MAX_WORDS:,}.")
        if maximum and minimum > maximum:
            found.append("The answer cannot have more words at least than at most.")
        return found + rubric_problems(public["rubric"])

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        text = next(iter(fields.get("h", ())), "")
        return {"h": text} if text.strip() else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [("h", answer["h"])] if answer else []

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None or not exactly(answer, "h"):
            return None
        if not isinstance(answer["h"], str):
            message = "Your answer must be text."
            raise AnswerError(message)
        text = answer["h"].replace("\r\n", "\n").replace("\r", "\n")
        text = short_text(text, MAX_CHARACTERS, "Your answer")
        return {"h": text} if text.strip() else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        return Result(0, NEEDS_HUMAN, feedback_refs=("general",), needs_human=True, normalized=answer)

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return [line for line in answer["h"].split("\n") if line.strip()] if answer else []

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return {
            "text": (answer or {}).get("h", ""),
            "bounds": _bounds(public["minimum"], public["maximum"]),
            "rubric": public["rubric"],
            "cap": MAX_CHARACTERS,
            "waiting": self.notice(public, answer) if _too_short(public, answer) else "",
            "rows": min(24, max(8, (public["maximum"] or public["minimum"]) // 12)),
        }

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        words = _words(answer)
        said = "1 word" if words == 1 else f"{words:,} words"
        if _too_short(public, answer):
            return f"{said} so far; at least {public['minimum']:,} are asked for."
        if answer and 0 < public["maximum"] < words:
            return f"{said}; at most {public['maximum']:,} are asked for."
        return ""


def _words(answer: Json) -> int:
    """As a word processor counts them: what stands between spaces."""
    return len(answer["h"].split()) if answer else 0


def _too_short(public: Mapping[str, Json], answer: Json) -> bool:
    """Begun, and shorter than what is asked for."""
    return answer is not None and _words(answer) < public["minimum"]


def _bounds(minimum: int, maximum: int) -> str:
    """How long the answer should be, in a sentence."""
    if minimum and maximum:
        return f"{minimum:,} to {maximum:,} words."
    if minimum:
        return f"At least {minimum:,} words."
    return f"At most {maximum:,} words." if maximum else ""
