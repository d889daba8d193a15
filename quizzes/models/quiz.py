"""Quizzes: a unit made of sections and slots, and its frozen versions."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.fields import RichTextField
from wagtail.models import Orderable

from core.frozen_records import Frozen, FrozenQuerySet
from courses.models import Unit
from quizzes.models.bank import Question, QuestionBank, Tag
from quizzes.models.cases import parts_by_question
from quizzes.models.versions import QuestionVersion
from quizzes.page_forms import QuizPageForm
from quizzes.rules.review import MOMENTS, default_policy, policy_problems
from quizzes.rules.standing import BEST, METHODS

EXAM, PRACTICE = "exam", "practice"
MODES = [(EXAM, "Exam: counts for the certificate"), (PRACTICE, "Practice: for learning")]

LATER_TERMS: dict[str, Any] = {
    "mode": EXAM,
    "certainty": False,
    "late_minutes": 0,
    "second_marker": False,
    "marking_difference": 20,
}
"""Terms that the first versions did not have. One that is left as it was stays out of a version, so that its hash,
and with it the edition of the course, stays what it was."""


class QuizPage(Unit):
    """A quiz: what it asks, how long one has, and what passes."""

    kind = "quiz"
    completed_by = "result"

    intro = RichTextField(
        blank=True, features=["bold", "italic", "ol", "ul"], help_text="What it is about, in a sentence or two."
    )
    pass_mark = models.PositiveSmallIntegerField(
        default=80, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="Percent needed to pass."
    )
    time_limit_minutes = models.PositiveSmallIntegerField("time limit", default=0, help_text="In minutes. 0: no limit.")
    attempts_allowed = models.PositiveSmallIntegerField("tries", default=0, help_text="0: as many as one likes.")
    cooldown_minutes = models.PositiveIntegerField("wait between tries", default=0, help_text="In minutes. 0: no wait.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="Attempts end then. Empty: it stays open.")
    shuffle_questions = models.BooleanField(default=True, help_text="Each learner has an order of their own.")
    shuffle_options = models.BooleanField(default=True, help_text='Options marked "keep in place" stay.')
    method = models.CharField("which try counts", max_length=10, choices=METHODS, default=BEST)
    review_policy = models.JSONField(
        default=default_policy, help_text="What is shown when: moments, each with what may be seen from then on."
    )
    mode = models.CharField(
        max_length=10,
        choices=MODES,
        default=EXAM,
        help_text="Practice: feedback at once if you allow it; handing in completes it, whatever the score.",
    )
    certainty = models.BooleanField(
        "ask how certain one is",
        default=False,
        help_text="In practice only. Shown as calibration; it never decides about passing.",
    )
    late_minutes = models.PositiveSmallIntegerField(
        "may be handed in late",
        default=0,
        help_text="Minutes after the time has ended in which what was saved can still be handed in; not handed in by "
        "then, the try is abandoned. 0: it is handed in at once when the time ends.",
    )
    second_marker = models.BooleanField(
        "a second marker",
        default=False,
        help_text="Written answers are marked by two people who do not see each other.",
    )
    marking_difference = models.PositiveSmallIntegerField(
        "largest difference between markers",
        default=20,
        validators=[MaxValueValidator(100)],
        help_text="In percent of the points. Beyond it a third person decides.",
    )
    honor_statement = models.TextField(
        blank=True, help_text='Agreed to before the start, such as "I answer alone". Empty: none.'
    )

    base_form_class = QuizPageForm
    template = "quizzes/quiz_page.html"
    page_description = "A quiz of questions from the bank, marked at once."
    content_panels: ClassVar[list[Any]] = [
        *Unit.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("summary"), FieldPanel("minutes"), FieldPanel("required")], heading="In the outline"
        ),
        InlinePanel("sections", heading="Questions", label="section", min_num=1),
    ]
    rules_panels: ClassVar[list[Any]] = [
        HelpPanel(
            "<p>The learner reads these terms before the start. An attempt under way keeps those it began with.</p>"
        ),
        MultiFieldPanel([FieldPanel("mode"), FieldPanel("certainty")], heading="What it is for"),
        MultiFieldPanel([FieldPanel("pass_mark"), FieldPanel("method")], heading="Passing"),
        MultiFieldPanel(
            [FieldPanel("time_limit_minutes"), FieldPanel("late_minutes"), FieldPanel("closes_at")], heading="Time"
        ),
        MultiFieldPanel([FieldPanel("attempts_allowed"), FieldPanel("cooldown_minutes")], heading="Tries"),
        MultiFieldPanel([FieldPanel("shuffle_questions"), FieldPanel("shuffle_options")], heading="Order"),
        FieldPanel("honor_statement"),
        MultiFieldPanel([FieldPanel("second_marker"), FieldPanel("marking_difference")], heading="Written answers"),
        MultiFieldPanel(
            [FieldPanel(f"review_{moment}") for moment in MOMENTS],
            heading="What is shown when",
            help_text="Explanations give answers away: show them when no further try depends on them.",
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading="Quiz"),
            ObjectList(rules_panels, heading="Rules"),
            ObjectList(Unit.publishing_panels, heading="Publishing"),
        ]
    )

    class Meta:
        verbose_name = "quiz"
        verbose_name_plural = "quizzes"

    def clean(self) -> None:
        """The review policy names moments and things that exist."""
        super().clean()
        if problems := policy_problems(self.review_policy):
            raise ValidationError({"review_policy": problems})

    def has_records(self) -> bool:
        """Attempts are records of learning."""
        return self.attempts.exists() or super().has_records()

    def slots(self) -> list[QuizSlot]:
        """All slots in their order, as they stand in this state of the page."""
        return [slot for section in self.sections.all() for slot in section.slots.all()]

    def frozen_settings(self) -> dict[str, Any]:
        """The terms of an attempt."""
        return {
            "pass_mark": self.pass_mark,
            "time_limit_minutes": self.time_limit_minutes,
            "attempts_allowed": self.attempts_allowed,
            "cooldown_minutes": self.cooldown_minutes,
            "closes_at": self.closes_at.isoformat() if self.closes_at else None,
            "shuffle_questions": self.shuffle_questions,
            "shuffle_options": self.shuffle_options,
            "method": self.method,
            "review_policy": self.review_policy,
            "honor_statement": self.honor_statement,
            **{name: getattr(self, name) for name, value in LATER_TERMS.items() if getattr(self, name) != value},
        }

    def frozen_slots(self) -> list[dict[str, Any]]:
        """What is asked, without the pools, which change with the bank. A case says how many questions it has."""
        not_asked = parts_by_question(slot.question_id for slot in self.slots() if slot.question_id)
        counts = {question: {"parts": len(parts)} for question, parts in not_asked.items()}
        return [
            {**slot.frozen(), "part": part, "section": section.title, **counts.get(slot.question_id, {})}
            for part, section in enumerate(self.sections.all(), start=1)
            for slot in section.slots.all()
        ]

    def frozen_content(self) -> Any:
        """What the content hash of an edition covers."""
        return {"intro": self.intro, "settings": self.frozen_settings(), "slots": self.frozen_slots()}


class QuizSection(Orderable, ClusterableModel):
    """A part of a quiz. Its questions stay together."""

    quiz = ParentalKey(QuizPage, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(max_length=150, blank=True, help_text="Shown above its questions. Empty: no heading.")

    panels: ClassVar[list[Any]] = [FieldPanel("title"), InlinePanel("slots", heading="Questions", label="question")]

    class Meta(Orderable.Meta):
        pass

    def __str__(self) -> str:
        return self.title or "Questions"


class QuizSlot(Orderable, ClusterableModel):
    """A place in the paper: a fixed question, or a rule that draws some from a bank."""

    section = ParentalKey(QuizSection, on_delete=models.CASCADE, related_name="slots")
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    question = models.ForeignKey(
        Question,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Always this one. Or draw:",
    )
    version = models.ForeignKey(
        QuestionVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    bank = models.ForeignKey(
        QuestionBank,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Draw from this bank.",
    )
    tags = ParentalManyToManyField(
        Tag, blank=True, related_name="+", help_text="Only questions with all of these tags."
    )
    count = models.PositiveSmallIntegerField(default=1, help_text="How many to draw.")
    points = models.DecimalField(
        max_digits=6, decimal_places=3, default=1, validators=[MinValueValidator(0)], help_text="For each question."
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("question"),
        FieldPanel("bank", widget=forms.Select),
        FieldPanel("tags"),
        FieldRowPanel([FieldPanel("count"), FieldPanel("points")]),
    ]

    class Meta(Orderable.Meta):
        pass

    def __str__(self) -> str:
        return str(self.question) if self.question_id else f"{self.count} from {self.bank}"

    def clean(self) -> None:
        """Either a question or a rule."""
        if bool(self.question_id) == bool(self.bank_id):
            raise ValidationError("Choose a question, or a bank to draw from.")

    @property
    def points_m(self) -> int:
        """Milli-points."""
        return int(self.points * 1000)

    def frozen(self) -> dict[str, Any]:
        """This place as a version of the quiz keeps it."""
        place = {"uid": str(self.uid), "points_m": self.points_m}
        if self.question_id:
            return {**place, "question": self.question_id, "version": self.version_id}
        return {**place, "bank": self.bank_id, "tags": sorted(tag.slug for tag in self.tags.all()), "count": self.count}


class QuizVersion(Frozen):
    """A quiz as it was published: its terms and its slots, each drawing one with the pool that stood behind it."""

    # Without attempts a version is no record of anyone's; with them the attempts protect both.
    quiz = models.ForeignKey(QuizPage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    settings = models.JSONField()
    slots = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["quiz", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "number"], name="quizzes_quiz_version_number_once")
        ]

    def __str__(self) -> str:
        return f"Quiz {self.quiz_id}, version {self.number}"

    @property
    def terms(self) -> dict[str, Any]:
        """The settings, with those that came into being after this version at what they were until then."""
        return {**LATER_TERMS, **self.settings}

    @property
    def question_count(self) -> int:
        """How many questions a paper has: those of a case are counted, its story and other texts are not."""
        return sum(slot["parts"] if "parts" in slot else slot.get("count", 1) for slot in self.slots)
