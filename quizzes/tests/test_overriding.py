"""A mark put right by a person: the chain is kept, and the learner reads why."""

from typing import Any

from django.core import mail

from accounts.models import User
from enrollments.models import UnitCompletion
from quizzes.models import Attempt, Grade
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.marking import override_mark
from quizzes.services.marking_queue import waiting_for

from . import factories
from .marking_steps import LEARNER, browser_of, essay, hand_in


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
