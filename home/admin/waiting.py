"""What waits for somebody: reviews, what was sent back, claims due, and what the provider must settle."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState

from accreditation.models import CourseApproval
from accreditation.services import waiting_for_confirmation
from certificates.models import CertificateRequest
from courses.models import CoursePage
from evidence.models import Claim
from payments.models import Order
from quizzes.services.marking_queue import waiting_for as answers_waiting_for

ASKED = 50


@dataclass(frozen=True)
class Waiting:
    """One thing that goes on only when this person does something."""

    kind: str
    what: str
    url: str
    note: str = ""
    since: datetime | None = None


def waiting_for(user: Any) -> list[Waiting]:
    """Everything that waits for this person, oldest first."""
    found = [
        *_to_review(user),
        *_sent_back(user),
        *_claims(user),
        *_approvals(user),
        *_orders(user),
        *_stuck(user),
        *_answers(user),
    ]
    return sorted(found, key=lambda one: one.since or timezone.now())


def _to_review(user: Any) -> list[Waiting]:
    states = TaskState.objects.reviewable_by(user).select_related("revision", "task").order_by("started_at")[:ASKED]
    pages = [(state, state.revision.content_object) for state in states]
    return [
        Waiting(kind="Review", what=title_of(page), url=edit_url(page), note=state.task.name, since=state.started_at)
        for state, page in pages
        if isinstance(page, Page)
    ]


def _sent_back(user: Any) -> list[Waiting]:
    below = Q()
    for path in CoursePage.objects.filter(course_instructors__user=user).values_list("path", flat=True):
        below |= Q(path__startswith=path)
    mine = {str(pk) for pk in Page.objects.filter(below).values_list("pk", flat=True)} if below else set()
    states = (
        WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES)
        .filter(Q(requested_by=user) | Q(object_id__in=mine))
        .select_related("current_task_state")
        .order_by("created_at")[:ASKED]
    )
    found = []
    for state in states:
        page, task = state.content_object, state.current_task_state
        if isinstance(page, Page) and page.permissions_for_user(user).can_edit():
            note = task.comment if task else ""
            since = task.finished_at if task else state.created_at
            found.append(Waiting(kind="Sent back", what=title_of(page), url=edit_url(page), note=note, since=since))
    return found


def _claims(user: Any) -> list[Waiting]:
    """For reviewers: claims that nobody has reviewed, and those due again."""
    if not user.has_perm("evidence.change_claim"):
        return []
    due = Claim.objects.filter(
        Q(reviewed_by=None) | Q(reviewed_on=None) | Q(review_due__lte=timezone.localdate())
    ).order_by("key")
    return [
        Waiting(
            kind="Claim",
            what=claim.text[:120],
            url=reverse(Claim.snippet_viewset.get_url_name("edit"), args=[claim.pk]),  # type: ignore[attr-defined]
            note="due again" if claim.reviewed_by_id and claim.reviewed_on else "not reviewed yet",
        )
        for claim in due[:ASKED]
    ]


def _approvals(user: Any) -> list[Waiting]:
    """For the provider: a course was changed, and its approval does not cover the new edition yet."""
    if not user.has_perm("accreditation.change_courseapproval"):
        return []
    edit = CourseApproval.snippet_viewset.get_url_name("edit")
    return [
        Waiting(
            kind="Approval",
            what=f"{approval}: does it cover edition {edition.number}?",
            url=reverse(edit, args=[approval.pk]),
            note="until you confirm it, no CE credit",
            since=edition.made_at,
        )
        for approval, edition in waiting_for_confirmation()
    ]


def _orders(user: Any) -> list[Waiting]:
    """For the provider: orders that no rule can settle."""
    if not user.has_perm("payments.change_order"):
        return []
    return [
        Waiting(
            kind="Order",
            what=f"{order.number}, {order.title}",
            url=reverse("orders:inspect", args=[order.pk]),
            note=order.review_reason.splitlines()[0] if order.review_reason else "",
            since=order.created_at,
        )
        for order in Order.objects.needing_review().order_by("created_at")[:ASKED]
    ]


def _answers(user: Any) -> list[Waiting]:
    """Written answers of one's learners: one line for all, with the age of the oldest."""
    found = answers_waiting_for(user).aggregate(count=Count("pk"), oldest=Min("opened_at"))
    if not found["count"]:
        return []
    what = f"{found['count']} written answer{'s' if found['count'] != 1 else ''} to mark"
    return [Waiting(kind="Marking", what=what, url=reverse("marking_queue"), since=found["oldest"])]


def _stuck(user: Any) -> list[Waiting]:
    """For the provider: certificates that could not be made."""
    if not user.has_perm("certificates.change_certificaterequest"):
        return []
    requests = CertificateRequest.objects.unfinished().exclude(last_error="").select_related("enrollment__user")
    return [
        Waiting(
            kind="Certificate",
            what=str(request.enrollment),
            url=reverse("certificate_requests:inspect", args=[request.pk]),
            note=request.waits_for,
            since=request.created_at,
        )
        for request in requests.order_by("created_at")[:ASKED]
    ]


def edit_url(page: Page) -> str:
    """Where its author changes it."""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def title_of(page: Page) -> str:
    """As its newest draft says."""
    return str(page.draft_title or page.title)
