"""The one place that talks to Stripe: a short, hand-written list of requests, each with a time limit and retries.

Only an address and two secrets tell Stripe from the development server; nothing here knows which one answers.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import stripe
from django.conf import settings

from payments.rules.reading import Raw, payment_intent_of

logger = logging.getLogger(__name__)
logging.getLogger("stripe").setLevel(logging.WARNING)  # it logs addresses and messages of every request
stripe.enable_telemetry = False  # it writes a file into the home directory

API_VERSION = "2026-10-28.endive"
"""The version that these requests and `rules.reading` were written for; stripe 16.1 pins the same."""
SESSION_PARTS = ["line_items", "invoice", "subscription", "payment_intent.latest_charge.balance_transaction"]
INTENT_PARTS = ["latest_charge.balance_transaction"]
TEMPORARY = (409, 429)
EXPECTED = ("resource_missing", "resource_already_exists")
"""What is asked in order to find out, as with a product that may have to be made first."""


class StripeDownError(Exception):
    """No answer, or one that says "later". Whoever asked may ask again; `answered` tells whether Stripe spoke."""

    def __init__(self, message: str, *, answered: bool) -> None:
        super().__init__(message)
        self.answered = answered


class StripeRefusedError(Exception):
    """Stripe understood and said no: a mistake of ours, or an object that it does not have."""

    def __init__(self, code: str, param: str, *, other_parameters: bool = False) -> None:
        super().__init__(f"{code} {param}".strip())
        self.code = code
        self.param = param
        self.other_parameters = other_parameters
        """The idempotency key was used before with other parameters."""


class BadSignatureError(Exception):
    """Not sent by Stripe, or not now, or altered on the way."""


@dataclass(frozen=True)
class CheckoutRequest:
    """What Stripe is asked to sell."""

    order: str
    attempt: int
    product: str
    name: str
    currency: str
    unit_amount: int
    quantity: int
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str
    idempotency_key: str
    instalments: int = 1
    """So many monthly payments of `unit_amount` each; 1: paid at once."""


def is_set_up() -> bool:
    """Whether this shop can take money: switched on, with a key and a way to check who sends webhooks."""
    return bool(settings.PAYMENTS and settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRETS)


def live_mode() -> bool:
    """Real money: it follows from the key's prefix."""
    return str(settings.STRIPE_SECRET_KEY).startswith(("sk_live_", "rk_live_"))


def create_session(request: CheckoutRequest) -> Raw:
    """A page at Stripe to pay on. The product is made when Stripe does not have it yet."""
    try:
        return _create_session(request)
    except StripeRefusedError as refusal:
        if refusal.code != "resource_missing" or "product" not in refusal.param:
            raise
    _create_product(request)
    return _create_session(request)


def _create_session(request: CheckoutRequest) -> Raw:
    with _translated():
        session = _client().v1.checkout.sessions.create(
            _session_params(request), options={"idempotency_key": request.idempotency_key}
        )
    return _plain(session)


def _session_params(request: CheckoutRequest) -> Any:
    trace = {"order": request.order, "attempt": str(request.attempt)}
    price: Raw = {"product": request.product, "currency": request.currency, "unit_amount": request.unit_amount}
    params: Raw = {
        "line_items": [{"price_data": price, "quantity": request.quantity}],
        "client_reference_id": request.order,
        "metadata": trace,
        "customer_email": request.email,
        "allow_promotion_codes": True,
        "expires_at": int(request.expires_at.timestamp()),
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }
    if request.instalments > 1:
        price["recurring"] = {"interval": "month"}
        words = f"{request.instalments} monthly payments. They end by themselves."
        params |= {"mode": "subscription", "subscription_data": {"metadata": trace, "description": words}}
    else:
        params |= {
            "mode": "payment",
            "payment_intent_data": {"metadata": trace},
            "invoice_creation": {"enabled": True},
        }
    if settings.STRIPE_TAX:
        price["tax_behavior"] = "exclusive"
        params |= {"automatic_tax": {"enabled": True}, "billing_address_collection": "required"}
    return params


