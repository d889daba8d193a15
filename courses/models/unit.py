"""A unit: a thing that a learner completes. Higher apps subclass it, so a module holds what it does not know."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, PublishingPanel
from wagtail.models import Page, PagePermissionTester, PageViewRestriction

from core.publishing import PublishRefused, publish_problems
from courses.page_forms import DraftCopyForm, EditionPageForm

ENROLLED, VISITOR = "enrolled", "visitor"


class RecordKeeping(PagePermissionTester):
    """A page that learners' records point at cannot be deleted, whoever asks; it can be unpublished."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """False where records stand, instead of failing on PROTECT; and deleting takes the right to publish."""
        return not self.page.specific.has_records() and self.can_publish() and bool(super().can_delete(ignore_bulk))

    def can_move(self) -> bool:
        """Moving keeps the page, so records do not stand in its way."""
        return self.can_publish() and bool(super().can_delete(ignore_bulk=True))

    def can_move_to(self, destination: Page) -> bool:
        """Records cite the page as a part of its course: there it may wander, into another course it may not."""
        page = self.page.specific
        if page.has_records() and _course_path(page) != _course_path(destination):
            return False
        return bool(super().can_move_to(destination))

    def can_set_view_restrictions(self) -> bool:
        """Who may open what is said by one rule (`core.access`), not page by page."""
        return False


class GatedPage(Page):
    """A page whose publishing is refused with reasons (second of the three gates: services, workflow, schedule)."""

    change_kind = models.CharField(max_length=10, default="content", editable=False)
    """What the person who published last said of the change: typo, safety or content."""

    base_form_class = EditionPageForm
    promote_panels: ClassVar[list[Any]] = []
    copy_form_class = DraftCopyForm
    exclude_fields_in_copy: ClassVar[list[str]] = ["change_kind"]
    """A copy is new content, whatever was last said of its original."""
    admin_default_ordering = "ord"
    """Lists in the back office stand in the order of the outline."""
    content_panels: ClassVar[list[Any]] = [FieldPanel("title", help_text="As learners read it.")]
    """Not Wagtail's title panel, which keeps an address field up to date that nobody is shown."""
    publishing_panels: ClassVar[list[Any]] = [
        HelpPanel(template="courses/admin/before_publishing.html"),
        FieldPanel("publish_as"),
        PublishingPanel(),
    ]

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

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """None of Wagtail's own: the page door asks `core.access`, and asking twice costs two queries a page."""
        return PageViewRestriction.objects.none()

    def has_records(self) -> bool:
        """Whether an edition may cite what stands here. What was never published is in no edition."""
        from courses.models.editions import CourseEdition  # noqa: PLC0415 - editions point at pages

        above = [self.path[:end] for end in range(4, len(self.path) + 1, 4)]
        here = models.Q(course__path__in=above) | models.Q(course__path__startswith=self.path)
        published = Page.objects.filter(path__startswith=self.path).exclude(first_published_at=None)
        return bool(CourseEdition.objects.filter(here).exists() and published.exists())


def _course_path(page: Page) -> str:
    """The tree path of the course that a page is or belongs to; empty outside of courses."""
    from courses.models.pages import CoursePage  # noqa: PLC0415 - pages are made of units

    above = [page.path[:end] for end in range(4, len(page.path) + 1, 4)]
    return str(CoursePage.objects.filter(path__in=above).values_list("path", flat=True).first() or "")


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
            [FieldPanel("summary"), FieldPanel("minutes"), FieldPanel("required"), FieldPanel("free_preview")],
            heading="In the outline",
        )
    ]

    class Meta:
        abstract = True

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """Authors see what each of two people sees."""
        return [(ENROLLED, "As an enrolled learner"), (VISITOR, "As a visitor")]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """A visitor who may not open the unit is led to the course page: so is the preview."""
        course = self.get_parent().get_parent().specific
        if mode_name == VISITOR:
            request.user = AnonymousUser()
            if not self.free_preview:
                return course.serve_preview(request, course.default_preview_mode)
        else:
            for dress in hooks.get_hooks("preview_as_learner"):
                dress(request=request, course=course)
        return super().serve_preview(request, mode_name)

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
