"""Questions in the back office, and why a quiz must not be published yet."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLResolver, include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from quizzes.admin import urls
from quizzes.admin.bank import BankPermissionPolicy, QuestionGroup
from quizzes.models import Question, QuestionBank, QuizPage
from quizzes.services import quiz_problems

register_permission_policy(Question, BankPermissionPolicy(Question))
register_permission_policy(QuestionBank, BankPermissionPolicy(QuestionBank))
register_snippet(QuestionGroup)

results_menu = Menu(register_hook_name="register_results_menu_item", construct_hook_name="construct_results_menu")


@hooks.register("register_admin_urls")
def own_pages() -> list[URLResolver]:
    """Marking, gradebook, statistics, import: pages of our own."""
    return [path("quizzes/", include(urls))]


@hooks.register("register_admin_menu_item")
def results() -> MenuItem:
    """One menu for what learners answered. It is shown when it holds something for this person."""
    return SubmenuMenuItem("Results", results_menu, name="results", icon_name="form", order=320)


@hooks.register("register_page_header_buttons")
def try_it(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """A quiz can be taken as a learner would, from its draft."""
    if isinstance(page.specific_deferred, QuizPage):
        yield Button("Take it as a learner", reverse("try_quiz", args=[page.pk]), icon_name="view", priority=5)


@hooks.register("publish_problems")
def quiz_can_be_taken(page: Page) -> list[str]:
    """Seam 5 of DESIGN.md: asked at every way to publish."""
    return quiz_problems(page)
