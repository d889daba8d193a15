"""Practice: feedback on one answer at once, how sure one is, and done whatever the score."""

from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enrollments.models import UnitCompletion
from quizzes.models import Attempt
from quizzes.rules.certainty import calibration, certainty_mark, honest_level
from quizzes.services import check_answer, start_attempt, submit_attempt
from quizzes.services.answers import token_of

from . import factories

AT_ONCE = {
    "after_item": ["right_wrong", "remark", "right_answer", "general"],
    "after_submit": ["score", "right_wrong", "remark", "right_answer", "general"],
    "after_pass_or_last": [],
    "after_close": [],
}
JSON = {"accept": "application/json"}


def with_feedback(ident: str) -> dict[str, Any]:
    """A choice whose feedback is easy to find in a page."""
    spec = factories.choice(ident, feedback=f"{ident}-general")
    for number, option in enumerate(spec["options"]):
        option["feedback"] = f"{ident}-remark-{number}"
    return spec


@pytest.fixture
def attempt(enrollment: Any, make_quiz: Any) -> Attempt:
    """Two choices with feedback at once, and certainty."""
    quiz = make_quiz(with_feedback("one"), with_feedback("two"), mode="practice", certainty=True, review_policy=AT_ONCE)
    return start_attempt(enrollment=enrollment, quiz=quiz)


def option(attempt: Attempt, number: int, position: int = 1) -> str:
    return str(attempt.items.get(position=position).version.public["en-us"]["options"][number]["id"])


def answer_to(attempt: Attempt, number: int, position: int = 1, **more: str) -> dict[str, str]:
    token = token_of(attempt.items.get(position=position))
    return {f"q{position}-rev": token, f"q{position}-c": option(attempt, number, position), "key": "page", **more}


def check(client: Client, attempt: Attempt, number: int, position: int = 1, **headers: str) -> Any:
    sent = answer_to(attempt, number, position, check=str(position))
    return client.post(f"/attempts/{attempt.uuid}/check/", sent, headers=headers)


def test_checking_saves_locks_and_shows_what_the_quiz_shows_after_a_question(as_learner: Client, attempt: Any) -> None:
    answer = check(as_learner, attempt, 1)
    assert (answer.status_code, answer["Location"]) == (303, f"/attempts/{attempt.uuid}/#q1-feedback")
    page = as_learner.get(answer["Location"]).content.decode()
    shown = [word for word in ("Not right", "one-remark-1", "one option 0", "one-general") if word in page]
    assert shown == ["Not right", "one-remark-1", "one option 0", "one-general"]
    assert [word for word in ("one-remark-0", "one-remark-2", "two-remark", "two-general") if word in page] == []
    assert [event.kind for event in attempt.events.order_by("seq")] == ["started", "saved", "checked"]


def test_a_checked_answer_is_final(as_learner: Client, attempt: Any) -> None:
    check(as_learner, attempt, 1)
    base = f"/attempts/{attempt.uuid}/"
    refused = as_learner.post(f"{base}save/", answer_to(attempt, 0), headers=JSON)
    assert (refused.status_code, refused.json()["message"]) == (
        422, "You have asked for the feedback: this answer is final.",
    )  # fmt: skip
    assert attempt.items.get(position=1).answer == {"c": [option(attempt, 1)]}
    page = as_learner.get(base).content.decode()
    assert ('name="q1-rev"' in page, 'name="q2-rev"' in page) == (False, True)
    assert as_learner.post(f"{base}save/", {"q2-rev": "0.x", "finish": "1"}).status_code == 303


def test_checking_again_shows_the_same_and_locks_nothing_twice(as_learner: Client, attempt: Any) -> None:
    for _ in range(2):
        assert check(as_learner, attempt, 1).status_code == 303
    assert attempt.events.filter(kind="checked").count() == 1


