"""How the shop and its line to Stripe do, in plain words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from payments.admin.periods import may_see_money
from payments.services import StripeDownError, StripeRefusedError, is_set_up
from payments.services.health import findings, undelivered


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    """Read from our own tables; Stripe is asked on a press alone."""
    may_see_money(request)
    found = findings()
    context = {"findings": found, "care": [one for one in found if not one.good], "may_ask": is_set_up()}
    return render(request, "payments/admin/health.html", context)


@require_POST
def ask_stripe(request: HttpRequest) -> HttpResponse:
    """Does Stripe answer, does it know our key, and has it news that it could not bring?"""
    may_see_money(request)
    if not is_set_up():
        messages.warning(request, "Payments are not set up, so Stripe was not asked.")
        return HttpResponseRedirect(reverse("sales:health"), status=303)
    try:
        missing = undelivered()
    except StripeDownError as down:
        messages.error(request, f"Stripe gave no answer ({down}). What buyers do now is kept and read later.")
    except StripeRefusedError as refusal:
        messages.error(request, f"Stripe answered and refused our key ({refusal}). Look at STRIPE_SECRET_KEY.")
    else:
        if missing:
            messages.warning(request, f"Stripe answers, and knows our key. {_missing(missing)}")
        else:
            messages.success(request, "Stripe answers, and knows our key. No event about an order is missing here.")
    return HttpResponseRedirect(reverse("sales:health"), status=303)


def _missing(count: int) -> str:
    said = "is 1 event about an order" if count == 1 else f"are {count} events about orders"
    return (
        f"Stripe says there {said} that we did not get. The next reconciliation reads what they are about. "
        "If more come each day, look at the endpoint at Stripe: its address, and whether it is on."
    )


urlpatterns: list[URLPattern] = [
    path("health/", health_page, name="health"),
    path("health/ask/", ask_stripe, name="ask_stripe"),
]
