"""The renewal view of one license: cycle, requirements, what is missing; for the screen, on paper, in a calendar."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import OwnRequest
from accreditation.models import CreditAward, ProfessionalLicense
from accreditation.rules.reminders import Renewal, as_calendar
from accreditation.services.gaps import courses_that_fill
from accreditation.services.standing import ASK, Standing, standing_of
from core.access import allowed_or_404

FIRST_YEAR, LAST_YEAR = 1970, 2150


@require_safe
@login_required
def renewal(request: OwnRequest, pk: int) -> HttpResponse:
    """Where its holder stands, in this cycle or in the one of a day (`?on=`)."""
    license = _own(request, pk)
    standing = standing_of(license, on=_day(request.GET.get("on", "")))
    context = {
        "license": license,
        "standing": standing,
        "ask": ASK,
        "cycles": _cycles(standing),
        "is_now": standing.cycle is None or standing.cycle.holds(standing.today),
        "offers": courses_that_fill(standing),
        "unclaimed": CreditAward.objects.of(license.user_id).standing().filter(license=None).count(),
    }
    return render(request, "accreditation/renewal.html", context)


@require_safe
@login_required
def renewal_calendar(request: OwnRequest, pk: int) -> HttpResponse:
    """The next renewal as an event with alarms at 90, 30 and 7 days."""
    license = _own(request, pk)
    standing = standing_of(license)
    if standing.cycle is None or not standing.cycle.known:
        raise Http404
    day = standing.cycle.end
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    event = Renewal(
        uid=f"renewal-{license.pk}-{day.year}@{host}",
        day=day,
        title=f"License renewal: {license}",
        text="\n".join(standing.advice[:1] + ([] if standing.verified else [ASK])),
        url=settings.SITE_URL + reverse("license_renewal", args=[license.pk]),
    )
    answer = HttpResponse(as_calendar(event, now=timezone.now()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="renewal.ics"'
    return answer


def _own(request: OwnRequest, pk: int) -> ProfessionalLicense:
    """One's own, in use or not; staff look at licenses in the back office."""
    rows = ProfessionalLicense.objects.filter(user=request.user).select_related("jurisdiction", "profession")
    license = rows.filter(pk=pk).first()
    allowed_or_404(request.user, "view", license)
    if license is None:
        raise Http404
    return license


def _day(text: str) -> date | None:
    """A day of the address; anything else is today."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _cycles(standing: Standing) -> dict[str, Any]:
    """A day of the cycle before and of the one after, to go there."""
    if standing.cycle is None or not standing.cycle.known:
        return {}
    return {
        "before": None if standing.cycle.is_first else standing.cycle.start - timedelta(days=1),
        "after": standing.cycle.end + timedelta(days=1),
    }


urlpatterns: list[URLPattern] = [
    path("my/licenses/<int:pk>/renewal/", renewal, name="license_renewal"),
    path("my/licenses/<int:pk>/renewal.ics", renewal_calendar, name="license_renewal_calendar"),
]
