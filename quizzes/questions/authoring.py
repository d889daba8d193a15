"""The parts of an author's form that more than one question type has."""

from collections.abc import Mapping

from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from .base import Draft, Json, MakeItem
from .choices import MAX_OPTIONS
from .html import FEATURES, clean_html
from .stored import list_items, said


class PictureBlock(blocks.StructBlock):
    """One of the school's own figures, or an uploaded picture."""

    figure = SnippetChooserBlock("library.Figure", required=False)
    picture = ImageChooserBlock(required=False, help_text="An uploaded picture, if no figure fits.")

    class Meta:
        icon = "image"
        label = "Picture"


class OptionBlock(blocks.StructBlock):
    """One option of a choice, with the remark that its choosers read at its moment."""

    text = blocks.TextBlock(rows=2, help_text="Keep all options alike in length and tone.")
    correct = blocks.BooleanBlock(required=False, label="Right answer")
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who chose it, once the quiz allows feedback."
    )
    unsafe = blocks.BooleanBlock(
        required=False, help_text="Choosing this fails the whole quiz. Only in a safety-critical question."
    )
    fixed = blocks.BooleanBlock(
        required=False, label="Keep in place", help_text='Not shuffled with the others, such as "None of these".'
    )

    class Meta:
        icon = "list-ul"
        label = "Option"


class WeightedOptionBlock(OptionBlock):
    """An option whose share of the points the author sets."""

    weight = blocks.CharBlock(
        required=False,
        max_length=12,
        help_text='Only for marking by weights: "1/2", "0.25", "-1". The right options add up to 1.',
    )


def options_block(option: OptionBlock) -> blocks.ListBlock:
    """The options, four to begin with. How many there must be is asked when the question is published."""
    blank = {
        name: "" if isinstance(block, blocks.CharBlock | blocks.TextBlock) else False
        for name, block in option.child_blocks.items()
    }
    return blocks.ListBlock(option, max_num=MAX_OPTIONS, default=[blank] * 4)


class QuestionBlock(blocks.StructBlock):
    """What the form of every kind begins with: the question itself, and a picture if one helps."""

    stem = blocks.RichTextBlock(
        features=FEATURES, label="Question", help_text="One question. A short case may go first."
    )
    illustration = PictureBlock(
        required=False, label="Picture above the answers", help_text="Optional. Its words must not give the answer."
    )


def feedback_block() -> blocks.RichTextBlock:
    """What everyone reads once the quiz allows feedback."""
    return blocks.RichTextBlock(
        features=FEATURES,
        required=False,
        label="Feedback for everyone",
        help_text="Why the right answer is right, with its source. Secret until the quiz allows it.",
    )


def critical_block() -> blocks.BooleanBlock:
    """Whether an unsafe answer fails the quiz."""
    return blocks.BooleanBlock(
        required=False,
        label="Safety-critical",
        help_text="An answer marked as unsafe fails the whole quiz, whatever the score.",
    )


def options_from_content(spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
    """The options of a choice in the content format."""
    options = [
        make(
            f"option {option['text']}",
            {
                "text": option["text"].strip(),
                "correct": bool(option.get("correct")),
                "remark": option.get("feedback", "").strip(),
                "unsafe": bool(option.get("unsafe")),
                "fixed": bool(option.get("fixed")),
            },
        )
        for option in spec["options"]
    ]
    return {"options": options, "critical": bool(spec.get("critical"))}


def stem_of(raw: Mapping[str, Json]) -> str:
    """The question's text, cleaned."""
    return clean_html(raw.get("stem", ""))


def general_feedback(raw: Mapping[str, Json]) -> dict[str, str]:
    """The feedback for everyone, where there is any."""
    text = clean_html(raw.get("feedback", ""))
    return {"general": text} if text else {}


def read_options(raw: Mapping[str, Json]) -> Draft:
    """A choice question taken apart: texts are asked; what is right, unsafe and remarked stays in the key."""
    items = list_items(raw.get("options"), "Options")
    critical = bool(raw.get("critical"))
    feedback = general_feedback(raw)
    for option, value in items:
        if remark := said(value, "remark"):
            feedback[f"option:{option}"] = remark
    return Draft(
        public={
            "stem": stem_of(raw),
            "options": [
                {"id": option, "text": said(value, "text"), "fixed": bool(value.get("fixed"))}
                for option, value in items
            ],
        },
        key={
            "correct": [option for option, value in items if value.get("correct")],
            "unsafe": [option for option, value in items if value.get("unsafe")],
            "critical": critical,
        },
        feedback=feedback,
    )
