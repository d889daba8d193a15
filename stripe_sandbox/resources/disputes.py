"""Disputes: opened and decided by the bank (the dashboard), read and conceded through the API."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.checkout.totals import DISPUTE_FEE
from stripe_sandbox.errors import refused_by_state
from stripe_sandbox.fields import EXPAND, LIST, Hash, Text
from stripe_sandbox.listing import page
from stripe_sandbox.resources.payments import make_balance_transaction
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

DAY = 24 * 60 * 60
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)
# Which state may follow which; an inquiry takes no money, a dispute does at once.
NEXT = {
    "needs_response": ("under_review", "won", "lost", "prevented"),
    "under_review": ("won", "lost"),
    "warning_needs_response": ("warning_under_review", "warning_closed", "needs_response"),
    "warning_under_review": ("warning_closed", "needs_response"),
}
CLOSED = ("won", "lost", "warning_closed", "prevented")


def open_dispute(sandbox: Sandbox, charge_id: str, *, inquiry: bool = False, reason: str = "fraudulent") -> Json:
    with sandbox.store.transaction():
        charge = sandbox.store.load("charge", charge_id)
        if charge["status"] != "succeeded" or charge["disputed"] or charge["refunded"]:
            raise refused_by_state("Only a charge that succeeded, was not disputed and not fully refunded is disputed.")
        dispute = sandbox.store.add(_new_dispute(sandbox, charge, inquiry=inquiry, reason=reason))
        charge["disputed"] = True
        sandbox.store.save(charge)
        sandbox.outbox.emit("charge.dispute.created", dispute)
        if not inquiry:
            _move_money(sandbox, dispute, taken=True)
        return dispute


def _new_dispute(sandbox: Sandbox, charge: Json, *, inquiry: bool, reason: str) -> Json:
    now = sandbox.clock.now()
    by_card = charge["payment_method_details"]["type"] == "card"
    case = "inquiry" if inquiry else "chargeback"
    card = {"brand": "visa", "case_type": case, "network": "visa", "network_reason_code": "10.4"}
    return {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 9 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"} if by_card else None,
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _move_money(sandbox: Sandbox, dispute: Json, *, taken: bool) -> None:
    """The disputed amount and the fee leave the balance; what was won comes back, without the fee."""
    amount, kept = (-dispute["amount"], DISPUTE_FEE) if taken else (dispute["amount"], 0)
    moved = make_balance_transaction(sandbox, dispute, amount=amount, fee=kept, kind="adjustment")
    dispute["balance_transactions"].append(moved)
    sandbox.store.save(dispute)
    word = "funds_withdrawn" if taken else "funds_reinstated"
    sandbox.outbox.emit(f"charge.dispute.{word}", dispute)


def decide(sandbox: Sandbox, dispute_id: str, status: str) -> Json:
    """Move a dispute to its next state, as the bank or the school would."""
    with sandbox.store.transaction():
        dispute = sandbox.store.load("dispute", dispute_id)
        was = dispute["status"]
        if status not in NEXT.get(was, ()):
            raise refused_by_state(f"A dispute that is {was} does not become {status}.")
        dispute["status"] = status
        dispute["is_charge_refundable"] = status in ("won", "prevented") or status.startswith("warning_")
        if status in ("under_review", "warning_under_review"):
            dispute["evidence_details"].update(has_evidence=True, submission_count=1, submission_method="manual")
        sandbox.store.save(dispute)
        closed = status in CLOSED
        sandbox.outbox.emit(
            "charge.dispute.closed" if closed else "charge.dispute.updated",
            dispute,
            before=None if closed else {"status": was},
        )
        if status in ("won", "prevented"):
            _move_money(sandbox, dispute, taken=False)
        elif status == "needs_response":
            _move_money(sandbox, dispute, taken=True)
        return dispute


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("dispute", call.subject, "dispute")


def list_all(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "dispute", call.params, url=call.path, filters=("charge", "payment_intent"))


def close(sandbox: Sandbox, call: Call) -> Json:
    """The school concedes: the dispute is lost."""
    dispute = sandbox.get("dispute", call.subject, "dispute")
    if dispute["status"] not in ("needs_response", "under_review"):
        raise refused_by_state(f"This dispute is {dispute['status']} and cannot be closed.")
    return decide(sandbox, dispute["id"], "lost")


ROUTES = (
    Route("GET", "/v1/disputes", Hash({**LIST, "charge": Text(), "payment_intent": Text()}), list_all),
    Route("GET", "/v1/disputes/{id}", Hash(EXPAND), retrieve),
    Route("POST", "/v1/disputes/{id}/close", Hash(EXPAND), close),
)
