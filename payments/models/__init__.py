"""What is sold, what was ordered, and what Stripe says about it."""

from payments.models.ledger import PaymentFact, ReconcileRun, RefundRequest, StripeEvent
from payments.models.offers import Offer, OfferItem, OfferPrice
from payments.models.orders import CheckoutAttempt, Instalment, Order, OrderItem, OrderNote

__all__ = [
    "CheckoutAttempt",
    "Instalment",
    "Offer",
    "OfferItem",
    "OfferPrice",
    "Order",
    "OrderItem",
    "OrderNote",
    "PaymentFact",
    "ReconcileRun",
    "RefundRequest",
    "StripeEvent",
]
