"""The hosted invoice: plain and printable; an open one can be paid there with another card."""

from html import escape

from stripe_sandbox.billing.collection import PAYABLE
from stripe_sandbox.checkout.methods import METHODS, Method
from stripe_sandbox.checkout.page import choice, times
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def offered_for_invoice() -> list[Method]:
    """Cards that answer at once: no debit and no question of the bank on this page."""
    return [method for method in METHODS if method.kind == "card" and not method.asks]


def invoice_page(sandbox: Sandbox, invoice: Json, *, problem: str = "", status: int = 200) -> Page:
    currency = invoice["currency"]
    lines = "".join(
        f"<li><span>{escape(line['description'])}{times(line)}</span>"
        f"<span class=amount>{money(line['amount'], currency)}</span></li>"
        for line in invoice["lines"]["data"]
    )
    number = escape(invoice["number"] or "draft")
    main = f"""<section class="narrow"><h1>Invoice {number}</h1>
<p>{_whose(invoice)}</p><ul class="lines">{lines}</ul>
<dl class="totals">{_between(invoice)}<dt class="total">{_word(invoice)}</dt>
<dd class="total">{money(invoice["total"], currency)}</dd></dl>
{_form(sandbox, invoice, problem)}</section>"""
    return render(f"Invoice {number}", main, status=status)


def _whose(invoice: Json) -> str:
    email = escape(invoice["customer_email"] or "")
    words = {"paid": "Paid by", "void": "Void. It was for", "draft": "Not yet due. It is for"}
    return f"{words.get(invoice['status'], 'To be paid by')} {email}"


def _word(invoice: Json) -> str:
    return {"paid": "Paid", "void": "Void"}.get(invoice["status"], "Due")


def _between(invoice: Json) -> str:
    """What stands between the lines and the total: discount and tax."""
    off = sum(entry["amount"] for entry in invoice["total_discount_amounts"])
    added = sum(entry["amount"] for entry in invoice["total_taxes"])
    taken = f"<dt>Discount</dt><dd>{money(-off, invoice['currency'])}</dd>" if off else ""
    return taken + (f"<dt>Tax</dt><dd>{money(added, invoice['currency'])}</dd>" if added else "")


def _form(sandbox: Sandbox, invoice: Json, problem: str) -> str:
    if invoice["status"] not in PAYABLE:
        return ""
    intent = sandbox.store.find("payment_intent", sandbox.store.private(invoice["id"]).get("payment_intent") or "")
    if intent and intent["status"] == "processing":
        return "<p>A payment is on its way.</p>"
    error = (intent or {}).get("last_payment_error")
    said = problem or (f"{error['message']} Choose another card." if error else "")
    choices = "".join(choice(method, checked=not n) for n, method in enumerate(offered_for_invoice()))
    return f"""{notice(said, kind="stop")}<form method="post" action="/i/{invoice["id"]}">
<fieldset><legend>How the payment turns out</legend>{choices}</fieldset>
<button class="primary">Pay {money(invoice["amount_remaining"], invoice["currency"])}</button>
<p class="quiet-text">Test numbers only. A real card cannot be entered here.</p></form>"""
