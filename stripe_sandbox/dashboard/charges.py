"""What happened to a payment on the dashboard: its charges, with refunds and disputes and what can come next."""

from html import escape

from stripe_sandbox.checkout.totals import money
from stripe_sandbox.dashboard.parts import button, facts, form_start, moment, state
from stripe_sandbox.resources.disputes import NEXT
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def _related(sandbox: Sandbox, kind: str, field: str, value: str) -> list[Json]:
    return sandbox.store.select(kind, ((f"json_extract(body, '$.{field}') = ?", value),))


def charges(sandbox: Sandbox, intent: str | None, token: str, back: str) -> str:
    """The charges of a PaymentIntent, newest first; nothing before anyone tried to pay."""
    found = _related(sandbox, "charge", "payment_intent", intent) if intent else []
    return "".join(_charge(sandbox, charge, token, back) for charge in found)


def _charge(sandbox: Sandbox, charge: Json, token: str, back: str) -> str:
    currency = charge["currency"]
    left = charge["amount"] - charge["amount_refunded"]
    acts = ""
    if charge["status"] == "succeeded" and left:
        acts = f"""{form_start(token, "refund", back=back, id=charge["id"])}<div class="fields">
<label>Amount in the smallest unit (empty: all {left}) <input name="amount" inputmode="numeric" size="8"></label>
<button class="quiet">Refund</button></div></form>"""
    if charge["status"] == "succeeded" and not charge["disputed"] and not charge["refunded"]:
        acts += button(token, "open_dispute", "Open a dispute", back=back, id=charge["id"])
        acts += button(token, "open_dispute", "Open an inquiry", back=back, id=charge["id"], inquiry="1")
    known = [
        ("Charge", f"{state(charge['status'])} {money(charge['amount'], currency)} {moment(charge['created'])}"),
        ("Refunded", money(charge["amount_refunded"], currency)),
        ("Bank", escape(charge["failure_message"] or (charge["outcome"] or {}).get("seller_message") or "waiting")),
    ]
    refunds = "".join(_refund(refund, token, back) for refund in _related(sandbox, "refund", "charge", charge["id"]))
    disputes = "".join(
        _dispute(dispute, token, back) for dispute in _related(sandbox, "dispute", "charge", charge["id"])
    )
    return f'<section class="card">{facts(known)}<div class="buttons">{acts}</div>{refunds}{disputes}</section>'


def _refund(refund: Json, token: str, back: str) -> str:
    acts = ""
    if refund["status"] == "pending":
        acts = button(token, "finish_refund", "The refund arrives", back=back, id=refund["id"], ok="1")
    if refund["status"] in ("pending", "succeeded"):
        acts += button(token, "finish_refund", "The refund fails", back=back, id=refund["id"], ok="0")
    amount = money(refund["amount"], refund["currency"])
    return f'<h3>Refund of {amount} {state(refund["status"])}</h3><div class="buttons">{acts}</div>'


def _dispute(dispute: Json, token: str, back: str) -> str:
    words = {"warning_closed": "Inquiry closed", "needs_response": "Becomes a dispute", "under_review": "Evidence sent"}
    acts = "".join(
        button(
            token,
            "decide",
            words.get(word, word.replace("_", " ")).capitalize(),
            back=back,
            id=dispute["id"],
            status=word,
        )
        for word in NEXT.get(dispute["status"], ())
    )
    due = moment(dispute["evidence_details"]["due_by"])
    return f'<h3>Dispute {state(dispute["status"])}</h3><p>Answer due {due}.</p><div class="buttons">{acts}</div>'
