"""Who teaches. `CourseInstructor` drives page, collection, bank, report and learner permissions."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Collection


class InstructorProfile(models.Model):
    """How an instructor is presented on course pages."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="instructor_profile")
    name = models.CharField(max_length=150, help_text="As printed on course pages and certificates.")
    credentials = models.CharField(
        max_length=200, blank=True, help_text="Licenses and trainings, as they may be checked."
    )
    bio = models.TextField(blank=True)
    disclosures = models.TextField(blank=True, help_text="Interests that a learner should know of.")

    panels: ClassVar[list[Any]] = [FieldPanel(name) for name in ("user", "name", "credentials", "bio", "disclosures")]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class CourseInstructor(models.Model):
    """This person teaches this course."""

    course = models.ForeignKey("courses.CoursePage", on_delete=models.PROTECT, related_name="course_instructors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="teaches")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "user"], name="courses_instructor_once_per_course")
        ]

    def __str__(self) -> str:
        return f"{self.user} teaches {self.course}"


class CourseTeam(models.Model):
    """The permissions of a course's instructors, in Wagtail's own terms: a group and a collection per course."""

    course = models.OneToOneField("courses.CoursePage", on_delete=models.PROTECT, related_name="team")
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+")
    collection = models.OneToOneField(Collection, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"Team of {self.course}"
