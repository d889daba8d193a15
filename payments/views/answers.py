"""Answers that several doors give."""

from django.http import HttpResponse, HttpResponseRedirect

from payments.models import Order


def landing(found: Order) -> str:
    """Where the buyer comes back to from Stripe."""
    return f"{found.get_absolute_url()}return/"


def see_other(address: str) -> HttpResponse:
    """303: the answer to a POST is another page."""
    return HttpResponseRedirect(address, status=303)
