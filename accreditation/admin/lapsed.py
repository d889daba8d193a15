"""Approvals that ended early: who is under way for their credit, what they were promised, and the way to a refund."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accreditation.models import CourseApproval
from accreditation.services.lapsing import Told, told, told_rows
from core import money
from core.spreadsheets import exported
from core.validation import page_number
from enrollments.models import Enrollment
from payments.admin.periods import query_without
from payments.admin.refunds import MAY_REFUND

MAY_SEE = "accreditation.change_courseapproval"
PER_PAGE = 25
IN_A_FILE = 500
HEAD = [
    "Learner",
    "E-mail address",
    "Course",
    "Edition",
    "Approvals",
    "Promised",
    "Told (UTC)",
    "Order",
    "Paid",
    "State",
]


class ApprovalChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Approvals by their board and number: their titles are alike."""

    def label_from_instance(self, obj: CourseApproval) -> str:
        """Example Board, no. 20-1234."""
        return f"{obj.provider_approval.body}, no. {obj.number}"


class LapsedForm(forms.Form):
    """Whose approval, and whether only those who paid. What makes no sense is left out of account."""

    approval = ApprovalChoice(
        label="Approval",
        required=False,
        empty_label="All",
        queryset=CourseApproval.objects.select_related("provider_approval__body").order_by(
            "provider_approval__body__name", "number"
        ),
    )
    who = forms.ChoiceField(
        label="Who", required=False, choices=[("", "Those who paid"), ("all", "Everybody under way")]
    )

    def found(self) -> QuerySet[Enrollment]:
        """The enrollments that it asks for."""
        self.is_valid()
        return told(approval=self.cleaned_data.get("approval"), paid=self.cleaned_data.get("who") != "all")


@require_safe
@never_cache
def lapsed_page(request: HttpRequest) -> HttpResponseBase:
    """The list that staff work through; refunds are given on the order."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    form = LapsedForm(request.GET)
    found = form.found()
    if as_file := exported(request, "ended-early", _lines(found)):
        return as_file
    page = Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p")))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": told_rows(list(page.object_list)),
        "may_see_orders": request.user.has_perm("payments.view_order"),
        "may_refund": request.user.has_perm(MAY_REFUND),
        "query": query_without(request, "p", "export"),
    }
    return render(request, "accreditation/admin/lapsed.html", context)


def _lines(found: QuerySet[Enrollment]) -> Iterator[list[Any]]:
    """Page by page, so that any number goes into a file."""
    yield HEAD
    pages = Paginator(found, IN_A_FILE)
    for number in pages.page_range:
        for one in told_rows(list(pages.page(number).object_list)):
            yield _line(one)


def _line(one: Told) -> list[Any]:
    enrollment, order = one.enrollment, one.order
    return [
        str(enrollment.user),
        enrollment.user.email,
        enrollment.edition.title,
        enrollment.edition.number,
        "; ".join(str(approval) for approval in one.approvals),
        "; ".join(f"{label}: {text}" for label, text in one.promised),
        f"{timezone.localtime(one.told_at, timezone.get_fixed_timezone(0)):%Y-%m-%d %H:%M}",
        order.number if order else "",
        f"{money.as_decimal(order.subtotal, order.currency)} {order.currency.upper()}" if order else "",
        order.status.label if order else "",
    ]


urlpatterns: list[URLPattern] = [path("lapsed/", lapsed_page, name="lapsed")]
