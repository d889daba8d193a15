"""Approvals in the back office, and what they tell the catalogue."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import URLResolver, include, path
from django.utils import timezone
from django.utils.formats import date_format
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from accreditation.admin import urls
from accreditation.admin.menu import AccreditationGroup
from accreditation.models import CourseApproval, ProviderApproval
from accreditation.services import approvals_for, hours_of, why_no_credit
from courses.models import CoursePage
from courses.services import current_edition, rebuild_catalogue


@hooks.register("catalogue_facts", order=10)
def hours_for_the_catalogue(course: CoursePage) -> dict[str, Any]:
    """Approved hours, else our own count."""
    hours, approved = hours_of(course)
    return {"hours": hours, "hours_approved": approved}


@hooks.register("credit_terms")
def finish_by_for_credit(course: CoursePage, at: datetime) -> list[tuple[str, str]]:
    """What a buyer reads before paying: until when completing earns a board's credit, by the approvals that hold then.

    The first last day counts, of the course's approvals and of the school's own.
    """
    edition = current_edition(course)
    approvals = approvals_for(edition, on=timezone.localdate(at)) if edition else []
    if not approvals:
        return [("Credit", "No board's credit is promised now.")]
    last = min(min(one.valid_to, one.provider_approval.valid_to) for one in approvals)
    ends = "the approval ends" if len(approvals) == 1 else f"the first of {len(approvals)} approvals ends"
    return [("Finish by, for credit", f"{date_format(last, 'F j, Y')}: {ends} that day.")]


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def tell_the_catalogue(request: HttpRequest, instance: Any) -> None:
    """A saved approval shows in the catalogue at once, and its author reads what it gives today."""
    if isinstance(instance, CourseApproval):
        rebuild_catalogue(course=instance.course)
        why = why_no_credit(instance)
        if why:
            messages.warning(request, f"It gives no credit for the newest edition: {why}.")
    elif isinstance(instance, ProviderApproval):
        for course in CoursePage.objects.filter(approvals__provider_approval=instance).distinct():
            rebuild_catalogue(course=course)


@hooks.register("register_admin_urls")
def credit_pages() -> list[URLResolver]:
    """Reports, the ledger, licenses to look at, the calculator: pages of our own."""
    return [path("credit/", include(urls))]


register_snippet(AccreditationGroup)
