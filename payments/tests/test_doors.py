"""Who gets in where: people x doors, the lists, and what the pages say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core.access import can, visible
from courses.models import CoursePage, CoursePrerequisite
from courses.tests.factories import make_user
from payments.models import Offer, Order
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer, make_order
from stripe_sandbox.testing import APPROVED, BANK_DEBIT

pytestmark = pytest.mark.django_db
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def order(sandbox: Any, learner: User, offer: Offer) -> Order:
    """The learner's order."""
    return make_order(learner, offer)


@pytest.fixture
def people(order: Order, learner: User, stranger: User, instructor: User) -> dict[str, Any]:
    """A visitor, the buyer, others, and staff who may see orders."""
    provider = make_user("provider@example.com", is_staff=True)
    provider.user_permissions.add(Permission.objects.get(codename="view_order"))
    return {
        "visitor": AnonymousUser(),
        "buyer": learner,
        "stranger": stranger,
        "instructor": instructor,
        "provider": provider,
    }


LOGIN = 302
TABLE = [
    # door, visitor, buyer, stranger, instructor, provider
    ("order", LOGIN, 200, 404, 404, 200),
    ("return", LOGIN, 200, 404, 404, 404),
    ("unknown order", LOGIN, 404, 404, 404, 404),
    ("my orders", LOGIN, 200, 200, 200, 200),
    ("enroll by GET", 405, 405, 405, 405, 405),
    ("webhook by GET", 405, 405, 405, 405, 405),
]


@pytest.mark.parametrize(("door", "visitor", "buyer", "stranger_", "instructor_", "provider"), TABLE)
def test_people_and_doors(
    order: Order,
    people: dict[str, Any],
    client_of: Callable[[User], Client],
    door: str,
    visitor: int,
    buyer: int,
    stranger_: int,
    instructor_: int,
    provider: int,
) -> None:
    path = {
        "order": f"/orders/{order.uuid}/",
        "return": f"/orders/{order.uuid}/return/",
        "unknown order": f"/orders/{UNKNOWN}/",
        "my orders": "/my/orders/",
        "enroll by GET": f"/enroll/{order.offer.items.get().course.slug}/",
        "webhook by GET": "/stripe/webhook/",
    }[door]
    browsers = {name: Client() if name == "visitor" else client_of(user) for name, user in people.items()}
    found = {name: browser.get(path).status_code for name, browser in browsers.items()}
    assert found == {
        "visitor": visitor,
        "buyer": buyer,
        "stranger": stranger_,
        "instructor": instructor_,
        "provider": provider,
    }


def test_lists_and_single_answers_agree(order: Order, people: dict[str, Any]) -> None:
    for user in people.values():
        assert visible(user, "view", Order.objects.all()).filter(pk=order.pk).exists() == can(user, "view", order)
        assert not can(user, "edit", order)
        assert visible(user, "edit", Order.objects.all()).count() == 0


@pytest.mark.parametrize("slug", ["light-touch", "no-such-course"])
def test_a_visitor_who_presses_enroll_logs_in_and_comes_to_the_course(
    client: Client, paid_course: CoursePage, slug: str
) -> None:
    response = Client(enforce_csrf_checks=True).post(f"/enroll/{slug}/")
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next=/courses/{slug}/")


def test_enroll_needs_the_forms_token(shop: Shop, learner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert strict.post(f"/enroll/{shop.course.slug}/").status_code == 403
    assert Order.objects.count() == 0


def test_an_unknown_course_is_404(as_learner: Client, paid_course: CoursePage) -> None:
    assert as_learner.post("/enroll/no-such-course/").status_code == 404


def test_a_draft_is_not_sold(as_learner: Client, paid_course: CoursePage) -> None:
    paid_course.unpublish()
    assert as_learner.post(f"/enroll/{paid_course.slug}/").status_code == 404


def test_many_presses_a_minute_are_too_many(as_learner: Client, paid_course: CoursePage) -> None:
    paid_course.unpublish()
    answers = [as_learner.post(f"/enroll/{paid_course.slug}/").status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]


def test_my_orders_costs_the_same_however_many(
    sandbox: Any, as_learner: Client, learner: User, paid_course: CoursePage
) -> None:
    counts = []
    as_learner.get("/my/orders/")  # what is read once per process
    for amount in (1000, 2000, 3000):
        make_order(learner, make_offer(paid_course, amount))
        with CaptureQueriesContext(connection) as queries:
            page = as_learner.get("/my/orders/").content.decode()
        counts.append((page.count('<article class="course-row">'), len(queries)))
    assert [rows for rows, _ in counts] == [1, 2, 3]
    assert len({cost for _, cost in counts}) == 1
    assert counts[0][1] <= 10


def test_my_orders_shows_only_ones_own_and_goes_on_over_pages(
    order: Order, client_of: Callable[[User], Client], stranger: User, learner: User
) -> None:
    assert "No orders yet" in client_of(stranger).get("/my/orders/").content.decode()
    for _ in range(20):
        Order.objects.create(user=learner, offer=order.offer, title="x", currency="usd", subtotal=1, state="expired")
    first, second = (client_of(learner).get(f"/my/orders/?page={page}").content.decode() for page in ("1", "2"))
    assert (first.count('<article class="course-row">'), second.count('<article class="course-row">')) == (20, 1)
    assert order.number in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "%00", "١"])
