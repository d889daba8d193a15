"""A unit: a thing that a learner completes. Higher apps subclass it, so a module holds what it does not know."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PagePermissionTester

from core.publishing import PublishRefused, publish_problems
from courses.page_forms import EditionPageForm


class RecordKeeping(PagePermissionTester):
    """A page that learners' records point at cannot be deleted, whoever asks; it can be unpublished."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """False where records stand, instead of failing on PROTECT."""
        return not self.page.specific.has_records() and bool(super().can_delete(ignore_bulk))


class GatedPage(Page):
    """A page whose publishing is refused with reasons (second of the three gates: services, workflow, schedule)."""

    change_kind = models.CharField(max_length=10, default="content", editable=False)
    """What the person who published last said of the change: typo, safety or content."""

    base_form_class = EditionPageForm
    publishing_panels: ClassVar[list[Any]] = [FieldPanel("publish_as")]

    class Meta:
        abstract = True

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish, or raise PublishRefused with every reason."""
        problems = publish_problems(revision.as_object())
        if problems:
            raise PublishRefused(problems)
        return super().publish(revision, *args, **kwargs)

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        """See RecordKeeping."""
        return RecordKeeping(user, self)

    def has_records(self) -> bool:
        """Whether an edition of its course fixes what stands here: learners' records may cite it."""
        from courses.models.editions import CourseEdition  # noqa: PLC0415 - editions point at pages

        above = [self.path[:end] for end in range(4, len(self.path) + 1, 4)]
        here = models.Q(course__path__in=above) | models.Q(course__path__startswith=self.path)
        return bool(CourseEdition.objects.filter(here).exists())


class Unit(GatedPage):
    """A lesson, a quiz, later a live session: learners complete it, an edition requires it."""

    kind: ClassVar[str] = "unit"
    completed_by: ClassVar[str] = "learner"
    """Who says that it is done: `learner` (a button) or `result` (the server, from an attempt)."""

    minutes = models.PositiveSmallIntegerField(default=15, help_text="Honest time needed, in minutes.")
    summary = models.CharField(max_length=250, blank=True, help_text="One sentence for the outline.")
    required = models.BooleanField(default=True, help_text="Off: an extra that no certificate waits for.")
    free_preview = models.BooleanField(default=False, help_text="Anyone may open it without enrolling.")

    subpage_types: ClassVar[list[str]] = []
    parent_page_types: ClassVar[list[str]] = ["courses.ModulePage"]
    show_in_menus_default = False
    promote_panels: ClassVar[list[Any]] = []
    unit_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [FieldPanel("summary"), FieldPanel("minutes"), FieldPanel("required"), FieldPanel("free_preview")], heading="In the outline"
        )
    ]

    class Meta:
        abstract = True

    @property
    def unit_key(self) -> str:
        """The same unit in every language and edition."""
        return str(self.translation_key)

    def words(self) -> int:
        """Words that count as study time: the body, without navigation and references."""
        return 0

    def media_seconds(self) -> int:
        """Seconds of audio and video that count as study time."""
        return 0

    def frozen_content(self) -> Any:
        """What the content hash of an edition covers: plain JSON without floats."""
        return {}
