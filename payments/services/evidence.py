"""What the school can show a bank about an order: what was bought on which terms, and what was done with it.

The names of Stripe's fields stand with what belongs in them. Sections about attempts and certificates come from the
apps that know, through the hook `order_evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail import hooks
from wagtail.models import Site

from accounts.models import User
from core import money
from core.dossier import Section, instant
from courses.models import SchoolSettings
from enrollments.models import AccessHold, Enrollment, UnitCompletion
from notifications.models import Mail
from payments.models import Order, OrderNote, PaymentFact
from payments.rendering import render_evidence
from payments.services.receipts import receipt_of

ON_THE_COURSE_PAGE = "The course page states this rule beside the button to pay; the receipt repeats it:"


@dataclass(frozen=True)
class Evidence:
    """The pack: sections to print, and texts to paste into Stripe's form, by Stripe's own names."""

    number: str
    sections: list[Section]
    fields: dict[str, str]


def evidence_of(order: Order) -> Evidence:
    """Everything that speaks to a dispute of this order, from the rows as they stand."""
    taken = [item.enrollment_id for item in order.items.all() if item.enrollment_id]
    enrollments = list(Enrollment.objects.filter(pk__in=taken).select_related("course", "user").order_by("enrolled_at"))
    log = _access_log(order, enrollments)
    more = [section for ask in hooks.get_hooks("order_evidence") for section in ask(enrollments)]
    sections = [_purchase(order), _terms(order), *_policies(order), log, *more, _letters(order), _payments(order)]
    return Evidence(order.number, [section for section in sections if section.rows], _fields(order, enrollments, log))


@transaction.atomic
def make_pack(*, order: Order, by: User, at: datetime | None = None) -> bytes:
    """The evidence as a PDF, made from what is true now; that it was made stays on record."""
    now = at or timezone.now()
    found = evidence_of(order)
    school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    pdf = render_evidence(
        {
            "title": f"Evidence for order {order.number}",
            "school": school.name,
            "address": school.address,
            "made": f"Made {instant(now)} from the school's records.",
            "disputes": _disputes(order),
            "sections": [vars(section) for section in found.sections],
        },
        at=now,
    )
    OrderNote.objects.create(
        order=order, at=now, by=by, what=OrderNote.What.EVIDENCE, text=f"{len(found.sections)} sections, PDF."
    )
    return pdf


def _purchase(order: Order) -> Section:
    receipt = receipt_of(order)
    rows = [
        ("Order", order.number),
        ("Bought", order.title + (f", {order.quantity} seats" if order.quantity > 1 else "")),
        ("Ordered", instant(order.created_at)),
        ("Payment seen", instant(order.paid_at)),
        ("Buyer", f"{order.buyer.get('name', '')}, {order.buyer.get('email', '')}".strip(", ")),
        ("Account made", instant(order.user.date_joined)),
        *receipt.lines,
        (receipt.total_label, receipt.total),
        ("On the card statement", receipt.statement),
    ]
    return Section("Purchase and receipt", "Stripe: receipt, product_description", (), _said(rows))


def _terms(order: Order) -> Section:
    terms = order.terms
    days = terms.get("access_days")
    seen = terms.get("refund_seen_percent")
    rows = [
        ("Access", f"{days} days" if days else "without an end date"),
        ("Refund", f"within {terms['refund_days']} days" if terms.get("refund_days") else "none promised"),
        ("Refund until", instant(order.refund_until)),
        ("No refund after", f"{seen}% of the course" if seen is not None else ""),
        ("In words", terms.get("refund_text") or ""),
    ]
    return Section("Terms as they were sold", "Stripe: refund_policy_disclosure", (), _said(rows))


def _policies(order: Order) -> list[Section]:
    texts = [
        (f"{one['kind'].capitalize()}, from {one['effective_from']}", _plain(one["summary"], one["text"]))
        for one in order.terms.get("policies") or []
    ]
    return [Section("Policies in force that day", "Stripe: refund_policy, cancellation_policy", (), texts)]


def _plain(summary: str, text: str) -> str:
    """Rich text as paragraphs."""
    for end in ("</p>", "</li>", "</h2>", "</h3>", "<br/>"):
        text = text.replace(end, f"{end}\n")
    lines = [line.strip() for line in strip_tags(text).splitlines()]
    return "\n".join([summary, *filter(None, lines)])


def _access_log(order: Order, enrollments: list[Enrollment]) -> Section:
    """When access was given and what was opened and completed with it, in order of time."""
    known = {one.pk: one for one in enrollments}
    names = {one.pk: _whose(order, one, place) for place, one in enumerate(enrollments, start=1)}
    lines: list[tuple[datetime, str, str]] = [
        (one.enrolled_at, names[one.pk], f"Enrolled in {one.course.title}; access given") for one in enrollments
    ]
    for done in UnitCompletion.objects.filter(enrollment__in=known).select_related("unit"):
        lines.append((done.completed_at, names[done.enrollment_id], f"Completed: {done.unit.title}"))
    for hold in AccessHold.objects.filter(enrollment__in=known):
        reason = hold.get_reason_display().lower()
        lines.append((hold.opened_at, names[hold.enrollment_id], f"Access suspended: {reason}"))
        if hold.closed_at:
            lines.append((hold.closed_at, names[hold.enrollment_id], f"Access open again: {reason}"))
    for one in enrollments:
        if one.completed_at:
            lines.append((one.completed_at, names[one.pk], f"Completed the course {one.course.title}"))
        if one.last_activity_at:
            lines.append((one.last_activity_at, names[one.pk], "Last activity in the course"))
    rows = [(instant(at), who, what) for at, who, what in sorted(lines)]
    return Section("Access log", "Stripe: access_activity_log, service_date", ("When", "Who", "What"), rows)


def _whose(order: Order, enrollment: Enrollment, place: int) -> str:
    """The buyer; somebody who took a seat is a number here, for the bank has no business with the name."""
    return "Buyer" if enrollment.user_id == order.user_id else f"Seat holder {place}"


def _letters(order: Order) -> Section:
    mails = Mail.objects.filter(key__contains=str(order.uuid), user_id=order.user_id).order_by("created_at", "pk")
    rows = [(instant(mail.sent_at or mail.created_at), mail.to, mail.subject) for mail in mails]
    return Section("Mails to the buyer", "Stripe: customer_communication", ("When", "To", "Subject"), rows)


def _payments(order: Order) -> Section:
    rows = [
        (
            instant(fact.happened_at),
            f"{fact.get_kind_display()} {fact.stripe_id}",
            fact.status,
            money.display(fact.amount, fact.currency) if fact.amount is not None and fact.currency else "",
        )
        for fact in order.facts.all()
    ]
    return Section("What Stripe recorded", "", ("When", "What", "State", "Amount"), rows)


def _disputes(order: Order) -> list[str]:
    facts = [fact for fact in order.facts.all() if fact.kind == PaymentFact.Kind.DISPUTE]
    return [
        f"Dispute {fact.stripe_id}, {money.display(fact.amount or 0, fact.currency)}, "
        f"reason given: {fact.raw.get('reason', '')}"
        for fact in facts
    ]


def _fields(order: Order, enrollments: list[Enrollment], log: Section) -> dict[str, str]:
    """Stripe's names -> what to paste there."""
    buyer: dict[str, Any] = order.buyer
    begun = next((one.enrolled_at for one in enrollments), None)
    return {
        "service_date": f"{begun:%Y-%m-%d}" if begun else "",
        "access_activity_log": "\n".join(", ".join(row) for row in log.rows),
        "refund_policy_disclosure": _disclosure(order),
        "customer_name": str(buyer.get("name", "")),
        "customer_email_address": str(buyer.get("email", "")),
        "product_description": f"Online course access: {order.title}",
    }


def _disclosure(order: Order) -> str:
    """Which rule there was, and where the buyer read it."""
    text, days = order.terms.get("refund_text"), order.terms.get("refund_days")
    receipt = f"{settings.SITE_URL}{order.get_absolute_url()}"
    if text:
        return f"{text} {ON_THE_COURSE_PAGE} {receipt}"
    rule = f"Refund within {days} days of the payment" if days else "No refund was promised"
    return f"{rule}, as the receipt states: {receipt}"


def _said(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in rows if value]