def expire_session(session_id: str) -> None:
    """Nobody can pay there any more. One that is over already stays as it is."""
    try:
        with _translated():
            _client().v1.checkout.sessions.expire(session_id, options={"idempotency_key": f"expire-{session_id}"})
    except StripeRefusedError as refusal:
        logger.info("session could not be expired: %s", refusal.code)


def _create_product(request: CheckoutRequest) -> None:
    """Under an id of our own choosing, so that a course is one product however often and wherever it is made."""
    try:
        with _translated():
            _client().v1.products.create(
                {"id": request.product, "name": request.name},
                options={"idempotency_key": f"{request.idempotency_key}-product"},
            )
    except StripeRefusedError as refusal:
        if refusal.code != "resource_already_exists":  # somebody else made it a moment ago
            raise


def read_session(session_id: str) -> list[Raw]:
    """A session with its payments, charges and invoices, and every refund and dispute of those payments."""
    with _translated():
        session = _plain(_client().v1.checkout.sessions.retrieve(session_id, {"expand": SESSION_PARTS}))
        intent = session.get("payment_intent")
        found = [session, *_refunds_and_disputes(intent)]
        monthly = session.get("subscription")
        return [*found, *_read_instalments(monthly["id"])] if monthly else found


def _read_instalments(subscription: str) -> Iterator[Raw]:
    """Every invoice of the monthly payments, and what was tried to pay it."""
    invoices = _client().v1.invoices.list({"subscription": subscription, "limit": 100, "expand": ["data.payments"]})
    for invoice in invoices.auto_paging_iter():
        plain = _plain(invoice)
        yield plain
        intent_id = payment_intent_of(plain)
        if intent_id:
            intent = _plain(_client().v1.payment_intents.retrieve(intent_id, {"expand": INTENT_PARTS}))
            yield from [intent, *_refunds_and_disputes(intent)]


def _refunds_and_disputes(intent: Raw | None) -> Iterator[Raw]:
    if not intent or not intent.get("latest_charge"):
        return
    of_payment: Any = {"payment_intent": intent["id"], "limit": 100}
    refunds = _client().v1.refunds.list({**of_payment, "expand": ["data.balance_transaction"]})
    disputes = _client().v1.disputes.list(of_payment)
    for page in (refunds, disputes):
        yield from (_plain(one) for one in page.auto_paging_iter())


def end_subscription(subscription: str, *, at: datetime) -> None:
    """The monthly payments end by themselves at this moment, the end of the last paid month: nothing is prorated."""
    seconds = int(at.timestamp())
    with _translated():
        _client().v1.subscriptions.update(
            subscription,
            {"cancel_at": seconds, "proration_behavior": "none"},
            options={"idempotency_key": f"end-{subscription}-{seconds}"},
        )


def cancel_subscription(subscription: str) -> None:
    """No further payment is asked for."""
    with _translated():
        _client().v1.subscriptions.cancel(subscription, options={"idempotency_key": f"cancel-{subscription}"})


def refund(*, payment_intent: str, amount: int, order: str, idempotency_key: str) -> Raw:
    """Give back so much of a payment, once per key."""
    with _translated():
        given = _client().v1.refunds.create(
            {
                "payment_intent": payment_intent,
                "amount": amount,
                "reason": "requested_by_customer",
                "metadata": {"order": order, "request": idempotency_key},
            },
            options={"idempotency_key": idempotency_key},
        )
    return _plain(given)


def order_of_payment(payment_intent: str) -> str:
    """The order that a payment was made for, from the metadata that we gave it; empty when it is not ours."""
    try:
        with _translated():
            intent = _plain(_client().v1.payment_intents.retrieve(payment_intent))
    except StripeRefusedError:
        return ""
    return str((intent.get("metadata") or {}).get("order", ""))


