"""The verbs of payments."""

from payments.services.checkout import Checkout, CheckoutRefusedError, start_checkout
from payments.services.claims import ClaimRefused, Seat, find_seat, renew_link, seats_of, send_seat, take_seat
from payments.services.enrolling import enroll_free, grant
from payments.services.events import receive_event
from payments.services.instalments import Part, WaiverRefused, parts_of, remind_of_instalments, waive_rest
from payments.services.offers import catalogue_facts, close_offer, current_offer, save_offer, tell_catalogue
from payments.services.reconcile import reconcile, reconcile_nightly, run_reconciliation, sync_unfinished_orders
from payments.services.refunds import (
    RefundRefused,
    approve_refund,
    ask_refund,
    give_back,
    refundable,
    refuse_refund,
    send_waiting_refunds,
)
from payments.services.renewal import may_buy_again
from payments.services.review import settle_review
from payments.services.stripe_api import BadSignatureError, StripeDownError, StripeRefusedError, is_set_up
from payments.services.sync import sync_order

__all__ = [
    "BadSignatureError",
    "Checkout",
    "CheckoutRefusedError",
    "ClaimRefused",
    "Part",
    "RefundRefused",
    "Seat",
    "StripeDownError",
    "StripeRefusedError",
    "WaiverRefused",
    "approve_refund",
    "ask_refund",
    "catalogue_facts",
    "close_offer",
    "current_offer",
    "enroll_free",
    "find_seat",
    "give_back",
    "grant",
    "is_set_up",
    "may_buy_again",
    "parts_of",
    "receive_event",
    "reconcile",
    "reconcile_nightly",
    "refundable",
    "refuse_refund",
    "remind_of_instalments",
    "renew_link",
    "run_reconciliation",
    "save_offer",
    "seats_of",
    "send_seat",
    "send_waiting_refunds",
    "settle_review",
    "start_checkout",
    "sync_order",
    "sync_unfinished_orders",
    "take_seat",
    "tell_catalogue",
    "waive_rest",
]
