"""Questions on pictures in a real Chromium: by pointer, by keyboard, without script; drawn by an author, and taken."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt, Question
from quizzes.questions import question_type
from quizzes.services import course_bank, start_attempt, submit_attempt

from . import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SAVED = re.compile("Saved [0-9]")


def logged_in(browser: Browser, url: str, user: Any, **options: Any) -> BrowserContext:
    """A window of somebody who is logged in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(15_000)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context


@pytest.fixture
def attempt() -> Attempt:
    """A running attempt: a hotspot, labels and a touch question on the skull."""
    kinds = [factories.on_the_skull(kind) for kind in ("hotspot", "labels", "anatomy_touch")]
    quiz = factories.make_quiz(make_course("Resting hands"), *kinds)
    course = quiz.get_parent().get_parent().specific
    return start_attempt(enrollment=factories.make_enrollment(make_user("learner@example.com"), course), quiz=quiz)


@pytest.fixture
def open_paper(browser: Browser, live_server: Any, attempt: Attempt) -> Iterator[Any]:
    """`open_paper(width=320, color_scheme="dark")`: the paper. What the console complains of fails the test."""
    contexts, complaints = [], []

    def make(*, width: int = 390, **options: Any) -> Page:
        size = {"width": width, "height": 800}
        context = logged_in(browser, live_server.url, attempt.enrollment.user, viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"/attempts/{attempt.uuid}/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def answer(attempt: Attempt, position: int) -> Any:
    return attempt.items.get(position=position).answer


def right(attempt: Attempt, position: int) -> Any:
    version = attempt.items.get(position=position).version
    return question_type(version.kind).best_answer(next(iter(version.public.values())), version.key)


def tap(frame: Locator, across: float, down: float) -> None:
    """Point at a place of the picture."""
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    frame.click(position={"x": box["width"] * across, "y": box["height"] * down})


def saved(page: Page, position: int) -> None:
    expect(page.locator(f"#q{position} [data-saved]")).to_contain_text(SAVED)


def test_pointing_and_the_list_take_turns(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    question = page.locator("#q1")
    with page.expect_response("**/save/"):
        tap(question.locator(".plate-frame"), 0.6, 0.38)
    saved(page, 1)
    (point,) = answer(attempt, 1)["p"]
    assert [abs(point[0] - 6000) < 60, abs(point[1] - 3800) < 60] == [True, True]
    with page.expect_response("**/save/"):
        question.locator("[data-list] input").nth(1).check()
    assert answer(attempt, 1) == right(attempt, 1)
    assert [question.locator("[data-points] input").count(), question.locator(".plate-point").count()] == [0, 0]
    with page.expect_response("**/save/"):
        tap(question.locator(".plate-frame"), 0.2, 0.2)
    assert [list(answer(attempt, 1)), question.locator("[data-list] input:checked").count()] == [["p"], 0]
    with page.expect_response("**/save/"):
        question.locator("[data-points] input").click()
    assert (answer(attempt, 1), question.locator(".plate-point").count()) == (None, 0)


def test_the_cross_is_moved_by_keys(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    cross = page.locator("#q1 .plate-cross")
    cross.focus()
    for key in ("Shift+ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator("#q1 [data-say]")).to_have_text("60 % from the left, 44 % from the top")
    with page.expect_response("**/save/"):
        page.keyboard.press("Enter")
    assert answer(attempt, 1) == {"p": [[6000, 4400]]}
    expect(page.locator("#q1 [data-points] label")).to_have_text("Point 1: 60 % from the left, 44 % from the top")


def test_labels_are_picked_up_and_put_down_by_keyboard(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    question, wanted = page.locator("#q2"), right(attempt, 2)["d"]
    zones = [zone["id"] for zone in next(iter(attempt.items.get(position=2).version.public.values()))["zones"]]
    for label, zone in wanted.items():
        if zone:
            row = question.locator(".labeling-row").filter(has=page.locator(f"select[name$='{label}']"))
            row.locator("button").focus()
            page.keyboard.press("Enter")
            expect(row.locator("button")).to_have_attribute("aria-pressed", "true")
            question.locator(".plate-spot").nth(zones.index(zone)).focus()
            with page.expect_response("**/save/"):
                page.keyboard.press("Enter")
            said = f"{row.get_attribute('data-label')} placed on area {zones.index(zone) + 1}"
            expect(question.locator("[data-say]")).to_have_text(said)
    saved(page, 2)
    assert answer(attempt, 2) == {"d": wanted}


def test_a_label_is_carried_by_the_pointer(open_paper: Any, attempt: Any) -> None:
    page = open_paper(width=1280)
    question = page.locator("#q2")
    row = question.locator(".labeling-row").first
    row.scroll_into_view_if_needed()
    box, spot = row.locator("button").bounding_box(), question.locator(".plate-spot").nth(2).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(spot["x"] + 5, spot["y"] + 5, steps=5)
    with page.expect_response("**/save/"):
        page.mouse.up()
    expect(row.locator("select option:checked")).to_have_attribute("data-number", "3")
    expect(row.locator("button")).to_have_attribute("aria-pressed", "false")


def test_an_area_is_touched_on_the_picture(open_paper: Any, attempt: Any) -> None:
    page = open_paper()
    with page.expect_response("**/save/"):
        page.locator("#q3 .plate-area .plate-badge").nth(1).click()
    assert answer(attempt, 3) == {"z": right(attempt, 3)["z"]}
    expect(page.locator("#q3 [data-place] input").nth(1)).to_be_checked()


def test_without_script_the_lists_do_it_all(open_paper: Any, attempt: Any) -> None:
    page = open_paper(java_script_enabled=False)
    page.locator("#q1 [data-list] input").nth(1).check()
    for label, zone in right(attempt, 2)["d"].items():
        page.locator(f"#q2 select[name$='{label}']").select_option(zone or "")
    touch = right(attempt, 3)
    for part in ("z", "hand", "dir"):
        page.locator(f"#q3 input[name='q3-{part}'][value='{touch[part]}']").check()
    for sign in touch["stop"]:
        page.locator(f"#q3 input[value='{sign}']").check()
    page.fill("input[name=q3-g]", touch["g"])
    page.fill("input[name=q3-sec]", touch["sec"])
    page.click("button[name=finish]")
    page.wait_for_url(re.compile("check"))
    assert [answer(attempt, n) for n in (1, 2, 3)] == [right(attempt, n) for n in (1, 2, 3)]
    assert submit_attempt(attempt=attempt).passed is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_paper: Any, scheme: str) -> None:
    page = open_paper(width=320, color_scheme=scheme)
    page.locator("#q2 .labeling-pick").first.click()
    page.locator("#q2 .plate-spot").first.click()
    tap(page.locator("#q1 .plate-frame"), 0.5, 0.5)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARD}})
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = page.locator(".plate-spot").evaluate_all(
        "spots => spots.map(spot => spot.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )
    assert min(sizes) >= 24


def test_an_instructor_draws_areas_and_a_learner_points_at_one(browser: Any, live_server: Any) -> None:
    instructor, learner = make_user("instructor@example.com"), make_user("learner@example.com")
    course = make_course("Resting hands", instructor=instructor)
    bank = course_bank(course=course)
    factories.on_the_skull("hotspot")
    context = logged_in(browser, live_server.url, instructor, viewport={"width": 1280, "height": 1000})
    desk = context.new_page()
    desk.goto("/admin/snippets/quizzes/question/add/?kind=hotspot")
    desk.fill("#id_title", "Where is the mandible")
    desk.select_option("select[name=bank]", str(bank.pk))
    desk.get_by_role("button", name="Save draft").click()  # before autosave comes: two at once make two questions
    desk.wait_for_url(re.compile(r"/edit/\d+/"))
    desk.locator("[data-contentpath=stem] [contenteditable=true]").click()
    desk.keyboard.type("Where is the mandible?")
    expect(desk.locator("input[name=body-0-value-stem]")).to_have_value(re.compile("mandible"))
    desk.locator("[data-contentpath=image]").get_by_role("button", name="Choose figure").click()
    desk.locator(".modal").get_by_role("link", name="Skull, left side").click()
    _draw(desk)
    for number, name in enumerate(("low at the front", "crown, upper middle", "low at the rear")):
        desk.fill(f"input[name=body-0-value-zones-{number}-value-name]", name)
    desk.check("input[name=body-0-value-zones-0-value-correct]")
    expect(desk.locator(".zones-area").nth(1)).to_have_attribute("aria-label", re.compile("crown, upper middle"))
    desk.get_by_role("button", name="More actions").click()
    desk.get_by_role("button", name="Publish").click()
    desk.wait_for_selector(".messages .success")
    context.close()

    question = Question.objects.get(title="Where is the mandible")
    key = question.versions.first().key
    assert [zone["shape"] for zone in key["zones"]] == ["rect", "ellipse", "polygon"]
    assert key["zones"][1]["at"] == [3750, 1750, 3500, 2500]
    quiz = factories.make_quiz(course, factories.choice("other"))
    quiz.sections.get().slots.update(question=question)
    quiz.save_revision().publish()
    attempt = start_attempt(enrollment=factories.make_enrollment(learner, course), quiz=quiz)
    context = logged_in(browser, live_server.url, learner, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"/attempts/{attempt.uuid}/")
    with page.expect_response("**/save/"):
        tap(page.locator("#q1 .plate-frame"), 0.35, 0.75)
    context.close()
    assert submit_attempt(attempt=attempt).passed is True


def _draw(desk: Page) -> None:
    """A rectangle by pointer, an ellipse by keyboard, a polygon by clicks."""
    surface = desk.locator(".zones-frame svg")
    expect(surface).to_be_visible()
    desk.get_by_role("button", name="Draw rectangle").click()
    box = _box(surface)
    desk.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.65)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.88, steps=4)
    desk.mouse.up()
    expect(desk.locator(".zones-area")).to_have_count(1)
    desk.get_by_role("button", name="Draw ellipse").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator(".zones-area").nth(1)).to_be_focused()
    for key in ["ArrowUp"] * 20 + ["Shift+ArrowRight"] * 10:
        desk.keyboard.press(key)
    desk.get_by_role("button", name="Draw polygon").click()
    box = _box(surface)
    for across, down in ((0.75, 0.5), (0.92, 0.55), (0.85, 0.75)):
        desk.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    desk.keyboard.press("Enter")
    expect(desk.locator(".zones-area")).to_have_count(3)


def _box(surface: Locator) -> Any:
    surface.evaluate("surface => surface.scrollIntoView({block: 'center'})")
    return surface.bounding_box()
