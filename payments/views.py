"""The buyer's doors, and Stripe's."""

import logging
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import OwnRequest
from core.access import allowed_or_404
from core.limits import limited
from core.validation import page_number
from courses.models import CoursePage
from enrollments.standing import forget_standing, standing_of
from payments.models import Offer, Order
from payments.rules.states import State
from payments.services import (
    BadSignatureError,
    CheckoutRefusedError,
    StripeDownError,
    StripeRefusedError,
    current_offer,
    enroll_free,
    receive_event,
    start_checkout,
    sync_order,
)
from payments.services.checkout import ENROLLED
from payments.services.receipts import receipt_of

logger = logging.getLogger(__name__)
ORDERS_PER_PAGE = 20
LOOKS_AGAIN_SECONDS = "10"
LARGEST_EVENT = 256 * 1024
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
    offer = current_offer(course)
    if standing_of(request.user, course.pk).enrollment:
        messages.info(request, ENROLLED)
    elif offer is None:
        messages.info(request, "This course is not on sale now.")
    elif offer.is_free:
        enroll_free(user=request.user, course=course, offer=offer)
        messages.success(request, "You are in.")
    else:
        return _to_checkout(request, course, offer)
    return _see_other(course.get_url(request))


def _to_checkout(request: OwnRequest, course: CoursePage, offer: Offer) -> HttpResponse:
    try:
        checkout = start_checkout(user=request.user, offer=offer, site=request.build_absolute_uri("/"))
    except CheckoutRefusedError as refusal:
        messages.info(request, str(refusal))
        return _see_other(course.get_url(request))
    except (StripeDownError, StripeRefusedError):
        return render(request, "payments/nothing_charged.html", {"course": course}, status=503)
    return _see_other(checkout.url or _landing(checkout.order))


@require_safe
@login_required
def order(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """The receipt: price and terms as they were sold."""
    found = (
        Order.objects.filter(uuid=uuid)
        .select_related("user", "offer")
        .prefetch_related("items__course", "facts")
        .first()
    )
    allowed_or_404(request.user, "view", found)
    assert found is not None  # noqa: S101 - for the type checker: None is a 404 above
    return render(request, "payments/receipt.html", {"order": found, "receipt": receipt_of(found)})


@require_safe
@login_required
def order_return(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """Back from Stripe, which is asked once while the order is unfinished; later this page only tells how it stands."""
    found = Order.objects.filter(uuid=uuid, user=request.user).select_related("offer").first()
    session = request.GET.get("session_id", "")
    if found is None or (session and session not in found.attempts.values_list("session_id", flat=True)):
        raise Http404
    asked = True
    if found.state in State.unfinished():
        try:
            found = sync_order(order=found)
        except (StripeDownError, StripeRefusedError):
            asked = False
        forget_standing(request.user)
    item = found.items.select_related("course", "enrollment").first()
    assert item is not None  # noqa: S101 - an order is written together with its items
    context = {
        "order": found,
        "course": item.course,
        "enrollment": item.enrollment,
        "receipt": receipt_of(found),
        "on_its_way": not asked or found.status == State.PENDING,
        "asked": asked,
        "looks_again": "still" not in request.GET,
    }
    response = render(request, "payments/return.html", context)
    if context["on_its_way"] and context["looks_again"]:
        response["Refresh"] = LOOKS_AGAIN_SECONDS  # without scripts; the page says how to stop it (WCAG 2.2.1)
    return response


@require_safe
@login_required
def my_orders(request: OwnRequest) -> HttpResponse:
    """Own orders, newest first."""
    mine = Order.objects.filter(user=request.user).prefetch_related("items__course", "facts")
    page = Paginator(mine, ORDERS_PER_PAGE).get_page(page_number(request.GET.get("page")))
    rows = [
        (one, receipt_of(one), [one.number, date_format(localtime(one.created_at), "F j, Y")])
        for one in page.object_list
    ]
    return render(request, "payments/my_orders.html", {"page": page, "rows": rows})


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Signed events. 400: not Stripe's; 503: later, please; 500: our mistake, Stripe sends it again."""
    if len(request.body) > LARGEST_EVENT:
        return HttpResponse(status=400)
    try:
        receive_event(payload=request.body, signature=request.headers.get("Stripe-Signature", ""))
    except BadSignatureError:
        logger.warning("a webhook without a good signature was refused")
        return HttpResponse(status=400)
    except (StripeDownError, DatabaseError):
        logger.warning("a webhook must come again", exc_info=True)
        return HttpResponse(status=503)
    except Exception:
        logger.exception("a webhook failed")
        return HttpResponse(status=500)
    return HttpResponse("ok", content_type="text/plain")


def _landing(found: Order) -> str:
    return f"{found.get_absolute_url()}return/"


def _see_other(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)
