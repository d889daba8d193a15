"""What learners do, as short verbs: sign up, buy, study, answer."""

import re
from typing import Any

from django.conf import settings
from playwright.sync_api import Page

from quizzes.models import Attempt, AttemptItem
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from tests.conftest import World

CODE = re.compile(r"^[ ]*([A-Z0-9]{2,4}(?:-[A-Z0-9]{2,4})+|[A-Z0-9]{6})[ ]*$", re.MULTILINE)


def sign_up(page: Page, world: World, email: str, password: str) -> None:
    """From the sign-up page to the typed code. The page that asked for it comes next."""
    page.fill("input[name=email]", email)
    page.fill("input[name=password1]", password)
    page.click("main button[type=submit]")
    page.wait_for_selector("input[name=code]")
    message: Any = world.mailed(email, "")
    code = CODE.findall(message.body)[0]
    page.fill("input[name=code]", code)
    page.click("main button[type=submit] >> nth=0")
    page.wait_for_load_state()


def pay(page: Page, card: str) -> None:
    """Choose how the payment turns out on the sandbox's page, and pay."""
    page.check(f"input[name=card][value='{card}']")
    page.click("button:has-text('Pay $')")
    page.wait_for_load_state()


def read_lesson(page: Page) -> None:
    """Say that the lesson is done; the next unit opens."""
    page.click("main form button:has-text('Done')")
    page.wait_for_load_state()


def take_quiz(page: Page, *, right: bool) -> None:
    """Start, answer every question rightly (or every one wrongly), look once more, hand in."""
    page.click("main form button:has-text('Start')")
    page.wait_for_url(re.compile("/attempts/"))
    attempt = Attempt.objects.open().get(uuid=page.url.split("/attempts/")[1].strip("/"))
    for item in AttemptItem.objects.filter(attempt=attempt).select_related("version").order_by("position"):
        _answer(page, item, right=right)
    page.click("button[name=finish]")
    page.wait_for_url(re.compile("check"))
    page.click("main form button:has-text('Hand in')")
    page.wait_for_url(re.compile("/review/"))


def _answer(page: Page, item: AttemptItem, *, right: bool) -> None:
    public = in_language(item.version.public, settings.LANGUAGE_CODE)
    best: Any = question_type(item.version.kind).best_answer(public, item.version.key)
    section = page.locator(f"#q{item.position}")
    if "c" in best:
        values = section.locator("input[type=radio], input[type=checkbox]:not([name$=flag])").evaluate_all(
            "inputs => inputs.map(input => input.value)"
        )
        wanted = best["c"] if right else [value for value in values if value not in best["c"]][:1]
        for value in wanted:
            section.locator(f"input[value='{value}']").check()
        return
    section.locator("input[type=text]").fill(best["v"] if right else "999999")
    if best.get("u") and section.locator("select").count():
        section.locator("select").select_option(best["u"])
    elif best.get("u") and right:
        unit = section.locator("input[name$='-u']")
        unit.fill(best["u"])
