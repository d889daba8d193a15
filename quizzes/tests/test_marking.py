"""Marking by people: one desk per answer, nobody's name, two markers who do not see each other, one exact result."""

from datetime import timedelta
from fractions import Fraction
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core.tests.racing import at_once
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from enrollments.models import UnitCompletion
from quizzes.models import Attempt, AttemptEvent, Grade, Mark, MarkingTask, QuizPage
from quizzes.rules.marking import agreed, since_in_words
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.marking import Judgment, MarkingRefused, draft_of, give_mark, override_mark, save_draft
from quizzes.services.marking_queue import LEASE, claim, release, waiting_for
from quizzes.services.supervision import reopen_attempt

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LEARNER, ADDRESS = "Canary Blackbird-Ousel", "canary-blackbird@example.com"


def essay(ident: str = "essay", *, rubric: bool = False, **more: Any) -> dict[str, Any]:
    """A question that a person marks, with notes that only markers read."""
    levels = [{"title": "Yes", "points": 3}, {"title": "In part", "points": 1}, {"title": "No", "points": 0}]
    rows = [{"title": "Names doubt", "note": "canary-row-note", "levels": levels}]
    rows.append({"title": "Is kind", "levels": [{"title": "Kind", "points": 1}, {"title": "Not", "points": 0}]})
    return {
        "id": ident, "kind": "essay", "title": f"Title of {ident}", "text": f"Write about {ident}.",
        "notes": "canary-notes", **({"rubric": rows} if rubric else {}), **more,
    }  # fmt: skip


def hand_in(user: User, quiz: QuizPage, text: str = "Touch lightly.", *, choose_right: bool = True) -> Attempt:
    """A try with its essays written and its choices made."""
    course = quiz.get_parent().get_parent().specific
    enrollment = user.enrollments.filter(course=course).first() or factories.make_enrollment(user, course)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for item in attempt.items.select_related("version__question"):
        if item.version.kind == "essay":
            factories.save_one(attempt, item.position, {"h": text})
        elif choose_right:
            factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
    return submit_attempt(attempt=attempt)


def judged(percent: int, comment: str = "") -> Judgment:
    return Judgment(fraction_ppm=percent * 10_000, rubric={}, comment=comment)


def mark(task: MarkingTask, by: User, percent: int, comment: str = "") -> Grade | None:
    """Take it and give a mark."""
    task = MarkingTask.objects.get(pk=task.pk)
    assert claim(task=task, by=by)
    return give_mark(task=MarkingTask.objects.get(pk=task.pk), by=by, judgment=judged(percent, comment))


@pytest.fixture
def blackbird(db: None) -> User:
    return make_user(ADDRESS, legal_name=LEARNER)


@pytest.fixture
def second(course: Any) -> User:
    person = make_user("second@example.com", legal_name="Sam Second")
    assign_instructor(course=course, user=person)
    return person


@pytest.fixture
def third(course: Any) -> User:
    person = make_user("third@example.com", legal_name="Thea Third")
    assign_instructor(course=course, user=person)
    return person


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


# -- from handing in to the result ----------------------------------------------------------------------------------
def test_handing_in_opens_one_task_for_each_written_answer(blackbird: User, make_quiz: Any) -> None:
    quiz = make_quiz(essay("one"), essay("two"), factories.choice("three"))
    attempt = hand_in(blackbird, quiz)
    waiting = MarkingTask.objects.waiting().values_list("item__version__question__external_id", flat=True)
    assert (attempt.state, attempt.passed, sorted(waiting)) == ("awaiting_human", None, ["one", "two"])


def test_an_unanswered_essay_waits_for_nobody(blackbird: User, make_quiz: Any) -> None:
    attempt = hand_in(blackbird, make_quiz(essay()), text="")
    assert (attempt.state, attempt.passed, MarkingTask.objects.count()) == ("graded", False, 0)


