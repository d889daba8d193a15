"""What publishing sets off: the next edition and the catalogue's facts. Nothing happens on a mere save (autosave)."""

from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.signals import page_published, page_unpublished

from courses.models import CoursePage, ModulePage, Unit
from courses.outline import course_of
from courses.rendering import new_stamp
from courses.services import make_edition, rebuild_catalogue
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference
from library.models import Figure, Handout, Picture, Recording


def freeze_what_was_published(sender: type, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    """Publishing a course or any page below it makes an edition when the content changed."""
    course = course_of(instance)
    if course is None:
        return
    rebuild_catalogue(course=course)
    make_edition(
        course=course,
        change=getattr(instance, "change_kind", "content"),
        made_by=getattr(revision, "user", None),
    )
    rebuild_catalogue(course=course)  # hours by our own count follow the edition


def connect() -> None:
    """One receiver for every kind of page of the course tree, units of other apps included."""
    page_published.connect(on_publish, dispatch_uid="courses.edition")
    page_unpublished.connect(on_publish, dispatch_uid="courses.edition")
    for model in (Claim, Contraindication, GlossaryTerm, Reference, Figure, Handout, Picture, Recording):
        post_save.connect(register_changed, sender=model, dispatch_uid=f"courses.stamp.{model.__name__}")
        post_delete.connect(register_changed, sender=model, dispatch_uid=f"courses.stamp.{model.__name__}")
    m2m_changed.connect(register_changed, sender=Claim.references.through, dispatch_uid="courses.stamp.sources")


def on_publish(sender: type, instance: Any, **kwargs: Any) -> None:
    """Only pages of the course tree."""
    if isinstance(instance, CoursePage | ModulePage | Unit):
        freeze_what_was_published(sender, instance, **kwargs)


def register_changed(sender: type, **kwargs: Any) -> None:
    """A status, source, definition or figure changed: kept lesson bodies are stale once this is committed."""
    transaction.on_commit(new_stamp)