def sessions_since(moment: datetime) -> Iterator[Raw]:
    """Every session made since, newest first."""
    with _translated():
        found = _client().v1.checkout.sessions.list({"created": {"gte": int(moment.timestamp())}, "limit": 100})
        for session in found.auto_paging_iter():
            yield _plain(session)


@dataclass(frozen=True)
class SignedEvent:
    """An event whose signature fits: when it was signed, and which of our secrets (from 1) did."""

    raw: Raw
    signed_at: datetime
    secret_number: int


def signed_event(payload: bytes, signature: str) -> SignedEvent:
    """The event in a webhook's raw body, if one of our secrets signed it within the last five minutes."""
    for number, secret in enumerate(settings.STRIPE_WEBHOOK_SECRETS, start=1):
        try:
            raw = _plain(_client().construct_event(payload, signature, secret))
        except (stripe.SignatureVerificationError, ValueError):
            continue
        seconds = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)["t"]
        return SignedEvent(raw, datetime.fromtimestamp(int(seconds), UTC), number)
    raise BadSignatureError


def undelivered_events(kinds: list[str], *, after: str) -> list[Raw]:
    """Events of these kinds that no webhook brought, oldest first; `after` is the last one that was seen to.

    Stripe keeps events for 30 days: where it no longer knows the mark, everything that it still has is read.
    """
    wanted: Any = {"types": kinds, "delivery_success": False, "limit": 100}
    try:
        with _translated():
            # With a mark, Stripe's pages run from it onwards; without one, from the newest backwards.
            found = _client().v1.events.list({**wanted, "ending_before": after} if after else wanted)
            events = [_plain(event) for event in found.auto_paging_iter()]
    except StripeRefusedError as refusal:
        if not after or refusal.param != "ending_before":
            raise
        return undelivered_events(kinds, after="")
    return events if after else events[::-1]


def payouts_since(first: datetime, last: datetime) -> Iterator[Raw]:
    """What Stripe paid out to the school's bank between two moments, newest first."""
    arrival: Any = {"gte": int(first.timestamp()), "lt": int(last.timestamp())}
    with _translated():
        for payout in _client().v1.payouts.list({"arrival_date": arrival, "limit": 100}).auto_paging_iter():
            yield _plain(payout)


def balance_of_payout(payout_id: str) -> Iterator[Raw]:
    """Every booking that a payout is the sum of, each with the charge, refund or dispute that it is about."""
    with _translated():
        found = _client().v1.balance_transactions.list({"payout": payout_id, "limit": 100, "expand": ["data.source"]})
        for booking in found.auto_paging_iter():
            yield _plain(booking)


@contextmanager
def _translated() -> Iterator[None]:
    """Stripe's errors in our two words; its message bodies are not logged."""
    try:
        yield
    except stripe.APIConnectionError as error:
        logger.warning("Stripe gave no answer (%s)", type(error).__name__)
        raise StripeDownError("no answer", answered=False) from error
    except stripe.StripeError as error:
        code, status = error.code or type(error).__name__, error.http_status or 0
        level = logging.INFO if code in EXPECTED else logging.WARNING
        logger.log(level, "Stripe answered %s %s, request %s", status, code, error.request_id)
        if status >= 500:
            raise StripeDownError(code, answered=True) from error
        if status in TEMPORARY:
            raise StripeDownError(code, answered=False) from error
        other = isinstance(error, stripe.IdempotencyError)
        raise StripeRefusedError(code, getattr(error, "param", None) or "", other_parameters=other) from error


def _client() -> stripe.StripeClient:
    return _client_for(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@cache
def _client_for(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base} if base else {},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=(5, 20)),
    )


def _plain(found: Any) -> Raw:
    """A Stripe object as JSON has it."""
    plain: Raw = found.to_dict(for_json=True)
    return plain
