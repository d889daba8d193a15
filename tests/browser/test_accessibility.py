"""axe finds nothing at WCAG 2.2 AA on any page, in light and dark; nothing scrolls sideways at 320 px; keys work."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from certificates.models import Certificate
from certificates.services import correct_name, revoke
from stripe_sandbox.testing import APPROVED
from tests.browser.conftest import log_in
from tests.browser.steps import pay, read_lesson
from tests.conftest import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FREE = "/courses/introduction-to-craniosacral-touch/"
PAID = "/courses/foundations-of-craniosacral-bodywork/"
VISITOR = [
    "/",
    "/courses/",
    "/courses/?level=advanced",
    PAID,
    f"{PAID}safety-scope-evidence/scope-and-law/",
    f"{FREE}first-steps/what-craniosacral-touch-is/",
    "/search/",
    "/search/?q=skull",
    "/search/?q=xyzzy",
    "/help/",
    "/help/accessibility/",
    "/policies/",
    "/policies/refund/",
    "/verify/",
    "/verify/?serial=CST-2026-O0000-11111-U",
    "/verify/CST-2026-22222-22222-2/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nothing-is-here/",
]
LEARNER = [
    "/my/",
    "/my/orders/",
    "/my/certificates/",
    "/my/profile/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    FREE,
    f"{FREE}first-steps/what-craniosacral-touch-is/",
    f"{PAID}safety-scope-evidence/screening-and-red-flags/",
    f"{PAID}light-touch-technique/still-point-and-transverse-releases/",
    f"{FREE}first-steps/quiz/",
]
OpenPage = Callable[..., Page]


class Findings:
    """What axe and the ruler found, page by page."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.rows: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Light and dark on a phone, then 320 px wide."""
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found = self.axe.run(page, options={"runOnly": STANDARD, "resultTypes": ["violations"]})
            self.rows += [
                f"{name} ({scheme}): {one['id']}: {[node['target'] for node in one['nodes']][:3]}"
                for one in found.response["violations"]
            ]
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            self.rows.append(f"{name}: {wide} px wide at 320 px")
        page.set_viewport_size({"width": 390, "height": 844})


@pytest.fixture
def findings() -> Iterator[Findings]:
    """Collected over all pages, so that one run shows everything."""
    collected = Findings()
    yield collected
    assert collected.rows == []


def test_every_page_of_a_visitor_is_accessible(world: World, open_page: OpenPage, findings: Findings) -> None:
    """Empty, filled and refused states alike."""
    page = open_page()
    serial = Certificate.objects.latest("pk").serial
    for path in [*VISITOR, f"/verify/{serial}/"]:
        page.goto(path)
        findings.look(page, path)
    page.goto("/accounts/signup/")
    page.fill("input[name=email]", "x@example.org")
    page.fill("input[name=password1]", "short")
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("password")
    findings.look(page, "sign-up with an error")


def test_every_page_of_a_learner_is_accessible(world: World, open_page: OpenPage, findings: Findings) -> None:
    """Desk, lessons, quiz, till and receipt."""
    page = open_page()
    log_in(page, "learner@example.com")
    page.goto("/my/")
    findings.look(page, "an empty desk")
    page.goto(FREE)
    _follow(page, ".price-box button >> nth=0")
    page.goto(f"{FREE}first-steps/what-craniosacral-touch-is/")
    read_lesson(page)
    page.goto(PAID)
    page.click(".price-box button >> nth=0")
    pay(page, APPROVED)
    findings.look(page, "back from paying")
    page.goto("/my/orders/")
    _follow(page, "main a[href^='/orders/'] >> nth=0")
    findings.look(page, "receipt")
    _follow(page, "a[href$='/billing/']")
    findings.look(page, "who the receipt is for")
    for path in LEARNER:
        page.goto(path)
        findings.look(page, path)
    page.goto(f"{FREE}first-steps/quiz/")
    _follow(page, "main form button:has-text('Start')")
    findings.look(page, "attempt")
    _follow(page, "button[name=finish]")
    findings.look(page, "before handing in")
    _follow(page, "main form button:has-text('Hand in')")
    findings.look(page, "result")


