"""Orders that a person must look at."""

import logging

from django.db import transaction

from accounts.models import User
from payments.models import Order

logger = logging.getLogger(__name__)


@transaction.atomic
def settle_review(*, order: Order, by: User) -> Order:
    """A person has dealt with the reasons as they stand; a new reason asks again."""
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if order.needs_review:
        order.review_settled = order.review_reason
        order.save(update_fields=["review_settled"])
        logger.info("order %s: review settled by user %s", order.number, by.pk)
    return order