def test_the_script_gets_the_feedback_in_place(as_learner: Client, attempt: Any) -> None:
    told = check(as_learner, attempt, 0, **JSON).json()
    assert ("Right" in told["feedback"], "one-remark-0" in told["feedback"], told["saved_at"] != "") == (
        True, True, True,
    )  # fmt: skip


def test_without_an_answer_nothing_is_locked(as_learner: Client, attempt: Any) -> None:
    empty = {"q1-rev": "0.x", "check": "1"}
    page = as_learner.post(f"/attempts/{attempt.uuid}/check/", empty)
    assert (page.status_code, "Answer first, then check." in page.content.decode()) == (422, True)
    assert "one-remark" not in page.content.decode()
    assert as_learner.post(f"/attempts/{attempt.uuid}/check/", empty, headers=JSON).status_code == 422
    assert attempt.items.get(position=1).locked_at is None


def test_a_stale_answer_is_compared_before_anything_is_locked(as_learner: Client, attempt: Any) -> None:
    stale = answer_to(attempt, 1, check="1")
    factories.save_one(attempt, 1, {"c": option(attempt, 2)})
    page = as_learner.post(f"/attempts/{attempt.uuid}/check/", {**stale, "key": "other"})
    assert (page.status_code, "Two answers" in page.content.decode()) == (409, True)
    assert attempt.items.get(position=1).locked_at is None


def test_other_answers_that_came_along_are_saved_and_not_locked(as_learner: Client, attempt: Any) -> None:
    both = {**answer_to(attempt, 1), **answer_to(attempt, 2, 2), "check": "1"}
    as_learner.post(f"/attempts/{attempt.uuid}/check/", both)
    second = attempt.items.get(position=2)
    assert (second.answer, second.locked_at) == ({"c": [option(attempt, 2, 2)]}, None)


@pytest.mark.parametrize("mode", ["exam", "practice"])
def test_only_where_the_quiz_shows_something_after_a_question_can_an_answer_be_checked(
    as_learner: Client, enrollment: Any, make_quiz: Any, mode: str
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(with_feedback("one"), mode=mode))
    assert "Check this answer" not in as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
    assert check(as_learner, attempt, 1).status_code == 404
    assert attempt.items.get().locked_at is None


def test_an_exam_may_show_right_or_wrong_alone(as_learner: Client, enrollment: Any, make_quiz: Any) -> None:
    policy = {**AT_ONCE, "after_item": ["right_wrong"]}
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(with_feedback("one"), review_policy=policy))
    told = check(as_learner, attempt, 1, **JSON).json()["feedback"]
    assert ("Not right" in told, "remark" in told, "one option 0" in told) == (True, False, False)


@pytest.mark.parametrize("position", ["", "0", "3", "x", "9999", "1\x00", "²"])
def test_an_odd_position_is_unknown(as_learner: Client, attempt: Any, position: str) -> None:
    answer = as_learner.post(f"/attempts/{attempt.uuid}/check/", {"check": position})
    assert answer.status_code == 404


def test_after_the_time_nothing_is_checked(as_learner: Client, attempt: Any) -> None:
    past = timezone.now() - timezone.timedelta(minutes=5)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=past, grace_until=past)
    report = check_answer(attempt_uuid=attempt.uuid, user=attempt.enrollment.user, position=1, sent={})
    assert (report.ended, attempt.items.get(position=1).locked_at) == (True, None)


def test_a_practice_is_done_when_it_is_handed_in_and_says_what_it_is(as_learner: Client, attempt: Any) -> None:
    front = as_learner.get(attempt.quiz.url).content.decode()
    assert "It does not count for a certificate." in front
    check(as_learner, attempt, 1)
    as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    page = " ".join(as_learner.get(f"/attempts/{attempt.uuid}/review/").content.decode().split())
    assert ("Practice: 0%." in page, "does not count for a certificate" in page, "Not yet" in page) == (
        True,
        True,
        False,
    )
    assert UnitCompletion.objects.filter(enrollment=attempt.enrollment, unit=attempt.quiz_id).count() == 1
    assert "You have done this practice." in as_learner.get(attempt.quiz.url).content.decode()


