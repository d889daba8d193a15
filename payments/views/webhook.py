"""Stripe's door."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.services import BadSignatureError, StripeDownError, receive_event

logger = logging.getLogger(__name__)
LARGEST_EVENT = 256 * 1024


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
