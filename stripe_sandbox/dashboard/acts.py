"""The dashboard's buttons: one act each, named in the form, looked up in one table."""

from collections.abc import Callable, Mapping

from stripe_sandbox import passing
from stripe_sandbox.billing import collection, cycle, standing
from stripe_sandbox.checkout import outcomes
from stripe_sandbox.resources import disputes, payouts, promotions, refunds, sessions
from stripe_sandbox.sandbox import Sandbox

Form = Mapping[str, str]


def _number(form: Form, name: str) -> int | None:
    """An optional whole number; an empty field means none."""
    text = form.get(name, "").strip()
    if text and not text.isdecimal():
        raise ValueError(f"{name} is a whole number")
    return int(text) if text else None


def settle(sandbox: Sandbox, form: Form) -> str:
    outcomes.settle(sandbox, form["id"], ok=form.get("ok") == "1")
    return "The bank has answered."


def expire(sandbox: Sandbox, form: Form) -> str:
    with sandbox.store.transaction():
        sessions.expire_session(sandbox, sandbox.store.load("checkout.session", form["id"]))
    return "The session has expired."


def refund(sandbox: Sandbox, form: Form) -> str:
    amount = _number(form, "amount")
    with sandbox.store.transaction():
        refunds.make_refund(sandbox, {"charge": form["id"], **({"amount": amount} if amount else {})})
    return "Refunded."


def finish_refund(sandbox: Sandbox, form: Form) -> str:
    refunds.finish_refund(sandbox, form["id"], ok=form.get("ok") == "1")
    return "The bank has answered the refund."


def open_dispute(sandbox: Sandbox, form: Form) -> str:
    disputes.open_dispute(sandbox, form["id"], inquiry=form.get("inquiry") == "1")
    return "The dispute is open."


def decide(sandbox: Sandbox, form: Form) -> str:
    disputes.decide(sandbox, form["id"], form.get("status", ""))
    return "The dispute has moved on."


def promotion_code(sandbox: Sandbox, form: Form) -> str:
    percent = _number(form, "percent") or 0
    if not 0 < percent <= 100:
        raise ValueError("percent is 1 to 100")
    with sandbox.store.transaction():
        coupon = promotions.make_coupon(sandbox, {"percent_off": float(percent)})
        made = promotions.make_promotion_code(
            sandbox, {"promotion": {"type": "coupon", "coupon": coupon["id"]}, "code": form.get("code", "").strip()}
        )
    return f"Code {made['code']} takes {percent} % off."


def next_payment(sandbox: Sandbox, form: Form) -> str:
    made = cycle.next_payment(sandbox, form["id"], ok=form.get("ok") == "1")
    return "The bank has answered." if made else "The subscription has ended."


def cancel_subscription(sandbox: Sandbox, form: Form) -> str:
    standing.cancel(sandbox, form["id"])
    return "The subscription is canceled."


def close_invoice(sandbox: Sandbox, form: Form) -> str:
    status = form.get("status", "")
    if status not in ("void", "uncollectible"):
        raise ValueError("status is void or uncollectible")
    collection.close(sandbox, form["id"], status)
    return "The invoice is void." if status == "void" else "The invoice is written off."


def after_retries(sandbox: Sandbox, form: Form) -> str:
    sandbox.give_up_as(form.get("status", ""))
    return f"After the last attempt a subscription is {sandbox.after_retries}."


def skip(sandbox: Sandbox, form: Form) -> str:
    days = _number(form, "days") or 0
    if not 0 < days <= 400:
        raise ValueError("days is 1 to 400")
    passing.skip(sandbox, days * 24 * 60 * 60)
    return f"{days} days have passed here."


def pay_out(sandbox: Sandbox, form: Form) -> str:
    made = payouts.pay_out(sandbox)
    return f"{len(made)} paid out." if made else "There is nothing to pay out."


def fail_payout(sandbox: Sandbox, form: Form) -> str:
    payouts.fail_payout(sandbox, form["id"])
    return "The bank has sent it back."


def roll_secret(sandbox: Sandbox, form: Form) -> str:
    return f"The new secret is {sandbox.signing.roll()}."


def skew(sandbox: Sandbox, form: Form) -> str:
    sandbox.signing.skew = int(form.get("seconds", "").strip() or "0")
    return f"Signatures are {sandbox.signing.skew} seconds off."


def mode(sandbox: Sandbox, form: Form) -> str:
    seconds = _number(form, "seconds")
    sandbox.outbox.set_mode(
        form.get("mode", ""), times=_number(form, "times"), seconds=5.0 if seconds is None else seconds
    )
    return f"Next webhooks: {form.get('mode')}."


def release(sandbox: Sandbox, form: Form) -> str:
    count = sandbox.outbox.release(newest_first=form.get("order") == "newest_first")
    return f"{count} held webhooks are on their way."


def resend(sandbox: Sandbox, form: Form) -> str:
    sandbox.store.load("event", form["id"])
    if not sandbox.outbox.deliver:
        raise ValueError("no SANDBOX_WEBHOOK_URL is set")
    sandbox.outbox.resend(form["id"])
    return "The event is on its way again."


ACTS: Mapping[str, Callable[[Sandbox, Form], str]] = {
    "settle": settle,
    "expire": expire,
    "refund": refund,
    "finish_refund": finish_refund,
    "open_dispute": open_dispute,
    "decide": decide,
    "promotion_code": promotion_code,
    "next_payment": next_payment,
    "cancel_subscription": cancel_subscription,
    "close_invoice": close_invoice,
    "after_retries": after_retries,
    "skip": skip,
    "pay_out": pay_out,
    "fail_payout": fail_payout,
    "roll_secret": roll_secret,
    "skew": skew,
    "mode": mode,
    "release": release,
    "resend": resend,
}
