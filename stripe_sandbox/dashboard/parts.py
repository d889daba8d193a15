"""Small pieces of dashboard HTML: buttons, states, moments."""

from datetime import UTC, datetime
from html import escape

from stripe_sandbox.store import Json

GOOD = {
    *("active", "available", "complete", "delivered", "no_payment_required", "paid", "prevented", "succeeded"),
    *("warning_closed", "won"),
}
BAD = {"canceled", "dropped", "expired", "failed", "lost", "uncollectible", "void"}
NAV = (
    '<nav aria-label="Dashboard"><a href="/dashboard">Sessions</a> '
    '<a href="/dashboard/subscriptions">Subscriptions</a> <a href="/dashboard/payouts">Payouts</a> '
    '<a href="/dashboard/events">Events</a></nav>'
)


def state(word: str) -> str:
    """A state as a word with a shape; color only repeats it."""
    kind, sign = ("good", "✓") if word in GOOD else ("stop", "&times;") if word in BAD else ("care", "…")
    return f'<span class="state {kind}"><span aria-hidden="true">{sign}</span> {escape(word.replace("_", " "))}</span>'


def moment(timestamp: float) -> str:
    at = datetime.fromtimestamp(timestamp, tz=UTC)
    return f'<time datetime="{at.isoformat()}">{at:%b} {at.day}, {at:%Y}, {at:%H:%M:%S} UTC</time>'


def button(token: str, act: str, label: str, *, back: str, quiet: bool = True, **fields: str) -> str:
    """One act in one form; the token shows that the press came from this page."""
    kind = "quiet" if quiet else "primary"
    return f'{form_start(token, act, back=back, **fields)}<button class="{kind}">{escape(label)}</button></form>'


def form_start(token: str, act: str, *, back: str, **fields: str) -> str:
    hidden = {"token": token, "act": act, "back": back, **fields}
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    return f'<form method="post" action="/dashboard">{inputs}'


def facts(pairs: list[tuple[str, str]]) -> str:
    """Names and values; the values are HTML already."""
    return '<dl class="facts">' + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"


def mono(text: str | None) -> str:
    return f"<code>{escape(text)}</code>" if text else "none"


def deliveries_state(deliveries: list[Json]) -> str:
    states = [delivery["state"] for delivery in deliveries]
    if not states:
        return state("nobody listens")
    return state("delivered" if "delivered" in states else states[-1])
