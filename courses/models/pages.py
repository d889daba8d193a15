"""The course tree: CourseIndexPage > CoursePage > ModulePage > units."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.html import strip_tags
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page, get_page_models
from wagtail.search import index

from courses.blocks import LESSON_BLOCKS, FaqBlock, without_editor_keys
from courses.models.agenda import AGENDA
from courses.models.subjects import Technique, Topic
from courses.models.unit import GatedPage, Unit
from courses.routing import route_below

PLAIN = ["bold", "italic", "link", "ol", "ul"]
OBJECTIVE = [
    (
        "objective",
        blocks.CharBlock(
            max_length=250, help_text="Begin with a verb that can be checked: name, place, classify.", icon="tick"
        ),
    )
]


class CourseIndexPage(GatedPage):
    """The catalogue."""

    intro = RichTextField(blank=True, features=PLAIN)
    content_panels: ClassVar[list[Any]] = [*GatedPage.content_panels, FieldPanel("intro")]
    subpage_types: ClassVar[list[str]] = ["courses.CoursePage"]
    max_count = 1
    page_description = "The catalogue of all courses."
    template = "courses/course_index_page.html"

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """See `courses.routing`."""
        return route_below(self, path_components) or super().route(request, path_components)


class CoursePrerequisite(Orderable):
    """A course that should be completed before this one."""

    course = ParentalKey("courses.CoursePage", on_delete=models.CASCADE, related_name="prerequisites")
    requires = models.ForeignKey("courses.CoursePage", on_delete=models.PROTECT, related_name="+")
    panels: ClassVar[list[Any]] = [FieldPanel("requires")]

    def clean(self) -> None:
        """A course cannot require itself."""
        if self.requires_id and self.requires_id == self.course_id:
            raise ValidationError({"requires": "A course cannot require itself."})


class CoursePage(GatedPage):
    """A course as it is sold: what it is, for whom, by whom, what it asks and what it gives."""

    class Level(models.TextChoices):
        INTRODUCTORY = "introductory", "Introductory"
        FOUNDATION = "foundation", "Foundation"
        INTERMEDIATE = "intermediate", "Intermediate"
        ADVANCED = "advanced", "Advanced"

    class Format(models.TextChoices):
        SELF_PACED = "self_paced", "Self-paced, online"
        LIVE_ONLINE = "live_online", "Live, online"
        LIVE_IN_PERSON = "live_in_person", "Live, in person"

    tagline = models.CharField(max_length=250, blank=True, help_text="One sentence: what one learns. No promises.")
    intro = RichTextField("what it is", blank=True, features=["h3", *PLAIN])
    level = models.CharField(max_length=20, choices=Level.choices, default=Level.FOUNDATION)
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.SELF_PACED)
    topics = ParentalManyToManyField(Topic, blank=True, related_name="courses")
    objectives = StreamField(OBJECTIVE, blank=True, help_text="What learners can do afterwards.")
    audience = RichTextField("for whom", blank=True, features=PLAIN)
    prerequisites_text = RichTextField("before you start", blank=True, features=PLAIN)
    prerequisites_needed = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many of the courses below are needed. Empty: all of them."
    )
    time_needed = models.CharField(
        max_length=120, blank=True, help_text="For example: about 8 hours, at your own pace."
    )
    safety_notice = RichTextField(
        blank=True, features=PLAIN, help_text="What this course does not license, and when not to touch."
    )
    faq = StreamField([("faq", FaqBlock())], blank=True, verbose_name="questions")
    figure = models.ForeignKey("library.Figure", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    promises_certificate = models.BooleanField(
        default=True, help_text="A certificate is issued on completion. Needs a quiz."
    )
    certificate_months = models.PositiveSmallIntegerField(
        "certificate valid for (months)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="Empty: without an end. Others are told to renew it.",
    )

    agenda = StreamField(
        AGENDA, blank=True, help_text="Of what is taught live: instruction, breaks and meals. Boards count by it."
    )
    assignment_minutes = models.PositiveIntegerField(
        "verified assignments (minutes)",
        default=0,
        help_text="Practice that is turned in and verified. Other practice earns no hours.",
    )

    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        *(index.SearchField(name) for name in ("tagline", "intro", "audience", "faq")),
    ]
    parent_page_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = ["courses.ModulePage"]
    page_description = "A course with its modules."
    template = "courses/course_page.html"
    content_panels: ClassVar[list[Any]] = [
        *GatedPage.content_panels,
        FieldPanel("tagline"),
        FieldPanel("intro"),
        FieldPanel("figure"),
        FieldPanel("objectives"),
        FieldPanel("audience"),
        MultiFieldPanel(
            [
                FieldPanel("prerequisites_text"),
                InlinePanel("prerequisites", label="course"),
                FieldPanel("prerequisites_needed"),
            ],
            heading="Before this course",
        ),
        FieldPanel("safety_notice"),
        FieldPanel("faq"),
    ]
    catalogue_panels: ClassVar[list[Any]] = [
        HelpPanel("<p>What the catalogue filters by. Price and CE hours come from offers and approvals.</p>"),
        FieldPanel("level"),
        FieldPanel("format"),
        FieldPanel("topics"),
        FieldPanel("time_needed"),
        FieldPanel("promises_certificate"),
        FieldPanel("certificate_months"),
    ]
    hours_panels: ClassVar[list[Any]] = [
        HelpPanel("<p>What boards count hours by. Words and minutes are counted from the lessons.</p>"),
        FieldPanel("agenda"),
        FieldPanel("assignment_minutes"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading="Course"),
            ObjectList(catalogue_panels, heading="Catalogue"),
            ObjectList(hours_panels, heading="Hours"),
            ObjectList(GatedPage.publishing_panels, heading="Publishing"),
        ]
    )


class ModulePage(GatedPage):
    """A part of a course. It holds units, whichever app defines them."""

    summary = models.CharField(max_length=250, blank=True, help_text="One sentence for the outline.")
    objectives = StreamField(OBJECTIVE, blank=True)
    requires_module = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unlocks",
        verbose_name="opens after",
        help_text="Locked until this module is passed. Once open for a learner, it stays open.",
    )

    parent_page_types: ClassVar[list[str]] = ["courses.CoursePage"]
    page_description = "A part of a course: lessons and a quiz."
    template = "courses/module_page.html"
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    *GatedPage.content_panels,
                    FieldPanel("summary"),
                    FieldPanel("objectives"),
                    FieldPanel("requires_module"),
                ],
                heading="Module",
            ),
            ObjectList(GatedPage.publishing_panels, heading="Publishing"),
        ]
    )

    @classmethod
    def clean_subpage_models(cls) -> list[type[Page]]:
        """A module holds units, whichever app defines them."""
        return [model for model in get_page_models() if issubclass(model, Unit)]

    def clean(self) -> None:
        """A module opens after another module of the same course."""
        super().clean()
        if self.requires_module is None:
            return
        if self.pk and self.requires_module_id == self.pk:
            raise ValidationError({"requires_module": "A module cannot wait for itself."})
        if self.path and self.requires_module.path[:-4] != self.path[:-4]:
            raise ValidationError({"requires_module": "Choose a module of the same course."})


class LessonPage(Unit):
    """Text, figures and technique to study."""

    kind = "lesson"
    objectives = StreamField(OBJECTIVE, blank=True)
    body = StreamField(LESSON_BLOCKS, blank=True, help_text="Contraindications come before technique.")
    references = ParentalManyToManyField("evidence.Reference", blank=True, related_name="+")
    techniques = ParentalManyToManyField(
        Technique,
        blank=True,
        related_name="lessons",
        help_text="Techniques that some states limit: their rules are shown on this lesson.",
    )

    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    page_description = "A lesson: text, figures, technique cards, evidence."
    template = "courses/lesson_page.html"
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    *GatedPage.content_panels,
                    *Unit.unit_panels,
                    FieldPanel("objectives"),
                    FieldPanel("body"),
                    FieldPanel("references"),
                    FieldPanel("techniques"),
                ],
                heading="Lesson",
            ),
            ObjectList(Unit.publishing_panels, heading="Publishing"),
        ]
    )

    def words(self) -> int:
        """Words of the body: text, technique cards, notices, critical reading. Captions and references do not count."""
        return sum(len(text.split()) for text in self.texts())

    def texts(self) -> list[str]:
        """The body's own words, block by block; quoted public claims are left out."""
        found = []
        for block in self.body:
            if block.block_type == "prose":
                found.append(strip_tags(str(block.value)))
            elif block.block_type == "technique":
                card = block.value
                found.append(
                    " ".join(
                        [
                            *(str(card[name]) for name in ("title", "intent", "contact", "consent", "not_claimed")),
                            *card["stop_signs"],
                        ]
                    )
                )
            elif block.block_type == "reflection":
                found.append(block.value["prompt"])
            elif block.block_type == "critical_reading":
                found.append(strip_tags(str(block.value["why"])))
        return found

    def media_seconds(self) -> int:
        """Recordings are counted by their length; their transcripts are not counted again."""
        items = [
            block.value.get("video") or block.value.get("audio")
            for block in self.body
            if block.block_type in {"video", "audio"}
        ]
        return sum(int(item.duration or 0) for item in items if item)

    def frozen_content(self) -> Any:
        """Body, objectives and references."""
        return {
            "body": without_editor_keys(self.body.get_prep_value()),
            "objectives": [str(block.value) for block in self.objectives],
            "references": sorted(self.references.values_list("key", flat=True)),
        }
