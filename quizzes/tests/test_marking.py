"""Marking by people: one desk per answer, two markers who do not see each other, one exact result."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from courses.tests.factories import make_user
from enrollments.models import UnitCompletion
from quizzes.models import Attempt, AttemptEvent, Grade, Mark, MarkingTask, QuizPage
from quizzes.rules.marking import agreed
from quizzes.services import submit_attempt
from quizzes.services.marking import Judgment, MarkingRefused, draft_of, give_mark, override_mark, save_draft
from quizzes.services.marking_queue import LEASE, claim, release, waiting_for
from quizzes.services.supervision import reopen_attempt

from . import factories
from .marking_steps import browser_of, essay, hand_in, judged, mark


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
