"""What the buyer and the school are told about an order: one mail per thing that happened, written with it."""

import hashlib
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from wagtail.models import Site

from accounts.models import User
from core import money
from courses.models import CoursePage, SchoolSettings
from enrollments.models import Enrollment
from notifications.services import record_mail
from payments.models import Order, OrderItem, PaymentFact, RefundRequest
from payments.rules.states import State


def write_mails(*, order: Order) -> None:
    """The mails that follow from the order as it stands; each key is written once."""
    template = _template(order)
    if template:
        key = f"{template.replace('_', '-')}-{order.uuid}"
        record_mail(key=key, user=order.user, template=template, context=_words(order, template))
    if order.needs_review:
        _tell_staff(order)


def write_free_mail(*, enrollment: Enrollment) -> None:
    """Enrolled without an order: a free course."""
    words = {
        "titles": [enrollment.course.title],
        "button_url": settings.SITE_URL + _address(enrollment.course),
        "button_label": "Open the course",
        **school_words(),
    }
    record_mail(key=f"enrolled-free-{enrollment.pk}", user=enrollment.user, template="enrolled", context=words)


def _template(order: Order) -> str:
    state = order.status
    if state.gives_access and order.quantity > 1 and not order.needs_review:
        return "seats_ready"
    if state.gives_access:
        return "enrolled" if order.items.exclude(enrollment=None).exists() else "payment_checked"
    return {
        State.PENDING: "payment_pending",
        State.FAILED: "payment_failed",
        State.REFUNDED: "order_refunded",
    }.get(state, "")


def _words(order: Order, template: str) -> dict[str, Any]:
    items = list(order.items.filter(seat__lte=1).select_related("course"))
    course = items[0].course
    to_course = template in ("enrolled", "payment_failed")
    return {
        "order": order,
        "titles": [item.course.title for item in items],
        "amount": _amount(order),
        "button_url": settings.SITE_URL + (_address(course) if to_course else order.get_absolute_url()),
        "button_label": {"enrolled": "Open the course", "payment_failed": "Try again"}.get(template, "See the order"),
        "receipt_url": settings.SITE_URL + order.get_absolute_url(),
        **school_words(),
    }


def _amount(order: Order) -> str:
    """What the buyer agreed to pay: a code may have taken something off the price."""
    session = order.facts.filter(kind=PaymentFact.Kind.SESSION).order_by("-pk").first()
    agreed = order.subtotal if session is None or session.amount is None else session.amount
    return money.display(agreed, order.currency)


def write_refund_request(*, request: RefundRequest) -> None:
    """Whoever may give money back hears that somebody asks for it."""
    order = request.order
    for person in _staff_with("refund_order"):
        record_mail(
            key=f"refund-asked-{order.uuid}-{request.n}-{person.pk}",
            user=person,
            template="refund_asked",
            context={
                "order": order,
                "amount": money.display(request.amount, order.currency),
                "reason": request.reason,
                "button_url": settings.SITE_URL + reverse("orders:inspect", args=[order.pk]),
                "button_label": "Decide",
                **school_words(),
            },
        )


def write_refund_decision(*, request: RefundRequest) -> None:
    """The buyer reads what was decided. That all of it went back is said by the order's own mail."""
    order = Order.objects.select_related("user").get(pk=request.order_id)
    if order.status == State.REFUNDED:
        return
    together = order.refund_requests.filter(decided_at=request.decided_at)  # one decision over several payments
    amount = together.aggregate(total=Sum("amount"))["total"]
    record_mail(
        key=f"refund-decided-{order.uuid}-{request.n}",
        user=order.user,
        template="refund_decided",
        context={
            "order": order,
            "amount": money.display(amount, order.currency),
            "given": request.state == RefundRequest.State.DONE,
            "parts": [item.course.title for item in request.items.select_related("course")],
            "decision": request.decision,
            "button_url": settings.SITE_URL + order.get_absolute_url(),
            "button_label": "See the order",
            **school_words(),
        },
    )


def write_seat_mail(*, order: Order, item: OrderItem, link: str) -> None:
    """The link to a seat, to the address that its buyer gave. Once per link and address."""
    giver = order.buyer.get("name") or order.buyer.get("email", "")
    record_mail(
        key=f"seat-{item.pk}-{item.claim_nonce}-{hashlib.sha256(item.seat_email.encode()).hexdigest()[:12]}",
        user=order.user,
        to=item.seat_email,
        template="seat",
        context={
            "giver": giver,
            "titles": list(order.items.filter(seat=item.seat).values_list("course__title", flat=True)),
            "button_url": link,
            "button_label": "Take the seat",
            **school_words(),
        },
    )


def _staff_with(permission: str) -> QuerySet[User]:
    allowed = Q(groups__permissions__codename=permission) | Q(user_permissions__codename=permission)
    return User.objects.filter(allowed, is_active=True).distinct()


def _tell_staff(order: Order) -> None:
    """Everyone who may see orders hears once of each reason."""
    reason = hashlib.sha256(order.review_reason.encode()).hexdigest()[:12]
    for person in _staff_with("view_order"):
        record_mail(
            key=f"order-review-{order.uuid}-{reason}-{person.pk}",
            user=person,
            template="order_review",
            context={
                "order": order,
                "reasons": order.review_reason.splitlines(),
                "button_url": settings.SITE_URL + reverse("orders:inspect", args=[order.pk]),
                "button_label": "See the order",
                **school_words(),
            },
        )


def _address(course: CoursePage) -> str:
    """The course's path; the host is the school's own, whoever asked."""
    parts = course.get_url_parts()
    return str(parts[2]) if parts else "/courses/"


def school_words() -> dict[str, str]:
    """What every mail says of the school."""
    school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    return {"school_name": school.name, "school_address": school.address, "school_email": school.email}
