"""The buyer's doors, and Stripe's."""

from payments.views.buying import enroll
from payments.views.orders import my_orders, order, order_return
from payments.views.receipts import billing, order_pdf
from payments.views.refunds import refund
from payments.views.seats import claim, seat
from payments.views.webhook import stripe_webhook

__all__ = [
    "billing",
    "claim",
    "enroll",
    "my_orders",
    "order",
    "order_pdf",
    "order_return",
    "refund",
    "seat",
    "stripe_webhook",
]
