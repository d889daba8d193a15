"""The course tree, its people, its frozen editions, and what the catalogue knows."""

from courses.models.catalogue import CatalogueFacts
from courses.models.editions import CourseEdition, PolicyVersion
from courses.models.pages import (
    CourseIndexPage,
    CoursePage,
    CoursePrerequisite,
    LessonPage,
    ModulePage,
)
from courses.models.people import CourseInstructor, CourseTeam, InstructorProfile
from courses.models.school import SchoolSettings
from courses.models.subjects import Technique, Topic
from courses.models.unit import GatedPage, Unit

__all__ = [
    "CatalogueFacts",
    "CourseEdition",
    "CourseIndexPage",
    "CourseInstructor",
    "CoursePage",
    "CoursePrerequisite",
    "CourseTeam",
    "GatedPage",
    "InstructorProfile",
    "LessonPage",
    "ModulePage",
    "PolicyVersion",
    "SchoolSettings",
    "Technique",
    "Topic",
    "Unit",
]
