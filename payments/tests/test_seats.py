"""A clinic buys seats and passes them on; programs leave out what one has; early prices end."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core.tests.racing import at_once
from courses.models import CoursePage
from courses.tests.factories import make_course, make_user
from enrollments.models import AccessHold, Enrollment
from notifications.models import Mail
from payments.models import Offer, OfferPrice, Order, OrderNote
from payments.rules.pricing import Price, price_now, quote
from payments.services import ClaimRefused, give_back, save_offer, seats_of, sync_order, take_seat
from payments.tests.conftest import Shop
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def clinic(shop: Shop) -> Order:
    """Three paid seats."""
    Offer.objects.update(most_seats=5)
    shop.pay(shop.enroll(seats="3"), APPROVED)
    shop.deliver("checkout.session.completed")
    return shop.order


def token(order: Order, number: int) -> str:
    return seats_of(order)[number - 1].link.rstrip("/").rsplit("/", 1)[-1]


def test_a_clinic_pays_for_all_seats_and_is_not_enrolled_itself(shop: Shop, clinic: Order) -> None:
    assert (clinic.state, clinic.subtotal, clinic.quantity) == ("paid", 14400, 3)
    assert Enrollment.objects.count() == 0
    page = shop.browser.get(clinic.get_absolute_url()).content.decode()
    assert page.count("/claim/") == 3
    assert Mail.objects.filter(key__startswith="seats-ready").count() == 1


def test_whoever_has_the_link_takes_the_seat_once(clinic: Order, stranger: User, client_of: Any) -> None:
    browser, door = client_of(stranger), reverse("claim_seat", args=[token(clinic, 1)])
    assert "You pay nothing." in browser.get(door).content.decode()
    assert Enrollment.objects.count() == 0
    assert browser.post(door).status_code == 303
    assert browser.post(door).status_code == 303
    assert Enrollment.objects.active().get().user == stranger
    assert seats_of(clinic)[0].holder == stranger


def test_a_taken_seat_is_not_taken_again(clinic: Order, stranger: User, learner: User, client_of: Any) -> None:
    take_seat(token=token(clinic, 1), user=stranger)
    answer = client_of(learner).post(reverse("claim_seat", args=[token(clinic, 1)]))
    assert (answer.status_code, "Somebody has taken this seat already." in answer.content.decode()) == (409, True)
    assert Enrollment.objects.count() == 1


def test_who_is_enrolled_already_keeps_the_seat_free(clinic: Order, stranger: User) -> None:
    take_seat(token=token(clinic, 1), user=stranger)
    with pytest.raises(ClaimRefused, match="enrolled already"):
        take_seat(token=token(clinic, 2), user=stranger)
    assert seats_of(clinic)[1].is_free


@pytest.mark.parametrize("made_up", ["nothing", "1-abc.def", "%00", "x" * 300])
def test_a_made_up_link_opens_nothing(as_learner: Client, made_up: str) -> None:
    assert as_learner.get(f"/claim/{made_up}/").status_code == 404
    assert as_learner.post(f"/claim/{made_up}/").status_code == 409


def test_a_seat_is_mailed_and_sent_to_somebody_else_the_old_link_is_void(shop: Shop, clinic: Order) -> None:
    door, old = reverse("order_seat", args=[clinic.uuid, 2]), token(clinic, 2)
    shop.browser.post(door, {"email": "one@example.com"})
    shop.browser.post(door, {"email": "one@example.com"})
    assert token(clinic, 2) == old
    shop.browser.post(door, {"email": "two@example.com"})
    assert token(clinic, 2) != old
    assert shop.browser.get(f"/claim/{old}/").status_code == 404
    assert list(Mail.objects.filter(key__startswith="seat-").order_by("pk").values_list("to", flat=True)) == [
        "one@example.com",
        "two@example.com",
    ]
    assert OrderNote.objects.get().what == "seat_moved"


def test_a_typing_mistake_in_the_address_sends_nothing(shop: Shop, clinic: Order) -> None:
    answer = shop.browser.post(reverse("order_seat", args=[clinic.uuid, 2]), {"email": "one@"}, follow=True)
    assert "please write a full e-mail address" in answer.content.decode()
    assert Mail.objects.filter(key__startswith="seat-").count() == 0


def test_only_the_buyer_passes_seats_on(clinic: Order, stranger: User, client_of: Any) -> None:
    door = reverse("order_seat", args=[clinic.uuid, 1])
    assert client_of(stranger).post(door, {"email": "one@example.com"}).status_code == 404


def test_a_refunded_seat_cannot_be_taken_and_the_others_stay(clinic: Order, stranger: User, learner: User) -> None:
    taken, links = make_user("taken@example.com"), [token(clinic, number) for number in (1, 2, 3)]
    take_seat(token=links[0], user=taken)
    give_back(order=clinic, by=learner, reason="Two will do.", items=[clinic.items.get(seat=2)])
    with pytest.raises(ClaimRefused, match="not paid for"):
        take_seat(token=links[1], user=stranger)
    assert take_seat(token=links[2], user=stranger)[0].user == stranger
    assert Enrollment.objects.active().count() == 2


def test_a_full_refund_closes_taken_seats(clinic: Order, stranger: User, learner: User) -> None:
    take_seat(token=token(clinic, 1), user=stranger)
    give_back(order=clinic, by=learner, reason="All of it.")
    assert AccessHold.objects.get(closed_at=None).enrollment.user == stranger


@pytest.mark.parametrize("seats", ["0", "6", "-1", "many", "1.5"])
def test_a_number_of_seats_that_is_not_sold_is_told(shop: Shop, seats: str) -> None:
    Offer.objects.update(most_seats=5)
    assert shop.enroll(seats=seats) == shop.course.url
    assert Order.objects.count() == 0


def test_no_more_seats_are_sold_than_there_are(shop: Shop) -> None:
    Offer.objects.update(most_seats=5, seats=2)
    assert shop.enroll(seats="3") == shop.course.url
    assert Order.objects.count() == 0


def test_another_number_of_seats_replaces_the_order_that_was_not_paid(shop: Shop) -> None:
    Offer.objects.update(most_seats=5)
    first = shop.enroll(seats="2")
    second = shop.enroll(seats="3")
    assert second != first
    assert sorted(Order.objects.values_list("quantity", "state")) == [(2, "expired"), (3, "open")]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_people_take_the_same_seat_at_once_and_one_has_it(clinic: Order) -> None:
    people = [make_user(f"person{number}@example.com") for number in range(4)]
    link = token(clinic, 1)

    def take() -> str:
        try:
            take_seat(token=link, user=people.pop())
        except ClaimRefused:
            return "refused"
        return "taken"

    outcomes = at_once(take, times=4)
    assert sorted(outcomes) == ["refused", "refused", "refused", "taken"]
    assert Enrollment.objects.count() == 1


@pytest.fixture
def program(shop: Shop, paid_course: CoursePage) -> tuple[Offer, CoursePage]:
    """Two courses for $90.01 together."""
    other = make_course("Deeper")
    return save_offer(courses=[paid_course, other], unit_amount=9001, name="The program"), other


def test_a_program_is_offered_on_its_courses_and_enrolls_in_all(shop: Shop, program: tuple[Offer, CoursePage]) -> None:
    offer, other = program
    page = shop.browser.get(other.url).content.decode()
    assert "Take the program: pay $90.01" in page
    shop.pay(shop.enroll(offer=str(offer.pk)), APPROVED)
    sync_order(order=shop.order)
    assert sorted(Enrollment.objects.values_list("course__title", flat=True)) == ["Deeper", "Light touch"]


def test_what_one_has_is_taken_off_the_price_of_a_program(shop: Shop, program: tuple[Offer, CoursePage]) -> None:
    offer, other = program
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    assert "Take the program: pay $45.00" in shop.browser.get(other.url).content.decode()
    shop.pay(shop.enroll(offer=str(offer.pk)), APPROVED)
    order = sync_order(order=shop.order)
    assert (order.subtotal, order.state, order.needs_review) == (4500, "paid", False)
    assert Enrollment.objects.count() == 2


def test_who_has_all_of_a_program_is_not_charged(shop: Shop, program: tuple[Offer, CoursePage]) -> None:
    offer, _ = program
    shop.pay(shop.enroll(offer=str(offer.pk)), APPROVED)
    sync_order(order=shop.order)
    assert shop.enroll(offer=str(offer.pk)) == shop.course.url
    assert Order.objects.count() == 1


def test_an_offer_of_another_course_is_not_sold_here(shop: Shop, course: CoursePage) -> None:
    foreign = save_offer(courses=[course], unit_amount=100)
    assert shop.enroll(offer=str(foreign.pk)) == shop.course.url
    assert Order.objects.count() == 0


def test_an_early_price_counts_until_its_end(shop: Shop, offer: Offer) -> None:
    OfferPrice.objects.create(offer=offer, currency="usd", unit_amount=3900, until=timezone.now() + timedelta(days=3))
    assert "Enroll: pay $39.00" in shop.browser.get(shop.course.url).content.decode()
    shop.enroll()
    assert shop.order.subtotal == 3900
    OfferPrice.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "Enroll: pay $48.00" in shop.browser.get(shop.course.url).content.decode()
    assert shop.order.subtotal == 3900


@pytest.mark.parametrize(("currency", "amount", "asked"), [("jpy", 7300, 7300), ("bhd", 18100, 18100)])
def test_another_currency_has_its_own_price(shop: Shop, offer: Offer, currency: str, amount: int, asked: int) -> None:
    OfferPrice.objects.create(offer=offer, currency=currency, unit_amount=amount)
    shop.pay(shop.enroll(pay_in=currency), APPROVED)
    order = sync_order(order=shop.order)
    assert (order.currency, order.subtotal, order.state) == (currency, asked, "paid")


def test_a_currency_that_is_not_sold_is_told(shop: Shop) -> None:
    assert shop.enroll(pay_in="eur") == shop.course.url
    assert Order.objects.count() == 0


def test_of_two_early_prices_the_one_that_ends_first_counts() -> None:
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=9)
    prices = [Price("usd", 50), Price("usd", 30, later), Price("usd", 20, soon), Price("eur", 1, soon)]
    found = [price_now(prices, currency="usd", now=at) for at in (NOW, soon, later)]
    assert [price.amount for price in found if price] == [20, 30, 50]


@given(st.integers(1, 10**7), st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True), st.integers(1, 9))
def test_a_quote_asks_the_price_for_each_seat(amount: int, courses: list[int], quantity: int) -> None:
    asked = quote(price=Price("usd", amount), courses=courses, owned=(), quantity=quantity)
    assert asked.subtotal == amount * quantity
