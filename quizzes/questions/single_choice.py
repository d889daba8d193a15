"""Single choice: one option is right."""

from collections.abc import Mapping
from typing import ClassVar

from wagtail import blocks

from . import choices
from .authoring import (
    OptionBlock,
    QuestionBlock,
    critical_block,
    feedback_block,
    options_block,
    options_from_content,
    read_options,
)
from .base import CORRECT, WHOLE, WRONG, Draft, Json, Lookup, MakeItem, Result
from .html import is_blank


class SingleChoiceBlock(QuestionBlock):
    """The author's form of a single choice."""

    options = options_block(OptionBlock())
    feedback = feedback_block()
    critical = critical_block()

    class Meta:
        icon = "radio-full"
        label = "Single choice"
        description = "One right option among several."


class SingleChoice(choices.ChoiceType):
    """One option is right. The order of options is the learner's own, but for those that keep their place."""

    kind: ClassVar[str] = "single_choice"
    label: ClassVar[str] = "Single choice"
    block: ClassVar[type[blocks.StructBlock]] = SingleChoiceBlock
    template: ClassVar[str] = "quizzes/questions/single_choice.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: sudden headache",
        "text": "During a session your client reports a sudden headache, worse than any before. What comes first?",
        "options": [
            {
                "text": "Take your hands off and call emergency services.",
                "correct": True,
                "feedback": "Yes. Stay with the client until help is there.",
            },
            {
                "text": "Lighten your touch and wait a few minutes.",
                "unsafe": True,
                "feedback": "Waiting can cost what counts. Stop and call.",
            },
            {
                "text": "End the session and suggest a visit to a doctor this week.",
                "unsafe": True,
                "feedback": "This week is too late for a sudden, severe headache.",
            },
        ],
        "critical": True,
        "feedback": "A sudden and severe headache is an emergency until a clinician has said otherwise.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        return read_options(raw)

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return options_from_content(spec, make)

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        found += choices.option_problems(public, key)
        if len(key["correct"]) > 1:
            found.append("A single choice has one right option; use multiple response for more.")
        return found

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
            critical_failed=key["critical"] and answer["c"][0] in key["unsafe"],
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"c": key["correct"][:1]} if key["correct"] else None