def test_the_mark_decides_the_result_completes_the_unit_and_the_learner_hears_once(
    blackbird: User, instructor: User, make_quiz: Any, django_capture_on_commit_callbacks: Any
) -> None:
    quiz = make_quiz(essay("one", points=2), essay("two", points=1), factories.choice("three", points=1), pass_mark=80)
    attempt = hand_in(blackbird, quiz)
    first, last = MarkingTask.objects.waiting()
    with django_capture_on_commit_callbacks(execute=True):
        mark(first, instructor, 75, "Good, and kind.")
        half_way = Attempt.objects.get(pk=attempt.pk)
        mark(last, instructor, 100)
    done = Attempt.objects.get(pk=attempt.pk)
    points = {item.version.question.external_id: item.points_m for item in done.items.all()}
    expected = points["one"] * 3 // 4 + points["two"] + points["three"]
    assert (half_way.state, half_way.passed) == ("awaiting_human", None)
    assert (done.state, done.score_m, done.passed) == ("graded", expected, True)
    assert UnitCompletion.objects.get(enrollment=done.enrollment).evidence["score_m"] == expected
    assert [message.subject for message in mail.outbox] == ["Your answers are graded: Quiz"]
    assert str(done.uuid) in mail.outbox[0].body


def test_a_mark_is_appended_and_names_its_giver_comment_and_what_it_takes_the_place_of(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    attempt = hand_in(blackbird, make_quiz(essay()))
    grade = mark(MarkingTask.objects.get(), instructor, 40, "Name your doubt.")
    by_engine = Grade.objects.get(engine__gt="")
    assert (grade.user, grade.fraction_ppm, grade.comment) == (instructor, 400_000, "Name your doubt.")
    assert (grade.supersedes, Grade.objects.count()) == (by_engine, 2)
    item = attempt.items.get()
    assert (item.grade_state, item.fraction_ppm, item.score_m) == ("partial", 400_000, item.points_m * 4 // 10)
    assert list(AttemptEvent.objects.filter(kind="marked").values_list("item", flat=True)) == [item.pk]


def test_an_attempt_that_was_voided_waits_for_nobody(blackbird: User, instructor: User, make_quiz: Any) -> None:
    attempt = hand_in(blackbird, make_quiz(essay()))
    task = MarkingTask.objects.get()
    assert claim(task=task, by=instructor)
    Attempt.objects.filter(pk=attempt.pk).update(state="voided")
    assert list(waiting_for(instructor)) == []
    with pytest.raises(MarkingRefused):
        give_mark(task=task, by=instructor, judgment=judged(100))
    assert Mark.objects.count() == 0


# -- one desk at a time ---------------------------------------------------------------------------------------------
def test_a_claim_holds_for_fifteen_minutes_and_then_another_may_take_it(
    blackbird: User, instructor: User, second: User, make_quiz: Any
) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task, now = MarkingTask.objects.get(), timezone.now()
    assert claim(task=task, by=instructor, at=now)
    moments = [now + LEASE - timedelta(seconds=1), now + LEASE, now + LEASE + timedelta(seconds=1)]
    assert [claim(task=task, by=second, at=moment) for moment in moments] == [False, False, True]
    assert not claim(task=task, by=instructor, at=moments[-1])


def test_saving_a_draft_renews_the_lease(blackbird: User, instructor: User, second: User, make_quiz: Any) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task, now = MarkingTask.objects.get(), timezone.now()
    claim(task=task, by=instructor, at=now)
    save_draft(task=task, by=instructor, judgment=judged(50), at=now + timedelta(minutes=14))
    taken = [claim(task=task, by=second, at=now + timedelta(minutes=minutes)) for minutes in (20, 30)]
    assert taken == [False, True]


def test_a_draft_is_kept_when_somebody_else_has_taken_the_answer(
    blackbird: User, instructor: User, second: User, make_quiz: Any
) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task, now = MarkingTask.objects.get(), timezone.now()
    claim(task=task, by=instructor, at=now - 2 * LEASE)
    claim(task=task, by=second, at=now)
    held = save_draft(task=task, by=instructor, judgment=judged(50, "What I wrote."), at=now)
    with pytest.raises(MarkingRefused):
        give_mark(task=task, by=instructor, judgment=judged(50), at=now)
    assert (held, draft_of(task, instructor).comment) == (False, "What I wrote.")
    assert MarkingTask.objects.get().claimed_by == second


def test_what_was_put_back_is_free_at_once(blackbird: User, instructor: User, second: User, make_quiz: Any) -> None:
    hand_in(blackbird, make_quiz(essay()))
    task = MarkingTask.objects.get()
    claim(task=task, by=instructor)
    release(task=task, by=second)
    assert not claim(task=task, by=second)
    release(task=task, by=instructor)
    assert claim(task=task, by=second)


def test_nobody_marks_their_own_answers(instructor: User, make_quiz: Any) -> None:
    attempt = hand_in(instructor, make_quiz(essay()))
    task = MarkingTask.objects.get()
    assert (list(waiting_for(instructor)), claim(task=task, by=instructor)) == ([], False)
    MarkingTask.objects.update(claimed_by=instructor, lease_until=timezone.now() + LEASE)
    with pytest.raises(MarkingRefused):
        give_mark(task=task, by=instructor, judgment=judged(100))
    with pytest.raises(MarkingRefused, match="their own"):
        override_mark(item=attempt.items.get(), fraction_ppm=1_000_000, reason="Mine.", by=instructor)


# -- two markers ----------------------------------------------------------------------------------------------------
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.integers(0, 100))
def test_two_marks_count_by_their_mean_and_beyond_the_difference_the_third_counts(
    one: int, two: int, three: int, difference: int
) -> None:
    asked = {"second_marker": True, "difference": difference}
    far = Fraction(abs(one - two), 10_000) > difference
    both = agreed([one, two], **asked)
    assert agreed([one], **asked) is None
    assert (both is None) == far
    assert far or abs(both * 2 - (one + two)) <= 1
    assert agreed([one, two, three], **asked) == three
    assert agreed([one], second_marker=False, difference=difference) == one


def test_the_mean_is_rounded_half_to_even() -> None:
    means = [agreed([0, high], second_marker=True, difference=100) for high in (1, 3, 5, 7)]
    assert means == [0, 2, 2, 4]


TWO = {"second_marker": True, "marking_difference": 20}


def test_a_second_person_marks_without_the_first_and_the_mean_counts(
    blackbird: User, instructor: User, second: User, make_quiz: Any
) -> None:
    attempt = hand_in(blackbird, two_markers(make_quiz(essay())))
    task = MarkingTask.objects.get()
    assert mark(task, instructor, 70, "First words.") is None
    assert (list(waiting_for(instructor)), list(waiting_for(second))) == ([], [task])
    grade = mark(task, second, 75, "Second words.")
    assert (grade.fraction_ppm, grade.comment) == (725_000, "First words.\n\nSecond words.")
    assert Attempt.objects.get(pk=attempt.pk).state == "graded"


def test_marks_too_far_apart_go_to_a_third_person_whose_mark_counts(
    blackbird: User, instructor: User, second: User, third: User, make_quiz: Any
) -> None:
    hand_in(blackbird, two_markers(make_quiz(essay())))
    task = MarkingTask.objects.get()
    assert (mark(task, instructor, 90), mark(task, second, 69)) == (None, None)
    assert [list(waiting_for(person)) for person in (instructor, second, third)] == [[], [], [task]]
    assert mark(task, third, 10, "I decide.").fraction_ppm == 100_000
    assert Grade.objects.get(user=third).comment == "I decide."


def test_the_second_marker_reads_nothing_of_the_first(
    blackbird: User, instructor: User, second: User, make_quiz: Any
) -> None:
    hand_in(blackbird, two_markers(make_quiz(essay(rubric=True))))
    task = MarkingTask.objects.get()
    claim(task=task, by=instructor)
    rubric = {row["id"]: row["levels"][0]["id"] for row in task.item.version.public["en-us"]["rubric"]}
    given = Judgment(fraction_ppm=1_000_000, rubric=rubric, comment="canary-of-the-first")
    give_mark(task=MarkingTask.objects.get(), by=instructor, judgment=given)
    browser = browser_of(second)
    page = browser.post(f"/admin/quizzes/marking/{task.pk}/take/", follow=True).content.decode()
    assert "You are the second marker" in page
    assert [
        leak for leak in ("canary-of-the-first", "Ina Instructor", instructor.email, " checked") if leak in page
    ] == []


def two_markers(quiz: QuizPage) -> QuizPage:
    """The same quiz, its written answers marked by two."""
    for name, value in TWO.items():
        setattr(quiz, name, value)
    quiz.save_revision().publish()
    return QuizPage.objects.get(pk=quiz.pk)


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


# -- a mark put right -----------------------------------------------------------------------------------------------
def test_an_override_keeps_the_chain_changes_the_result_and_tells_the_learner_why(
    blackbird: User, instructor: User, make_quiz: Any, django_capture_on_commit_callbacks: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), factories.choice("two"), pass_mark=80)
    attempt = hand_in(blackbird, quiz, choose_right=False)
    first, last = attempt.items.all()
    with django_capture_on_commit_callbacks(execute=True):
        for item in (first, last):
            override_mark(item=item, fraction_ppm=1_000_000, reason="The text was misprinted.", by=instructor)
    done = Attempt.objects.get(pk=attempt.pk)
    newest = Grade.objects.get(item=first, superseded_by=None)
    assert (done.score_m, done.passed, newest.reason) == (done.max_m, True, "The text was misprinted.")
    assert newest.supersedes.engine != ""
    assert UnitCompletion.objects.filter(enrollment=done.enrollment).count() == 1
    assert [("misprinted" in message.body) for message in mail.outbox] == [True, True]


