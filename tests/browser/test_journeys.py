"""The main job in a real browser: from the landing page to a certificate that a stranger checks."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from certificates.models import Certificate
from enrollments.models import Enrollment
from payments.models import Order
from stripe_sandbox.testing import APPROVED, BANK_DEBIT, DECLINED
from tests.browser.conftest import log_in
from tests.browser.steps import pay, read_lesson, sign_up, take_quiz
from tests.conftest import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
FREE = "/courses/introduction-to-craniosacral-touch/"
PAID = "/courses/foundations-of-craniosacral-bodywork/"
OpenPage = Callable[..., Page]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_visitor_becomes_a_learner_with_a_certificate_that_anyone_can_check(
    world: World, open_page: OpenPage, javascript: bool
) -> None:
    """Free lesson, sign-up, code, enrolled, study, not yet, pass, name, certificate, and a stranger checks it."""
    page = open_page(javascript=javascript)
    page.goto("/")
    page.click("main >> text=See the courses")
    page.click("text=An honest introduction")
    page.click("#outline >> text=What craniosacral touch is")
    expect(page.locator("h1")).to_contain_text("craniosacral")
    page.goto(FREE)
    page.click(".price-box button >> nth=0")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.click("main >> text=Make an account")
    sign_up(page, world, "nora@example.org", "a-long-enough-password")
    expect(page).to_have_url(re.compile(FREE))
    page.click(".price-box button >> nth=0")
    expect(page.locator("main")).to_contain_text("You are enrolled")

    page.click("#outline .unit a >> nth=0")
    read_lesson(page)
    read_lesson(page)
    take_quiz(page, right=False)
    expect(page.locator("main")).to_contain_text("Not yet")
    _let_the_cooldown_pass()
    page.goto(f"{FREE}first-steps/quiz/")
    take_quiz(page, right=True)
    expect(page.locator("main")).to_contain_text("Passed")

    page.goto("/my/certificates/")
    page.fill("input[name=legal_name]", "Nora Łęcka-Nguyễn")
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("An honest introduction")
    certificate = Certificate.objects.get(learner__email="nora@example.org")
    document = page.context.request.get(f"/certificates/{certificate.serial}.pdf")
    assert document.body()[:5] == b"%PDF-"

    stranger = open_page(javascript=javascript)
    stranger.goto("/verify/")
    stranger.fill("main input[type=text], main input[type=search]", certificate.serial.lower().replace("-", " "))
    stranger.click("main form button")
    expect(stranger.locator("main")).to_contain_text("Nora Łęcka-Nguyễn")
    expect(stranger.locator("main")).to_contain_text("not approved CE credit")
    assert "nora@example.org" not in stranger.content()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_card_is_declined_then_approved_and_the_course_opens_once(
    world: World, open_page: OpenPage, javascript: bool
) -> None:
    """Declined: nothing charged, still at the till. Approved: in, with one enrollment and one mail.

    A board that asks for a license number is answered before the first unit.
    """
    page = open_page(javascript=javascript)
    log_in(page, "learner@example.com")
    page.goto(PAID)
    page.click(".price-box button >> nth=0")
    pay(page, DECLINED)
    assert not Enrollment.objects.filter(user__email="learner@example.com").exists()
    pay(page, APPROVED)
    expect(page.locator("main")).to_contain_text("You are in")
    world.bank.wait_for_webhooks()
    assert Enrollment.objects.filter(user__email="learner@example.com").count() == 1
    assert [order.state for order in Order.objects.all()] == ["paid"]
    page.goto(f"{PAID}safety-scope-evidence/screening-and-red-flags/")
    expect(page.locator("h1")).to_contain_text("Which license is this credit for?")
    page.click("button[value=later]")
    expect(page.locator("h1")).to_contain_text("Screening")
    page.goto("/my/orders/")
    expect(page.locator("main")).to_contain_text("$48.00")


def test_a_bank_debit_is_on_its_way_until_the_bank_confirms(world: World, open_page: OpenPage) -> None:
    """Completed is not paid: no access before the money, access without a click after it."""
    page = open_page(javascript=False)
    log_in(page, "learner@example.com")
    page.goto(PAID)
    page.click(".price-box button >> nth=0")
    pay(page, BANK_DEBIT)
    expect(page.locator("main")).to_contain_text("Your bank is still confirming")
    page.goto(f"{PAID}safety-scope-evidence/screening-and-red-flags/")
    expect(page).to_have_url(re.compile(f"{PAID}$"))
    world.bank.settle(Order.objects.get().attempts.get().session_id or "")
    world.bank.wait_for_webhooks()
    page.goto(f"{PAID}safety-scope-evidence/screening-and-red-flags/")
    expect(page.locator("h1")).to_contain_text("Which license is this credit for?")
    page.click("button[value=later]")
    expect(page.locator("h1")).to_contain_text("Screening")


def _let_the_cooldown_pass() -> None:
    """As if the wait between tries were over."""
    from datetime import timedelta  # noqa: PLC0415

    from django.db.models import F  # noqa: PLC0415

    from quizzes.models import Attempt  # noqa: PLC0415

    Attempt.objects.update(
        started_at=F("started_at") - timedelta(days=2),
        submitted_at=F("submitted_at") - timedelta(days=2),
        deadline_at=F("deadline_at") - timedelta(days=2),
    )
