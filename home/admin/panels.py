"""The panels of the first page."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from courses.admin.views import MAY_BEGIN
from home.admin.start import course_rows
from home.admin.waiting import waiting_for


class WaitingPanel(Component):
    """Waiting for you."""

    name = "waiting"
    template_name = "home/admin/waiting.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Counted as shown: nothing is rounded up."""
        return {"waiting": waiting_for(parent_context["request"].user) if parent_context else []}


class CoursesPanel(Component):
    """My courses, and the way to a new one."""

    name = "courses"
    template_name = "home/admin/courses.html"
    order = 20

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Rows with what is missing."""
        if parent_context is None:
            return {"rows": [], "may_begin": False}
        user = parent_context["request"].user
        return {
            "rows": course_rows(user),
            "may_begin": user.has_perm(MAY_BEGIN),
            "all": user.has_perm("courses.change_courseinstructor"),
        }
