"""The back office as a whole: its first page, its menus, its look."""

from copy import copy
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.home import (
    LockedPagesPanel,
    RecentEditsPanel,
    UserObjectsInWorkflowModerationPanel,
    WorkflowObjectsToModeratePanel,
)

from courses.admin.views import MAY_BEGIN
from courses.models import CoursePage
from home.admin.panels import CoursesPanel, WaitingPanel
from home.admin.previews import study_as_enrolled
from home.admin.start import courses_of, is_instructor

STOCK_PANELS = (LockedPagesPanel, RecentEditsPanel, UserObjectsInWorkflowModerationPanel)
NOT_FOR_INSTRUCTORS = {"reports", "settings"}
STOCK_HELP = ("whats-new", "editor-guide")


@hooks.register("construct_homepage_panels")
def start(request: HttpRequest, panels: list[Any]) -> None:
    """Everyone sees what waits, and their courses if they have any; instructors see nothing else."""
    if is_instructor(request.user):
        panels[:] = [panel for panel in panels if not isinstance(panel, STOCK_PANELS)]
    panels[:] = [
        panel for panel in panels if not isinstance(panel, WorkflowObjectsToModeratePanel)
    ]  # "Waiting for you"
    panels.append(WaitingPanel())
    if courses_of(request.user) or request.user.has_perm(MAY_BEGIN):
        panels.append(CoursesPanel())


@hooks.register("construct_homepage_summary_items", order=1000)
def no_counts_of_pages(request: HttpRequest, items: list[Any]) -> None:
    """How many pages and images the site has helps nobody to teach."""
    items.clear()


@hooks.register("construct_main_menu")
def short_menu(request: HttpRequest, menu_items: list[Any]) -> None:
    """Instructors: their courses, files, evidence, questions, help."""
    if not is_instructor(request.user):
        return
    menu_items[:] = [_in_our_words(item) for item in menu_items if item.name not in NOT_FOR_INSTRUCTORS]


def _in_our_words(item: MenuItem) -> MenuItem:
    """A copy: the items are made once and shown to everybody."""
    if item.name != "explorer":
        return item
    renamed = copy(item)
    renamed.label = "Courses"
    return renamed


@hooks.register("construct_help_menu")
def own_help(request: HttpRequest, menu_items: list[Any]) -> None:
    """Wagtail's guides speak of websites, and lie on somebody else's site."""
    menu_items[:] = [item for item in menu_items if not item.name.startswith(STOCK_HELP)]


@hooks.register("register_help_menu_item")
def guide() -> MenuItem:
    """Our own help."""
    return MenuItem("Help for authors", "/help/", name="help-for-authors", icon_name="help", order=100)


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    """Our colors and wordmark."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("preview_as_learner")
def dress(request: HttpRequest, course: CoursePage) -> None:
    """The preview of a lesson or quiz, as somebody enrolled sees it."""
    study_as_enrolled(request, course)


@hooks.register("construct_page_listing_buttons")
def words_of_the_trade(buttons: list[Any], page: Any, user: Any, context: Any = None) -> None:
    """No child pages, no menu order."""
    for button in buttons:
        if str(button.label) == "Add child page":
            button.label = "Add"


@hooks.register("register_admin_menu_item")
def site_item() -> MenuItem:
    """Out of the back office, to what learners see."""
    return MenuItem("Learners' view", reverse("desk"), name="learners-view", icon_name="view", order=9000)
