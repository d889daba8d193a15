"""The back office: who may see money, what the lists show, and what a person may do."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from courses.models import CatalogueFacts, CoursePage
from courses.tests.factories import make_course, make_user
from payments.models import Instalment, Offer, Order, ReconcileRun
from payments.rules.review import KINDS
from payments.services import approve_refund, ask_refund, give_back, run_reconciliation, settle_review
from payments.services.review import add_note
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer, make_order
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Callable[..., User]:
    """Somebody who may open the back office, with these rights in payments."""

    def make(*rights: str) -> User:
        user = make_user(is_staff=True)
        codenames = ["access_admin", *rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return user

    return make


@pytest.fixture
def provider(staff: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    """A browser of somebody who sees orders and keeps offers."""
    return client_of(staff("view_order", "view_stripeevent", "view_offer", "add_offer", "change_offer"))


DOORS = ["orders:index", "orders:inspect", "stripe_events:index", "offers:index", "offers:add"]


def address(door: str, order: Order) -> str:
    return reverse(door, args=[order.pk] if door.endswith("inspect") else [])


@pytest.mark.parametrize("door", DOORS)
def test_only_those_with_the_right_see_money(
    shop: Shop, provider: Client, staff: Callable[..., User], client_of: Callable[[User], Client], door: str
) -> None:
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    assert provider.get(address(door, shop.order)).status_code == 200
    others = [client_of(staff()), shop.browser, Client()]
    assert [other.get(address(door, shop.order)).status_code for other in others] == [302, 404, 302]


def test_orders_are_looked_at_and_not_edited(shop: Shop, admin_user: User, client_of: Callable[[User], Client]) -> None:
    shop.enroll()
    operator = client_of(admin_user)
    for door, arguments in (("add", []), ("edit", [shop.order.pk]), ("delete", [shop.order.pk])):
        assert operator.get(reverse(f"orders:{door}", args=arguments)).status_code == 302
    assert operator.get(reverse("orders:inspect", args=[shop.order.pk])).status_code == 200


def numbers(page: str) -> set[str]:
    return {number for number in Order.objects.values_list("number", flat=True) if number in page}


def test_the_list_filters_by_state_course_date_price_and_review(shop: Shop, provider: Client, stranger: User) -> None:
    shop.enroll()
    mine = shop.order
    other = make_order(stranger, make_offer(make_course("Another"), 9900))
    Order.objects.filter(pk=other.pk).update(review_reason="Look.", created_at="2020-01-02T12:00:00Z")
    for query, expected in [
        ("", {mine.number, other.number}),
        ("state=open", {mine.number}),
        ("state=open&state=new", {mine.number, other.number}),
        (f"course={shop.course.pk}", {mine.number}),
        ("created_at_from=2020-01-01&created_at_to=2020-02-01", {other.number}),
        ("price_from=48.01", {other.number}),
        ("price_from=48", {mine.number, other.number}),
        ("price_to=98.99", {mine.number}),
        ("price_from=48&price_to=48.00&currency=usd", {mine.number}),
        ("price_to=9" + "9" * 14, {mine.number, other.number}),
        ("currency=usd", {mine.number, other.number}),
        ("review=needed", {other.number}),
        (f"q={mine.number}", {mine.number}),
        (f"q={stranger.email}", {other.number}),
    ]:
        assert numbers(provider.get(f"{reverse('orders:index')}?{query}").content.decode()) == expected, query


def test_a_price_is_looked_for_as_its_currency_is_written(shop: Shop, provider: Client) -> None:
    """A yen has no cents: 4800 of the smallest unit are $48.00 and ¥4,800."""
    shop.enroll()
    yen = make_order(make_user(), make_offer(make_course("Another"), 4800, currency="jpy"))
    dollars = shop.order if shop.order != yen else Order.objects.get(currency="usd")
    for query, expected in [
        ("price_to=48.5", {dollars.number}),
        ("price_from=4799.5", {yen.number}),
        ("price_from=48&currency=jpy", {yen.number}),
        ("price_from=4800.01", set()),
    ]:
        assert numbers(provider.get(f"{reverse('orders:index')}?{query}").content.decode()) == expected, query


@pytest.mark.parametrize("query", ["price_from=much", "price_from=NaN", "price_to=1e99", "currency=xxx", "state=odd"])
def test_what_cannot_be_looked_for_is_no_error(shop: Shop, provider: Client, query: str) -> None:
    shop.enroll()
    assert provider.get(f"{reverse('orders:index')}?{query}").status_code == 200


def exported(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_list_is_exported_for_a_spreadsheet(shop: Shop, provider: Client, staff: Callable[..., User]) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    give_back(order=shop.order, by=staff("refund_order"), reason="Kind.", amount=1001)
    Order.objects.update(title="=2+3", review_reason="@look")
    User.objects.filter(pk=shop.order.user_id).update(legal_name="+1")
    (row,) = exported(provider.get(f"{reverse('orders:index')}?export=csv"))
    assert {name: row[name] for name in row if "UTC" not in name} == {
        "Number": shop.order.number,
        "State": "Partly refunded",
        "E-mail address": shop.order.user.email,
        "Name": "'+1",
        "What": "'=2+3",
        "Courses": "Light touch",
        "Seats": "1",
        "Currency": "USD",
        "Price": "48.00",
        "Paid": "48.00",
        "Given back": "10.01",
        "Refund": "given back",
        "Why a person must look": "'@look",
        "Real money": "test",
    }
    assert [row[f"{name} (UTC)"][:4] for name in ("Ordered", "Paid")] == [f"{shop.order.paid_at:%Y}"] * 2
    book = provider.get(f"{reverse('orders:index')}?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert sheet is not None
    head, cells = sheet.iter_rows()
    found = {name.value: cell for name, cell in zip(head, cells, strict=True)}
    assert (found["What"].value, found["What"].data_type, found["Given back"].value) == ("=2+3", "s", 10.01)


@pytest.mark.parametrize("query", ["", "?export=csv", "?q=SP&price_from=1&review=needed"])
def test_the_list_asks_no_more_for_many_orders_than_for_few(shop: Shop, provider: Client, query: str) -> None:
    """Twenty of them fill a page."""
    door = reverse("orders:index") + query

    def queries(number: int) -> int:
        for _ in range(number):
            order = make_order(make_user(), offer)
            Order.objects.filter(pk=order.pk).update(review_reason="Look.")
        list(provider.get(door))
        with CaptureQueriesContext(connection) as caught:
            list(provider.get(door))
        return len(caught)

    shop.enroll()
    offer = Offer.objects.get()
    assert queries(2) == queries(12)


def test_an_order_shows_its_whole_story(shop: Shop, provider: Client) -> None:
    shop.buy(APPROVED)
    shop.deliver("checkout.session.completed")
    page = provider.get(reverse("orders:inspect", args=[shop.order.pk])).content.decode()
    for words in (
        "Paid", "$48.00", shop.session_id, shop.payment, "Checkout, attempt 1", "Webhook checkout.session.completed",
        "You are enrolled: Light touch", "Light touch: enrolled", "$1.69", "$46.31",
    ):  # fmt: skip
        assert words in page
    assert "Read Stripe again" not in page


SOURCES = {"Order", "Checkout", "Stripe", "Webhook", "Reconciliation", "Refund", "Staff", "Mail", "Access"}


def test_the_story_tells_everything_by_time(shop: Shop, provider: Client, staff: Callable[..., User]) -> None:
    """Bought; found by a comparison; asked to be given back, and decided."""
    shop.buy(APPROVED)
    run_reconciliation()
    shop.deliver("checkout.session.completed")
    ask = ask_refund(order=shop.order, by=shop.order.user, reason="No time.")
    approve_refund(request=ask, by=staff("refund_order"))
    settle_review(order=shop.order, by=staff("change_order"))
    later = timezone.now() + timedelta(hours=1)
    add_note(order=shop.order, by=staff("change_order"), text="She called.", at=later)
    story = provider.get(reverse("orders:inspect", args=[shop.order.pk])).context["story"]
    told = [one.kind for one in story]
    seconds = [one.at.replace(microsecond=0) for one in story]
    assert seconds == sorted(seconds)
    assert (told[0], told[-1], set(told)) == ("Order", "Staff", SOURCES)
    said = {one.kind: f"{one.what} ({one.state})" for one in story}
    number = shop.order.number
    assert said["Reconciliation"] == f"Order {number}: open, 0 enrolled -> paid, 1 enrolled (repaired)"
    assert said["Refund"].startswith("Refund of $48.00 asked by")
    assert said["Staff"].startswith("Note: She called.")
    mails = [(one.what.partition(": ")[2], one.state) for one in story if one.kind == "Mail"]
    assert ("You are enrolled: Light touch", "waiting") in mails
    assert [one.state for one in story if one.kind == "Refund"] == ["Done"]


def test_fee_and_net_stand_in_the_currency_that_stripe_books_in(shop: Shop, provider: Client) -> None:
    """A school in Switzerland that sells in dollars."""
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    fact = shop.order.facts.get(kind="charge")
    fact.raw["balance_transaction"]["currency"] = "chf"
    fact.save()
    page = provider.get(reverse("orders:inspect", args=[shop.order.pk])).content.decode()
    assert [words in page for words in ("CHF\N{NO-BREAK SPACE}1.69", "CHF\N{NO-BREAK SPACE}46.31")] == [True, True]
    assert f'href="mailto:{shop.order.user.email}"' in page


def test_monthly_payments_are_in_the_story_when_they_have_happened(shop: Shop, provider: Client) -> None:
    shop.enroll()
    now = timezone.now()
    for n, state in enumerate(("paid", "missed", "due"), 1):
        at = now + timedelta(days=30 * n)
        Instalment.objects.create(
            order=shop.order, n=n, amount=1600, state=state, due_at=at, paid_at=at if state == "paid" else None
        )
    story = provider.get(reverse("orders:inspect", args=[shop.order.pk])).context["story"]
    assert [(one.what, one.state) for one in story if one.kind == "Monthly"] == [
        ("Payment 1 of 3, $16.00", "Paid"),
        ("Payment 2 of 3, $16.00", "Missed"),
    ]


GUIDE = Path(__file__).resolve().parents[2] / "docs/how-to/settle-an-order.md"
LOOKED_AT_ONLY = ["did not reach the buyer", "was completed before the money went back"]


def test_the_guide_has_a_heading_for_each_reason_to_look_at_an_order() -> None:
    headings = [line.removeprefix('### "') for line in GUIDE.read_text().splitlines() if line.startswith('### "')]
    known = [words for words, _ in KINDS] + LOOKED_AT_ONLY
    assert [[words in heading for heading in headings].count(True) for words in known] == [1] * len(known)
    assert len(headings) == len(known)


def test_a_comparison_that_found_another_order_is_not_in_the_story(shop: Shop, provider: Client) -> None:
    shop.enroll()
    ReconcileRun.objects.create(started_at=timezone.now(), differences=["Order SP-22222222: a -> b"])
    story = provider.get(reverse("orders:inspect", args=[shop.order.pk])).context["story"]
    assert [one.kind for one in story] == ["Order", "Checkout"]


def test_who_may_change_orders_reads_stripe_again_and_settles(
    shop: Shop, staff: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    shop.buy(APPROVED)
    keeper = client_of(staff("view_order", "change_order"))
    read, settle = (reverse(f"orders:{act}", args=[shop.order.pk]) for act in ("read", "settle"))
    page = keeper.post(read, follow=True).content.decode()
    assert "Read. The order is: paid." in page
    Order.objects.update(review_reason="Look.")
    assert "Mark as dealt with" in keeper.get(reverse("orders:inspect", args=[shop.order.pk])).content.decode()
    assert "Marked as dealt with." in keeper.post(settle, follow=True).content.decode()
    assert not shop.order.needs_review


def test_reading_when_stripe_is_down_changes_nothing(
    shop: Shop, staff: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    shop.buy(APPROVED)
    shop.bank.fault("500", times=3)
    keeper = client_of(staff("view_order", "change_order"))
    page = keeper.post(reverse("orders:read", args=[shop.order.pk]), follow=True).content.decode()
    assert "Stripe could not be read" in page
    assert shop.order.state == "open"


@pytest.mark.parametrize("act", ["read", "settle"])
def test_acting_needs_the_right(shop: Shop, provider: Client, act: str) -> None:
    shop.buy(APPROVED)
    Order.objects.update(review_reason="Look.")
    assert provider.post(reverse(f"orders:{act}", args=[shop.order.pk])).status_code == 302
    assert (shop.order.state, shop.order.needs_review) == ("open", True)


def offer_form(course: CoursePage, **changes: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("seats", "opens_at", "closes_at", "access_days", "refund_text"), "")
    items = {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "items-MIN_NUM_FORMS": 1, "items-MAX_NUM_FORMS": 1000}
    item = {"items-0-course": course.pk, "items-0-id": "", "items-0-DELETE": "", "items-0-ORDER": ""}
    return {
        "name": "Course",
        "unit_amount": "48.00",
        "currency": "usd",
        "refund_days": 30,
        "most_seats": 1,
        "instalments": 1,
        "grace_days": 7,
        **empty,
        "refund_seen_percent": "",
        "prices-TOTAL_FORMS": 0,
        "prices-INITIAL_FORMS": 0,
        **items,
        **item,
        **changes,
    }


def test_staff_put_a_course_on_sale(provider: Client, course: CoursePage) -> None:
    assert provider.post(reverse("offers:add"), offer_form(course)).status_code == 302
    assert Offer.objects.get().items.get().course == course
    assert CatalogueFacts.objects.get(course=course).price_amount == 4800


def test_staff_are_told_that_ordered_terms_stand(provider: Client, course: CoursePage, learner: User) -> None:
    offer = make_offer(course, 4800)
    make_order(learner, offer)
    item = {"items-INITIAL_FORMS": 1, "items-0-id": offer.items.get().pk}
    form = offer_form(course, **item, name=offer.name, refund_days=0)
    refused = provider.post(reverse("offers:edit", args=[offer.pk]), form | {"unit_amount": 1})
    assert "This offer has been ordered, so its terms stand." in refused.content.decode()
    assert (
        provider.post(reverse("offers:edit", args=[offer.pk]), form | {"closes_at": "2020-01-01 12:00"}).status_code
        == 302
    )
    offer.refresh_from_db()
    assert (offer.unit_amount, offer.is_open()) == (4800, False)
    assert CatalogueFacts.objects.get(course=course).price_amount is None


@pytest.mark.parametrize(
    ("price", "currency", "amount"),
    [("48", "usd", 4800), ("48.5", "usd", 4850), ("0", "usd", 0), ("4800", "jpy", 4800), ("1.23", "bhd", 1230)],
)
def test_a_price_is_written_as_people_write_it(
    provider: Client, course: CoursePage, price: str, currency: str, amount: int
) -> None:
    provider.post(reverse("offers:add"), offer_form(course, unit_amount=price, currency=currency))
    assert Offer.objects.get().unit_amount == amount
    shown = provider.get(reverse("offers:edit", args=[Offer.objects.get().pk])).content.decode()
    assert f'name="unit_amount" value="{price}' in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit_amount": "48.005"}, "This currency has no such small part."),
        ({"unit_amount": "0.5", "currency": "jpy"}, "This currency has no such small part."),
        ({"unit_amount": "-1"}, "greater than or equal to 0"),
        ({"unit_amount": "x"}, "Enter a number."),
        ({"unit_amount": "0", "seats": "5"}, "A free offer cannot limit its seats."),
        ({"currency": "dollars"}, "at most 3 characters"),
    ],
)
def test_a_price_that_cannot_be_is_explained(
    provider: Client, course: CoursePage, changes: dict[str, str], words: str
) -> None:
    assert words in provider.post(reverse("offers:add"), offer_form(course, **changes)).content.decode()
    assert Offer.objects.count() == 0


def test_an_offer_that_nobody_ordered_may_be_deleted(
    course: CoursePage, admin_user: User, client_of: Callable[[User], Client], learner: User
) -> None:
    ordered, unwanted = make_offer(make_course("Another"), 4800), make_offer(course, 9900)
    make_order(learner, ordered)
    operator = client_of(admin_user)
    for offer in (ordered, unwanted):
        operator.post(reverse("offers:delete", args=[offer.pk]))
    assert Offer.objects.get() == ordered
    assert CatalogueFacts.objects.get(course=course).price_amount is None
