"""What happens when a buyer confirms: approved, declined, to be authenticated, delayed, or nothing to pay."""

from stripe_sandbox.billing import collection
from stripe_sandbox.billing.start import begin
from stripe_sandbox.checkout import charging
from stripe_sandbox.checkout.methods import BY_CODE, Method
from stripe_sandbox.resources.customers import make_customer
from stripe_sandbox.resources.invoices import make_invoice
from stripe_sandbox.resources.payments import charge_of, intent_of, make_payment_intent
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
            return _confirm_nothing_due(sandbox, session, private, method)
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
            charging.decline(sandbox, intent, method, email)
            return "declined"
        _pay(sandbox, session, private, intent, method)
        return "complete"


def authenticate(sandbox: Sandbox, session_id: str, *, approve: bool) -> str:
    """The buyer answers the bank's question."""
    with sandbox.store.transaction():
        session = _open_session(sandbox, session_id)
        private = sandbox.store.private(session_id)
        intent = intent_of(sandbox, session)
        if intent is None or intent["status"] != "requires_action":
            raise WrongStateError("There is nothing to confirm.")
        if approve:
            _pay(sandbox, session, private, intent, BY_CODE[private["method"]])
            return "complete"
        charging.refuse(
            sandbox, intent, "payment_intent_authentication_failure", "We could not authenticate your card."
        )
        return "declined"


def settle(sandbox: Sandbox, session_id: str, *, ok: bool) -> None:
    """The bank answers a delayed payment."""
    with sandbox.store.transaction():
        session = sandbox.store.find("checkout.session", session_id)
        intent = intent_of(sandbox, session) if session else None
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
    sql = "SELECT id FROM objects WHERE kind = 'checkout.session' AND json_extract(private, '$.settle_at') <= ?"
    if not sandbox.store.execute(sql, (sandbox.clock.now(),)):
        return
    with sandbox.store.transaction():
        for row in sandbox.store.execute(sql, (sandbox.clock.now(),)):
            settle(sandbox, row["id"], ok=True)


def waiting(sandbox: Sandbox, session: Json) -> bool:
    """Whether the session's payment is delayed and undecided."""
    intent = intent_of(sandbox, session)
    charge = charge_of(sandbox, intent) if intent else None
    return bool(charge and charge["status"] == "pending")


def _open_session(sandbox: Sandbox, session_id: str) -> Json:
    session = sandbox.store.find("checkout.session", session_id)
    if session is None or session["status"] != "open" or session["expires_at"] <= sandbox.clock.now():
        raise WrongStateError("This checkout is closed.")
    return session


def _intent(sandbox: Sandbox, session: Json, private: Json) -> Json:
    """The session's PaymentIntent: one for all its attempts, for the amount that is due now.

    A session for a subscription does not show it: it belongs to the first invoice.
    """
    intent = intent_of(sandbox, session)
    if intent is None:
        intent = make_payment_intent(sandbox, session, private["payment_intent_data"])
        private["payment_intent"] = intent["id"]
        if session["mode"] == "payment":
            session["payment_intent"] = intent["id"]
    intent["amount"] = session["amount_total"]
    intent["last_payment_error"] = None
    return intent


def _confirm_nothing_due(sandbox: Sandbox, session: Json, private: Json, method: Method | None) -> str:
    """A code took everything off; a subscription still asks for a card, for the payments that follow."""
    if session["mode"] == "subscription":
        if method is None:
            raise WrongStateError("Choose a way to pay.")
        if method.decline:
            raise WrongStateError(method.message)
        private["method"] = method.code
        _name_customer(sandbox, session, private)
        begin(sandbox, session, private, None)
        collection.mark_paid(sandbox, sandbox.store.load("invoice", session["invoice"]))
    _complete(sandbox, session, private, payment_status="no_payment_required")
    return "complete"


