"""The dashboard's page of payouts, and of what signs the webhooks."""

from stripe_sandbox.checkout.totals import money
from stripe_sandbox.dashboard.parts import NAV, button, form_start, moment, mono, state
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.sandbox import Sandbox

SHOWN = 50


def payouts_page(sandbox: Sandbox, token: str, said: str) -> Page:
    back = "/dashboard/payouts"
    rows = "".join(
        f"<li><span>{mono(found['id'])}</span><span>{money(found['amount'], found['currency'])}</span>"
        f"<span>{state(found['status'])} {moment(found['created'])}</span>"
        + (
            button(token, "fail_payout", "The bank sends it back", back=back, id=found["id"])
            if found["status"] == "paid"
            else "<span></span>"
        )
        + "</li>"
        for found in sandbox.store.select("payout", limit=SHOWN)
    )
    listed = f'<ul class="rows">{rows}</ul>' if rows else "<p>No payouts yet.</p>"
    main = f"""{notice(said, kind="good")}<h1>Payouts</h1>{listed}
<div class="buttons">{button(token, "pay_out", "Pay out what is available", back=back, quiet=False)}</div>
<h2>Webhook secret</h2>{_secrets(sandbox, token, back)}"""
    return render("Payouts", f'<div class="dashboard">{main}</div>', nav=NAV)


def _secrets(sandbox: Sandbox, token: str, back: str) -> str:
    """The secrets are shown whole: they are this machine's own, and the shop has to be told the new one."""
    keys = "".join(f"<li>{mono(key)}</li>" for key in sandbox.signing.keys if key)
    return f"""<p>These sign, newest first. After a roll both do for 24 hours; a restart takes the
environment's again.</p><ul class="plain">{keys}</ul>
<div class="buttons">{button(token, "roll_secret", "Roll the secret", back=back)}</div>
{form_start(token, "skew", back=back)}<div class="fields">
<label>Signing clock is wrong by (seconds) <input name="seconds" size="6" value="{sandbox.signing.skew}"></label>
<button class="quiet">Set</button></div></form>"""
