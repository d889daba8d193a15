"""The dashboard's pages: sessions, one session with all that can happen to it, events, one event."""

import json
from html import escape

from stripe_sandbox.checkout.outcomes import waiting
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.dashboard.charges import charges
from stripe_sandbox.dashboard.parts import (
    NAV,
    button,
    deliveries_state,
    facts,
    form_start,
    moment,
    mono,
    state,
)
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.outbox import MODES
from stripe_sandbox.resources.payments import intent_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

SHOWN = 50


def sessions_page(sandbox: Sandbox, token: str, said: str) -> Page:
    found = sandbox.store.select("checkout.session", limit=SHOWN)
    rows = "".join(
        f'<li><a href="/dashboard/sessions/{session["id"]}">{_title(sandbox, session)}</a>'
        f"<span>{money(session['amount_total'], session['currency'])}</span>"
        f"<span>{state(session['status'])} {state(session['payment_status'])}</span>{moment(session['created'])}</li>"
        for session in found
    )
    listed = f'<ul class="rows">{rows}</ul>' if rows else "<p>No sessions yet. They appear when somebody enrolls.</p>"
    main = f"""{notice(said, kind="good")}<h1>Checkout sessions</h1>{listed}
<h2>Next webhooks</h2>{_mode_form(sandbox, token, "/dashboard")}
<h2>Promotion codes</h2>{_codes(sandbox, token)}"""
    return render("Sessions", f'<div class="dashboard">{main}</div>', nav=NAV)


def _title(sandbox: Sandbox, session: Json) -> str:
    lines = sandbox.store.private(session["id"])["lines"]
    buyer = (session["customer_details"] or {}).get("email") or session["customer_email"] or "no buyer yet"
    return f"{escape(lines[0]['description'])}, {escape(buyer)}"


def _mode_form(sandbox: Sandbox, token: str, back: str) -> str:
    mode = sandbox.outbox.mode
    options = "".join(
        f'<option value="{word}"{" selected" if word == mode.mode else ""}>{word}</option>' for word in MODES
    )
    how_many = f" for the next {mode.times}" if mode.times else ""
    address = sandbox.config.webhook_url
    target = f"Sent to {mono(address)}." if address else f"Sent to nobody: {mono('SANDBOX_WEBHOOK_URL')} is not set."
    return f"""<p>{target} Now: <strong>{mode.mode}</strong>{how_many}.</p>
{form_start(token, "mode", back=back)}<div class="fields">
<label>Mode <select name="mode">{options}</select></label>
<label>How many (empty: all) <input name="times" inputmode="numeric" size="4"></label>
<label>Delay in seconds <input name="seconds" inputmode="numeric" size="4" value="5"></label>
<button class="quiet">Set</button></div></form>
<div class="buttons">{button(token, "release", "Send held, in order", back=back)}
{button(token, "release", "Send held, newest first", back=back, order="newest_first")}</div>"""


def _codes(sandbox: Sandbox, token: str) -> str:
    rows = "".join(
        f"<li>{mono(code['code'])} {state('active' if code['active'] else 'expired')} "
        f"used {code['times_redeemed']} times</li>"
        for code in sandbox.store.select("promotion_code", limit=SHOWN)
    )
    return f"""<ul class="plain">{rows}</ul>{form_start(token, "promotion_code", back="/dashboard")}<div class="fields">
<label>Code <input name="code" required pattern="[A-Za-z0-9_\\-]+"></label>
<label>Percent off <input name="percent" inputmode="numeric" size="4" required></label>
<button class="quiet">Create</button></div></form>"""


def session_page(sandbox: Sandbox, session: Json, token: str, said: str) -> Page:
    back = f"/dashboard/sessions/{session['id']}"
    currency = session["currency"]
    known = [
        ("State", f"{state(session['status'])} {state(session['payment_status'])}"),
        ("Total", f"{money(session['amount_total'], currency)} of {money(session['amount_subtotal'], currency)}"),
        ("Reference", mono(session["client_reference_id"])),
        ("Expires", moment(session["expires_at"])),
        ("Session", mono(session["id"])),
        ("PaymentIntent", mono(session["payment_intent"])),
        *([("Subscription", _link(session["subscription"]))] if session["subscription"] else []),
    ]
    acts = ""
    if session["status"] == "open":
        acts = f'<a class="link" href="/c/pay/{session["id"]}">Open the payment page</a>'
        acts += button(token, "expire", "Expire now", back=back, id=session["id"])
    if waiting(sandbox, session):
        acts += button(token, "settle", "The bank pays", back=back, quiet=False, id=session["id"], ok="1")
        acts += button(token, "settle", "The bank refuses", back=back, id=session["id"], ok="0")
    main = f"""{notice(said, kind="good")}<h1>{_title(sandbox, session)}</h1>{facts(known)}
<div class="buttons">{acts}</div><h2>Payment</h2>{_payment(sandbox, session, token, back)}"""
    return render("Session", f'<div class="dashboard">{main}</div>', nav=NAV)


def _link(subscription: str) -> str:
    return f'<a href="/dashboard/subscriptions/{subscription}">{mono(subscription)}</a>'


def _payment(sandbox: Sandbox, session: Json, token: str, back: str) -> str:
    intent = intent_of(sandbox, session)
    return charges(sandbox, intent["id"], token, back) if intent else "<p>Nobody has tried to pay yet.</p>"


def events_page(sandbox: Sandbox, token: str, said: str) -> Page:
    rows = "".join(
        f'<li><a href="/dashboard/events/{event["id"]}">{escape(event["type"])}</a>'
        f"<span>{deliveries_state(sandbox.outbox.deliveries(event['id']))}</span>{moment(event['created'])}"
        f"{button(token, 'resend', 'Resend', back='/dashboard/events', id=event['id'])}</li>"
        for event in sandbox.store.select("event", limit=SHOWN)
    )
    listed = f'<ul class="rows">{rows}</ul>' if rows else "<p>No events yet.</p>"
    main = f"""{notice(said, kind="good")}<h1>Events</h1>{listed}
<h2>Next webhooks</h2>{_mode_form(sandbox, token, "/dashboard/events")}"""
    return render("Events", f'<div class="dashboard">{main}</div>', nav=NAV)


def event_page(sandbox: Sandbox, event: Json, token: str, said: str) -> Page:
    back = f"/dashboard/events/{event['id']}"
    deliveries = sandbox.outbox.deliveries(event["id"])
    log = "".join(
        f"<li>{state(delivery['state'])} "
        + "; ".join(f"{moment(entry['at'])} {escape(entry['outcome'])}" for entry in delivery["log"])
        + "</li>"
        for delivery in deliveries
    )
    main = f"""{notice(said, kind="good")}<h1>{escape(event["type"])}</h1>
<p>{mono(event["id"])} {moment(event["created"])}</p><h2>Deliveries</h2><ul class="plain">{log}</ul>
<div class="buttons">{button(token, "resend", "Resend", back=back, id=event["id"])}</div>
<h2>Body</h2><pre tabindex="0">{escape(json.dumps(event, indent=2))}</pre>"""
    return render(event["type"], f'<div class="dashboard">{main}</div>', nav=NAV)
