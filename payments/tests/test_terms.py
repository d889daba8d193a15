"""What a buyer reads before paying, and what of it is frozen: access, credit, refund, the card statement, tax."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Site

from courses.models import CoursePage, SchoolSettings
from courses.tests.factories import make_course
from payments.models import Offer, OfferPrice, Order
from payments.services import save_offer, sync_order
from payments.services.billing import in_order, terms_shown
from payments.services.receipts import receipt_of
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db
CREDIT = "Hours you have earned stay yours, and certificates stay valid; what you have not finished earns none."


def box(browser: Client, course: CoursePage) -> dict[str, str]:
    """The facts of the first price box on the course's page."""
    page = browser.get(f"/courses/{course.slug}/").content.decode()
    first = page[page.index('class="price-box"') :]
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", first[: first.index("</dl>")])
    return {label: text.replace("&#x27;", "'") for label, text in rows}


@pytest.fixture
def promised() -> Any:
    """An app about credit that answers the hook."""

    def answer(course: CoursePage, at: datetime) -> list[tuple[str, str]]:
        return [("Finish by, for credit", f"{course.title}, asked on {at:%Y-%m-%d}")]

    with hooks.register_temporarily("credit_terms", answer):
        yield


def test_before_paying_one_reads_all_that_binds(sandbox: Any, client: Client, paid_course: CoursePage) -> None:
    assert box(client, paid_course) == {
        "Access": "No end date",
        "Credit": "No board's credit is promised now.",
        "Refund": "within 30 days",
        "Credit after a refund": CREDIT,
        "Card statement": "The name that the payment page shows",
    }


@pytest.mark.usefixtures("promised")
def test_the_date_to_finish_by_comes_from_the_apps_that_know(
    sandbox: Any, client: Client, paid_course: CoursePage
) -> None:
    today = f"{timezone.now():%Y-%m-%d}"
    assert box(client, paid_course)["Finish by, for credit"] == f"Light touch, asked on {today}"


def test_both_boxes_say_the_same_and_are_asked_once(sandbox: Any, client: Client, paid_course: CoursePage) -> None:
    client.get("/courses/light-touch/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/courses/light-touch/").content.decode()
    assert page.count("<dt>Credit after a refund</dt>") == 2
    assert sum('FROM "payments_offer"' in one["sql"] for one in asked.captured_queries) == 2  # course and programs


