"""Payouts: what is in the balance goes to the school's bank, and may come back."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.errors import refused_by_state
from stripe_sandbox.fields import EXPAND, LIST, Choice, Hash, Moments
from stripe_sandbox.listing import moment_conditions, page
from stripe_sandbox.resources.payments import make_balance_transaction
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

DAY = 24 * 60 * 60
STATUSES = ("canceled", "failed", "in_transit", "paid", "pending")
NOT_PAID_OUT = (("(json_extract(private, '$.payout') IS NULL) = ?", 1),)


def pay_out(sandbox: Sandbox) -> list[Json]:
    """Send everything that is available, one payout per currency, arriving today; what is owed is left standing."""
    with sandbox.store.transaction():
        moved = sandbox.store.select("balance_transaction", NOT_PAID_OUT, oldest_first=True)
        currencies = sorted({entry["currency"] for entry in moved})
        groups = [[entry for entry in moved if entry["currency"] == currency] for currency in currencies]
        return [_pay_out(sandbox, group) for group in groups if sum(entry["net"] for entry in group) > 0]


def _pay_out(sandbox: Sandbox, moved: list[Json]) -> Json:
    now = sandbox.clock.now()
    payout: Json = {
        "id": new_id("payout"),
        "object": "payout",
        "amount": sum(entry["net"] for entry in moved),
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now - now % DAY,
        "automatic": True,
        "balance_transaction": None,
        "created": now,
        "currency": moved[0]["currency"],
        "description": "STRIPE PAYOUT",
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": None,
        "type": "bank_account",
    }
    sandbox.store.add(payout)
    own = make_balance_transaction(
        sandbox, payout, amount=-payout["amount"], fee=0, kind="payout", description="STRIPE PAYOUT"
    )
    for entry in (*moved, own):
        sandbox.store.save(entry, {"payout": payout["id"]})
    payout["balance_transaction"] = own["id"]
    sandbox.outbox.emit("payout.created", sandbox.store.save(payout))
    payout["status"] = "paid"
    sandbox.outbox.emit("payout.paid", sandbox.store.save(payout))
    return payout


def fail_payout(sandbox: Sandbox, payout_id: str) -> Json:
    """The school's bank sends it back, days later: the amount is in the balance again."""
    with sandbox.store.transaction():
        payout = sandbox.store.load("payout", payout_id)
        if payout["status"] != "paid":
            raise refused_by_state(f"This payout is {payout['status']}.")
        back = make_balance_transaction(sandbox, payout, amount=payout["amount"], fee=0, kind="payout_failure")
        payout.update(
            status="failed",
            failure_balance_transaction=back["id"],
            failure_code="account_closed",
            failure_message="The bank account has been closed.",
        )
        sandbox.outbox.emit("payout.failed", sandbox.store.save(payout))
        return payout


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("payout", call.subject, "payout")


def list_all(sandbox: Sandbox, call: Call) -> Json:
    conditions = moment_conditions("json_extract(body, '$.arrival_date')", call.params.get("arrival_date", {}))
    return page(sandbox.store, "payout", call.params, url=call.path, filters=("status",), conditions=conditions)


ROUTES = (
    Route("GET", "/v1/payouts", Hash({**LIST, "arrival_date": Moments(), "status": Choice(STATUSES)}), list_all),
    Route("GET", "/v1/payouts/{id}", Hash(EXPAND), retrieve),
)
