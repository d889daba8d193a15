"""What a lesson is made of. Each block has an icon, a description and a preview for authors; its template is
`templates/courses/blocks/<name>.html`, and every health statement points at the evidence register."""

import re
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtailmedia.blocks import AudioChooserBlock, VideoChooserBlock

PROSE = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "superscript", "subscript"]
FILE_PREVIEW = "courses/admin/preview_of_a_file.html"
"""Files belong to a course: the picker, which all authors see, shows nobody's."""


def first_of(model: str, name: str) -> dict[str, Any]:
    """For the block picker: the first entry of the register that such a block could show, if there is one yet."""
    return {name: apps.get_model(model)._default_manager.first()}


class ProseBlock(blocks.RichTextBlock):
    """Running text."""

    class Meta:
        icon = "pilcrow"
        label = "Text"
        description = "Paragraphs, headings and lists."
        template = "courses/blocks/prose.html"
        preview_value = "<p>Rest your hands, and wait. Nothing has to happen.</p>"


class FigureBlock(blocks.StructBlock):
    """One of our drawings, or a photograph."""

    figure = SnippetChooserBlock("library.Figure", required=False, help_text="One of the school's own drawings.")
    image = ImageChooserBlock(required=False, help_text="Or a photograph or scan. A person shown needs a release.")
    alt = blocks.CharBlock(
        required=False,
        max_length=250,
        label="Alternative text",
        help_text="What is to be seen. Empty: the words kept with the figure.",
    )
    caption = blocks.CharBlock(required=False, max_length=300, help_text="What to look at, in one sentence.")
    credit = blocks.CharBlock(required=False, max_length=200, help_text="Empty: the credit kept with the figure.")

    class Meta:
        icon = "image"
        label = "Figure"
        description = "A drawing or photograph with its words."
        template = "courses/blocks/figure.html"
        preview_value = {"caption": "A drawing appears here."}

    def clean(self, value: Any) -> Any:
        """Exactly one picture, and never one without words."""
        cleaned = super().clean(value)
        chosen = bool(cleaned["figure"]) + bool(cleaned["image"])
        if chosen == 0 and self.is_deferred_validation:  # a draft may be unfinished
            return cleaned
        if chosen != 1:
            raise blocks.StructBlockValidationError(
                {"figure": ValidationError("Choose a drawing or a photograph: one of the two.")}
            )
        if cleaned["image"] and not (cleaned["alt"] or cleaned["image"].description):
            raise blocks.StructBlockValidationError({"alt": ValidationError("Say in words what the photograph shows.")})
        return cleaned


class TechniqueBlock(blocks.StructBlock):
    """A hold, with what stops it and what is not claimed for it."""

    title = blocks.CharBlock(max_length=120)
    intent = blocks.TextBlock(help_text="What the hold is for, in one or two sentences. Aims, never cures.")
    contact = blocks.TextBlock(help_text="Which part of the hand rests where.")
    pressure_min_g = blocks.IntegerBlock(min_value=0, max_value=50, label="Pressure from (grams)")
    pressure_max_g = blocks.IntegerBlock(
        min_value=0, max_value=50, label="Pressure to (grams)", help_text="A nickel weighs 5 grams."
    )
    duration = blocks.CharBlock(max_length=80, help_text="For example: 3 to 5 minutes.")
    stop_signs = blocks.ListBlock(blocks.CharBlock(max_length=200), min_num=1, help_text="What ends the hold at once.")
    consent = blocks.TextBlock(label="Ask", help_text="The words you ask with, and how the client says stop.")
    not_claimed = blocks.TextBlock(label="We do not claim", help_text="What nobody should conclude from this hold.")

    class Meta:
        icon = "form"
        label = "Technique card"
        description = "Intent, contact, pressure, duration, stop signs and consent of a hold."
        template = "courses/blocks/technique.html"
        preview_value = {
            "title": "Resting hold",
            "intent": "To let the client settle.",
            "contact": "Both palms under the back of the head.",
            "pressure_min_g": 1,
            "pressure_max_g": 5,
            "duration": "3 minutes",
            "stop_signs": ["The client says stop."],
            "consent": "“May I rest my hands here? Say stop at any time.”",
            "not_claimed": "That anything moves under your hands.",
        }

    def clean(self, value: Any) -> Any:
        """Light touch has an upper end, and it is above the lower one."""
        cleaned = super().clean(value)
        grams = (cleaned["pressure_min_g"], cleaned["pressure_max_g"])  # empty in an unfinished draft
        if None not in grams and grams[0] > grams[1]:
            raise blocks.StructBlockValidationError(
                {"pressure_max_g": ValidationError("The upper end is below the lower end.")}
            )
        return cleaned


class EvidenceBlock(blocks.StructBlock):
    """A claim from the register, with the line that tells how sure we are."""

    claim = SnippetChooserBlock("evidence.Claim")

    class Meta:
        icon = "clipboard-list"
        label = "Evidence statement"
        description = "A claim with its status and sources. Needed for every health statement."
        template = "courses/blocks/evidence.html"
        preview_value = partial(first_of, "evidence.Claim", "claim")


