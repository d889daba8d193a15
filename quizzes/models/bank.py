"""The question bank: shelves, topics, and questions as their authors write them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin, WorkflowMixin

from core.publishing import PublishRefused
from quizzes.grading import publishing_problems
from quizzes.models.cases import part_problems, parts_of
from quizzes.models.lookup import lookup_for
from quizzes.page_forms import QuestionForm
from quizzes.questions import KINDS, QUESTION_TYPES
from quizzes.questions.base import Lookup, SpecError
from quizzes.questions.freezing import Frozen, body_block, freeze
from quizzes.rules.twins import asked, fingerprint


class QuestionBank(models.Model):
    """A shelf of questions: of one course, or of the whole school."""

    name = models.CharField(max_length=120)
    course = models.ForeignKey(
        "courses.CoursePage",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="question_banks",
        help_text="Its instructors write here. Empty: the whole school's.",
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("course"), FieldPanel("parent")]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="quizzes_bank_name_once_per_course"),
            models.UniqueConstraint(
                fields=["name"], name="quizzes_school_bank_name_once", condition=models.Q(course__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A bank is not its own part."""
        if self.pk and self.parent_id == self.pk:
            raise ValidationError({"parent": "A bank cannot be a part of itself."})


class Tag(models.Model):
    """A competency from the controlled list: `anatomy/dura`, `safety/red-flags`."""

    slug = models.CharField(
        max_length=80,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9-]+(/[a-z0-9-]+)*\Z", "Small letters, digits, hyphens; a slash goes deeper.")
        ],
    )
    name = models.CharField(max_length=80, help_text="As a learner reads it: red flags, the dura.")

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        ordering: ClassVar[list[str]] = ["slug"]

    def __str__(self) -> str:
        return self.slug


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions in the author's words."""

    def askable(self) -> QuestionQuerySet:
        """Published, so there is a version to ask."""
        return self.filter(live=True, versions__isnull=False).distinct()

    def tagged(self, slugs: list[str]) -> QuestionQuerySet:
        """Carrying every one of these tags."""
        found = self
        for slug in slugs:
            found = found.filter(tags__slug=slug)
        return found


class Question(
    WorkflowMixin, PreviewableMixin, DraftStateMixin, LockableMixin, RevisionMixin, ClusterableModel
):  # the order is Wagtail's (wagtailcore.E004)
    """A question as its author writes it. It changes; attempts never point at it, only at its versions."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    bank = models.ForeignKey(QuestionBank, on_delete=models.PROTECT, related_name="questions")
    external_id = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Its name where it was imported from."
    )
    kind = models.CharField(max_length=30, choices=KINDS, editable=False)
    title = models.CharField(max_length=200, help_text="For finding it again; learners do not see it.")
    body = StreamField(
        [(question_type.kind, question_type.block()) for question_type in QUESTION_TYPES],
        max_num=1,  # and at least one, because the field is required: `min_num` shows an error before anything is typed
        verbose_name="question",
        help_text="Choose the kind of question.",
    )
    tags = ParentalManyToManyField(Tag, blank=True, related_name="questions")
    study = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="lesson to read again",
        help_text="Named to those who answered wrong.",
    )
    source = models.CharField(max_length=250, blank=True, help_text="Where the right answer can be looked up.")
    license = models.CharField(max_length=120, blank=True, help_text="If it is not your own: the license.")

    fingerprint = models.CharField(
        max_length=64, blank=True, db_index=True, editable=False, help_text="Of the question's words, to find twins."
    )
    change_kind = models.CharField(max_length=10, default="content", editable=False)
    """What the person who published last said of the change: typo, content or key."""

    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="question")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="question",
        for_concrete_model=False,
    )

    objects: ClassVar[Any] = QuestionQuerySet.as_manager()
    base_form_class = QuestionForm

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    HelpPanel(template="quizzes/admin/question_usage.html"),
                    FieldPanel("title"),
                    FieldPanel("bank", widget=forms.Select),
                    FieldPanel("body"),
                ],
                heading="Question",
            ),
            ObjectList(
                [
                    FieldPanel("tags", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("study"),
                    MultiFieldPanel([FieldPanel("source"), FieldPanel("license")], heading="Where it comes from"),
                ],
                heading="Topic and source",
            ),
            ObjectList([FieldPanel("publish_as")], heading="Publishing"),
        ]
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["bank", "title"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["bank", "external_id"],
                name="quizzes_question_once_per_origin",
                condition=~models.Q(external_id=""),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """The kind is what the form was."""
        self.derive()
        super().full_clean(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The kind is what the form was."""
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Set what follows from the form: the kind, and the fingerprint of the words. A bulk insert calls it itself."""
        raw = self.body.raw_data if self.body else []
        if len(raw):
            self.kind = raw[0]["type"]
            self.fingerprint = fingerprint(asked(raw[0]["value"]))

    def spec(self, language: str = settings.LANGUAGE_CODE) -> Frozen:
        """The version that publishing it now would make. Raises SpecError."""
        # The stored form, not the loaded one: loading gives an item that has no id a new one, and hides the fault.
        kind, raw = body_block([dict(block) for block in self.body.raw_data])
        return freeze(kind=kind, raw=raw, language=language, lookup=self._lookup(kind, raw))

    def _lookup(self, kind: str, raw: Mapping[str, Any]) -> Lookup:
        """What freezing needs to know beyond the form."""
        return lookup_for(kind, raw, Question.objects.filter(bank=self.bank_id, live=True).exclude(pk=self.pk))

    def problems(self) -> list[str]:
        """Why it must not be published as it stands, in words for its author."""
        try:
            spec = self.spec()
        except SpecError as refusal:
            return [str(refusal)]
        found = publishing_problems(spec.kind, next(iter(spec.public.values())), spec.key)
        return found or part_problems(self, parts_of(spec.kind, spec.public))

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish, or raise PublishRefused with every reason: workflow, schedule and services come this way."""
        if problems := revision.as_object().problems():
            raise PublishRefused(problems)
        return super().publish(revision, *args, **kwargs)

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """What an author wants to check before publishing."""
        return [("learner", "As a learner sees it"), ("key", "With key and feedback")]

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """One page for both modes."""
        return "quizzes/question_preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """The question as it would be frozen; nothing is stored."""
        context = {**super().get_preview_context(request, mode_name), "question": self, "with_key": mode_name == "key"}
        try:
            return {**context, "spec": self.spec()}
        except SpecError as refusal:
            return {**context, "refusal": str(refusal)}
