"""What is sold, what was ordered, and what Stripe says about it."""

from payments.models.ledger import PaymentFact, RefundRequest, StripeEvent
from payments.models.offers import Offer, OfferItem
from payments.models.orders import CheckoutAttempt, Order, OrderItem

__all__ = [
    "CheckoutAttempt",
    "Offer",
    "OfferItem",
    "Order",
    "OrderItem",
    "PaymentFact",
    "RefundRequest",
    "StripeEvent",
]
