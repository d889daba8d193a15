"""The review queue: what waits, what solves it with one press, and who may press."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from enrollments.services import enroll
from notifications.models import Mail
from payments.models import Offer, Order, OrderNote
from payments.rules.review import Solution, refund_reason, solutions
from payments.services import ask_refund, give_back, save_offer, sync_order
from payments.services.queue import waiting, waiting_orders
from payments.services.review import ReviewRefused, add_note, give_access, refund_extra
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer, make_order
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
RIGHTS = ("view_order", "change_order", "refund_order")


def staff_with(*rights: str) -> User:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *rights]))
    return user


@pytest.fixture
def keeper(client_of: Callable[[User], Client]) -> Client:
    """Somebody who may do everything with orders."""
    return client_of(staff_with(*RIGHTS))


@pytest.mark.parametrize(
    ("reason", "first"),
    [
        ("Paid 2 times. Refund all but one payment.", Solution.REFUND_EXTRA),
        ("The payment is disputed (dp_1). Answer by May 1, 2027.", Solution.DISPUTE),
        ("The bank asks about the payment (dp_1). Access stays.", Solution.DISPUTE),
        ("The dispute dp_1 is lost. Look at the certificate, if one was issued.", Solution.DISPUTE),
        ("Already enrolled in Touch in another way: paid twice. Refund this payment.", Solution.REFUND),
        ("The buyer's account is closed. Refund the payment.", Solution.REFUND),
        ("No seat is left. Refund the payment, or make room.", Solution.REFUND),
        ("So many seats are not left. Refund the payment, or make room.", Solution.REFUND),
        ("Paid, and not enrolled: This course has nothing to study yet.", Solution.REFUND),
        ("Session cs_1 was made for another order.", Solution.REFUND),
        ("Session cs_1 was paid in eur, the order is in usd.", Solution.REFUND),
        ("Session cs_1 asked for 100, the order for 4800.", Solution.REFUND),
        ("Touch was completed before the money went back. Look at the certificate.", Solution.READ),
    ],
)
def test_each_reason_has_what_fits_it(reason: str, first: Solution) -> None:
    fit = solutions(reason)
    assert (fit[0], fit[-1]) == (first, Solution.SETTLE)


def test_the_buyer_reads_a_plain_reason() -> None:
    assert refund_reason("No seat is left. Refund the payment, or make room.") == "No seat was left."
    assert refund_reason("Session cs_1 was paid in eur, the order is in usd.").startswith("Session cs_1")


def test_what_one_has_already_is_given_back_with_one_press(shop: Shop, keeper: Client, learner: User) -> None:
    url = shop.enroll()
    enroll(user=learner, course=shop.course, source=Enrollment.Source.GRANT)
    shop.pay(url, APPROVED)
    order = sync_order(order=shop.order)
    page = keeper.get(reverse("sales:review")).content.decode()
    assert "Give back $48.00" in page
    form = {"reason": order.review_reason, "amount": "4800", "note": ""}
    answer = keeper.post(reverse("sales:solve", args=[order.pk, "refund"]), form, follow=True).content.decode()
    assert "the money is on its way back" in answer
    fresh = shop.order
    assert (fresh.state, fresh.needs_review) == ("refunded", False)
    assert fresh.refund_requests.get().reason == "Enrolled already: paid twice."
    assert Enrollment.objects.active().filter(user=learner).count() == 1


def test_of_a_bundle_only_the_part_that_one_has_goes_back(shop: Shop, keeper: Client, learner: User) -> None:
    other = make_course("Sacral hold")
    bundle = save_offer(courses=[shop.course, other], unit_amount=9000, name="Both")
    answer = shop.browser.post(f"/enroll/{shop.course.slug}/", {"offer": bundle.pk})
    url = str(answer["Location"])
    enroll(user=learner, course=other, source=Enrollment.Source.GRANT)
    shop.pay(url, APPROVED)
    order = sync_order(order=shop.order)
    (one,) = [waiting(found) for found in waiting_orders()]
    assert [(way.solution, way.amount) for way in one.reasons[0].ways if way.amount] == [(Solution.REFUND, 4500)]
    form = {"reason": order.review_reason, "amount": "4500"}
    keeper.post(reverse("sales:solve", args=[order.pk, "refund"]), form)
    fresh = shop.order
    assert (fresh.state, fresh.needs_review) == ("partially_refunded", False)
    assert Enrollment.objects.active().filter(user=learner).count() == 2


def pay_twice(shop: Shop) -> Order:
    """Two sessions of one order, both paid."""
    first, first_id = shop.enroll(), shop.session_id
    shop.order.attempts.update(session_id=None, state="failed")  # its answer was lost
    second = shop.enroll()
    shop.order.attempts.filter(n=1).update(session_id=first_id, state="open")
    shop.pay(first, APPROVED)
    shop.pay(second, APPROVED)
    return sync_order(order=shop.order)


def test_the_second_payment_goes_back_with_one_press(shop: Shop, keeper: Client) -> None:
    order = pay_twice(shop)
    assert order.review_reason == "Paid 2 times. Refund all but one payment."
    assert "Give back $48.00, the second payment" in keeper.get(reverse("sales:review")).content.decode()
    form = {"reason": order.review_reason, "amount": "4800"}
    keeper.post(reverse("sales:solve", args=[order.pk, "refund_extra"]), form)
    fresh = shop.order
    assert (fresh.state, fresh.needs_review) == ("partially_refunded", False)
    assert Enrollment.objects.active().count() == 1
    assert fresh.facts.filter(kind="refund").count() == 1


def test_pressed_twice_gives_back_once(shop: Shop, keeper: Client) -> None:
    order = pay_twice(shop)
    form = {"reason": order.review_reason, "amount": "4800"}
    door = reverse("sales:solve", args=[order.pk, "refund_extra"])
    keeper.post(door, form)
    again = keeper.post(door, form, follow=True).content.decode()
    assert "This reason is no longer there. Nothing was done." in again
    assert shop.order.refund_requests.count() == 1


def test_what_a_bank_asks_about_can_go_back_before_it_is_disputed(shop: Shop, keeper: Client) -> None:
    shop.pay(shop.enroll(), APPROVED)
    sync_order(order=shop.order)
    shop.bank.dispute(shop.payment, inquiry=True)
    order = sync_order(order=shop.order)
    form = {"reason": order.review_reason, "amount": "4800"}
    keeper.post(reverse("sales:solve", args=[order.pk, "refund"]), form)
    fresh = shop.order
    assert (fresh.state, fresh.needs_review) == ("refunded", False)
    assert fresh.refund_requests.get().reason == "Your bank asked about the payment."


def test_another_amount_than_the_one_shown_is_not_given_back(shop: Shop, keeper: Client) -> None:
    order = pay_twice(shop)
    for amount in ("1", "9600", "", "x", "-4800"):
        form = {"reason": order.review_reason, "amount": amount}
        door = reverse("sales:solve", args=[order.pk, "refund_extra"])
        assert "The order has changed meanwhile" in keeper.post(door, form, follow=True).content.decode()
    assert not shop.order.refund_requests.exists()
    with pytest.raises(ReviewRefused):
        refund_extra(order=order, by=staff_with(*RIGHTS), amount=0)


def full_order(shop: Shop, stranger: User) -> Order:
    """Paid, while the last seat went to somebody else."""
    url, order = shop.enroll(), shop.order
    Offer.objects.update(seats=1)
    other = make_course("Other")
    taken = make_order(stranger, save_offer(courses=[other], unit_amount=100))
    Order.objects.filter(pk=taken.pk).update(offer=order.offer, state="paid", created_at="2020-01-02T12:00:00Z")
    taken.items.update(enrollment=enroll(user=stranger, course=other, source="order"))
    shop.pay(url, APPROVED)
    return sync_order(order=Order.objects.get(pk=order.pk))


@pytest.mark.both_databases
def test_access_is_given_by_hand_with_the_reason_on_record(shop: Shop, keeper: Client, stranger: User) -> None:
    order = full_order(shop, stranger)
    assert order.review_reason == "No seat is left. Refund the payment, or make room."
    form = {"reason": order.review_reason, "note": "A chair was found."}
    keeper.post(reverse("sales:solve", args=[order.pk, "give_access"]), form)
    order.refresh_from_db()
    assert not order.needs_review
    assert Enrollment.objects.active().get(user=order.user).source == "order"
    given = order.notes.get(what=OrderNote.What.ACCESS_GIVEN)
    assert given.text == "A chair was found."
    assert Mail.objects.filter(key=f"enrolled-{order.uuid}").count() == 1
    order = sync_order(order=order)
    assert (order.review_reason, Enrollment.objects.active().filter(user=order.user).count()) == ("", 1)


def test_access_that_was_given_by_hand_goes_with_the_money(shop: Shop, stranger: User) -> None:
    order = full_order(shop, stranger)
    boss = staff_with(*RIGHTS)
    give_access(order=order, by=boss, reason="A chair was found.")
    give_back(order=order, by=boss, reason="Cannot come.")
    order.refresh_from_db()
    assert (order.state, Enrollment.objects.active().filter(user=order.user).count()) == ("refunded", 0)


def test_access_is_not_given_without_words_or_payment_or_account(shop: Shop, stranger: User) -> None:
    order = full_order(shop, stranger)
    boss = staff_with(*RIGHTS)
    with pytest.raises(ReviewRefused, match="why"):
        give_access(order=order, by=boss, reason="  ")
    Order.objects.filter(pk=order.pk).update(state="refunded")
    with pytest.raises(ReviewRefused, match="refunded"):
        give_access(order=order, by=boss, reason="Kind.")
    Order.objects.filter(pk=order.pk).update(state="paid")
    User.objects.filter(pk=order.user_id).update(is_active=False)
    with pytest.raises(ReviewRefused, match="closed"):
        give_access(order=order, by=boss, reason="Kind.")
    assert not Enrollment.objects.filter(course=shop.course).exists()


def test_a_refund_for_a_whole_order_also_deals_with_the_reason(shop: Shop, keeper: Client) -> None:
    shop.pay(shop.enroll(), APPROVED)
    Order.objects.update(subtotal=4700)
    order = sync_order(order=shop.order)
    form = {"reason": order.review_reason, "amount": "4800"}
    keeper.post(reverse("sales:solve", args=[order.pk, "refund"]), form)
    fresh = shop.order
    assert (fresh.state, fresh.review_reason != "", fresh.needs_review) == ("refunded", True, False)


def test_dealt_with_needs_words_and_stays_on_record(shop: Shop, keeper: Client) -> None:
    shop.enroll()
    Order.objects.update(review_reason="Look at the certificate.")
    door = reverse("sales:solve", args=[shop.order.pk, "settle"])
    form = {"reason": "Look at the certificate."}
    assert "Please write what was done." in keeper.post(door, form, follow=True).content.decode()
    keeper.post(door, form | {"note": "It stands."})
    note = OrderNote.objects.get()
    assert (note.what, note.text) == ("settled", "It stands.\nLook at the certificate.")
    assert keeper.get(reverse("sales:review")).context["waiting"] == []


def test_a_note_stands_in_the_story_of_its_order(
    shop: Shop, keeper: Client, client_of: Callable[[User], Client]
) -> None:
    shop.enroll()
    door = reverse("orders:note", args=[shop.order.pk])
    assert "Write something first." in keeper.post(door, {"note": " "}, follow=True).content.decode()
    page = keeper.post(door, {"note": "She called <us>."}, follow=True).content.decode()
    assert "Note: She called &lt;us&gt;." in page
    assert client_of(staff_with("view_order")).post(door, {"note": "x"}).status_code == 302
    assert OrderNote.objects.count() == 1


def test_the_story_is_in_order_of_time(shop: Shop, keeper: Client) -> None:
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    add_note(order=shop.order, by=staff_with(), text="Called.", at=shop.order.created_at - timedelta(days=1))
    story = keeper.get(reverse("orders:inspect", args=[shop.order.pk])).context["story"]
    seconds = [one.at.replace(microsecond=0) for one in story]  # Stripe tells no smaller parts
    assert seconds == sorted(seconds)
    assert story[0].what == "Note: Called."
    assert {one.kind for one in story} == {"Order", "Checkout", "Stripe", "Webhook", "Staff", "Mail", "Access"}


@pytest.mark.both_databases
def test_the_list_shows_seats_and_how_far_a_refund_is(shop: Shop, keeper: Client) -> None:
    Offer.objects.update(most_seats=5)
    shop.pay(shop.enroll(seats="3"), APPROVED)
    order = sync_order(order=shop.order)
    for state, words in (("requested", "asked for"), ("done", "given back"), ("refused", "refused")):
        order.refund_requests.all().delete()
        ask_refund(order=order, by=order.user, reason="No.")
        order.refund_requests.update(state=state)
        page = keeper.get(reverse("orders:index")).content.decode()
        assert words in page
    rows = b"".join(keeper.get(f"{reverse('orders:index')}?export=csv").streaming_content).decode().splitlines()
    found = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert (found["Seats"], found["Price"], found["Refund"]) == ("3", "144.00", "refused")


def test_read_again_solves_what_stripe_has_solved(shop: Shop, keeper: Client) -> None:
    shop.buy(APPROVED)
    Order.objects.update(review_reason="Look.")
    form = {"reason": "Look."}
    page = keeper.post(reverse("sales:solve", args=[shop.order.pk, "read"]), form, follow=True).content.decode()
    assert "read. It is: paid." in page
    assert not shop.order.needs_review


def test_stripe_down_while_giving_back_keeps_the_decision(shop: Shop, keeper: Client) -> None:
    order = pay_twice(shop)
    shop.bank.fault("500", times=3)
    form = {"reason": order.review_reason, "amount": "4800"}
    door = reverse("sales:solve", args=[order.pk, "refund_extra"])
    assert "goes out with the next sweep" in keeper.post(door, form, follow=True).content.decode()
    assert order.refund_requests.get().state == "asked"
    page = keeper.get(reverse("sales:review")).content.decode()
    assert "A refund is asked for or on its way" in page
    assert "Give back" not in page


PRESSES = [("refund_extra", "refund_order"), ("refund", "refund_order")] + [
    (act, "change_order") for act in ("give_access", "read", "settle")
]


@pytest.mark.parametrize(("press", "right"), PRESSES)
def test_each_press_needs_its_right(shop: Shop, client_of: Callable[[User], Client], press: str, right: str) -> None:
    shop.buy(APPROVED)
    Order.objects.update(review_reason="Look.")
    door = reverse("sales:solve", args=[shop.order.pk, press])
    form = {"reason": "Look.", "note": "x", "amount": "4800"}
    lacking = [name for name in RIGHTS if name != right]
    denied = [client_of(staff_with(*lacking)), shop.browser, Client()]
    assert [one.post(door, form).status_code for one in denied] == [302, 404, 302]
    assert (shop.order.state, shop.order.review_settled, OrderNote.objects.count()) == ("open", "", 0)
    assert client_of(staff_with("view_order", right)).post(door, form).status_code == 303


def test_an_unknown_press_is_no_press(shop: Shop, keeper: Client) -> None:
    shop.enroll()
    assert keeper.post(reverse("sales:solve", args=[shop.order.pk, "dispute"])).status_code == 302
    assert keeper.get(reverse("sales:solve", args=[shop.order.pk, "settle"])).status_code == 405


def test_who_only_looks_sees_no_buttons(shop: Shop, client_of: Callable[[User], Client]) -> None:
    pay_twice(shop)
    page = client_of(staff_with("view_order")).get(reverse("sales:review")).content.decode()
    assert "Paid 2 times" in page
    for words in ("Give back", "Mark as dealt with", "Read Stripe again"):
        assert words not in page


def test_oldest_first_with_the_count_in_the_menu_and_constant_queries(
    sandbox: object, keeper: Client, learner: User
) -> None:
    made = [make_order(learner, make_offer(make_course(f"Course {n}"), 1000 + n)) for n in range(12)]
    Order.objects.filter(pk=made[3].pk).update(created_at="2020-01-02T12:00:00Z")

    def queries(count: int) -> int:
        Order.objects.filter(pk__in=[order.pk for order in made[:count]]).update(
            review_reason="No seat is left. Refund the payment, or make room.\nLook."
        )
        keeper.get(reverse("sales:review"))
        with CaptureQueriesContext(connection) as caught:
            page = keeper.get(reverse("sales:review"))
        assert len(page.context["waiting"]) == count
        assert page.context["waiting"][0].order == (made[3] if count > 3 else made[0])
        assert f"To review ({count})" in page.content.decode()
        return len(caught)

    assert queries(2) == queries(12)
