"""Approvals in the back office, and what they tell the catalogue."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from accreditation.admin import urls
from accreditation.admin.calculator import calculator_button
from accreditation.admin.evaluations import evaluations_item
from accreditation.admin.menu import AccreditationGroup
from accreditation.models import CourseApproval, ProviderApproval
from accreditation.services import hours_of, why_no_credit
from accreditation.services.clock import TAKEN_BACK
from accreditation.services.hours import difference_of
from accreditation.services.publishing import credit_problems
from accreditation.services.terms import credit_terms
from accreditation.views.claims import ask_before_the_first_unit
from courses.models import CoursePage
from courses.services import rebuild_catalogue

TAKEN_BACK_WORDS = (
    "Its credit is gone from the pages. Learners under way for it are written to within minutes; they, and what they "
    "were promised, stand under Credit, Ended early."
)


@hooks.register("catalogue_facts", order=10)
def hours_for_the_catalogue(course: CoursePage) -> dict[str, Any]:
    """Approved hours, else our own count."""
    hours, approved = hours_of(course)
    return {"hours": hours, "hours_approved": approved}


@hooks.register("credit_terms")
def finish_by_for_credit(course: CoursePage, at: datetime) -> list[tuple[str, str]]:
    """What a buyer reads before paying: until when completing earns the credit of the boards that give it then."""
    return credit_terms(course, at=at)


@hooks.register("publish_problems")
def credit_as_approved(page: Page) -> list[str]:
    """Seam 5 of DESIGN.md: asked at every way to publish."""
    return credit_problems(page)


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def tell_the_catalogue(request: HttpRequest, instance: Any) -> None:
    """A saved approval shows in the catalogue at once, and its author reads what it gives today."""
    if isinstance(instance, CourseApproval | ProviderApproval) and instance.status in TAKEN_BACK:
        messages.warning(request, TAKEN_BACK_WORDS)
    if isinstance(instance, CourseApproval):
        rebuild_catalogue(course=instance.course)
        why = why_no_credit(instance)
        if why:
            messages.warning(request, f"It gives no credit for the newest edition: {why}.")
        if difference := difference_of(instance):
            messages.warning(request, f"{difference} Credit is awarded as approved. Ask the board, or mend the course.")
    elif isinstance(instance, ProviderApproval):
        for course in CoursePage.objects.filter(approvals__provider_approval=instance).distinct():
            rebuild_catalogue(course=course)


@hooks.register("register_admin_urls")
def credit_pages() -> list[URLResolver]:
    """Reports, the ledger, licenses to look at, the calculator: pages of our own."""
    return [path("credit/", include(urls))]


@hooks.register("insert_editor_js")
def hours_while_typing() -> SafeString:
    """Courses and lessons show their CE hours as an author types. Without the script: the button beside the title."""
    return format_html(
        '<link rel="stylesheet" href="{}"><script src="{}" data-address="{}"></script>',
        static("accreditation/admin/hours.css"),
        static("accreditation/admin/hours.js"),
        reverse("credit:hours_in_the_editor", args=[0]),
    )


hooks.register("register_page_header_buttons", calculator_button)
hooks.register("register_results_menu_item", evaluations_item)
hooks.register("before_serve_page", ask_before_the_first_unit, order=100)  # after `can` was asked
register_snippet(AccreditationGroup)
