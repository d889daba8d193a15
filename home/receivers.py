"""The review workflow: the catalogue gets it, and a reviewer's approval covers what the reviewer saved with it."""

from typing import Any

from django.db.models.signals import post_save
from wagtail.models import Revision, TaskState

from courses.models import CourseIndexPage
from home.admin.roles import ensure_review


def connect() -> None:
    """Whoever makes the catalogue, and whoever saves: the demo, staff, a test."""
    post_save.connect(on_catalogue, sender=CourseIndexPage, dispatch_uid="home.review")
    post_save.connect(on_revision, sender=Revision, dispatch_uid="home.reviewed_revision")


def on_catalogue(sender: type, created: bool = False, **kwargs: Any) -> None:
    """Once, when it is made."""
    if created:
        ensure_review()


def on_revision(sender: type, instance: Revision, created: bool = False, **kwargs: Any) -> None:
    """What a reviewer saves is what that reviewer reviews.

    The editor saves a revision whenever a page with blocks is approved in it, changed or not, and an approval counts
    for the latest revision only: without this the review would begin anew at every approval. What somebody else saves
    still has to be approved again.
    """
    if not created or instance.user_id is None:
        return
    state = (
        TaskState.objects.filter(
            status=TaskState.STATUS_IN_PROGRESS,
            workflow_state__base_content_type=instance.base_content_type_id,
            workflow_state__object_id=instance.object_id,
        )
        .select_related("task")
        .first()
    )
    if state and state.task.specific.user_can_access_editor(None, instance.user):
        state.revision = instance
        state.save(update_fields=["revision"])