# -- how sure one is ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("level", "share", "mark"),
    [
        (1, 1, 1), (2, 1, 2), (3, 1, 3), (1, 0, 0), (2, 0, -2), (3, 0, -6),
        (3, Fraction(1, 2), Fraction(-3, 2)), (2, Fraction(1, 3), Fraction(-2, 3)), (1, Fraction(1, 3), Fraction(1, 3)),
    ],
)  # fmt: skip
def test_the_certainty_mark_is_exact_and_scaled_by_the_share_that_was_right(level: Any, share: Any, mark: Any) -> None:
    assert certainty_mark(level, Fraction(share)) == mark


@pytest.mark.parametrize(
    ("share", "level"),
    [(0, 1), (Fraction(2, 3) - Fraction(1, 10**9), 1), (Fraction(2, 3), 2), (Fraction(4, 5), 2),
     (Fraction(4, 5) + Fraction(1, 10**9), 3), (1, 3)],
)  # fmt: skip
def test_the_honest_level_earns_most(share: Any, level: int) -> None:
    assert honest_level(Fraction(share)) == level
    best = max(certainty_mark(one, Fraction(share)) for one in (1, 2, 3))
    assert certainty_mark(level, Fraction(share)) == best


def test_the_table_has_a_row_per_level_that_was_used() -> None:
    rows = calibration([(3, Fraction(1)), (3, Fraction(0)), (1, Fraction(1, 2))])
    assert [(row.level, row.count, row.share, row.mark, row.honest) for row in rows] == [
        (1, 1, Fraction(1, 2), Fraction(1, 2), 1),
        (3, 2, Fraction(1, 2), Fraction(-3), 1),
    ]


def test_certainty_is_saved_with_the_answer_and_shown_as_calibration(as_learner: Client, attempt: Any) -> None:
    base = f"/attempts/{attempt.uuid}/"
    assert "How sure are you?" in as_learner.get(base).content.decode()
    as_learner.post(f"{base}save/", answer_to(attempt, 1, **{"q1-sure": "3"}), headers=JSON)
    as_learner.post(f"{base}save/", answer_to(attempt, 1, **{"q1-sure": "2"}), headers=JSON)
    item = attempt.items.get(position=1)
    assert (item.certainty, item.answer_rev) == (2, 1)
    as_learner.post(f"{base}submit/")
    page = " ".join(as_learner.get(f"{base}review/").content.decode().split())
    assert ("How sure you were: fairly. Certainty mark −2." in page, "never decides about passing" in page) == (
        True,
        True,
    )
    attempt.refresh_from_db()
    assert (attempt.score_m, attempt.passed) == (0, False)


@pytest.mark.parametrize("terms", [{"mode": "exam", "certainty": True}, {"mode": "practice", "certainty": False}])
def test_certainty_is_asked_in_practice_only_where_the_quiz_asks_it(
    as_learner: Client, enrollment: Any, make_quiz: Any, terms: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(with_feedback("one"), **terms))
    base = f"/attempts/{attempt.uuid}/"
    as_learner.post(f"{base}save/", answer_to(attempt, 0, **{"q1-sure": "3"}))
    assert (attempt.items.get().certainty, "How sure" in as_learner.get(base).content.decode()) == (None, False)
    submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk))
    assert "Certainty mark" not in as_learner.get(f"{base}review/").content.decode()


@pytest.mark.parametrize("odd", ["0", "4", "-1", "x", "3 ", "\x00"])
def test_an_odd_certainty_is_none(as_learner: Client, attempt: Any, odd: str) -> None:
    as_learner.post(f"/attempts/{attempt.uuid}/save/", answer_to(attempt, 0, **{"q1-sure": odd}))
    assert attempt.items.get(position=1).certainty is None
