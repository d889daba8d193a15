"""From the button to the course: approved, declined, delayed, canceled; through HTTP against the sandbox."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.access import can
from courses.models import CoursePage, CoursePrerequisite, LessonPage
from courses.tests.factories import make_course
from enrollments.models import AccessHold, Enrollment
from notifications.models import Mail
from payments.models import CheckoutAttempt, Offer, Order
from payments.services import close_offer, save_offer
from payments.tests.conftest import Shop, point_shop_at
from payments.tests.factories import make_offer
from stripe_sandbox.testing import APPROVED, AUTHENTICATE, BANK_DEBIT, DECLINED

pytestmark = pytest.mark.django_db


def lesson_of(course: CoursePage) -> LessonPage:
    found = LessonPage.objects.descendant_of(course).first()
    assert found is not None
    return found


def headline(client: Client, path: str) -> str:
    """The page's one h1."""
    response = client.get(path)
    assert response.status_code == 200
    found = re.findall(r"<h1>(.*?)</h1>", response.content.decode())
    assert len(found) == 1
    return str(found[0])


def told(user: User) -> list[str]:
    """Which mails this person got, oldest first."""
    return [mail.key.rsplit("-", 5)[0] for mail in Mail.objects.filter(user=user).order_by("pk")]


def test_approved_card_opens_the_course_on_landing(shop: Shop, learner: User) -> None:
    session_url = shop.enroll()
    assert session_url.startswith(shop.bank.url)
    assert not can(learner, "view", lesson_of(shop.course))
    landing = shop.pay(session_url, APPROVED)
    assert landing == f"/orders/{shop.order.uuid}/return/?session_id={shop.session_id}"
    assert headline(shop.browser, landing) == "You are in."
    assert shop.order.state == "paid"
    enrollment = Enrollment.objects.get(user=learner)
    assert (enrollment.course_id, enrollment.source, enrollment.access_until) == (shop.course.pk, "order", None)
    assert shop.order.items.get().enrollment == enrollment
    assert shop.browser.get(lesson_of(shop.course).get_url()).status_code == 200
    assert told(learner) == ["enrolled"]


