"""Description: text between the questions. It asks nothing, earns nothing and has no number."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.safestring import mark_safe
from wagtail import blocks

from .authoring import PictureBlock, stem_of
from .base import UNANSWERED, AnswerError, Draft, Json, Lookup, MakeItem, QuestionType, Result
from .html import FEATURES, is_blank


class TextOnly(QuestionType):
    """What every kind has in common that is read and not answered."""

    asks: ClassVar[bool] = False

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        return None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return []

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is not None:
            message = "This text takes no answer."
            raise AnswerError(message)
        return None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        return Result(0, UNANSWERED)

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return []

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return {"text": mark_safe(public["stem"])}  # noqa: S308 - cleaned when the version was frozen


class DescriptionBlock(blocks.StructBlock):
    """The author's form of a text between questions."""

    stem = blocks.RichTextBlock(features=FEATURES, label="Text", help_text="Read, not answered.")
    illustration = PictureBlock(required=False, label="Picture below the text")

    class Meta:
        icon = "pilcrow"
        label = "Text"
        description = "Text between the questions, without an answer."


class Description(TextOnly):
    """A text, such as an instruction or a heading with a few words."""

    kind: ClassVar[str] = "description"
    label: ClassVar[str] = "Text"
    block: ClassVar[type[blocks.StructBlock]] = DescriptionBlock
    template: ClassVar[str] = "quizzes/questions/description.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: before the next questions",
        "text": "The next questions are about safety. One unsafe answer decides about the whole quiz.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        return Draft(public={"stem": stem_of(raw)}, key={"critical": False})

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {}

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return ["Write the text."] if is_blank(public["stem"]) else []
