"""Attendance at live courses: who of a course was there, entered one by one; and who completed without credit."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import OwnRequest
from accreditation.admin.ledger import VIEW, must
from accreditation.forms.awards import AttendanceForm
from accreditation.models import Attendance, CreditAward
from accreditation.rules.vocabulary import LIVE_MODES
from accreditation.services.attendance import attest
from accreditation.services.uncredited import meant_for_then, reasons_of, without_award
from core.validation import page_number
from courses.models import CoursePage
from enrollments.models import Enrollment

SEE = "accreditation.view_attendance"
ADD, CHANGE = "accreditation.add_attendance", "accreditation.change_attendance"
PER_PAGE = 25


class LiveCourseForm(forms.Form):
    """Courses of which something is taught live: by their approvals or by their format."""

    course = forms.ModelChoiceField(
        CoursePage.objects.filter(
            Q(approvals__credit_lines__mode__in=LIVE_MODES) | ~Q(format=CoursePage.Format.SELF_PACED)
        )
        .order_by("title")
        .distinct(),
        required=False,
        empty_label="All",
    )


@require_safe
def attendance_page(request: HttpRequest) -> HttpResponse:
    """Learners of live courses, those first who still have no attendance."""
    must(request, SEE)
    form = LiveCourseForm(request.GET)
    chosen = form.cleaned_data.get("course") if form.is_valid() else None
    courses: Any = [chosen] if chosen else form.fields["course"].queryset  # type: ignore[attr-defined]
    rows = (
        Enrollment.objects.filter(course__in=courses)
        .annotate(attested=Exists(Attendance.objects.filter(enrollment=OuterRef("pk"))))
        .select_related("user", "course", "attendance")
        .order_by("attested", "-enrolled_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {
        "form": form,
        "page": page,
        "query": f"course={chosen.pk}" if chosen else "",
        "may_enter": request.user.has_perm(ADD),
        "may_change": request.user.has_perm(CHANGE),
    }
    return render(request, "accreditation/admin/attendance.html", context)


@require_http_methods(["GET", "POST"])
def attest_page(request: OwnRequest, pk: int) -> HttpResponse:
    """One learner's attendance, entered or corrected; then what it means for the credit."""
    enrollment = get_object_or_404(Enrollment.objects.select_related("user", "course"), pk=pk)
    before = Attendance.objects.filter(enrollment=enrollment).first()
    must(request, CHANGE if before else ADD)
    form = AttendanceForm(request.POST or None, instance=before)
    if request.method == "POST" and form.is_valid():
        awards = attest(enrollment=enrollment, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        if before and awards:
            messages.warning(
                request, "Credit was awarded already and stays as it is: correct it in the ledger if it is wrong."
            )
        return HttpResponseRedirect(f"{reverse('credit:attendance')}?course={enrollment.course_id}", status=303)
    awarded = CreditAward.objects.standing().filter(enrollment=enrollment)
    context = {"form": form, "enrollment": enrollment, "awards": awarded}
    return render(request, "accreditation/admin/attest.html", context, status=422 if form.errors else 200)


@require_safe
def uncredited_page(request: HttpRequest) -> HttpResponse:
    """Completed, with an approval of the course, and no credit by it: with the reason of each."""
    must(request, VIEW)
    rows = without_award(meant_for_then()).select_related("user", "course", "edition")
    page = Paginator(rows.order_by("-completed_on", "-pk"), PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {"page": page, "rows": [one for one in reasons_of(list(page.object_list)) if one.reasons]}
    return render(request, "accreditation/admin/uncredited.html", context)


urlpatterns: list[URLPattern] = [
    path("attendance/", attendance_page, name="attendance"),
    path("attendance/<int:pk>/", attest_page, name="attest"),
    path("uncredited/", uncredited_page, name="uncredited"),
]