def test_the_ledger_holds_what_stripe_said(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    facts = {fact.kind: fact for fact in shop.order.facts.all()}
    assert set(facts) == {"session", "payment_intent", "charge", "invoice"}
    assert (facts["session"].amount, facts["session"].currency, facts["session"].status) == (
        4800,
        "usd",
        "complete, paid",
    )
    assert (facts["charge"].fee, facts["charge"].net) == (169, 4631)  # 2.9 % and 30 cents
    assert shop.order.livemode is False


def test_stripe_is_asked_for_what_the_offer_says(shop: Shop, learner: User) -> None:
    shop.enroll()
    session = shop.bank.sandbox.store.load("checkout.session", shop.session_id)
    order = shop.order
    assert session["client_reference_id"] == str(order.uuid)
    assert session["metadata"] == {"order": str(order.uuid), "attempt": "1"}
    assert (session["amount_subtotal"], session["currency"], session["customer_email"]) == (4800, "usd", learner.email)
    assert session["success_url"] == f"http://testserver/orders/{order.uuid}/return/?session_id={{CHECKOUT_SESSION_ID}}"
    assert session["cancel_url"] == f"http://testserver/orders/{order.uuid}/return/"
    assert session["allow_promotion_codes"] is True
    assert order.attempts.get().idempotency_key == f"order-{order.uuid}-1"


def test_declined_card_gives_nothing_and_another_card_does(shop: Shop, learner: User) -> None:
    session_url = shop.enroll()
    shop.pay(session_url, DECLINED)
    landing = f"/orders/{shop.order.uuid}/return/"
    assert headline(shop.browser, landing) == "The card was declined"
    assert (shop.order.state, Enrollment.objects.count(), told(learner)) == ("open", 0, [])
    assert shop.enroll() == session_url
    assert headline(shop.browser, shop.pay(session_url, APPROVED)) == "You are in."
    assert told(learner) == ["enrolled"]


def test_a_card_that_asks_the_bank_is_paid_after_the_answer(shop: Shop) -> None:
    session_url = shop.enroll()
    shop.pay(session_url, AUTHENTICATE)
    assert headline(shop.browser, f"/orders/{shop.order.uuid}/return/") == "You are not enrolled yet"
    shop.bank.authenticate(session_url)
    assert headline(shop.browser, f"/orders/{shop.order.uuid}/return/") == "You are in."


def test_canceled_checkout_says_that_nothing_was_charged(shop: Shop) -> None:
    shop.enroll()
    page = shop.browser.get(f"/orders/{shop.order.uuid}/return/").content.decode()
    assert "Nothing was charged." in page
    assert f'action="/enroll/{shop.course.slug}/"' in page


def test_delayed_payment_is_on_its_way_until_the_bank_confirms(shop: Shop, learner: User) -> None:
    landing = shop.pay(shop.enroll(), BANK_DEBIT)
    waiting = shop.browser.get(landing)
    page = waiting.content.decode()
    assert "<h1>Payment on its way</h1>" in page
    assert waiting["Refresh"] == "10"
    still = shop.browser.get(f"{landing}&still=1")
    assert "Refresh" not in still
    assert "Look again" in still.content.decode()
    assert (shop.order.state, Enrollment.objects.count()) == ("pending", 0)
    shop.bank.settle(shop.session_id)
    assert headline(shop.browser, landing) == "You are in."
    assert told(learner) == ["payment-pending", "enrolled"]


def test_delayed_payment_that_fails_may_be_bought_again(shop: Shop, learner: User) -> None:
    landing = shop.pay(shop.enroll(), BANK_DEBIT)
    shop.browser.get(landing)
    first = shop.order
    shop.bank.settle(shop.session_id, ok=False)
    assert headline(shop.browser, landing) == "The bank refused the payment"
    assert (shop.order.state, Enrollment.objects.count()) == ("failed", 0)
    assert headline(shop.browser, shop.pay(shop.enroll(), APPROVED)) == "You are in."
    assert shop.order != first
    assert told(learner) == ["payment-pending", "payment-failed", "enrolled"]


def test_while_the_bank_confirms_a_second_press_leads_to_the_order(shop: Shop) -> None:
    shop.buy(BANK_DEBIT)
    assert shop.enroll() == f"/orders/{shop.order.uuid}/return/"
    assert Order.objects.count() == CheckoutAttempt.objects.count() == 1


def test_nothing_to_pay_after_a_code_is_paid(shop: Shop) -> None:
    shop.bank.promotion_code("FREE100", percent_off=100)
    landing = shop.pay(shop.enroll(), APPROVED, code="FREE100")
    assert headline(shop.browser, landing) == "You are in."
    assert "-$48.00" in shop.browser.get(f"/orders/{shop.order.uuid}/").content.decode()


def test_pressing_twice_is_one_order_and_one_session(shop: Shop) -> None:
    assert shop.enroll() == shop.enroll()
    assert Order.objects.count() == CheckoutAttempt.objects.count() == 1


def test_a_price_in_the_form_is_not_read(shop: Shop) -> None:
    shop.enroll(price="1", amount="1", unit_amount="1", currency="jpy")
    assert (shop.order.subtotal, shop.order.currency) == (4800, "usd")
    assert shop.bank.sandbox.store.load("checkout.session", shop.session_id)["amount_total"] == 4800


def test_an_expired_order_starts_again(shop: Shop) -> None:
    first_url = shop.enroll()
    first = shop.order
    shop.bank.expire(shop.session_id)
    second_url = shop.enroll()
    first.refresh_from_db()
    assert (first.state, shop.order.state) == ("expired", "open")
    assert shop.order != first
    assert second_url != first_url


def test_who_is_enrolled_is_not_sent_to_pay(shop: Shop) -> None:
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    assert shop.enroll() == f"/courses/{shop.course.slug}/"
    assert CheckoutAttempt.objects.count() == 1


def test_paid_before_the_second_press_is_seen_by_it(shop: Shop) -> None:
    shop.buy(APPROVED)
    assert shop.enroll() == f"/orders/{shop.order.uuid}/return/"
    assert shop.order.state == "paid"


def test_landing_again_later_gives_nothing_new(shop: Shop, learner: User) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    shop.browser.get(landing)
    shop.bank.fault("500", times=99)  # whoever asks the bank now fails
    assert headline(shop.browser, landing) == "You are in."
    assert (Enrollment.objects.count(), told(learner)) == (1, ["enrolled"])


def test_landing_after_a_refund_does_not_open_the_course_again(shop: Shop, learner: User) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    shop.browser.get(landing)
    shop.bank.refund(shop.payment)
    assert shop.deliver("charge.refunded") == 200
    assert headline(shop.browser, landing) == "This order was refunded"
    assert AccessHold.objects.get(closed_at=None).reason == "refund"
    assert not can(User.objects.get(pk=learner.pk), "view", lesson_of(shop.course))


@pytest.mark.parametrize("session", ["cs_test_invented", "%00", "x" * 5000])
def test_an_invented_session_is_unknown(shop: Shop, session: str) -> None:
    shop.enroll()
    assert shop.browser.get(f"/orders/{shop.order.uuid}/return/?session_id={session}").status_code == 404


def test_the_session_of_another_order_is_unknown(shop: Shop, stranger: User) -> None:
    shop.buy(APPROVED)
    theirs, session_id = shop.order, shop.session_id
    other = Client()
    other.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert other.post(f"/enroll/{shop.course.slug}/").status_code == 303
    assert other.get(f"/orders/{shop.order.uuid}/return/?session_id={session_id}").status_code == 404
    assert other.get(f"/orders/{theirs.uuid}/return/?session_id={session_id}").status_code == 404
    assert Enrollment.objects.count() == 0


def test_free_course_enrolls_at_once(as_learner: Client, course: CoursePage, learner: User) -> None:
    make_offer(course, 0)
    response = as_learner.post(f"/enroll/{course.slug}/")
    assert (response.status_code, response["Location"]) == (303, f"/courses/{course.slug}/")
    assert Enrollment.objects.get(user=learner).source == "free"
    assert (Order.objects.count(), Mail.objects.get().subject) == (0, f"You are enrolled: {course.title}")
    assert as_learner.post(f"/enroll/{course.slug}/").status_code == 303
    assert (Enrollment.objects.count(), Mail.objects.count()) == (1, 1)


def test_a_free_course_needs_no_stripe(as_learner: Client, course: CoursePage, settings) -> None:
    settings.PAYMENTS = False
    make_offer(course, 0)
    as_learner.post(f"/enroll/{course.slug}/")
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("missing", ["PAYMENTS", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"])
def test_without_keys_nothing_pretends(shop: Shop, settings, missing: str) -> None:
    setattr(settings, missing, False if missing == "PAYMENTS" else "")
    response = shop.browser.post(f"/enroll/{shop.course.slug}/", follow=True)
    assert "Enrolling in this course is not set up yet." in response.content.decode()
    assert Order.objects.count() == 0


def test_a_course_without_an_offer_is_not_sold(as_learner: Client, course: CoursePage) -> None:
    response = as_learner.post(f"/enroll/{course.slug}/", follow=True)
    assert "This course is not on sale now." in response.content.decode()
    assert Enrollment.objects.count() == Order.objects.count() == 0


def test_whoever_is_at_checkout_when_the_offer_closes_gets_in(shop: Shop, offer: Offer) -> None:
    session_url = shop.enroll()
    close_offer(offer=offer)
    shop.course.unpublish()
    shop.pay(session_url, APPROVED)
    assert shop.browser.post(f"/enroll/{shop.course.slug}/").status_code == 404
    shop.browser.get(f"/orders/{shop.order.uuid}/return/")
    assert Enrollment.objects.get().course_id == shop.course.pk


def test_a_new_price_does_not_change_an_order_that_stands(shop: Shop) -> None:
    session_url = shop.enroll()
    save_offer(courses=[shop.course], unit_amount=9900)
    assert headline(shop.browser, shop.pay(session_url, APPROVED)) == "You are in."
    assert shop.order.subtotal == 4800


def test_access_ends_when_the_offer_said(sandbox, as_learner: Client, instructor: User) -> None:
    course = make_course("A month", instructor=instructor)
    make_offer(course, 1000, access_days=30)
    shop = Shop(as_learner, sandbox, course)
    shop.browser.get(shop.pay(shop.enroll(), APPROVED))
    until = Enrollment.objects.get().access_until
    assert until is not None
    assert timedelta(days=29) < until - timezone.now() <= timedelta(days=30)


def test_an_unmet_prerequisite_is_shown_and_holds(shop: Shop, course: CoursePage, learner: User) -> None:
    CoursePrerequisite.objects.create(course=shop.course, requires=course)
    assert headline(shop.browser, shop.pay(shop.enroll(), APPROVED)) == "You are in."
    assert AccessHold.objects.get().reason == "prerequisite"
    assert not can(learner, "view", lesson_of(shop.course))


def test_when_stripe_does_not_answer_nothing_is_charged(shop: Shop) -> None:
    shop.bank.fault("500", times=3, path="/v1/checkout/sessions")
    response = shop.browser.post(f"/enroll/{shop.course.slug}/")
    assert response.status_code == 503
    assert "<h1>Nothing was charged</h1>" in response.content.decode()
    assert shop.order.state == "new"
    assert headline(shop.browser, shop.pay(shop.enroll(), APPROVED)) == "You are in."


def test_when_stripe_cannot_be_reached_the_same_attempt_goes_on_later(shop: Shop, settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert shop.browser.post(f"/enroll/{shop.course.slug}/").status_code == 503
    assert shop.order.attempts.get().state == "asked"
    point_shop_at(shop.bank, settings)
    assert headline(shop.browser, shop.pay(shop.enroll(), APPROVED)) == "You are in."
    assert shop.order.attempts.get().idempotency_key == f"order-{shop.order.uuid}-1"


def test_a_wrong_key_charges_nothing(shop: Shop, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_sandbox_of_somebody_else"
    response = shop.browser.post(f"/enroll/{shop.course.slug}/")
    assert response.status_code == 503
    assert "<h1>Nothing was charged</h1>" in response.content.decode()


def test_a_failure_that_stripe_keeps_under_its_key_is_not_asked_for_again(shop: Shop) -> None:
    shop.bank.fault("500", times=1, when="kept", method="POST", path="/v1/checkout/sessions")
    assert shop.browser.post(f"/enroll/{shop.course.slug}/").status_code == 503
    assert shop.enroll().startswith(shop.bank.url)
    assert [(attempt.n, attempt.state) for attempt in shop.order.attempts.all()] == [(1, "failed"), (2, "open")]


def test_a_lost_answer_leads_to_the_same_session(shop: Shop) -> None:
    shop.bank.fault("500", times=1, when="after", method="POST", path="/v1/checkout/sessions")
    assert shop.enroll().startswith(shop.bank.url)
    made = shop.bank.sandbox.store.select("checkout.session")
    assert [session["id"] for session in made if session["client_reference_id"] == str(shop.order.uuid)] == [
        shop.session_id
    ]


def test_another_address_of_the_site_gets_an_attempt_of_its_own(shop: Shop, settings) -> None:
    """The key holds the return address; Stripe refuses the same key with another one."""
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    shop.bank.fault("500", times=1, when="after", method="POST", path="/v1/checkout/sessions")
    shop.enroll()
    CheckoutAttempt.objects.update(session_id=None, url="", state="asked")  # as if we had died before the answer
    response = shop.browser.post(f"/enroll/{shop.course.slug}/", headers={"host": "localhost"})
    assert response.status_code == 303
    assert [(attempt.n, attempt.state) for attempt in shop.order.attempts.all()] == [(1, "failed"), (2, "open")]


def test_when_the_bank_cannot_be_asked_the_landing_looks_again(shop: Shop) -> None:
    landing = shop.pay(shop.enroll(), APPROVED)
    shop.bank.fault("500", times=3)
    waiting = shop.browser.get(landing)
    assert "<h1>One moment</h1>" in waiting.content.decode()
    assert waiting["Refresh"] == "10"
    assert headline(shop.browser, landing) == "You are in."
