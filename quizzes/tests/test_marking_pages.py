"""The pages of those who mark: nobody's name, nothing lost, and who may open them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from quizzes.models import Grade, Mark, MarkingTask
from quizzes.rules.marking import since_in_words
from quizzes.services.marking import draft_of
from quizzes.services.marking_queue import LEASE, claim

from . import factories
from .marking_steps import ADDRESS, LEARNER, browser_of, essay, hand_in, mark


# -- the pages ------------------------------------------------------------------------------------------------------
def test_nothing_on_the_markers_pages_says_whose_answer_it_is(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    quiz = make_quiz(essay(rubric=True))
    hand_in(blackbird, quiz, text="")
    attempt = hand_in(blackbird, quiz, "My hands rest.")
    task = MarkingTask.objects.get()
    browser = browser_of(instructor)
    page = f"/admin/quizzes/marking/{task.pk}/"
    answers = [
        browser.get("/admin/quizzes/marking/"),
        browser.post(f"{page}take/"),
        browser.get(page),
        browser.post(page, {"act": "give"}),
        browser.post(page, {"act": "save", "comment": "Half."}, follow=True),
        browser.post(page, {"act": "save", "comment": "Half."}, headers={"Accept": "application/json"}),
    ]
    sent = "\n".join(f"{answer.headers} {answer.content.decode()}" for answer in answers)
    told = [LEARNER, "Blackbird", ADDRESS, str(attempt.uuid), f"try {attempt.number}", f"Try {attempt.number}"]
    assert [word for word in told if word in sent] == []
    assert [word in sent for word in ("My hands rest.", "canary-notes", "canary-row-note")] == [True, True, True]


def test_the_learner_never_reads_the_notes_for_markers(blackbird: User, instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(essay(rubric=True), pass_mark=1)
    attempt = hand_in(blackbird, quiz)
    mark(MarkingTask.objects.get(), instructor, 100)
    page = browser_of(blackbird).get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert [word in page for word in ("Passed", "canary-notes", "canary-row-note")] == [True, False, False]


def test_a_marker_takes_an_answer_fills_the_rubric_and_gives_the_mark(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    hand_in(blackbird, make_quiz(essay(rubric=True)))
    task = MarkingTask.objects.get()
    rows = task.item.version.public["en-us"]["rubric"]
    browser, page = browser_of(instructor), f"/admin/quizzes/marking/{task.pk}/"
    assert browser.post(f"{page}take/").headers["Location"] == page
    chosen = {f"row-{rows[0]['id']}": rows[0]["levels"][1]["id"]}
    unfinished = browser.post(page, {**chosen, "comment": "Nearly.", "act": "give"})
    assert (unfinished.status_code, Grade.objects.filter(user=instructor).count()) == (422, 0)
    browser.post(page, {**chosen, "comment": "Nearly.", "act": "save"})
    assert draft_of(task, instructor).rubric == {rows[0]["id"]: rows[0]["levels"][1]["id"]}
    chosen[f"row-{rows[1]['id']}"] = rows[1]["levels"][0]["id"]
    given = browser.post(page, {**chosen, "comment": "Nearly.", "act": "give"})
    again = browser.post(page, {**chosen, "comment": "Nearly.", "act": "give"})
    assert [one.headers["Location"] for one in (given, again)] == ["/admin/quizzes/marking/"] * 2
    grade = Grade.objects.get(user=instructor)
    assert (grade.fraction_ppm, grade.rubric["marks"][0][rows[1]["id"]]) == (500_000, rows[1]["levels"][0]["id"])


def test_a_row_or_level_that_the_rubric_does_not_have_is_refused(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    hand_in(blackbird, make_quiz(essay(rubric=True)))
    task = MarkingTask.objects.get()
    browser, page = browser_of(instructor), f"/admin/quizzes/marking/{task.pk}/"
    browser.post(f"{page}take/")
    rows = task.item.version.public["en-us"]["rubric"]
    sent = {f"row-{rows[0]['id']}": rows[1]["levels"][0]["id"], f"row-{rows[1]['id']}": "nothing", "act": "give"}
    assert (browser.post(page, sent).status_code, Mark.objects.count()) == (422, 0)


@pytest.mark.parametrize("percent", ["", "-1", "100.1", "NaN", "1e400", "ten", "50.00001"])
def test_a_percentage_that_is_none_is_refused(blackbird: User, instructor: User, make_quiz: Any, percent: str) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task = MarkingTask.objects.get()
    browser, page = browser_of(instructor), f"/admin/quizzes/marking/{task.pk}/"
    browser.post(f"{page}take/")
    assert browser.post(page, {"percent": percent, "act": "give"}).status_code == 422
    assert Grade.objects.filter(user=instructor).count() == 0


def test_what_was_written_is_not_lost_when_somebody_else_gave_the_mark(
    blackbird: User, instructor: User, second: User, make_quiz: Any
) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task = MarkingTask.objects.get()
    claim(task=task, by=instructor, at=timezone.now() - 2 * LEASE)
    mark(task, second, 50)
    page = f"/admin/quizzes/marking/{task.pk}/"
    answer = browser_of(instructor).post(page, {"percent": "80", "comment": "My long words.", "act": "give"})
    assert (answer.status_code, "My long words." in answer.content.decode()) == (422, True)
    assert draft_of(task, instructor).comment == "My long words."


def test_the_queue_shows_the_oldest_first_with_its_age_and_can_be_narrowed(
    blackbird: User, learner: User, instructor: User, make_quiz: Any
) -> None:
    early, late = make_quiz(essay("early"), slug="a", title="First quiz"), make_quiz(essay("late"), slug="b")
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        hand_in(learner, late)
    hand_in(blackbird, early)
    browser = browser_of(instructor)
    page = browser.get("/admin/quizzes/marking/").content.decode()
    assert 0 < page.index("3 days</time>") < page.index("just now</time>")
    narrowed = browser.get(f"/admin/quizzes/marking/?quiz={early.pk}").content.decode()
    assert ("just now</time>" in narrowed, "3 days</time>" in narrowed) == (True, False)


def test_ages_are_said_in_the_largest_unit() -> None:
    now = timezone.now()
    ages = [timedelta(0), timedelta(minutes=1), timedelta(minutes=59), timedelta(hours=5), timedelta(days=2, hours=9)]
    words = ["just now", "1 minute", "59 minutes", "5 hours", "2 days"]
    assert [since_in_words(now - age, now) for age in ages] == words


def queries(browser: Client, path: str) -> tuple[int, int]:
    """All of a page, and those that touch what quizzes keep: the rest is the frame of the back office."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured), sum('"quizzes_' in query["sql"] for query in captured.captured_queries)