def test_a_long_course_costs_no_more_questions(sandbox: Any, client: Client) -> None:
    counts = []
    for lessons in (2, 12):
        course = make_course(f"Course of {lessons}", lessons=lessons)
        OfferPrice.objects.create(
            offer=make_offer(course, 9900), currency="usd", unit_amount=100, until=timezone.now() + timedelta(days=1)
        )
        client.get(f"/courses/{course.slug}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/courses/{course.slug}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_once_somebody_paid_the_name_on_the_statement_is_known(shop: Shop, client: Client) -> None:
    shop.buy(APPROVED)
    sync_order(order=shop.order)
    assert box(Client(), shop.course)["Card statement"] == "SANDBOX"


def test_the_school_may_say_the_name_on_the_statement_itself(shop: Shop) -> None:
    school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
    school.statement_name = "STILLPOINT CE"
    school.save()
    shop.buy(APPROVED)
    sync_order(order=shop.order)
    assert box(Client(), shop.course)["Card statement"] == "STILLPOINT CE"
    assert dict(receipt_of(shop.order).terms)["Card statement"] == "SANDBOX"  # what Stripe wrote for this payment


@pytest.mark.parametrize(("on", "said"), [(True, True), (False, False)])
def test_tax_is_announced_where_it_is_switched_on(
    sandbox: Any, client: Client, paid_course: CoursePage, settings: Any, on: bool, said: bool
) -> None:
    settings.STRIPE_TAX = on
    words = "Tax is added by your address on the payment page, and shown before you pay."
    assert (box(client, paid_course).get("Tax") == words) == said


def test_a_free_course_speaks_of_access_and_credit_alone(client: Client, course: CoursePage) -> None:
    make_offer(course, 0, access_days=90)
    assert box(client, course) == {"Access": "90 days", "Credit": "No board's credit is promised now."}


def test_a_rule_about_what_was_seen_is_part_of_the_refund(sandbox: Any, client: Client, course: CoursePage) -> None:
    make_offer(course, 4800, refund_days=14, refund_seen_percent=50, access_days=365)
    found = box(client, course)
    assert (found["Access"], found["Refund"]) == ("365 days", "within 14 days, until 50% of the course is seen")


def test_an_early_price_says_until_when(sandbox: Any, client: Client, paid_course: CoursePage, offer: Offer) -> None:
    until = timezone.now() + timedelta(days=3)
    OfferPrice.objects.create(offer=offer, currency="usd", unit_amount=3800, until=until)
    day = timezone.localtime(until)
    assert box(client, paid_course)["This price"] == f"until {day:%B} {day.day}, {day.year}"
    assert "Enroll: pay $38.00" in client.get("/courses/light-touch/").content.decode()


@pytest.mark.usefixtures("promised")
def test_the_terms_of_a_program_name_each_of_its_courses(course: CoursePage, paid_course: CoursePage) -> None:
    program = save_offer(courses=[paid_course, course], unit_amount=9000, refund_days=7)
    at = timezone.now()
    shown = terms_shown(program, paid_course, at)
    assert {label: text for label, text in shown.items() if label.startswith("Finish")} == {
        "Finish by, for credit (Light touch)": f"Light touch, asked on {at:%Y-%m-%d}",
        "Finish by, for credit (Resting hands)": f"Resting hands, asked on {at:%Y-%m-%d}",
    }
    assert shown["Refund"] == "within 7 days"


def test_frozen_terms_stand_in_one_order_whatever_a_database_made_of_them() -> None:
    shown = {"Tax": "t", "Refund": "r", "Finish by": "f", "Credit": "c", "Access": "a", "Credit after a refund": "x"}
    assert [label for label, _ in in_order(shown)] == [
        *("Access", "Credit", "Finish by", "Refund", "Credit after a refund", "Tax"),
    ]


# -- monthly ---------------------------------------------------------------------------------------------------------


def test_what_can_be_paid_monthly_says_how_much_and_what_happens(
    sandbox: Any, client: Client, course: CoursePage
) -> None:
    make_offer(course, 29_700, instalments=3, grace_days=5)
    page = client.get(f"/courses/{course.slug}/").content.decode()
    for words in (
        "Enroll: pay $297.00",
        "Or 3 payments of $99.00",
        "The certificate waits for the last.",
        "When one is 5 days late, the course is closed until it is paid.",
        "Pay monthly: $99.00 now",
    ):
        assert words in page


def test_the_button_for_monthly_payments_begins_them(shop: Shop) -> None:
    make_offer(shop.course, 29_700, instalments=3)
    shop.enroll(monthly="1")
    assert (shop.order.instalment_count, shop.order.subtotal) == (3, 29_700)


def test_what_is_not_sold_monthly_cannot_be_asked_for(shop: Shop) -> None:
    assert shop.browser.post("/enroll/light-touch/", {"monthly": "1"}, follow=True).redirect_chain == [
        ("/courses/light-touch/", 303)
    ]
    assert Order.objects.count() == 0
    assert "Pay monthly" not in shop.browser.get("/courses/light-touch/").content.decode()


# -- in other currencies ---------------------------------------------------------------------------------------------


def test_what_has_a_price_in_another_currency_can_be_paid_in_it(shop: Shop, offer: Offer) -> None:
    assert "Pay in another currency" not in shop.browser.get("/courses/light-touch/").content.decode()
    OfferPrice.objects.create(offer=offer, currency="jpy", unit_amount=7000)
    OfferPrice.objects.create(offer=offer, currency="eur", unit_amount=4500)
    OfferPrice.objects.create(
        offer=offer, currency="gbp", unit_amount=1, until=timezone.now() - timedelta(days=1)
    )  # over, and none after it
    page = shop.browser.get("/courses/light-touch/").content.decode()
    assert re.findall(r'name="pay_in" value="(\w+)">(.*?)<', page)[:2] == [("eur", "Pay €45.00"), ("jpy", "Pay ¥7,000")]
    assert 'value="gbp"' not in page
    shop.enroll(pay_in="jpy")
    assert (shop.order.currency, shop.order.subtotal) == ("jpy", 7000)


def hidden(page: str) -> dict[str, str]:
    """What the button that tries again sends."""
    form = page[page.rindex('action="/enroll/light-touch/"') :]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")]))
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def test_trying_again_keeps_what_was_chosen(shop: Shop, offer: Offer) -> None:
    Offer.objects.update(instalments=3, most_seats=5)
    OfferPrice.objects.create(offer=offer, currency="jpy", unit_amount=7000)
    for chosen in ({}, {"monthly": "1"}, {"pay_in": "jpy", "seats": "2"}):
        shop.enroll(**chosen)
        page = shop.browser.get(f"/orders/{shop.order.uuid}/return/").content.decode()
        assert hidden(page) == chosen


def test_so_does_the_page_that_says_that_nothing_was_charged(shop: Shop, offer: Offer) -> None:
    Offer.objects.update(instalments=3)
    shop.bank.fault("500", times=9)
    page = shop.browser.post("/enroll/light-touch/", {"monthly": "1", "offer": offer.pk})
    assert (page.status_code, hidden(page.content.decode())) == (503, {"monthly": "True", "offer": str(offer.pk)})


def test_a_program_that_was_not_paid_is_tried_again_as_a_program(shop: Shop, course: CoursePage) -> None:
    program = save_offer(courses=[shop.course, course], unit_amount=9000)
    shop.enroll(offer=str(program.pk))
    page = shop.browser.get(f"/orders/{shop.order.uuid}/return/").content.decode()
    assert hidden(page) == {"offer": str(program.pk)}
