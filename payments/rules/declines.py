"""What the bank said about a payment that it refused, in our words, and what the buyer can do.

Codes: docs.stripe.com/declines/codes and docs.stripe.com/error-codes. Where a bank suspects theft or fraud, Stripe asks
that the buyer be told no more than of any other refusal: those codes are left out, and read like an unknown one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Decline(NamedTuple):
    """Why, and what to do now."""

    why: str
    act: str


OTHER_CARD = "Use another card, or another way to pay."
TYPE_AGAIN = "Type it again, or use another card."
CALL = "Call the number on the back of the card, or use another card."
UNKNOWN = Decline("The bank did not say why.", CALL)
NO_MONEY = Decline("There was not enough money in the account.", "Add money and try again, or use another card.")
EXPIRED = Decline("The card has expired.", OTHER_CARD)
SECURITY_CODE = Decline("The security code of the card was not right.", TYPE_AGAIN)
NUMBER = Decline("The number of the card was not right.", TYPE_AGAIN)
EXPIRY = Decline("The expiry date of the card was not right.", TYPE_AGAIN)
ADDRESS = Decline("The address or postal code is not the one that the bank has.", TYPE_AGAIN)
NOT_CONFIRMED = Decline(
    "The bank asked you to confirm the payment, and that did not come through.",
    "Try again and confirm it in the bank's window or app, or use another card.",
)
TRY_LATER = Decline("The bank could not be reached.", "Try again in a few minutes, or use another card.")
LIMIT = Decline("The card is at its limit.", "Ask the bank, or use another card.")
NOT_FOR_THIS = Decline("The bank does not allow this kind of payment with this card.", CALL)
CURRENCY = Decline("The card cannot pay in this currency.", OTHER_CARD)
TWICE = Decline(
    "The bank took it for a second payment of the same amount.", "Look whether you have paid already, then try again."
)
DEBIT = Decline("The bank did not pay the debit.", "Look at the account, or pay with a card.")
WORDS: dict[str, Decline] = {
    "insufficient_funds": NO_MONEY,
    "expired_card": EXPIRED,
    "incorrect_cvc": SECURITY_CODE,
    "invalid_cvc": SECURITY_CODE,
    "incorrect_number": NUMBER,
    "invalid_number": NUMBER,
    "invalid_expiry_month": EXPIRY,
    "invalid_expiry_year": EXPIRY,
    "incorrect_zip": ADDRESS,
    "incorrect_address": ADDRESS,
    "authentication_required": NOT_CONFIRMED,
    "authentication_not_handled": NOT_CONFIRMED,
    "payment_intent_authentication_failure": NOT_CONFIRMED,
    "setup_intent_authentication_failure": NOT_CONFIRMED,
    "approve_with_id": TRY_LATER,
    "issuer_not_available": TRY_LATER,
    "processing_error": TRY_LATER,
    "reenter_transaction": TRY_LATER,
    "try_again_later": TRY_LATER,
    "card_velocity_exceeded": LIMIT,
    "withdrawal_count_limit_exceeded": LIMIT,
    "card_not_supported": NOT_FOR_THIS,
    "not_permitted": NOT_FOR_THIS,
    "service_not_allowed": NOT_FOR_THIS,
    "transaction_not_allowed": NOT_FOR_THIS,
    "currency_not_supported": CURRENCY,
    "duplicate_transaction": TWICE,
    "debit_not_authorized": DEBIT,
    "payment_intent_payment_attempt_failed": DEBIT,
}


def decline_of(error: Mapping[str, Any]) -> Decline:
    """Of a payment's `last_payment_error`: the bank's own reason where it gave one, else Stripe's code."""
    codes = (error.get("decline_code"), error.get("code"))
    return next((WORDS[code] for code in codes if code in WORDS), UNKNOWN)
