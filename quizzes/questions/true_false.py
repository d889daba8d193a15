"""True or false: a statement, judged, with a remark for each side."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from wagtail import blocks

from . import choices
from .authoring import QuestionBlock, feedback_block, general_feedback, stem_of
from .base import CORRECT, WHOLE, WRONG, Draft, Json, Lookup, MakeItem, QuestionType, Result
from .html import is_blank

SIDES = ("true", "false")


class TrueFalseBlock(QuestionBlock):
    """The author's form of a statement to judge."""

    answer = blocks.ChoiceBlock(choices=[("true", "True"), ("false", "False")], label="The statement is")
    remark_true = blocks.TextBlock(required=False, rows=2, label='Remark for those who say "True"')
    remark_false = blocks.TextBlock(required=False, rows=2, label='Remark for those who say "False"')
    feedback = feedback_block()
    critical = blocks.BooleanBlock(
        required=False, label="Safety-critical", help_text="The wrong answer fails the whole quiz, whatever the score."
    )

    class Meta:
        icon = "check"
        label = "True or false"
        description = "A statement to judge, with a remark for each side."


class TrueFalse(QuestionType):
    """A statement is true or false. The two sides always stand in this order."""

    kind: ClassVar[str] = "true_false"
    label: ClassVar[str] = "True or false"
    block: ClassVar[type[blocks.StructBlock]] = TrueFalseBlock
    template: ClassVar[str] = "quizzes/questions/single_choice.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: a certificate is no license",
        "text": "A certificate of continuing education entitles its holder to practice.",
        "answer": False,
        "feedback_true": "Only the license of a state board does.",
        "feedback_false": "Right: it shows that a course was completed, nothing more.",
        "feedback": "Whether one may practice is decided by the board that licenses.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        answer = raw.get("answer")
        critical = bool(raw.get("critical"))
        feedback = general_feedback(raw)
        for side in SIDES:
            if remark := str(raw.get(f"remark_{side}") or "").strip():
                feedback[f"option:{side}"] = remark
        return Draft(
            public={
                "stem": stem_of(raw),
                "options": [{"id": side, "text": side.capitalize(), "fixed": True} for side in SIDES],
            },
            key={
                "correct": [answer] if answer in SIDES else [],
                "unsafe": [side for side in SIDES if side != answer] if critical and answer in SIDES else [],
                "critical": critical,
            },
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {
            "answer": "true" if spec["answer"] else "false",
            "remark_true": spec.get("feedback_true", "").strip(),
            "remark_false": spec.get("feedback_false", "").strip(),
            "critical": bool(spec.get("critical")),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the statement."] if is_blank(public["stem"]) else []
        if not key["correct"]:
            found.append("Say whether the statement is true or false.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        return choices.chosen_from_form(fields)

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return choices.chosen_fields(answer)

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return choices.shown_options(public, answer, order)

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        return choices.clean_choice(public, answer, at_most=1)

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        right = answer["c"] == key["correct"]
        return Result(
            fraction_ppm=WHOLE if right else 0,
            state=CORRECT if right else WRONG,
            parts=({"id": answer["c"][0], "right": right},),
            feedback_refs=choices.option_refs(answer),
            normalized=answer,
            critical_failed=key["critical"] and not right,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"c": list(key["correct"])} if key["correct"] else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return choices.chosen_in_words(public, answer)