def _follow(page: Page, selector: str) -> None:
    """Click, and wait for the page behind it: a script on the page that is being left finds no document."""
    with page.expect_navigation():
        page.click(selector)


@pytest.mark.parametrize("template", ["403.html", "500.html", "503.html"])
def test_an_error_page_is_accessible(world: World, open_page: OpenPage, findings: Findings, template: str) -> None:
    """As they are sent when nothing else works: without context."""
    page = open_page()
    page.goto("/help/")
    page.set_content(render_to_string(template))
    findings.look(page, template)


def test_mails_are_accessible(world: World, open_page: OpenPage, findings: Findings) -> None:
    """The certificate's mails, as a mail program shows them: issued, replaced, revoked."""
    page = open_page()
    first = Certificate.objects.select_related("learner").latest("pk")
    second = correct_name(certificate=first, legal_name="Another Name", by=first.learner)
    revoke(
        certificate=second, by=first.learner, reason_class="holder", reason="As she wished.", public_note="On request."
    )
    subjects = [one.subject for one in mail.outbox]
    assert [sum(words in one for one in subjects) for words in ("Your new certificate", "was revoked")] == [1, 1]
    html = [part for one in mail.outbox for part, kind in getattr(one, "alternatives", []) if kind == "text/html"]
    assert html, "the seeding mailed the graduate"
    for number, one in enumerate(html):
        page.set_content(str(one))
        findings.look(page, f"mail {number}")


def test_correcting_the_name_on_a_certificate_is_accessible(
    world: World, open_page: OpenPage, findings: Findings
) -> None:
    """Asked, refused, looked at once more, and done."""
    page = open_page()
    certificate = Certificate.objects.select_related("learner").latest("pk")
    log_in(page, certificate.learner.email)
    page.goto(f"/my/certificates/{certificate.serial}/correct/")
    findings.look(page, "correct the name")
    for name, words in (("7", "with letters"), ("Another Name", "Will stand there")):
        page.fill("input[name=legal_name]", name)
        _follow(page, "main form button[type=submit]")
        expect(page.locator("main")).to_contain_text(words)
        findings.look(page, words)
    _follow(page, "main form button[type=submit]")
    page.goto(f"/my/certificates/{Certificate.objects.in_force().latest('pk').serial}/correct/")
    expect(page.locator("main")).to_contain_text("You have corrected this name once")
    findings.look(page, "corrected once already")


def test_a_learner_gets_from_the_landing_page_into_a_lesson_by_keyboard_alone(
    world: World, open_page: OpenPage
) -> None:
    """Tab and Enter, and the focus is always to be seen."""
    page = open_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/")
    page.keyboard.press("Tab")
    assert _focused(page)["text"] == "Skip to the content"
    _tab_to(page, "See the courses")
    page.keyboard.press("Enter")
    page.wait_for_url("**/courses/")
    _tab_to(page, "An honest introduction to craniosacral touch")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{FREE}")
    _tab_to(page, "What craniosacral touch is")
    page.keyboard.press("Enter")
    page.wait_for_url("**/what-craniosacral-touch-is/")
    expect(page.locator("h1")).to_be_visible()


def _tab_to(page: Page, text: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        now = _focused(page)
        assert now["outline"] != "none", f"no focus to be seen on {now['text']!r}"
        if now["text"].startswith(text):
            return
    raise AssertionError(f"{text!r} cannot be reached with the Tab key")


def _focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        """() => { const at = document.activeElement, look = getComputedStyle(at);
        return {text: (at.innerText || at.name || at.tagName).trim(), outline: look.outlineStyle}; }"""
    )
    return found
