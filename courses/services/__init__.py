"""The verbs of courses."""

from courses.services.catalogue import rebuild_catalogue
from courses.services.editions import current_edition, make_edition
from courses.services.teams import assign_instructor, course_team, create_course, remove_instructor

__all__ = [
    "assign_instructor",
    "course_team",
    "create_course",
    "current_edition",
    "make_edition",
    "rebuild_catalogue",
    "remove_instructor",
]