class ContraindicationBlock(blocks.StructBlock):
    """When not to touch, above everything else."""

    heading = blocks.CharBlock(max_length=120, help_text="The act: “Stop. Call emergency services.”")
    severity = blocks.ChoiceBlock(
        choices=[
            ("emergency", "Emergency: stop and call"),
            ("refer", "Do not treat: refer"),
            ("clear_first", "Clear first"),
            ("site", "Site and consent"),
        ],
        default="refer",
    )
    items = blocks.ListBlock(SnippetChooserBlock("evidence.Contraindication"), min_num=1, label="Signs")
    note = blocks.TextBlock(required=False)

    class Meta:
        icon = "warning"
        label = "Contraindication notice"
        description = "Signs that stop, defer or limit work. Stands before technique."
        template = "courses/blocks/contraindication.html"
        preview_value = {"heading": "Stop. Call emergency services.", "severity": "emergency", "items": [], "note": ""}


class VideoBlock(blocks.StructBlock):
    """A recording with captions and transcript."""

    video = VideoChooserBlock()
    caption = blocks.CharBlock(required=False, max_length=300)

    class Meta:
        icon = "media"
        label = "Video"
        description = "A recording with captions and transcript."
        template = "courses/blocks/video.html"
        preview_template = FILE_PREVIEW


class AudioBlock(blocks.StructBlock):
    """A recording with transcript."""

    audio = AudioChooserBlock()
    caption = blocks.CharBlock(required=False, max_length=300)

    class Meta:
        icon = "media"
        label = "Audio"
        description = "A recording with its transcript."
        template = "courses/blocks/audio.html"
        preview_template = FILE_PREVIEW


class GlossaryBlock(blocks.StructBlock):
    """A word of the trade, defined with its source."""

    term = SnippetChooserBlock("evidence.GlossaryTerm")

    class Meta:
        icon = "openquote"
        label = "Glossary term"
        description = "A definition with its status and source."
        template = "courses/blocks/glossary.html"
        preview_value = partial(first_of, "evidence.GlossaryTerm", "term")


class ReflectionBlock(blocks.StructBlock):
    """A question to think about. Nothing is typed in, nothing is sent."""

    prompt = blocks.TextBlock(help_text="Offer a way out where feelings are asked about.")

    class Meta:
        icon = "comment"
        label = "Reflection"
        description = "A private question to think about."
        template = "courses/blocks/reflection.html"
        preview_value = {"prompt": "When did you last rest your hands without wanting anything?"}


class PracticeBlock(blocks.StructBlock):
    """A question of the bank, to be tried where its matter is read. Nothing of it is stored."""

    question = SnippetChooserBlock("quizzes.Question", help_text="One that no exam asks: it is explained at once.")

    class Meta:
        icon = "help"
        label = "Practice question"
        description = "A question to try, with its explanation at once. Counts for nothing."
        template = "courses/blocks/practice.html"
        preview_value = {"question": None}


class DownloadBlock(blocks.StructBlock):
    """A handout."""

    document = DocumentChooserBlock()
    description = blocks.CharBlock(required=False, max_length=200, help_text="What it is for.")

    class Meta:
        icon = "download"
        label = "Download"
        description = "A handout for print."
        template = "courses/blocks/download.html"
        preview_template = FILE_PREVIEW


class CriticalReadingBlock(blocks.StructBlock):
    """The only place where a wrong or forbidden claim may stand: quoted, marked and taken apart."""

    quote = blocks.TextBlock(help_text="The claim as the public meets it.")
    source = blocks.CharBlock(max_length=200, help_text="Where it comes from.")
    why = blocks.RichTextBlock(features=PROSE, help_text="What is wrong with it, and an honest rewrite.")

    class Meta:
        icon = "search"
        label = "Critical reading"
        description = "A claim from the public, quoted and taken apart."
        template = "courses/blocks/critical_reading.html"
        preview_value = {
            "quote": "One session fixes everything.",
            "source": "An advertisement",
            "why": "<p>No one can promise that.</p>",
        }


LESSON_BLOCKS: tuple[tuple[str, blocks.Block], ...] = (
    ("prose", ProseBlock(features=PROSE)),
    ("figure", FigureBlock()),
    ("technique", TechniqueBlock()),
    ("evidence", EvidenceBlock()),
    ("contraindication", ContraindicationBlock()),
    ("video", VideoBlock()),
    ("audio", AudioBlock()),
    ("glossary", GlossaryBlock()),
    ("reflection", ReflectionBlock()),
    ("practice", PracticeBlock()),
    ("download", DownloadBlock()),
    ("critical_reading", CriticalReadingBlock()),
)


class FaqBlock(blocks.StructBlock):
    """A question people ask before they enroll; each answer is a claim with a status."""

    question = blocks.CharBlock(max_length=200)
    answer = blocks.RichTextBlock(features=["bold", "italic", "link", "ul"])
    claim = SnippetChooserBlock(
        "evidence.Claim", required=False, help_text="Needed when the answer speaks about health."
    )

    class Meta:
        icon = "help"
        label = "Question and answer"
        description = "A question that people ask before they enroll."
        template = "courses/blocks/faq.html"


EDITOR_KEY = re.compile(r' data-block-key="[^"]*"')


def without_editor_keys(value: Any) -> Any:
    """Stored blocks without the marks that the text editor gives each paragraph: they say nothing to a reader."""
    if isinstance(value, str):
        return EDITOR_KEY.sub("", value)
    if isinstance(value, dict):
        return {name: without_editor_keys(part) for name, part in value.items()}
    if isinstance(value, list):
        return [without_editor_keys(part) for part in value]
    return value
