"""What becomes of a PaymentIntent: its charge succeeds, is declined, waits for the bank, or is refused by it."""

from typing import Any

from stripe_sandbox.checkout.methods import Method
from stripe_sandbox.checkout.totals import fee
from stripe_sandbox.resources.payments import make_balance_transaction, make_charge
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def take(sandbox: Sandbox, intent: Json, method: Method, email: str) -> None:
    """The money is there at once."""
    charge = make_charge(sandbox, intent, status="succeeded", email=email, details=method.details())
    succeed(sandbox, intent, charge, method)


def wait_for_bank(sandbox: Sandbox, intent: Json, method: Method, email: str) -> None:
    charge = make_charge(sandbox, intent, status="pending", email=email, details=method.details())
    intent.update(status="processing", latest_charge=charge["id"], processing={"type": method.kind})
    sandbox.store.save(intent)
    sandbox.outbox.emit("charge.pending", charge)
    sandbox.outbox.emit("payment_intent.processing", intent)


def succeed(sandbox: Sandbox, intent: Json, charge: Json, method: Method) -> None:
    kind = "charge" if method.kind == "card" else "payment"
    kept = fee(charge["amount"], charge["currency"], method.kind)
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    charge["outcome"] = _outcome("authorized", "Payment complete.")
    charge["balance_transaction"] = make_balance_transaction(
        sandbox, charge, amount=charge["amount"], fee=kept, kind=kind
    )["id"]
    sandbox.store.save(charge)
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], processing=None)
    intent["last_payment_error"] = None
    sandbox.store.save(intent)
    sandbox.outbox.emit("charge.succeeded", charge)
    sandbox.outbox.emit("payment_intent.succeeded", intent)


def decline(sandbox: Sandbox, intent: Json, method: Method, email: str) -> None:
    """The bank says no at once: a failed charge, and the intent waits for another way to pay."""
    charge = make_charge(sandbox, intent, status="failed", email=email, details=method.details())
    charge["failure_code"], charge["failure_message"] = "card_declined", method.message
    charge["outcome"] = _outcome("issuer_declined", method.message, reason=method.decline)
    sandbox.store.save(charge)
    intent["latest_charge"] = charge["id"]
    sandbox.outbox.emit("charge.failed", charge)
    refuse(sandbox, intent, "card_declined", method.message, decline_code=method.decline)


def bank_refuses(sandbox: Sandbox, intent: Json, charge: Json, method: Method) -> None:
    """The bank says no days later."""
    charge.update(status="failed", failure_code="insufficient_funds", failure_message=method.message)
    charge["outcome"] = _outcome("issuer_declined", method.message, reason="insufficient_funds")
    sandbox.store.save(charge)
    sandbox.outbox.emit("charge.failed", charge)
    refuse(sandbox, intent, "payment_intent_payment_attempt_failed", method.message)


def refuse(sandbox: Sandbox, intent: Json, code: str, message: str, **more: Any) -> None:
    intent["last_payment_error"] = {
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": message,
        "payment_method": None,
        "type": "card_error" if code == "card_declined" else "invalid_request_error",
        "charge": intent["latest_charge"],
        **more,
    }
    intent.update(status="requires_payment_method", payment_method=None, processing=None)
    sandbox.store.save(intent)
    sandbox.outbox.emit("payment_intent.payment_failed", intent)


def _outcome(kind: str, message: str, *, reason: str | None = None) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if reason else "approved_by_network",
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 1,
        "seller_message": message,
        "type": kind,
    }
