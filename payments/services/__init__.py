"""The verbs of payments."""

from payments.services.checkout import Checkout, CheckoutRefusedError, start_checkout
from payments.services.enrolling import enroll_free, grant
from payments.services.events import receive_event
from payments.services.offers import catalogue_facts, close_offer, current_offer, save_offer, tell_catalogue
from payments.services.reconcile import reconcile, sync_unfinished_orders
from payments.services.review import settle_review
from payments.services.stripe_api import BadSignatureError, StripeDownError, StripeRefusedError, is_set_up
from payments.services.sync import sync_order

__all__ = [
    "BadSignatureError",
    "Checkout",
    "CheckoutRefusedError",
    "StripeDownError",
    "StripeRefusedError",
    "catalogue_facts",
    "close_offer",
    "current_offer",
    "enroll_free",
    "grant",
    "is_set_up",
    "receive_event",
    "reconcile",
    "save_offer",
    "settle_review",
    "start_checkout",
    "sync_order",
    "sync_unfinished_orders",
    "tell_catalogue",
]
