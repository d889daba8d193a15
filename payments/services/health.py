"""Whether money and news of it arrive: what staff look at before they ask a developer. `/readyz` does not ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from payments.models import Order, ReconcileRun, RefundRequest, StripeEvent
from payments.services import stripe_api
from payments.services.events import LOCATORS

LATE_NEWS = timedelta(minutes=30)
"""After a payment was seen, its webhook should have come within this."""
UNREAD = timedelta(minutes=30)
"""`sweep` reads unfinished orders every ten minutes; three rounds missed need a look."""
NIGHTLY = timedelta(hours=26)
SKEW = 60
"""Seconds between Stripe's clock and ours that need a look: at 300 a good signature is refused."""
NEWEST = 20


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: good, or in need of care with what to do."""

    name: str
    value: str
    good: bool = True
    advice: str = ""


def findings(*, at: datetime | None = None) -> list[Finding]:
    """Everything that can be said without asking Stripe."""
    now = at or timezone.now()
    return [_set_up(), _mode(), *_events(now), *_clock_and_secret(), _open_orders(now), _refunds(now), _nightly(now)]


def _set_up() -> Finding:
    missing = [
        name
        for name, there in (
            ("PAYMENTS", settings.PAYMENTS),
            ("STRIPE_SECRET_KEY", settings.STRIPE_SECRET_KEY),
            ("STRIPE_WEBHOOK_SECRETS", settings.STRIPE_WEBHOOK_SECRETS),
        )
        if not there
    ]
    if missing:
        return Finding("Set up", "No", False, f"Nothing is sold. Set {', '.join(missing)}, and start the site again.")
    count = len(settings.STRIPE_WEBHOOK_SECRETS)
    return Finding("Set up", f"Yes: a key, and {count} webhook secret{'s' if count > 1 else ''}")


def _mode() -> Finding:
    return Finding("Mode", "Live: real money" if stripe_api.live_mode() else "Test: no money moves")


def _events(now: datetime) -> list[Finding]:
    failed = Q(outcome=StripeEvent.Outcome.FAILED)
    day, week = (Q(last_seen_at__gt=now - timedelta(days=days)) for days in (1, 7))
    good = Q(type__in=LOCATORS, livemode=stripe_api.live_mode()) & ~failed
    seen = StripeEvent.objects.aggregate(
        last=Max("last_seen_at", filter=good),
        day=Count("pk", filter=failed & day),
        week=Count("pk", filter=failed & week),
    )
    failures = Finding(
        "Webhooks that failed",
        f"{seen['day']} in a day, {seen['week']} in seven days",
        not seen["day"],
        "Stripe sends them again for three days. The list of webhooks says what went wrong." if seen["day"] else "",
    )
    return [_last_event(seen["last"], now), failures]


def _last_event(last: datetime | None, now: datetime) -> Finding:
    """The last one that told of an order and was understood: others show only that the address is known.

    Silence alone is no fault, a shop may sell nothing for weeks: it is one where money came meanwhile.
    """
    paid = Order.objects.filter(livemode=stripe_api.live_mode()).aggregate(last=Max("paid_at"))["last"]
    silent = paid is not None and paid < now - LATE_NEWS and (last is None or last < paid - LATE_NEWS)
    return Finding(
        "Last webhook",
        f"{timesince(last, now)} ago" if last else "None yet",
        not silent,
        "Payments came and no webhook told of them. At Stripe, look at the endpoint: its address and its events."
        if silent
        else "",
    )


def _clock_and_secret() -> list[Finding]:
    newest = StripeEvent.objects.exclude(signed_at=None).exclude(secret_number=None).order_by("-last_seen_at")
    seen = list(newest.values_list("last_seen_at", "signed_at", "secret_number")[:NEWEST])
    if not seen:
        unknown = "Not known before a webhook comes"
        return [Finding("Clock", unknown), Finding("Webhook secret in use", unknown)]
    seconds = round(median((received - signed).total_seconds() for received, signed, _ in seen if signed))
    off = abs(seconds) > SKEW
    side = "after" if seconds >= 0 else "before"
    clock = Finding(
        "Clock",
        f"{abs(seconds)} second{'s' if abs(seconds) != 1 else ''} {side} Stripe's signature",
        not off,
        "Set this server's clock (NTP): from 300 seconds on webhooks are refused." if off else "",
    )
    return [clock, _secret(seen[0][2] or 0)]


def _secret(fits: int) -> Finding:
    """Which of the secrets fits the newest webhook, counted from 1; never the secret."""
    name, count = "Webhook secret in use", len(settings.STRIPE_WEBHOOK_SECRETS)
    if fits > count:
        advice = "The newest webhook fits a secret that was taken out. If Stripe still signs with it, put it back."
        return Finding(name, f"Number {fits}, and {count} in the list", False, advice)
    advice = ""
    if fits > 1:
        advice = (
            "Stripe does not sign with number 1. If the secret was rolled: is number 1 the new one of this endpoint?"
        )
    elif count > 1:
        last = StripeEvent.objects.filter(secret_number__gt=1).aggregate(last=Max("last_seen_at"))["last"]
        since = f"is unused since {date_format(timezone.localtime(last), 'F j, Y, H:i')}" if last else "was never used"
        advice = f"The old secret {since}: take it out of STRIPE_WEBHOOK_SECRETS."
    return Finding(name, f"Number {fits} of {count}", True, advice)


def _open_orders(now: datetime) -> Finding:
    seen = Coalesce("read_at", "created_at")
    since = Order.objects.unfinished().aggregate(oldest=Min(seen))["oldest"]
    if since is None:
        return Finding("Longest unread open order", "None is open")
    late = now - since > UNREAD
    return Finding(
        "Longest unread open order",
        f"{timesince(since, now)} ago",
        not late,
        "`manage.py sweep` should read it every ten minutes. Is it running?" if late else "",
    )


def _refunds(now: datetime) -> Finding:
    waiting = RefundRequest.objects.filter(state=RefundRequest.State.ASKED)
    count, oldest = waiting.count(), waiting.order_by("decided_at").values_list("decided_at", flat=True).first()
    late = oldest is not None and now - oldest > UNREAD
    return Finding(
        "Refunds on their way to Stripe",
        str(count) if count else "None",
        not late,
        "They did not reach Stripe yet; each sweep tries again. Ask Stripe below." if late else "",
    )


def _nightly(now: datetime) -> Finding:
    last = ReconcileRun.objects.filter(whole=True).first()
    if last is None:
        return Finding("Last reconciliation", "None yet", False, "Run `manage.py reconcile_payments` every night.")
    advice = ""
    if last.ended_at is None:
        advice = "It did not come to its end."
    elif last.error:
        advice = last.error
    elif now - last.started_at > NIGHTLY:
        advice = "Run `manage.py reconcile_payments` every night."
    said = f"{timesince(last.started_at, now)} ago, {_differences(last)}"
    return Finding("Last reconciliation", said, not advice, advice)


def _differences(run: ReconcileRun) -> str:
    count, missed = len(run.differences), sum(" never came. " in line for line in run.differences)
    if not count:
        return "no difference"
    told = f"; of {missed} Stripe had sent news that did not arrive" if missed else ""
    return f"{count} difference{'s' if count > 1 else ''}, repaired{told}"


def undelivered() -> int:
    """How many events about orders Stripe could not bring, since the last ones that a comparison saw to.

    Asks Stripe, which answers within our key. Raises StripeDownError, StripeRefusedError.
    """
    marks = ReconcileRun.objects.exclude(bookmark="").values_list("bookmark", flat=True)
    numbers = [event["id"] for event in stripe_api.undelivered_events(sorted(LOCATORS), after=marks.first() or "")]
    came = StripeEvent.objects.filter(pk__in=numbers).exclude(outcome=StripeEvent.Outcome.FAILED)
    return len(numbers) - came.count()
