"""The words around a purchase: which terms the buyer reads before paying, and who stands on the receipt."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from wagtail import hooks

from courses.models import CoursePage, SchoolSettings
from payments.models import Offer, Order, PaymentFact

Rows = list[tuple[str, str]]
ACCESS, PAYMENTS, REFUND, AFTER_REFUND, STATEMENT, TAX = (
    *("Access", "Payments", "Refund", "Credit after a refund", "Card statement", "Tax"),
)
FIRST, LAST = (PAYMENTS, ACCESS), (REFUND, AFTER_REFUND, STATEMENT, TAX)
"""In this order; what the apps about credit say stands between."""
CREDIT_STAYS = "Hours you have earned stay yours, and certificates stay valid; what you have not finished earns none."
AS_THE_PAGE_SAYS = "The name that the payment page shows"
TAX_IS_ADDED = "Tax is added by your address on the payment page, and shown before you pay."
FIELDS = ("name", "address", "profession", "license_number", "license_state")


def terms_shown(offer: Offer, course: CoursePage, at: datetime) -> dict[str, str]:
    """What the buyer reads before paying, as label -> words, to be frozen in the order.

    Of a bundle, what is said about credit is said of each of its courses.
    """
    courses = [item.course for item in offer.items.select_related("course")]
    shown = dict(terms_of(offer, at))
    for one in courses if len(courses) > 1 else [course]:
        of_which = f" ({one.title})" if len(courses) > 1 else ""
        shown |= {f"{label}{of_which}": text for label, text in credit_terms(one, at)}
    return shown


def terms_of(offer: Offer, at: datetime) -> Rows:
    """What an offer itself promises: access, refund, the name on the statement."""
    rows = [(ACCESS, f"{offer.access_days} days" if offer.access_days else "No end date")]
    if offer.is_free:
        return rows
    rows.append((REFUND, _refund(offer.refund_days, offer.refund_seen_percent)))
    rows.append((AFTER_REFUND, CREDIT_STAYS))
    rows.append((STATEMENT, statement_name() or AS_THE_PAGE_SAYS))
    return [*rows, (TAX, TAX_IS_ADDED)] if settings.STRIPE_TAX else rows


def credit_terms(course: CoursePage, at: datetime) -> Rows:
    """What the apps about credit say before somebody pays: until when to finish, or that no credit is promised.

    Hook `credit_terms`: a function of a course and a moment -> (label, text) rows.
    """
    return [row for ask in hooks.get_hooks("credit_terms") for row in ask(course, at)]


def in_order(shown: dict[str, str]) -> Rows:
    """Frozen terms as they were shown: a database may keep the labels in another order."""
    between = sorted(label for label in shown if label not in (*FIRST, *LAST))
    return [(label, shown[label]) for label in (*FIRST, *between, *LAST) if label in shown]


def terms_on_receipt(order: Order, statement: str) -> Rows:
    """The terms as they were sold, with what is known since: the refund's last day, the name on the statement."""
    terms = order.terms
    shown = dict(terms.get("shown") or {})
    days = terms.get("access_days")
    shown.setdefault(ACCESS, f"{days} days" if days else "No end date")
    if order.instalment_count > 1:
        shown[PAYMENTS] = f"{order.instalment_count}, a month apart. The certificate waits for the last."
    if order.subtotal:
        shown.setdefault(REFUND, _refund(terms.get("refund_days") or 0, terms.get("refund_seen_percent")))
    if order.refund_until:
        until = date_format(timezone.localtime(order.refund_until), "F j, Y")
        shown[REFUND] = f"{shown[REFUND]} (until {until})"
    shown.pop(TAX, None)  # the receipt states the tax itself
    shown.pop(STATEMENT, None)
    if statement:
        shown[STATEMENT] = statement
    return in_order(shown)


def _refund(days: int, seen_percent: int | None) -> str:
    if not days:
        return "none"
    seen = f", until {seen_percent}% of the course is seen" if seen_percent is not None else ""
    return f"within {days} days{seen}"


def statement_name() -> str:
    """As the school says that Stripe prints it, else as Stripe printed it last; empty before the first payment."""
    schools = SchoolSettings.objects.filter(site__is_default_site=True)
    written = schools.values_list("statement_name", flat=True).first()
    if written:
        return str(written)
    charges = PaymentFact.objects.filter(kind=PaymentFact.Kind.CHARGE, status="succeeded").order_by("-pk")
    return charges.values_list("raw__calculated_statement_descriptor", flat=True).first() or ""


@transaction.atomic
def save_billing(*, order: Order, billing: dict[str, str]) -> None:
    """Keep what shall stand on the receipt. It stays with us: Stripe is never told."""
    kept = {name: billing.get(name, "").strip() for name in FIELDS}
    Order.objects.filter(pk=order.pk).update(billing={name: value for name, value in kept.items() if value})


def billing_to_start_with(order: Order) -> dict[str, Any]:
    """What the form shows: what was written, else what the buyer wrote for another order, else what is known."""
    if order.billing:
        return dict(order.billing)
    others = Order.objects.filter(user=order.user_id).exclude(billing={}).order_by("-pk")
    written = others.values_list("billing", flat=True).first()
    if written:
        return dict(written)
    return {"name": order.buyer.get("name", ""), "address": "\n".join(address_at_stripe(list(order.facts.all())))}


def buyer_lines(order: Order, facts: list[PaymentFact]) -> list[str]:
    """Who bought, as it stands on the receipt: name or business, address, license, e-mail."""
    billing: dict[str, str] = order.billing
    name = billing.get("name") or order.buyer.get("name", "")
    address = billing["address"].splitlines() if billing.get("address") else address_at_stripe(facts)
    number, state = billing.get("license_number"), billing.get("license_state")
    license_line = ", ".join(
        filter(None, [billing.get("profession"), f"license no. {number}" if number else "", state])
    )
    return [line for line in (name, *address, license_line, order.buyer.get("email", "")) if line]


def address_at_stripe(facts: list[PaymentFact]) -> list[str]:
    """The address that the buyer wrote on Stripe's page, one part a line; empty where it asked for none."""
    for fact in facts:
        found = (fact.raw.get("customer_details") or {}).get("address") if fact.kind == "session" else None
        if found:
            place = " ".join(filter(None, [found.get("state"), found.get("postal_code")]))
            town = ", ".join(filter(None, [found.get("city"), place]))
            return [part for part in (found.get("line1"), found.get("line2"), town, found.get("country")) if part]
    return []
