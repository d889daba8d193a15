"""Mails about money: the fact in the subject, one button, a plain twin, names as they are."""

import pytest

from accounts.models import User
from courses.models import CoursePage, SchoolSettings
from courses.tests.factories import make_course
from notifications.models import Mail
from payments.models import Order
from payments.services.mails import write_mails
from payments.tests.conftest import Shop
from payments.tests.factories import make_offer, make_order
from stripe_sandbox.testing import BANK_DEBIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(sandbox, settings, learner: User, instructor: User) -> Order:
    """An order of a course whose name has to be escaped in HTML, and nowhere else."""
    settings.SITE_URL = "https://school.example"
    SchoolSettings.objects.update_or_create(site_id=1, defaults={"name": "A & B School"})
    course = make_course("Bones & sutures", instructor=instructor)
    return make_order(learner, make_offer(course, 4800))


def written(order: Order, state: str) -> Mail:
    Order.objects.filter(pk=order.pk).update(state=state)
    write_mails(order=Order.objects.get(pk=order.pk))
    return Mail.objects.get(user=order.user)


@pytest.mark.parametrize(
    ("state", "subject", "button"),
    [
        ("pending", "Your payment for Bones & sutures is on its way", "/orders/{uuid}/"),
        ("failed", "The bank did not confirm your payment for Bones & sutures", "/courses/bones-sutures/"),
        ("paid", "We have your payment for Bones & sutures", "/orders/{uuid}/"),
        ("refunded", "Your payment for Bones & sutures was given back", "/orders/{uuid}/"),
    ],
)
def test_each_mail_says_what_happened_and_where_to_look(order: Order, state: str, subject: str, button: str) -> None:
    mail = written(order, state)
    address = "https://school.example" + button.format(uuid=order.uuid)
    assert (mail.subject, mail.to) == (subject, "learner@example.com")
    assert address in mail.text
    assert f'href="{address}"' in mail.html
    assert "Bones & sutures" in mail.text
    assert "Bones &amp; sutures" in mail.html
    assert "A & B School" in mail.text
    assert "A &amp; B School" in mail.html
    assert "!" not in mail.text


@pytest.mark.parametrize("state", ["new", "open", "expired", "canceled", "disputed"])
def test_of_other_states_nobody_is_mailed(order: Order, state: str) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)
    write_mails(order=Order.objects.get(pk=order.pk))
    assert Mail.objects.count() == 0


def test_the_same_state_twice_is_one_mail(order: Order) -> None:
    assert written(order, "pending") == written(order, "pending")


def test_a_free_course_is_confirmed_without_an_order(as_learner, course: CoursePage, settings) -> None:
    settings.SITE_URL = "https://school.example"
    make_offer(course, 0)
    as_learner.post(f"/enroll/{course.slug}/")
    mail = Mail.objects.get()
    assert mail.subject == "You are enrolled: Resting hands"
    assert "https://school.example/courses/resting-hands/" in mail.text
    assert "Order" not in mail.text


def test_a_pending_mail_names_what_the_buyer_agreed_to_pay(shop: Shop) -> None:
    shop.bank.promotion_code("HALF", percent_off=50)
    shop.browser.get(shop.pay(shop.enroll(), BANK_DEBIT, code="HALF"))
    assert "the payment of $24.00 for Light touch" in Mail.objects.get().text
