"""True or false: a statement, judged, with a remark for each side."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from wagtail import blocks

from . import choices
from .authoring import feedback_block, general_feedback, stem_block, stem_of
from .base import CORRECT, WHOLE, WRONG, Draft, Json, QuestionType, Result
from .html import is_blank

SIDES = ("true", "false")


class TrueFalseBlock(blocks.StructBlock):
    """The author's form of a statement to judge."""

    stem = stem_block()
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

    def read(self, raw: Mapping[str, Json]) -> Draft:
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

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the statement."] if is_blank(public["stem"]) else []
        if not key["correct"]:
            found.append("Say whether the statement is true or false.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        return choices.chosen_from_form(fields)

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
