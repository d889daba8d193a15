"""Seats of an offer that sells a limited number."""

from django.db.models import Sum

from payments.models import Offer, Order


def seat_free(*, offer: Offer, quantity: int, besides: Order | None = None) -> bool:
    """Whether so many seats are left, not counting the given order's own.

    The caller holds the lock on the offer, so that two buyers do not count at once.
    """
    if offer.seats is None:
        return True
    others = Order.objects.holding_seats().filter(offer=offer)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    taken = others.aggregate(total=Sum("quantity"))["total"] or 0
    return bool(taken + quantity <= offer.seats)
