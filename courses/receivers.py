"""What publishing sets off: the next edition and the catalogue's facts. Nothing happens on a mere save (autosave)."""

from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.signals import page_published, page_unpublished, post_page_move

from accounts.models import User
from courses.models import CourseEdition, CoursePage, ModulePage, Unit
from courses.outline import course_of
from courses.rendering import new_stamp
from courses.services import make_edition, rebuild_catalogue
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference
from library.models import Figure, Handout, Picture, Recording


def refresh_course(page: Any, *, change: str, made_by: User | None = None) -> None:
    """The course of this page gets an edition if its content changed, and its catalogue facts anew."""
    course = course_of(page)
    if course is None:
        return
    rebuild_catalogue(course=course)  # the edition freezes the price
    make_edition(course=course, change=change, made_by=made_by)
    rebuild_catalogue(course=course)  # hours by our own count follow the edition


def on_publish(sender: type, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    """The person who published said what kind of change it is."""
    if isinstance(instance, CoursePage | ModulePage | Unit):
        refresh_course(instance, change=instance.change_kind, made_by=getattr(revision, "user", None))


def on_other_change(sender: type, instance: Any, **kwargs: Any) -> None:
    """Taking a page down or moving it changes what is taught, whatever its last publishing was called."""
    if isinstance(instance, CoursePage | ModulePage | Unit):
        refresh_course(instance, change=CourseEdition.Change.CONTENT)


def connect() -> None:
    """One receiver for every kind of page of the course tree, units of other apps included."""
    page_published.connect(on_publish, dispatch_uid="courses.edition")
    page_unpublished.connect(on_other_change, dispatch_uid="courses.edition")
    post_page_move.connect(on_other_change, dispatch_uid="courses.edition")
    for model in (Claim, Contraindication, GlossaryTerm, Reference, Figure, Handout, Picture, Recording):
        post_save.connect(register_changed, sender=model, dispatch_uid=f"courses.stamp.{model.__name__}")
        post_delete.connect(register_changed, sender=model, dispatch_uid=f"courses.stamp.{model.__name__}")
    m2m_changed.connect(register_changed, sender=Claim.references.through, dispatch_uid="courses.stamp.sources")


def register_changed(sender: type, **kwargs: Any) -> None:
    """A status, source, definition or figure changed: kept lesson bodies are stale once this is committed."""
    transaction.on_commit(new_stamp)