def test_an_override_that_loses_the_pass_takes_no_completion_away(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    attempt = hand_in(blackbird, make_quiz(factories.choice()))
    override_mark(item=attempt.items.get(), fraction_ppm=0, reason="Found out.", by=instructor)
    done = Attempt.objects.get(pk=attempt.pk)
    assert (done.passed, UnitCompletion.objects.filter(enrollment=done.enrollment).count()) == (False, 1)


def test_an_override_of_an_answer_that_waits_ends_the_waiting(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    attempt = hand_in(blackbird, make_quiz(essay()))
    override_mark(item=attempt.items.get(), fraction_ppm=900_000, reason="Marked on paper.", by=instructor)
    assert (Attempt.objects.get(pk=attempt.pk).state, list(waiting_for(instructor))) == ("graded", [])


def test_only_full_points_lift_an_unsafe_answer(blackbird: User, instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.safety())
    course = quiz.get_parent().get_parent().specific
    attempt = start_attempt(enrollment=factories.make_enrollment(blackbird, course), quiz=quiz)
    item = attempt.items.get()
    factories.save_one(attempt, 1, {"c": item.version.key["unsafe"][:1]})
    submit_attempt(attempt=attempt)
    found = []
    for ppm in (990_000, 1_000_000):
        override_mark(item=attempt.items.get(), fraction_ppm=ppm, reason="Read again.", by=instructor)
        found.append(Attempt.objects.get(pk=attempt.pk).passed)
    assert found == [False, True]


def test_the_override_page_changes_one_mark_with_a_reason(blackbird: User, instructor: User, make_quiz: Any) -> None:
    attempt = hand_in(blackbird, make_quiz(factories.choice("one"), factories.choice("two")), choose_right=False)
    item = attempt.items.first()
    browser, page = browser_of(instructor), f"/admin/quizzes/items/{item.pk}/mark/"
    assert LEARNER in browser.get(page).content.decode()
    assert browser.post(page, {"percent": "100", "reason": ""}).status_code == 422
    assert browser.post(page, {"percent": "33.3333", "reason": "Half a word."}).status_code == 303
    assert Grade.objects.get(user=instructor).fraction_ppm == 333_333


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


# -- races ----------------------------------------------------------------------------------------------------------
race = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def set_up_race() -> tuple[MarkingTask, list[User]]:
    """One answer and eight who may mark it."""
    course = make_course("Resting hands")
    quiz = factories.make_quiz(course, essay())
    hand_in(make_user(), quiz)
    markers = [make_user() for _ in range(8)]
    for one in markers:
        assign_instructor(course=course, user=one)
    return MarkingTask.objects.get(), markers


@race
@pytest.mark.both_databases
def test_eight_who_take_one_answer_are_one() -> None:
    task, markers = set_up_race()
    todo = list(markers)
    results = at_once(lambda: claim(task=task, by=todo.pop()))
    assert (len(results), results.count(True), results.count(False)) == (8, 1, 7)


@race
@pytest.mark.both_databases
def test_control_without_compare_and_swap_several_take_one_answer() -> None:
    """Look, then write: the way that the claim is not made."""
    task, markers = set_up_race()
    todo, looked = list(markers), Barrier(8)

    def look_then_write() -> bool:
        by = todo.pop()
        free = MarkingTask.objects.filter(Q(lease_until=None), pk=task.pk).exists()
        looked.wait(timeout=30)
        if free:
            MarkingTask.objects.filter(pk=task.pk).update(claimed_by=by, lease_until=timezone.now() + LEASE)
        return free

    assert at_once(look_then_write).count(True) > 1


@race
@pytest.mark.both_databases
def test_giving_a_mark_eight_times_at_once_gives_it_once() -> None:
    task, (marker, *_) = set_up_race()
    claim(task=task, by=marker)
    task = MarkingTask.objects.get()
    results = at_once(lambda: give_mark(task=task, by=marker, judgment=judged(60)))
    given = [one for one in results if isinstance(one, Grade)]
    refused = [one for one in results if isinstance(one, MarkingRefused)]
    assert (len(given), len(refused)) == (1, 7)
    assert (Grade.objects.filter(user=marker).count(), Mark.objects.count()) == (1, 1)


@race
@pytest.mark.both_databases
def test_two_answers_of_one_paper_marked_at_once_are_both_in_the_total() -> None:
    course = make_course("Resting hands")
    quiz = factories.make_quiz(course, *(essay(f"essay-{number}") for number in range(8)))
    attempt = hand_in(make_user(), quiz)
    marker = make_user()
    assign_instructor(course=course, user=marker)
    tasks = list(MarkingTask.objects.all())
    for task in tasks:
        assert claim(task=task, by=marker)
    todo = list(MarkingTask.objects.all())
    results = at_once(lambda: give_mark(task=todo.pop(), by=marker, judgment=judged(100)))
    done = Attempt.objects.get(pk=attempt.pk)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (done.state, done.score_m, done.passed) == ("graded", done.max_m, True)


# -- what the learner reads -----------------------------------------------------------------------------------------
def review_of(attempt: Attempt, user: User) -> str:
    return " ".join(browser_of(user).get(f"/attempts/{attempt.uuid}/review/").content.decode().split())


def test_rubric_and_comment_are_read_at_their_moment_and_not_before(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    quiz = make_quiz(essay(rubric=True), pass_mark=90)
    attempt = hand_in(blackbird, quiz)
    task = MarkingTask.objects.get()
    rows = task.item.version.public["en-us"]["rubric"]
    claim(task=task, by=instructor)
    chosen = {rows[0]["id"]: rows[0]["levels"][1]["id"], rows[1]["id"]: rows[1]["levels"][0]["id"]}
    judgment = Judgment(fraction_ppm=500_000, rubric=chosen, comment="canary-comment")
    give_mark(task=MarkingTask.objects.get(), by=instructor, judgment=judgment)
    words = ["canary-comment", "In part (1)", "Kind (1)"]
    before = review_of(attempt, blackbird)
    override_mark(item=attempt.items.get(), fraction_ppm=1_000_000, reason="canary-reason", by=instructor)
    assert [word for word in [*words, "canary-reason"] if word in before] == []
    assert "canary-reason" in review_of(attempt, blackbird)
    passing = hand_in(make_user(), quiz)
    task = MarkingTask.objects.waiting().get()
    claim(task=task, by=instructor)
    full = Judgment(fraction_ppm=1_000_000, rubric=chosen, comment="canary-comment")
    give_mark(task=MarkingTask.objects.get(pk=task.pk), by=instructor, judgment=full)
    after = review_of(passing, passing.enrollment.user)
    assert [word for word in words if word not in after] == []


def test_a_reopened_answer_that_is_handed_in_again_begins_anew_in_the_queue(
    blackbird: User, instructor: User, make_quiz: Any
) -> None:
    attempt = hand_in(blackbird, make_quiz(essay(), pass_mark=90))
    mark(MarkingTask.objects.get(), instructor, 20)
    reopen_attempt(attempt=attempt, minutes=0, by=instructor, reason="The power was out.")
    factories.save_one(Attempt.objects.get(pk=attempt.pk), 1, {"h": "A better text."})
    submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk))
    (task,) = waiting_for(instructor)
    grade = mark(task, instructor, 95)
    assert (MarkingTask.objects.count(), grade.fraction_ppm) == (2, 950_000)
    assert Grade.objects.filter(item=task.item, superseded_by=None).get() == grade
    assert Attempt.objects.get(pk=attempt.pk).passed
