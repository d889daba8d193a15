"""What happens when a buyer confirms: approved, declined, to be authenticated, delayed, or nothing to pay."""

from typing import Any

from stripe_sandbox.checkout.methods import BY_CODE, Method
from stripe_sandbox.checkout.totals import fee
from stripe_sandbox.resources.customers import make_customer
from stripe_sandbox.resources.invoices import make_invoice
from stripe_sandbox.resources.payments import charge_of, make_balance_transaction, make_charge, make_payment_intent
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id


class WrongStateError(Exception):
    """The session or payment is not where this act is possible; the message says where it is."""


def confirm(sandbox: Sandbox, session_id: str, *, method: Method | None, email: str) -> str:
    """The buyer presses Pay. Answers complete, declined or authenticate: what the page does next."""
    with sandbox.store.transaction():
        session = _open_session(sandbox, session_id)
        private = sandbox.store.private(session_id)
        private["email"] = email
        if session["amount_total"] == 0:
            _complete(sandbox, session, private, payment_status="no_payment_required")
            return "complete"
        if method is None:
            raise WrongStateError("Choose a way to pay.")
        intent = _intent(sandbox, session, private)
        intent["payment_method"] = new_id("payment_method")
        private["method"] = method.code
        sandbox.store.save(session, private)
        if method.asks:
            intent["status"] = "requires_action"
            sandbox.store.save(intent)
            return "authenticate"
        if method.decline:
            _decline(sandbox, intent, method, email)
            return "declined"
        if method.delayed:
            _wait_for_bank(sandbox, session, private, intent, method)
            return "complete"
        _take(sandbox, session, private, intent, method)
        return "complete"


def authenticate(sandbox: Sandbox, session_id: str, *, approve: bool) -> str:
    """The buyer answers the bank's question."""
    with sandbox.store.transaction():
        session = _open_session(sandbox, session_id)
        private = sandbox.store.private(session_id)
        intent = sandbox.store.find("payment_intent", session["payment_intent"] or "")
        if intent is None or intent["status"] != "requires_action":
            raise WrongStateError("There is nothing to confirm.")
        if approve:
            _take(sandbox, session, private, intent, BY_CODE[private["method"]])
            return "complete"
        error = _error("payment_intent_authentication_failure", "We could not authenticate your card.", intent)
        _refuse(sandbox, intent, error)
        return "declined"


def settle(sandbox: Sandbox, session_id: str, *, ok: bool) -> None:
    """The bank answers a delayed payment."""
    with sandbox.store.transaction():
        session = sandbox.store.find("checkout.session", session_id)
        intent = sandbox.store.find("payment_intent", (session or {}).get("payment_intent") or "")
        if session is None or intent is None or intent["status"] != "processing":
            raise WrongStateError("There is no delayed payment that waits.")
        private = sandbox.store.private(session_id)
        private.pop("settle_at", None)
        charge = sandbox.store.load("charge", intent["latest_charge"])
        if ok:
            _settle_paid(sandbox, session, private, intent, charge)
        else:
            _settle_failed(sandbox, session, private, intent, charge)


def settle_due(sandbox: Sandbox) -> None:
    """Settle delayed payments by themselves when SANDBOX_DELAY_SECONDS is set."""
    rows = sandbox.store.execute(
        "SELECT id FROM objects WHERE kind = 'checkout.session' AND json_extract(private, '$.settle_at') <= ?",
        (sandbox.clock.now(),),
    )
    for row in rows:
        settle(sandbox, row["id"], ok=True)


def _open_session(sandbox: Sandbox, session_id: str) -> Json:
    session = sandbox.store.find("checkout.session", session_id)
    if session is None or session["status"] != "open" or session["expires_at"] <= sandbox.clock.now():
        raise WrongStateError("This checkout is closed.")
    return session


def _intent(sandbox: Sandbox, session: Json, private: Json) -> Json:
    """The session's PaymentIntent: one for all its attempts, for the amount that is due now."""
    intent = sandbox.store.find("payment_intent", session["payment_intent"] or "")
    if intent is None:
        intent = make_payment_intent(sandbox, session, private["payment_intent_data"])
        session["payment_intent"] = intent["id"]
    intent["amount"] = session["amount_total"]
    intent["last_payment_error"] = None
    return intent


def _error(code: str, message: str, intent: Json, **more: Any) -> Json:
    return {
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": message,
        "payment_method": None,
        "type": "card_error" if code == "card_declined" else "invalid_request_error",
        "charge": intent["latest_charge"],
        **more,
    }


def _decline(sandbox: Sandbox, intent: Json, method: Method, email: str) -> None:
    charge = make_charge(sandbox, intent, status="failed", email=email, details=method.details())
    charge["failure_code"], charge["failure_message"] = "card_declined", method.message
    charge["outcome"] = _outcome("issuer_declined", method.message, reason=method.decline)
    sandbox.store.save(charge)
    intent["latest_charge"] = charge["id"]
    sandbox.outbox.emit("charge.failed", charge)
    _refuse(sandbox, intent, _error("card_declined", method.message, intent, decline_code=method.decline))


def _refuse(sandbox: Sandbox, intent: Json, error: Json) -> None:
    intent["last_payment_error"] = error
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["processing"] = None
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


