"""Enroll: free at once, or to Stripe to pay."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from core.limits import limited
from courses.models import CoursePage
from enrollments.standing import standing_of
from payments.forms import PurchaseForm
from payments.models import Offer, Order
from payments.services import (
    CheckoutRefusedError,
    StripeDownError,
    StripeRefusedError,
    current_offer,
    enroll_free,
    may_buy_again,
    start_checkout,
)
from payments.services.checkout import ENROLLED
from payments.views.answers import landing, see_other

ENROLLS_PER_MINUTE = 30


@csrf_exempt  # for visitors only, whose press changes nothing: an expired log-in leads to the log-in, not to a 403
@require_POST
def enroll(request: HttpRequest, slug: str) -> HttpResponse:
    """Enroll in a free course, or go to Stripe to pay. Nothing about the price is read from the form."""
    if not request.user.is_authenticated:
        return redirect_to_login(f"/courses/{slug}/")
    return _enroll(request, slug)


@csrf_protect
@limited("enroll", per_minute=ENROLLS_PER_MINUTE)
def _enroll(request: OwnRequest, slug: str) -> HttpResponse:
    course = CoursePage.objects.filter(slug=slug).first()
    allowed_or_404(request.user, "view", course)
    assert course is not None  # noqa: S101 - for the type checker: None is a 404 above
    wanted = PurchaseForm(request.POST)
    if not wanted.is_valid():
        messages.error(request, "Nothing was ordered: please choose how many seats.")
        return see_other(course.get_url(request))
    quantity = wanted.cleaned_data["seats"] or 1
    offer = _offer(course, wanted.cleaned_data["offer"])
    enrollment = standing_of(request.user, course.pk).enrollment
    alone = offer is not None and quantity == 1 and offer.items.count() == 1
    if enrollment and alone and not may_buy_again(enrollment=enrollment):
        messages.info(request, ENROLLED)
    elif offer is None:
        messages.info(request, "This course is not on sale now.")
    elif offer.is_free:
        enroll_free(user=request.user, course=course, offer=offer)
        messages.success(request, "You are in.")
    else:
        return _to_checkout(request, course, offer, wanted.cleaned_data)
    return see_other(course.get_url(request))


def _offer(course: CoursePage, pk: int | None) -> Offer | None:
    """The course's own offer, or the program with it that the buyer chose."""
    if pk is None:
        return current_offer(course)
    return Offer.objects.open().filter(pk=pk, items__course=course).first()


def _to_checkout(request: OwnRequest, course: CoursePage, offer: Offer, wanted: dict[str, Any]) -> HttpResponse:
    try:
        checkout = start_checkout(
            user=request.user,
            offer=offer,
            site=request.build_absolute_uri("/"),
            quantity=wanted["seats"] or 1,
            currency=wanted["pay_in"],
            monthly=wanted["monthly"],
        )
    except CheckoutRefusedError as refusal:
        messages.info(request, str(refusal))
        return see_other(course.get_url(request))
    except (StripeDownError, StripeRefusedError):
        begun = _at_stripe(request, offer)
        if begun is not None:
            return see_other(landing(begun))
        chosen = {name: value for name, value in wanted.items() if value}
        return render(request, "payments/nothing_charged.html", {"course": course, "chosen": chosen}, status=503)
    return see_other(checkout.url or landing(checkout.order))


def _at_stripe(request: OwnRequest, offer: Offer) -> Order | None:
    """An order that can be paid at Stripe already, in another tab: that nothing was charged is not ours to say."""
    mine = Order.objects.unfinished().filter(user=request.user, offer=offer)
    return mine.filter(attempts__session_id__isnull=False).first()