def test_the_queue_costs_the_same_for_two_answers_as_for_forty(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(essay("one"), essay("two"))
    browser = browser_of(instructor)
    hand_in(make_user(), quiz)
    browser.get("/admin/quizzes/marking/")
    for_two = queries(browser, "/admin/quizzes/marking/")
    for _ in range(19):
        hand_in(make_user(), quiz)
    assert (queries(browser, "/admin/quizzes/marking/"), MarkingTask.objects.count()) == (for_two, 40)
    assert for_two[1] <= 8


def test_a_marker_reads_the_story_of_a_case_above_its_question(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    story = {"id": "story", "kind": "case", "title": "Story", "text": "Canary-of-the-story.", "parts": ["essay", "one"]}
    hand_in(blackbird, make_quiz(story, essay(), factories.choice("one")))
    task = MarkingTask.objects.get()
    page = browser_of(instructor).post(f"/admin/quizzes/marking/{task.pk}/take/", follow=True).content.decode()
    assert 0 < page.index("Canary-of-the-story.") < page.index("Write about essay.")


@pytest.mark.parametrize("number", [0, 999_999, 2**63 - 1, 2**63, 10**20])
def test_a_number_that_is_nobodys_is_unknown(instructor: User, course: Any, number: int) -> None:
    browser = browser_of(instructor)
    paths = ["marking/{}/", "marking/{}/take/", "items/{}/mark/", "regrades/{}/", "gradebook/{}/"]
    answers = [browser.post(f"/admin/quizzes/{path.format(number)}") for path in paths[:4]]
    answers += [browser.get(f"/admin/quizzes/{path.format(number)}") for path in (paths[0], *paths[2:])]
    answers.append(browser.get(f"/admin/quizzes/regrades/new/?question={number}"))
    assert [answer.status_code for answer in answers] == [404] * len(answers)


# -- people x doors -------------------------------------------------------------------------------------------------
WHO = ("visitor", "learner", "other", "instructor", "reviewer", "provider")


def people(course: Any) -> dict[str, Any]:
    found = {name: make_user(f"{name}-door@example.com") for name in WHO if name != "visitor"}
    for name, group in (("reviewer", "Reviewers"), ("provider", "Providers")):
        found[name].groups.add(Group.objects.get(name=group))
        User.objects.filter(pk=found[name].pk).update(is_staff=True)
    assign_instructor(course=course, user=found["instructor"])
    assign_instructor(course=make_course("Elsewhere"), user=found["other"])
    return found


@pytest.mark.parametrize("who", WHO)
def test_people_and_doors(who: str, course: Any, make_quiz: Any, blackbird: User) -> None:
    found = people(course)
    attempt = hand_in(blackbird, make_quiz(essay(), factories.choice()))
    task, item = MarkingTask.objects.get(), attempt.items.get(position=2)
    browser = Client() if who == "visitor" else browser_of(User.objects.get(pk=found[who].pk))
    outcomes = {
        "queue": browser.get("/admin/quizzes/marking/").status_code,
        "take": browser.post(f"/admin/quizzes/marking/{task.pk}/take/").status_code,
        "task": browser.get(f"/admin/quizzes/marking/{task.pk}/").status_code,
        "save": browser.post(f"/admin/quizzes/marking/{task.pk}/", {"act": "save"}).status_code,
        "override": browser.get(f"/admin/quizzes/items/{item.pk}/mark/").status_code,
    }
    away = dict.fromkeys(outcomes, 302)
    may = {"queue": 200, "take": 303, "task": 200, "save": 303, "override": 200}
    unknown = dict.fromkeys(outcomes, 404)
    expected = {
        "visitor": away, "learner": unknown, "other": {**unknown, "queue": 200},
        "instructor": may, "reviewer": unknown, "provider": may,
    }  # fmt: skip
    assert outcomes == expected[who]
