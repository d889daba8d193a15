"""Seats of an offer that sells a limited number."""

from django.db.models import Exists, OuterRef, Q, Sum

from payments.models import Offer, Order, OrderItem

GIVEN = Q(enrollment__isnull=False) | Q(passed_to__isnull=False) | Q(claim_token_hash__isnull=False)


def seat_free(*, offer: Offer, quantity: int, besides: Order | None = None) -> bool:
    """Whether so many seats are left, for a new buyer or for an order that is paid (`besides`).

    A new buyer yields to everybody who holds a seat or waits for one. Who has paid yields only to those who were given
    theirs: else two who paid for the last one would each be turned away because of the other.
    The caller holds the lock on the offer, so that two buyers do not count at once.
    """
    if offer.seats is None:
        return True
    others = Order.objects.holding_seats().filter(offer=offer)
    if besides is not None:
        given = OrderItem.objects.filter(GIVEN, order=OuterRef("pk"))
        others = others.filter(Exists(given)).exclude(pk=besides.pk)
    taken = others.aggregate(total=Sum("quantity"))["total"] or 0
    return bool(taken + quantity <= offer.seats)
