"""Refunds: a card's succeeds at once, a bank debit's later, and any may fail days later."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.errors import ApiError, exclusive_parameters, missing_parameter, refused_by_state
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Integer, Metadata, Text
from stripe_sandbox.listing import page
from stripe_sandbox.resources.payments import charge_of, make_balance_transaction
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

REFUND = Hash(
    {
        **EXPAND,
        "amount": Integer(1),
        "charge": Text(),
        "metadata": Metadata(),
        "payment_intent": Text(),
        "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
    }
)
# States in which the bank holds the money or the case (PAYMENTS.md section 1.5): inquiries stay refundable.
HELD_BY_BANK = ("needs_response", "under_review", "lost", "appeal_needs_response", "appeal_under_review")


def _charge(sandbox: Sandbox, params: Json) -> Json:
    if "charge" in params and "payment_intent" in params:
        raise exclusive_parameters("charge", "payment_intent")
    if "charge" in params:
        charge = sandbox.refer("charge", params["charge"], "charge")
    elif "payment_intent" in params:
        intent = sandbox.refer("payment_intent", params["payment_intent"], "payment_intent")
        found = charge_of(sandbox, intent)
        if found is None or found["status"] != "succeeded":
            raise refused_by_state(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        charge = found
    else:
        raise missing_parameter("charge")
    if charge["status"] != "succeeded":
        raise refused_by_state(f"Charge {charge['id']} has not succeeded and cannot be refunded.", param="charge")
    return charge


def _is_held(sandbox: Sandbox, charge: Json) -> bool:
    found = sandbox.store.select("dispute", (("json_extract(body, '$.charge') = ?", charge["id"]),))
    return any(dispute["status"] in HELD_BY_BANK for dispute in found)


def make_refund(sandbox: Sandbox, params: Json) -> Json:
    charge = _charge(sandbox, params)
    if _is_held(sandbox, charge):
        raise refused_by_state(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise refused_by_state(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    amount = params.get("amount", left)
    if amount > left:
        raise ApiError(
            f"Refund amount ({money(amount, charge['currency'])}) is greater than unrefunded amount on charge "
            f"({money(left, charge['currency'])})",
            param="amount",
            kept=True,
        )
    refund = sandbox.store.add(_new_refund(sandbox, charge, amount, params))
    balance = make_balance_transaction(sandbox, {**refund}, amount=-amount, fee=0, kind="refund")
    refund["balance_transaction"] = balance["id"]
    sandbox.store.save(refund)
    _set_refunded(sandbox, charge, charge["amount_refunded"] + amount)
    sandbox.outbox.emit("refund.created", refund)
    sandbox.outbox.emit("charge.refunded", charge)
    return refund


def _new_refund(sandbox: Sandbox, charge: Json, amount: int, params: Json) -> Json:
    by_card = charge["payment_method_details"]["type"] == "card"
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": sandbox.clock.now(),
        "currency": charge["currency"],
        "destination_details": {"card": card, "type": "card"} if by_card else {"type": "us_bank_transfer"},
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded" if by_card else "pending",
        "transfer_reversal": None,
    }


def _set_refunded(sandbox: Sandbox, charge: Json, amount: int) -> None:
    charge["amount_refunded"] = amount
    charge["refunded"] = amount == charge["amount"]
    sandbox.store.save(charge)


def finish_refund(sandbox: Sandbox, refund_id: str, *, ok: bool) -> Json:
    """The bank answers a refund: it arrived, or it failed (even days after it succeeded) and the money is back."""
    with sandbox.store.transaction():
        refund = sandbox.store.load("refund", refund_id)
        if refund["status"] == "failed" or (ok and refund["status"] != "pending"):
            raise refused_by_state(f"This refund is {refund['status']}.")
        previous = {"status": refund["status"]}
        if ok:
            refund["status"] = "succeeded"
            sandbox.store.save(refund)
            sandbox.outbox.emit("refund.updated", refund, before=previous)
            return refund
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        returned = make_balance_transaction(sandbox, refund, amount=refund["amount"], fee=0, kind="refund_failure")
        refund["failure_balance_transaction"] = returned["id"]
        sandbox.store.save(refund)
        charge = sandbox.store.load("charge", refund["charge"])
        _set_refunded(sandbox, charge, charge["amount_refunded"] - refund["amount"])
        sandbox.outbox.emit("refund.updated", refund, before=previous)
        sandbox.outbox.emit("refund.failed", refund)
        return refund


def create(sandbox: Sandbox, call: Call) -> Json:
    return make_refund(sandbox, call.params)


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("refund", call.subject)


def list_all(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "refund", call.params, url=call.path, filters=("charge", "payment_intent"))


ROUTES = (
    Route("POST", "/v1/refunds", REFUND, create),
    Route("GET", "/v1/refunds", Hash({**LIST, "charge": Text(), "payment_intent": Text()}), list_all),
    Route("GET", "/v1/refunds/{id}", Hash(EXPAND), retrieve),
)
