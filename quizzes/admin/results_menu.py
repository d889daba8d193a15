"""Marking and the gradebook in the submenu "Results", for those who see results of learners."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from quizzes.admin.marking import may_see_results
from quizzes.services.marking_queue import waiting_for

MANY = 100


class ResultsItem(MenuItem):
    """For those who teach something, and for who runs the school."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whose results one sees."""
        return may_see_results(request.user)


class MarkingItem(ResultsItem):
    """Says how much waits."""

    def render_component(self, request: HttpRequest) -> Any:
        """With the count, up to a number that nobody reads exactly."""
        waiting = waiting_for(request.user).order_by()[:MANY].count()
        more = "" if not waiting else f" ({waiting})" if waiting < MANY else f" ({MANY}+)"
        return LinkMenuItem(self.name, f"{self.label}{more}", self.url, icon_name=self.icon_name)


def marking_item() -> MenuItem:
    """Written answers that wait."""
    return MarkingItem("Marking", reverse_lazy("marking_queue"), name="marking", icon_name="edit", order=100)


def gradebook_item() -> MenuItem:
    """Learners and their results."""
    return ResultsItem("Gradebook", reverse_lazy("gradebook_index"), name="gradebook", icon_name="table", order=200)


def regrades_item() -> MenuItem:
    """Questions that were marked anew."""
    return ResultsItem("Regrades", reverse_lazy("regrades"), name="regrades", icon_name="rotate", order=300)