def test_any_page_number_is_a_page(as_learner: Client, page: str) -> None:
    assert as_learner.get(f"/my/orders/?page={page}").status_code == 200


# -- what the pages say ------------------------------------------------------------------------------------------------


def test_the_receipt_shows_price_and_terms_as_they_were_sold(shop: Shop, offer: Offer, learner: User) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    Offer.objects.update(name="Renamed", refund_days=1, refund_text="None.")
    CoursePage.objects.filter(pk=shop.course.pk).update(draft_title="x")
    page = shop.browser.get(f"/orders/{shop.order.uuid}/").content.decode()
    for words in (
        "Receipt",
        shop.order.number,
        "$48.00",
        "Total paid",
        "Money back within 30 days.",
        learner.email,
        "SANDBOX",
    ):
        assert words in page
    assert "Renamed" not in page


def test_the_receipt_shows_codes_and_refunds(shop: Shop) -> None:
    shop.bank.promotion_code("TEN", percent_off=10)
    shop.browser.get(shop.pay(shop.enroll(), APPROVED, code="TEN"))
    shop.bank.refund(shop.payment, 320)
    shop.deliver("charge.refunded")
    page = shop.browser.get(f"/orders/{shop.order.uuid}/").content.decode()
    for words in ("-$4.80", "-$3.20", "Paid, less refunds", "$40.00", "Partly refunded"):
        assert words in page


def course_page(browser: Client, course: CoursePage) -> str:
    return browser.get(f"/courses/{course.slug}/").content.decode()


def test_the_course_page_offers_price_and_terms(sandbox: Any, client: Client, paid_course: CoursePage) -> None:
    page = course_page(client, paid_course)
    for words in (
        "Enroll: pay $48.00",
        "within 30 days",
        "No end date",
        "Money back within 30 days.",
        "/enroll/light-touch/",
    ):
        assert words in page


def test_the_course_page_says_when_enrolling_is_not_set_up(client: Client, paid_course: CoursePage, settings) -> None:
    settings.PAYMENTS = False
    page = course_page(client, paid_course)
    assert "Enrolling in this course is not set up yet." in page
    assert "/enroll/light-touch/" not in page


def test_the_course_page_of_a_free_course_says_free(client: Client, course: CoursePage) -> None:
    make_offer(course, 0)
    page = course_page(client, course)
    assert '<p class="price">Free' in page
    assert "Enroll: pay" not in page


def test_the_course_page_without_an_offer_sells_nothing(client: Client, course: CoursePage) -> None:
    page = course_page(client, course)
    assert "This course is not on sale now." in page
    assert "/enroll/" not in page


def test_the_course_page_leads_the_enrolled_on(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    page = course_page(shop.browser, shop.course)
    assert "You are enrolled" in page
    assert "/enroll/light-touch/" not in page


def test_the_course_page_says_that_a_payment_is_on_its_way(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), BANK_DEBIT))
    page = course_page(shop.browser, shop.course)
    assert "Payment on its way" in page
    assert "/enroll/light-touch/" not in page


def test_the_course_page_explains_a_hold(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    shop.bank.refund(shop.payment)
    shop.deliver("charge.refunded")
    assert "Your payment was given back" in course_page(shop.browser, shop.course)


def test_the_course_page_names_what_comes_first_before_paying(
    sandbox: Any, as_learner: Client, paid_course: CoursePage, course: CoursePage
) -> None:
    CoursePrerequisite.objects.create(course=paid_course, requires=course)
    page = course_page(as_learner, paid_course)
    assert "Another course comes first" in page
    assert f'<a href="/courses/{course.slug}/">{course.title}</a>' in page
    assert "Enroll: pay $48.00" in page


def test_a_full_course_says_so_before_anyone_pays(shop: Shop, stranger: User, offer: Offer, client_of: Any) -> None:
    Offer.objects.filter(pk=offer.pk).update(seats=1)
    shop.enroll()
    page = course_page(client_of(stranger), shop.course)
    assert "This course is full." in page
    assert "/enroll/light-touch/" not in page


def test_every_address_of_money_has_its_place() -> None:
    assert [
        reverse("enroll", args=["a"]),
        reverse("order", args=[UNKNOWN]),
        reverse("order_return", args=[UNKNOWN]),
        reverse("my_orders"),
        reverse("stripe_webhook"),
    ] == ["/enroll/a/", f"/orders/{UNKNOWN}/", f"/orders/{UNKNOWN}/return/", "/my/orders/", "/stripe/webhook/"]
