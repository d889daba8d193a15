"""The question that stands before the first unit: for which license is the credit wanted? And the same, later."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from accounts.requests import OwnRequest
from accreditation.forms.licenses import ClaimForm, LicenseForm
from accreditation.models import ClaimAnswer
from accreditation.services.claims import (
    ClaimRefused,
    answer,
    approvals_to_claim,
    choices_for,
    claim,
    claim_on_new,
    must_ask,
)
from accreditation.services.licenses import LicenseRefused
from core.limits import limited
from courses.models import Unit
from enrollments.models import Enrollment
from enrollments.standing import course_id_above, standing_of

Answer = ClaimAnswer.Answer
PER_MINUTE = 60
SETTLED = "license_asked"
"""In the session: enrollment -> the day on which no board had anything to ask."""
SAID = {
    Answer.LATER: "No credit is claimed yet. You can name a license at any time, from your desk.",
    Answer.NONE: "Noted: no credit from a board that asks for a license number. You can change this from your desk.",
}


def ask_before_the_first_unit(
    page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
) -> HttpResponse | None:
    """Those who study are asked; not who teaches or looks at a free lesson, and not after completion.

    That nothing is to be asked is remembered for the day, so that reading on costs no query.
    """
    if not isinstance(page, Unit) or request.method != "GET" or not request.user.is_authenticated:
        return None
    course_id = course_id_above(page)
    standing = standing_of(request.user, course_id) if course_id else None
    if standing is None or standing.teaches or request.user.is_staff or not standing.has_access:
        return None
    enrollment = standing.enrollment
    if enrollment is None or enrollment.completed_at or _settled_today(request, enrollment):
        return None
    door = reverse("claim_credit", args=[enrollment.pk])
    return redirect(f"{door}?{urlencode({'next': request.path})}")


def _settled_today(request: HttpRequest, enrollment: Enrollment) -> bool:
    today, key = timezone.localdate().isoformat(), str(enrollment.pk)
    known = {name: day for name, day in request.session.get(SETTLED, {}).items() if day == today}
    if key not in known:
        if must_ask(enrollment):
            return False
        request.session[SETTLED] = {**known, key: today}
    return True


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("claim", per_minute=PER_MINUTE)
def claim_credit(request: OwnRequest, enrollment: int) -> HttpResponse:
    """Choose licenses, enter one, or say later or none."""
    found = Enrollment.objects.filter(pk=enrollment, user=request.user).select_related("edition", "course").first()
    if found is None:
        raise Http404
    wanted = request.POST.get("act", "") if request.method == "POST" else ""
    if wanted in (Answer.LATER, Answer.NONE):
        said = answer(enrollment=found, answer=wanted).answer
        messages.info(request, SAID.get(Answer(said), "Your credit stays claimed as it was."))
        return _on(request)
    choices = choices_for(found)
    form = ClaimForm(request.POST if wanted == "claim" else None, choices=choices)
    new = LicenseForm(
        request.POST if wanted == "add" else None, request.FILES if wanted == "add" else None, prefix="new"
    )
    if (wanted == "claim" and _claimed(found, form)) or (wanted == "add" and _claimed_new(found, new)):
        messages.success(request, "Credit is claimed. It is given when you complete the course.")
        return _on(request)
    approvals = approvals_to_claim(found)
    asking = [one for one in approvals if one.provider_approval.body.requires_license_number]
    context = {
        "enrollment": found,
        "approvals": approvals,
        "asking": asking,
        "form": form,
        "new": new,
        "choices": choices,
        "next": _next(request),
    }
    return render(request, "accreditation/claim.html", context, status=422 if form.errors or new.errors else 200)


def _claimed(enrollment: Enrollment, form: ClaimForm) -> bool:
    if not form.is_valid():
        return False
    try:
        claim(enrollment=enrollment, licenses=form.chosen())
    except ClaimRefused as refusal:
        form.add_error("licenses", str(refusal))
        return False
    return True


def _claimed_new(enrollment: Enrollment, form: LicenseForm) -> bool:
    if not form.is_valid():
        return False
    try:
        claim_on_new(enrollment=enrollment, **form.cleaned_data)
    except LicenseRefused as refusal:
        form.refuse(refusal)
        return False
    except ClaimRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _next(request: HttpRequest) -> str:
    """Where one wanted to go: a page of ours, or nowhere."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else ""


def _on(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_next(request) or reverse("desk"), status=303)


urlpatterns: list[URLPattern] = [
    path("my/credits/<int:enrollment>/claim/", claim_credit, name="claim_credit"),
]