def _succeed(sandbox: Sandbox, intent: Json, charge: Json, method: Method) -> None:
    kind = "charge" if method.kind == "card" else "payment"
    kept = fee(charge["amount"], charge["currency"], method.kind)
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=charge["amount"])
    charge["outcome"] = _outcome("authorized", "Payment complete.")
    charge["balance_transaction"] = make_balance_transaction(
        sandbox, charge, amount=charge["amount"], fee=kept, kind=kind
    )["id"]
    sandbox.store.save(charge)
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], processing=None)
    sandbox.store.save(intent)
    sandbox.outbox.emit("charge.succeeded", charge)
    sandbox.outbox.emit("payment_intent.succeeded", intent)


def _take(sandbox: Sandbox, session: Json, private: Json, intent: Json, method: Method) -> None:
    _name_customer(sandbox, session, private)
    intent["customer"] = session["customer"]
    charge = make_charge(sandbox, intent, status="succeeded", email=private["email"], details=method.details())
    _succeed(sandbox, intent, charge, method)
    _complete(sandbox, session, private, payment_status="paid")


def _wait_for_bank(sandbox: Sandbox, session: Json, private: Json, intent: Json, method: Method) -> None:
    _name_customer(sandbox, session, private)
    intent["customer"] = session["customer"]
    charge = make_charge(sandbox, intent, status="pending", email=private["email"], details=method.details())
    intent.update(status="processing", latest_charge=charge["id"], processing={"type": method.kind})
    sandbox.store.save(intent)
    if sandbox.config.delay_seconds is not None:
        private["settle_at"] = sandbox.clock.now() + sandbox.config.delay_seconds
    sandbox.outbox.emit("charge.pending", charge)
    sandbox.outbox.emit("payment_intent.processing", intent)
    _complete(sandbox, session, private, payment_status="unpaid")


def _settle_paid(sandbox: Sandbox, session: Json, private: Json, intent: Json, charge: Json) -> None:
    _succeed(sandbox, intent, charge, BY_CODE[private["method"]])
    session["payment_status"] = "paid"
    _invoice(sandbox, session, private)
    sandbox.store.save(session, private)
    sandbox.outbox.emit("checkout.session.async_payment_succeeded", session)
    _tell_invoice(sandbox, session)


def _settle_failed(sandbox: Sandbox, session: Json, private: Json, intent: Json, charge: Json) -> None:
    message = BY_CODE[private["method"]].message
    charge.update(status="failed", failure_code="insufficient_funds", failure_message=message)
    charge["outcome"] = _outcome("issuer_declined", message, reason="insufficient_funds")
    sandbox.store.save(charge)
    sandbox.store.save(session, private)
    sandbox.outbox.emit("charge.failed", charge)
    _refuse(sandbox, intent, _error("payment_intent_payment_attempt_failed", message, intent))
    sandbox.outbox.emit("checkout.session.async_payment_failed", session)


def _name_customer(sandbox: Sandbox, session: Json, private: Json) -> None:
    """A session with an invoice needs a customer; it makes one if none was given."""
    if session["customer"] is None and session["customer_creation"] == "always":
        session["customer"] = make_customer(sandbox, {"email": private["email"]})["id"]


def _complete(sandbox: Sandbox, session: Json, private: Json, *, payment_status: str) -> None:
    _name_customer(sandbox, session, private)
    session["customer_details"] = {
        "address": None,
        "business_name": None,
        "email": private["email"],
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    session.update(status="complete", payment_status=payment_status, url=None)
    _count_redemption(sandbox, private)
    _invoice(sandbox, session, private)
    sandbox.store.save(session, private)
    sandbox.outbox.emit("checkout.session.completed", session)
    _tell_invoice(sandbox, session)


def _count_redemption(sandbox: Sandbox, private: Json) -> None:
    discount = private.get("discount")
    if discount is None:
        return
    coupon = sandbox.store.load("coupon", discount["source"]["coupon"])
    coupon["times_redeemed"] += 1
    coupon["valid"] = not (coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"])
    sandbox.store.save(coupon)
    if discount["promotion_code"]:
        code = sandbox.store.load("promotion_code", discount["promotion_code"])
        code["times_redeemed"] += 1
        code["active"] = not (code["max_redemptions"] and code["times_redeemed"] >= code["max_redemptions"])
        sandbox.store.save(code)


def _invoice(sandbox: Sandbox, session: Json, private: Json) -> None:
    """The invoice of a one-time payment exists once it is paid."""
    if session["invoice_creation"]["enabled"] and session["payment_status"] == "paid":
        session["invoice"] = make_invoice(sandbox, session, private)["id"]


def _tell_invoice(sandbox: Sandbox, session: Json) -> None:
    if session["invoice"]:
        invoice = sandbox.store.load("invoice", session["invoice"])
        for kind in ("invoice.finalized", "invoice.paid"):
            sandbox.outbox.emit(kind, invoice)


def waiting(sandbox: Sandbox, session: Json) -> bool:
    """Whether the session's payment is delayed and undecided."""
    intent = sandbox.store.find("payment_intent", session["payment_intent"] or "")
    charge = charge_of(sandbox, intent) if intent else None
    return bool(charge and charge["status"] == "pending")
