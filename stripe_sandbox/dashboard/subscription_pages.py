"""The dashboard's pages of subscriptions: what time and the bank do to an instalment."""

from html import escape

from stripe_sandbox.billing.collection import PAYABLE
from stripe_sandbox.billing.periods import how_often
from stripe_sandbox.billing.standing import ENDED, period_end, recurring_of
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.dashboard.charges import charges
from stripe_sandbox.dashboard.parts import NAV, button, facts, form_start, moment, mono, state
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.resources.invoices import OF_SUBSCRIPTION
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

SHOWN = 50


def subscriptions_page(sandbox: Sandbox, token: str, said: str) -> Page:
    back = "/dashboard/subscriptions"
    rows = "".join(
        f'<li><a href="{back}/{found["id"]}">{_title(sandbox, found)}</a><span>{_price(sandbox, found)}</span>'
        f"<span>{state(found['status'])}</span>{moment(found['created'])}</li>"
        for found in sandbox.store.select("subscription", limit=SHOWN)
    )
    listed = f'<ul class="rows">{rows}</ul>' if rows else "<p>No subscriptions yet. Instalments begin one.</p>"
    main = f"""{notice(said, kind="good")}<h1>Subscriptions</h1>{listed}
<h2>Time</h2><p>Here it is {moment(sandbox.clock.now())}. What falls due happens at once;
the shop's clock does not move.</p>
{form_start(token, "skip", back=back)}<div class="fields">
<label>Days <input name="days" inputmode="numeric" size="4" value="31"></label>
<button class="quiet">Push the clock forward</button></div></form>
<h2>When every attempt has failed</h2><p>A failed payment is tried again after 3, 5 and 7 days. Then the subscription is
<strong>{sandbox.after_retries}</strong>.</p><div class="buttons">
{button(token, "after_retries", "Make it unpaid", back=back, status="unpaid")}
{button(token, "after_retries", "Cancel it", back=back, status="canceled")}</div>"""
    return render("Subscriptions", f'<div class="dashboard">{main}</div>', nav=NAV)


def _title(sandbox: Sandbox, subscription: Json) -> str:
    private = sandbox.store.private(subscription["id"])
    return f"{escape(private['lines'][0]['description'])}, {escape(private['email'])}"


def _price(sandbox: Sandbox, subscription: Json) -> str:
    lines = sandbox.store.private(subscription["id"])["lines"]
    each = sum(line["amount_subtotal"] for line in lines)
    return f"{money(each, subscription['currency'])} {how_often(recurring_of(subscription))}"


def subscription_page(sandbox: Sandbox, subscription: Json, token: str, said: str) -> Page:
    back, ends = f"/dashboard/subscriptions/{subscription['id']}", subscription["cancel_at"]
    over = subscription["status"] in ENDED
    known = [
        ("State", state(subscription["status"])),
        ("Price", _price(sandbox, subscription)),
        ("Period ends", moment(period_end(subscription))),
        ("Ends for good", moment(subscription["ended_at"] or ends) if over or ends else "not set"),
        ("Subscription", mono(subscription["id"])),
        ("Metadata", mono(", ".join(f"{key}={value}" for key, value in subscription["metadata"].items()))),
    ]
    acts = ""
    if not over:
        fields = {"back": back, "id": subscription["id"]}
        acts = button(token, "next_payment", "Next payment now: it is approved", quiet=False, ok="1", **fields)
        acts += button(token, "next_payment", "Next payment now: it fails", ok="0", **fields)
        acts += button(token, "cancel_subscription", "Cancel now", **fields)
    found = sandbox.store.select("invoice", ((OF_SUBSCRIPTION, subscription["id"]),), limit=SHOWN)
    invoices = "".join(_invoice(sandbox, invoice, token, back) for invoice in found)
    main = f"""{notice(said, kind="good")}<h1>{_title(sandbox, subscription)}</h1>{facts(known)}
<div class="buttons">{acts}</div><h2>Invoices</h2>{invoices}"""
    return render("Subscription", f'<div class="dashboard">{main}</div>', nav=NAV)


def _invoice(sandbox: Sandbox, invoice: Json, token: str, back: str) -> str:
    retry = invoice["next_payment_attempt"]
    known = [
        ("Invoice", f"{state(invoice['status'])} {money(invoice['total'], invoice['currency'])}"),
        ("Made", moment(invoice["created"])),
        ("Attempts", f"{invoice['attempt_count']}{f', next {moment(retry)}' if retry else ''}"),
        ("Id", mono(invoice["id"])),
    ]
    acts = f'<a class="link" href="/i/{invoice["id"]}">Open the invoice</a>'
    if invoice["status"] in PAYABLE:
        acts += button(token, "close_invoice", "Void", back=back, id=invoice["id"], status="void")
    if invoice["status"] == "open":
        acts += button(token, "close_invoice", "Write off", back=back, id=invoice["id"], status="uncollectible")
    paid = charges(sandbox, sandbox.store.private(invoice["id"]).get("payment_intent"), token, back)
    return f'<section class="card">{facts(known)}<div class="buttons">{acts}</div>{paid}</section>'
