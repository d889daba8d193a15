"""Case: a story that several questions share. The case itself asks nothing; its parts are questions of the bank."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from .authoring import PictureBlock, stem_of
from .base import Draft, Json, Lookup, MakeItem, SpecError
from .description import TextOnly
from .html import FEATURES, is_blank
from .stored import list_items

MIN_PARTS, MAX_PARTS = 2, 20


class CaseBlock(blocks.StructBlock):
    """The author's form of a case."""

    stem = blocks.RichTextBlock(
        features=FEATURES, label="The case", help_text="What is told once, above all of its questions."
    )
    illustration = PictureBlock(
        required=False, label="Picture below the story", help_text="Optional. Its words must not give an answer."
    )
    parts = blocks.ListBlock(
        SnippetChooserBlock("quizzes.Question", label="Question"),
        max_num=MAX_PARTS,
        label="Its questions",
        help_text="Two or more published questions of the same bank, in the order in which they are asked.",
    )

    class Meta:
        icon = "folder-open-inverse"
        label = "Case"
        description = "A story with several questions about it."


class Case(TextOnly):
    """The story. In a paper it stands once, and the questions about it follow in their order."""

    kind: ClassVar[str] = "case"
    label: ClassVar[str] = "Case"
    block: ClassVar[type[blocks.StructBlock]] = CaseBlock
    template: ClassVar[str] = "quizzes/questions/case.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: headache after an epidural",
        "text": "Two days after an epidural a client asks for a session. The headache is worse on sitting up and "
        "better lying down. There is no fever.",
        "parts": ["the-id-of-a-question", "the-id-of-another"],
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        parts = [str(value) for _, value in list_items(raw.get("parts"), "Questions") if value]
        if not all(part.isascii() and part.isdecimal() for part in parts):
            message = "A question of the case is not one of the bank."
            raise SpecError(message)
        return Draft(public={"stem": stem_of(raw), "parts": [int(part) for part in parts]}, key={"critical": False})

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        """Questions by their names in the content; ``content_format`` puts the bank's own numbers in their place."""
        return {"parts": [make(f"part {name}", name) for name in spec["parts"]]}

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the story of the case."] if is_blank(public["stem"]) else []
        if not MIN_PARTS <= len(public["parts"]) <= MAX_PARTS:
            found.append(f"Choose two to {MAX_PARTS} questions about the case.")
        if len(set(public["parts"])) != len(public["parts"]):
            found.append("A question stands in the case twice.")
        return found

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return {**super().shown(public, answer, order), "count": len(public["parts"])}
