"""Stripe's JSON in our words: which objects a reading holds, and what of each the rules and the ledger keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payments.rules.facts import Fact, Kind

Raw = dict[str, Any]
KINDS: dict[str, Kind] = {
    "checkout.session": "session",
    "payment_intent": "payment_intent",
    "charge": "charge",
    "refund": "refund",
    "dispute": "dispute",
    "invoice": "invoice",
    "subscription": "subscription",
}
NESTED = {"session": ("payment_intent", "invoice", "subscription"), "payment_intent": ("latest_charge",)}
"""Expanded objects that are facts of their own; their holder keeps the id."""


@dataclass(frozen=True)
class Ledger:
    """What the ledger shows of a fact beside what the rules need."""

    amount: int | None
    currency: str
    status: str
    fee: int | None
    net: int | None
    presentment_amount: int | None
    presentment_currency: str
    happened_at: datetime | None


def parts(raw: Raw) -> list[Raw]:
    """An object and the objects expanded in it, each by itself."""
    own = dict(raw)
    found = [own]
    for name in NESTED.get(KINDS[raw["object"]], ()):
        inner = own.get(name)
        if isinstance(inner, dict):
            own[name] = inner["id"]
            found += parts(inner)
    return found


def fact_of(raw: Raw) -> Fact:
    """What the rules look at."""
    kind = KINDS[raw["object"]]
    return Fact(
        kind=kind,
        id=raw["id"],
        status=raw.get("status") or "",
        amount=_amount(kind, raw) or 0,
        currency=raw.get("currency") or "",
        payment_status=raw.get("payment_status") or "",
        subtotal=raw.get("amount_subtotal"),
        reference=raw.get("client_reference_id") or "",
        payment_intent=payment_intent_of(raw),
        subscription=subscription_of(raw),
        created=moment(raw.get("created")),
        expires_at=moment(raw.get("expires_at")),
        due_at=moment((raw.get("evidence_details") or {}).get("due_by")),
    )


def ledger_of(raw: Raw) -> Ledger:
    """What the ledger shows. Fee and net stand in the balance transaction, where one was expanded."""
    kind = KINDS[raw["object"]]
    balance = raw.get("balance_transaction")
    booked = balance if isinstance(balance, dict) else {}
    seen = raw.get("presentment_details") or {}
    status = raw.get("status") or ""
    return Ledger(
        amount=_amount(kind, raw),
        currency=raw.get("currency") or "",
        status=f"{status}, {raw['payment_status']}" if kind == "session" else status,
        fee=booked.get("fee"),
        net=booked.get("net"),
        presentment_amount=seen.get("presentment_amount"),
        presentment_currency=seen.get("presentment_currency") or "",
        happened_at=moment(raw.get("created")),
    )


def gone(session_id: str) -> Raw:
    """A session that Stripe does not have (any more, or under this key): nobody can pay there."""
    return {"id": session_id, "object": "checkout.session", "status": "expired", "payment_status": "unpaid"}


def moment(seconds: int | None) -> datetime | None:
    """Stripe's seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def payment_intent_of(raw: Raw) -> str:
    """The payment that an object is about. An invoice names it among its payments (since 2025-03-31.basil)."""
    if raw["object"] != "invoice":
        return raw.get("payment_intent") or ""
    tried = sorted((raw.get("payments") or {}).get("data", []), key=lambda one: one["status"] != "paid")
    return next((one["payment"].get("payment_intent") or "" for one in tried), "")


def subscription_of(raw: Raw) -> str:
    """The monthly payments that a session began or an invoice is one of."""
    if raw["object"] != "invoice":
        return raw.get("subscription") or ""
    details = (raw.get("parent") or {}).get("subscription_details") or {}
    return details.get("subscription") or ""


def _amount(kind: Kind, raw: Raw) -> int | None:
    names = {"session": "amount_total", "invoice": "amount_paid" if raw.get("status") == "paid" else "total"}
    value: int | None = raw.get(names.get(kind, "amount"))
    return value
