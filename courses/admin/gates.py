"""The third gate of DESIGN.md's seam 5: publishing many pages at once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.models import Page

from core.publishing import publish_problems


def refuse_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> HttpResponse | None:
    """The hook "before_bulk_action": either all of the chosen pages go live, or none, and the reasons are shown."""
    if action_type != "publish" or not all(isinstance(one, Page) for one in objects):
        return None
    below = bool(action.cleaned_form.cleaned_data.get("include_descendants"))
    reasons = [reason for page in objects for reason in _reasons(page, below=below)]
    if not reasons:
        return None
    for reason in reasons:
        messages.error(request, reason)
    return redirect(action.next_url)


def _reasons(page: Page, *, below: bool) -> list[str]:
    """What would go live: the latest revision of the page, and of every draft below it where that was chosen."""
    drafts = page.get_descendants().not_live() if below else Page.objects.none()
    return [
        f"“{one}”: {problem}"
        for one in [page, *drafts]
        for problem in publish_problems(one.get_latest_revision_as_object())
    ]
