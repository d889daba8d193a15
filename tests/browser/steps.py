"""What learners do, as short verbs: sign up, buy, study, answer."""

import re
from typing import Any

from django.conf import settings
from playwright.sync_api import Locator, Page

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
    """The best answer, entered as its form fields; or a wrong choice, a wrong number, and the rest left open."""
    public = in_language(item.version.public, settings.LANGUAGE_CODE)
    kept = question_type(item.version.kind)
    best: Any = kept.best_answer(public, item.version.key)
    section = page.locator(f"#q{item.position}")
    if not right:
        _answer_wrongly(section, best or {})
    elif item.version.kind == "ordering":
        _put_in_order(section, f"q{item.position}-", kept.fields_of(best))
    else:
        for name, value in kept.fields_of(best):
            _enter(section, f"q{item.position}-{name}", value)


def _answer_wrongly(section: Locator, best: dict[str, Any]) -> None:
    if "c" in best:
        section.locator("input[name$='-c']").locator(f"xpath=self::*[not({_any_of(best['c'])})]").first.check()
    elif "v" in best:
        section.locator("input[name$='-v']").fill("999999")


def _any_of(values: list[str]) -> str:
    return " or ".join(f"@value='{value}'" for value in values)


def _put_in_order(section: Locator, prefix: str, places: list[tuple[str, str]]) -> None:
    """By the lists of places; where a script has replaced them, by the buttons, from the first place on."""
    for name, place in sorted(places, key=lambda one: int(one[1])):
        box = section.locator(f"select[name='{prefix}{name}']")
        if box.is_visible():
            box.select_option(place)
            continue
        row = section.locator(f"li:has(select[name='{prefix}{name}'])")
        for _ in range(int(row.evaluate("row => [...row.parentElement.children].indexOf(row)")) + 1 - int(place)):
            row.locator("[data-move='-1']").click()


def _enter(section: Locator, name: str, value: str) -> None:
    """One form field as a person fills it. A reply of a dialogue is a button, and the page comes back after it."""
    field = section.locator(f"[name='{name}']")
    if name.endswith("-b"):
        section.locator(f"button[value='{value}']").click()
        section.page.wait_for_load_state()
    elif field.count() and field.first.get_attribute("type") in {"radio", "checkbox"}:
        section.locator(f"[name='{name}'][value='{value}']").check()
    elif field.count() and field.first.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    elif field.count():
        field.fill(value)
    else:  # a number's unit, where the form has no list of units: it is written behind the number
        section.locator("input[type=text]").press_sequentially(f" {value}")
