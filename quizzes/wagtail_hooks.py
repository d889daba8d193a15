"""Questions in the back office, and why a quiz must not be published yet."""

from collections.abc import Iterator
from typing import Any, ClassVar, NoReturn

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import register_permission_policy
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.models import register_snippet

from quizzes.admin import pictures, urls
from quizzes.admin.accommodations import AccommodationViewSet, accommodations_item
from quizzes.admin.attempts import AttemptPermissions, AttemptViewSet, attempts_item
from quizzes.admin.authoring import twins_item
from quizzes.admin.bank import BankPermissionPolicy, QuestionGroup
from quizzes.admin.interchange import export_item, import_item
from quizzes.admin.results_menu import gradebook_item, marking_item, regrades_item
from quizzes.admin.statistics import statistics_item
from quizzes.models import Attempt, Question, QuestionBank, QuizPage
from quizzes.services import quiz_problems
from quizzes.services.order_evidence import attempts_as_evidence
from quizzes.services.practice import practice_problems

register_permission_policy(Question, BankPermissionPolicy(Question))
register_permission_policy(QuestionBank, BankPermissionPolicy(QuestionBank))
register_permission_policy(Attempt, AttemptPermissions(Attempt))
register_snippet(QuestionGroup)

results_menu = Menu(register_hook_name="register_results_menu_item", construct_hook_name="construct_results_menu")


@hooks.register("register_admin_urls")
def own_pages() -> list[URLResolver]:
    """Marking, gradebook, statistics, import: pages of our own."""
    return [path("quizzes/", include(urls))]


@hooks.register("register_admin_viewset")
def attempts_and_grants() -> list[ViewSet]:
    """Attempts with their logs, and what single learners are granted."""
    return [AttemptViewSet(), AccommodationViewSet()]


hooks.register("register_results_menu_item", attempts_item)
hooks.register("register_results_menu_item", accommodations_item)


@hooks.register("register_admin_menu_item")
def results() -> MenuItem:
    """One menu for what learners answered. It is shown when it holds something for this person."""
    return SubmenuMenuItem("Results", results_menu, name="results", icon_name="form", order=320)


@hooks.register("register_page_header_buttons")
def try_it(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """A quiz can be taken as a learner would, from its draft."""
    if isinstance(page.specific_deferred, QuizPage):
        yield Button("Take it as a learner", reverse("try_quiz", args=[page.pk]), icon_name="view", priority=5)


@hooks.register("register_admin_urls", order=-1)
def pictures_of_questions_stay() -> list[URLPattern]:
    """Before Wagtail's own address."""
    return [
        path("images/<int:image_id>/delete/", pictures.delete_picture),
        path("media/delete/<int:media_id>/", pictures.delete_recording),
    ]


def not_a_door(request: HttpRequest) -> NoReturn:
    """Nothing is here, for anyone."""
    raise Http404


@hooks.register("register_admin_urls", order=-1)
def questions_are_chosen_one_by_one() -> list[URLPattern]:
    """Wagtail's address for many at once does not ask whose they are: any number would show a title."""
    return [re_path(r"^snippets/choose/quizzes/(?:question|questionbank)/chosen-multiple/", not_a_door)]


@hooks.register("register_bulk_action", order=100)
class DeletesNothing(DeleteBulkAction):
    """In place of Wagtail's: its page names whatever it refuses to delete, the questions of others too."""

    models: ClassVar[list[type[Model]]] = [Question, QuestionBank]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        """Nothing that a paper may point at is deleted."""
        raise Http404


@hooks.register("before_bulk_action")
def pictures_stay_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> Any:
    """Many pictures at once."""
    return pictures.refuse_in_bulk(request, action_type, objects)


@hooks.register("insert_editor_js")
def zone_editor() -> SafeString:
    """Areas of a picture are drawn on it. Without the script their coordinates are typed."""
    return format_html(
        '<link rel="stylesheet" href="{}"><script src="{}" data-pictures="{}"></script>',
        static("quizzes/admin/zones.css"),
        static("quizzes/admin/zones.js"),
        reverse("question_picture_facts"),
    )


@hooks.register("publish_problems")
def quiz_can_be_taken(page: Page) -> list[str]:
    """Seam 5 of DESIGN.md: asked at every way to publish."""
    return quiz_problems(page) + practice_problems(page)


for item in (marking_item, gradebook_item, regrades_item, statistics_item):
    hooks.register("register_results_menu_item", item)

for item in (import_item, export_item, twins_item):
    hooks.register("register_questions_menu_item", item)

hooks.register("order_evidence", attempts_as_evidence, order=10)
