"""What an order's state does to access: given once, suspended and returned through the services of enrollments."""

from datetime import datetime, timedelta

from enrollments.models import Enrollment
from enrollments.services import EnrollmentRefused, close_hold, enroll, open_hold
from payments.models import Order, OrderItem
from payments.rules.states import HOLDS, State
from payments.services.claims import make_links
from payments.services.given_back import refunded_items
from payments.services.renewal import may_buy_again, take_over
from payments.services.seats import seat_free


def apply_access(*, order: Order, state: State, objections: list[str], at: datetime) -> list[str]:
    """Give what was paid for, once; suspend and return it as the money goes. Answers why a person must look.

    An order touches only the enrollments that it gave. Money that came for something else than was sold gives nothing.
    """
    reasons = list(objections)
    given_back = refunded_items(order=order) if state.gives_access else set()
    if order.quantity > 1 and state.gives_access and not objections:
        if seat_free(offer=order.offer, quantity=order.quantity, besides=order):
            make_links(order=order)
        else:
            reasons.append("So many seats are not left. Refund the payment, or make room.")
    for item in OrderItem.objects.filter(order=order).select_related("course", "enrollment__user"):
        if item.enrollment is None and state.gives_access and not objections and _is_for_the_buyer(item, given_back):
            reasons += _give(order, item, at)
        if item.enrollment is None:
            continue
        _hold_or_release(order, item.enrollment, State.REFUNDED if item.pk in given_back else state, at)
        if state in (State.REFUNDED, State.DISPUTE_LOST) and item.enrollment.completed_at:
            reasons.append(f"{item.course.title} was completed before the money went back. Look at the certificate.")
    return reasons


def _is_for_the_buyer(item: OrderItem, given_back: set[int]) -> bool:
    """Seats for others are taken by their links; what was given back or passed on is not given again."""
    return item.seat == 0 and not item.passed_to_id and item.pk not in given_back


def _give(order: Order, item: OrderItem, at: datetime) -> list[str]:
    """Enroll the buyer, or say why not."""
    if not order.user.is_active:
        return ["The buyer's account is closed. Refund the payment."]
    days = order.terms.get("access_days")
    until = at + timedelta(days=days) if days else None
    held = Enrollment.objects.current().filter(user=order.user, course_id=item.course_id).first()
    if held and not may_buy_again(enrollment=held, at=at):
        return [f"Already enrolled in {item.course.title} in another way: paid twice. Refund this payment."]
    if not seat_free(offer=order.offer, quantity=order.quantity, besides=order):
        return ["No seat is left. Refund the payment, or make room."]
    if held:
        take_over(item=item, enrollment=held, access_until=until, at=at)
        return []
    try:
        item.enrollment = enroll(
            user=order.user,
            course=item.course,
            source=Enrollment.Source.ORDER,
            access_until=until,
            at=at,
        )
    except EnrollmentRefused as refusal:
        return [f"Paid, and not enrolled: {refusal}"]
    item.save(update_fields=["enrollment"])  # unique: an enrollment is given by one order
    return []


def _hold_or_release(order: Order, enrollment: Enrollment, state: State, at: datetime) -> None:
    source = f"order:{order.uuid}"
    for reason in HOLDS:
        if reason == state.hold:
            open_hold(enrollment=enrollment, reason=reason, source=source, at=at)
        else:
            close_hold(enrollment=enrollment, reason=reason, source=source, at=at)
