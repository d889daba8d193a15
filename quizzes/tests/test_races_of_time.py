"""At the same moment: checking and saving, staff and the clock, what was held and the end of the time."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from quizzes.models import Attempt, AttemptItem, Grade, QuizPage
from quizzes.services import SentItem, answers, check_answer, settle, start_attempt, submit_attempt
from quizzes.services import attempts as verbs
from quizzes.services.held import HeldPost, apply_held
from quizzes.services.supervision import SupervisionRefused, extend_attempt, reopen_attempt

from . import factories
from .test_races import MANY, at_once, problems

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.both_databases]


@pytest.fixture
def quiz() -> QuizPage:
    return factories.make_quiz(make_course("Resting hands"), factories.number("grams"), factories.choice("one"))


@pytest.fixture
def enrollment(quiz: QuizPage) -> Enrollment:
    return factories.make_enrollment(make_user("learner@example.com"), quiz.get_parent().get_parent().specific)


PRACTICE = {"mode": "practice", "review_policy": {"after_item": ["right_wrong"], "after_submit": ["score"]}}


def practice(quiz: QuizPage, enrollment: Enrollment) -> Attempt:
    """The same paper, in which an answer can be checked."""
    QuizPage.objects.filter(pk=quiz.pk).update(**PRACTICE)
    QuizPage.objects.get(pk=quiz.pk).save_revision().publish()
    return start_attempt(enrollment=enrollment, quiz=QuizPage.objects.get(pk=quiz.pk))


def whole(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt.pk)


def check_among_saves(attempt: Attempt) -> list[Any]:
    user = attempt.enrollment.user

    def check_or_save(number: int) -> str:
        if number == MANY // 2:
            check_answer(attempt_uuid=attempt.uuid, user=user, position=1, sent={})
            return "checked"
        return factories.save_one(attempt, 1, {"v": str(number), "u": "g"})

    factories.save_one(attempt, 1, {"v": "5", "u": "g"})
    return at_once(check_or_save)


def saved_after_the_check(attempt: Attempt) -> bool:
    kinds = list(attempt.events.filter(item__position=1).order_by("seq").values_list("kind", flat=True))
    return "saved" in kinds[kinds.index("checked") :]


def test_no_save_passes_a_check(enrollment: Any, quiz: Any) -> None:
    attempt = practice(quiz, enrollment)
    assert problems(check_among_saves(attempt)) == []
    item = attempt.items.get(position=1)
    assert saved_after_the_check(attempt) is False
    assert attempt.events.get(kind="checked").payload["answer"] == item.answer


def test_control_without_the_lock_answers_change_after_the_check(enrollment: Any, quiz: Any, monkeypatch: Any) -> None:
    attempt = practice(quiz, enrollment)
    real = answers._apply

    def forget_the_lock(item: AttemptItem, *args: Any) -> Any:
        item.locked_at = None
        return real(item, *args)

    monkeypatch.setattr(answers, "_apply", forget_the_lock)
    factories.save_one(attempt, 1, {"v": "5", "u": "g"})
    check_answer(attempt_uuid=attempt.uuid, user=attempt.enrollment.user, position=1, sent={})
    factories.save_one(attempt, 1, {"v": "6", "u": "g"})
    assert saved_after_the_check(attempt) is True


def test_fifty_checks_lock_once(enrollment: Any, quiz: Any) -> None:
    attempt = practice(quiz, enrollment)
    factories.save_one(attempt, 1, {"v": "5", "u": "g"})
    user = attempt.enrollment.user
    results = at_once(lambda _: check_answer(attempt_uuid=attempt.uuid, user=user, position=1, sent={}))
    assert problems(results) == []
    assert attempt.events.filter(kind="checked").count() == 1


def overtime(quiz: QuizPage, enrollment: Enrollment) -> tuple[Attempt, Any]:
    """An attempt whose time has ended, and the moment after its grace."""
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    end = attempt.started_at + timedelta(minutes=1)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=end, grace_until=end + timedelta(minutes=1))
    return whole(attempt), end + timedelta(minutes=1, seconds=1)


def test_more_time_and_the_end_of_the_time_never_both_win(enrollment: Any, quiz: Any) -> None:
    """Staff reach the attempt within its grace, the sweep after it: at the same moment, by clocks a second apart."""
    attempt, after = overtime(quiz, enrollment)
    pages = [whole(attempt) for _ in range(MANY)]
    within = after - timedelta(seconds=1)

    def extend_or_settle(number: int) -> str:
        if number % 2:
            return settle(attempt=pages[number], at=after).state
        try:
            extend_attempt(attempt=pages[number], minutes=10, by=enrollment.user, at=within)
        except SupervisionRefused:
            return "refused"
        return "extended"

    results = Counter(map(str, at_once(extend_or_settle)))
    extended, state = attempt.events.filter(kind="extended").count(), whole(attempt).state
    assert results["extended"] == extended
    assert (extended > 0, state) in {(True, "in_progress"), (False, "graded")}
    assert attempt.events.filter(kind="settled").count() == (0 if extended else 1)


def test_control_without_the_deadline_in_the_condition_an_extended_attempt_is_ended(enrollment: Any, quiz: Any) -> None:
    attempt, after = overtime(quiz, enrollment)
    older_page = whole(attempt)
    extend_attempt(attempt=attempt, minutes=10, by=enrollment.user, at=after - timedelta(seconds=1))
    assert settle(attempt=older_page, at=after).state == "in_progress"
    unguarded = {"by": "staff", "submitted_at": after, "now": after, "request_id": ""}
    assert verbs._finish(older_page, **unguarded).state == "graded"


def test_what_was_held_and_the_end_of_the_time_lose_no_answer(enrollment: Any, quiz: Any) -> None:
    attempt, after = overtime(quiz, enrollment)
    pages = [whole(attempt) for _ in range(MANY)]
    sent = {1: SentItem(fields={"v": ["5"], "u": ["g"]}, token="0.x", touched=True)}
    post = HeldPost(id="held", attempt_uuid=attempt.uuid, at=after - timedelta(minutes=1), sent=sent, page="page")

    def apply_or_settle(number: int) -> Any:
        if number == MANY // 2:
            return apply_held(post=post, user=enrollment.user, at=after)
        return settle(attempt=pages[number], at=after).state

    assert problems(at_once(apply_or_settle)) == []
    attempt = settle(attempt=whole(attempt), at=after)
    item = attempt.items.get(position=1)
    assert (item.answer, item.score_m, attempt.score_m) == ({"v": "5", "u": "g"}, 1000, 1000)
    assert Grade.objects.filter(item=item, superseded_by=None).get().fraction_ppm == 1_000_000


def test_fifty_times_the_same_held_post_is_once(enrollment: Any, quiz: Any) -> None:
    attempt, after = overtime(quiz, enrollment)
    settle(attempt=attempt, at=after)
    sent = {1: SentItem(fields={"v": ["5"], "u": ["g"]}, token="0.x", touched=True)}
    post = HeldPost(id="held", attempt_uuid=attempt.uuid, at=after - timedelta(minutes=1), sent=sent, page="page")
    assert problems(at_once(lambda _: apply_held(post=post, user=enrollment.user, at=after))) == []
    assert Grade.objects.filter(item__position=1, item__attempt=attempt).count() == 2
    assert attempt.events.filter(kind="saved").count() == 1
    assert whole(attempt).score_m == 1000


def test_two_tries_are_never_open_when_staff_open_one_again(enrollment: Any, quiz: Any) -> None:
    first = submit_attempt(attempt=whole(start_attempt(enrollment=enrollment, quiz=quiz)))

    def start_or_reopen(number: int) -> str:
        if number % 2:
            return start_attempt(enrollment=enrollment, quiz=quiz).state
        try:
            reopen_attempt(attempt=whole(first), minutes=5, by=enrollment.user, reason="x")
        except SupervisionRefused:
            return "refused"
        return "reopened"

    assert problems(at_once(start_or_reopen, count=16)) == []
    assert Attempt.objects.open().count() == 1