def _pay(sandbox: Sandbox, session: Json, private: Json, intent: Json, method: Method) -> None:
    """Charge what is due now, at once or by a delayed debit, and complete the session."""
    _name_customer(sandbox, session, private)
    intent["customer"] = session["customer"]
    if session["mode"] == "subscription":
        begin(sandbox, session, private, intent)
    if method.delayed:
        charging.wait_for_bank(sandbox, intent, method, private["email"])
        if sandbox.config.delay_seconds is not None:
            private["settle_at"] = sandbox.clock.now() + sandbox.config.delay_seconds
    else:
        charging.take(sandbox, intent, method, private["email"])
    if session["mode"] == "subscription":
        collection.first_attempt(sandbox, session["invoice"], paid=not method.delayed)
    _complete(sandbox, session, private, payment_status="unpaid" if method.delayed else "paid")


def _settle_paid(sandbox: Sandbox, session: Json, private: Json, intent: Json, charge: Json) -> None:
    charging.succeed(sandbox, intent, charge, BY_CODE[private["method"]])
    session["payment_status"] = "paid"
    if session["mode"] == "subscription":
        collection.mark_paid(sandbox, sandbox.store.load("invoice", session["invoice"]))
    _invoice(sandbox, session, private)
    sandbox.store.save(session, private)
    sandbox.outbox.emit("checkout.session.async_payment_succeeded", session)
    _tell_invoice(sandbox, session)


def _settle_failed(sandbox: Sandbox, session: Json, private: Json, intent: Json, charge: Json) -> None:
    sandbox.store.save(session, private)
    charging.bank_refuses(sandbox, intent, charge, BY_CODE[private["method"]])
    if session["mode"] == "subscription":
        collection.mark_failed(sandbox, sandbox.store.load("invoice", session["invoice"]), again=False)
    sandbox.outbox.emit("checkout.session.async_payment_failed", session)


def _name_customer(sandbox: Sandbox, session: Json, private: Json) -> None:
    """A session with an invoice needs a customer; it makes one if none was given."""
    if session["customer"] is None and session["customer_creation"] == "always":
        person = {"email": private["email"], "name": private.get("name") or None, "address": private.get("address")}
        session["customer"] = make_customer(sandbox, person)["id"]


def _complete(sandbox: Sandbox, session: Json, private: Json, *, payment_status: str) -> None:
    _name_customer(sandbox, session, private)
    session["customer_details"] = {
        "address": private.get("address"),
        "business_name": None,
        "email": private["email"],
        "individual_name": None,
        "name": private.get("name") or None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    _update_customer(sandbox, session, private)
    session.update(status="complete", payment_status=payment_status, url=None)
    _count_redemption(sandbox, private)
    _invoice(sandbox, session, private)
    sandbox.store.save(session, private)
    sandbox.outbox.emit("checkout.session.completed", session)
    _tell_invoice(sandbox, session)


def _update_customer(sandbox: Sandbox, session: Json, private: Json) -> None:
    """`customer_update`: what the buyer typed is kept on the customer that the request named."""
    wanted = [name for name in ("address", "name") if private.get("customer_update", {}).get(name) == "auto"]
    if session["customer"] and any(private.get(name) for name in wanted):
        customer = sandbox.store.load("customer", session["customer"])
        sandbox.store.save({**customer, **{name: private.get(name) for name in wanted}})


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


def _wants_invoice(session: Json) -> bool:
    return bool((session["invoice_creation"] or {}).get("enabled"))


def _invoice(sandbox: Sandbox, session: Json, private: Json) -> None:
    """The invoice of a one-time payment exists once it is paid."""
    if _wants_invoice(session) and session["payment_status"] == "paid":
        session["invoice"] = make_invoice(sandbox, session, private)["id"]


def _tell_invoice(sandbox: Sandbox, session: Json) -> None:
    if _wants_invoice(session) and session["invoice"]:
        invoice = sandbox.store.load("invoice", session["invoice"])
        for kind in ("invoice.finalized", "invoice.paid"):
            sandbox.outbox.emit(kind, invoice)
