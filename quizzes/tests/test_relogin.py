"""A log-in that has ended: what was typed is kept, and goes through as of its arrival once its owner is back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from courses.tests.factories import make_user
from enrollments.services import open_hold
from quizzes.models import Attempt, AttemptEvent, Grade
from quizzes.rules.words import clock_in_words
from quizzes.services import settle_due, start_attempt, submit_attempt
from quizzes.services.held import HeldPost, apply_held
from quizzes.views import relogin

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOON = timezone.now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(db: None) -> Iterator[Any]:
    """Time stands at noon and is moved by hand."""
    cache.clear()
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def attempt(clock: Any, enrollment: Any, make_quiz: Any) -> Attempt:
    """Twenty minutes for a number and a choice."""
    quiz = make_quiz(factories.number("grams"), factories.choice("one"), minutes=20, attempts=2)
    return start_attempt(enrollment=enrollment, quiz=quiz)


def typed(value: str = "5") -> dict[str, str]:
    return {"q1-rev": "0.x", "q1-v": value, "q1-u": "g", "key": "page"}


def save(client: Client, attempt: Attempt, value: str = "5", **headers: str) -> Any:
    return client.post(f"/attempts/{attempt.uuid}/save/", typed(value), headers=headers)


def hand_in(client: Client, attempt: Attempt) -> Any:
    return client.post(f"/attempts/{attempt.uuid}/submit/", {"key": "page"})


def log_in(client: Client, person: Any, attempt: Attempt) -> str:
    """By the real form, which keeps the visitor's session; then the page that it leads to."""
    answer = client.post(
        f"/accounts/login/?next=/attempts/{attempt.uuid}/",
        {"login": person.email, "password": "still-point-demo", "next": f"/attempts/{attempt.uuid}/"},
    )
    assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)
    return client.get(answer["Location"], follow=True).content.decode()


def kinds(attempt: Attempt) -> list[str]:
    return list(attempt.events.order_by("seq").values_list("kind", flat=True))


def test_a_save_asks_for_the_log_in_and_then_goes_through_as_of_its_arrival(clock: Any, attempt: Any) -> None:
    client = Client()
    answer = save(client, attempt)
    assert (answer.status_code, answer["Location"]) == (303, f"/accounts/login/?next=/attempts/{attempt.uuid}/")
    assert relogin.LOGGED_OUT in client.get(answer["Location"]).content.decode()
    clock.move_to(NOON + 5 * MINUTE)
    page = log_in(client, attempt.enrollment.user, attempt)
    item = attempt.items.get(position=1)
    assert (item.answer, item.saved_at) == ({"v": "5", "u": "g"}, NOON)
    words = clock_in_words(NOON.astimezone(attempt.enrollment.user.zone))
    assert f"What you typed at {words} was saved." in page
    assert kinds(attempt) == ["started", "held", "saved"]


def test_a_save_that_arrived_in_time_counts_though_the_log_in_comes_after_the_deadline(
    clock: Any, attempt: Any
) -> None:
    client = Client()
    clock.move_to(NOON + 20 * MINUTE + timedelta(seconds=60))
    save(client, attempt)
    clock.move_to(NOON + 90 * MINUTE)
    page = log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score_m, attempt.settled_by) == ("graded", 1000, "timer")
    assert "Not yet: 50%" in page


def test_a_save_that_arrived_after_the_grace_is_kept_and_not_counted(clock: Any, attempt: Any) -> None:
    client = Client()
    clock.move_to(NOON + 20 * MINUTE + timedelta(seconds=61))
    save(client, attempt)
    page = log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.score_m, "can no longer be counted" in page) == (0, True)
    assert attempt.events.get(kind="late").payload["fields"]["v"] == ["5"]


def test_a_paper_that_the_timer_settled_meanwhile_is_marked_again_with_what_had_arrived(
    clock: Any, attempt: Any
) -> None:
    client = Client()
    clock.move_to(NOON + 10 * MINUTE)
    save(client, attempt)
    clock.move_to(NOON + 40 * MINUTE)
    assert settle_due() == 1
    clock.move_to(NOON + 50 * MINUTE)
    log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.score_m, attempt.submitted_at) == (1000, NOON + 20 * MINUTE)
    grades = Grade.objects.filter(item=attempt.items.get(position=1)).order_by("pk")
    assert [(grade.fraction_ppm, grade.supersedes_id is None) for grade in grades] == [(0, True), (1_000_000, False)]
    assert Grade.objects.filter(item=attempt.items.get(position=2)).count() == 1
    assert kinds(attempt) == ["started", "settled", "held", "saved", "seen"]


def test_once_a_later_try_has_begun_it_is_kept_as_an_event_only(clock: Any, attempt: Any) -> None:
    client = Client()
    save(client, attempt)
    clock.move_to(NOON + 40 * MINUTE)
    settle_due()
    start_attempt(enrollment=attempt.enrollment, quiz=attempt.quiz)
    page = log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.score_m, "can no longer be counted" in page) == (0, True)
    assert attempt.events.get(kind="late").payload["fields"]["v"] == ["5"]


def test_once_the_result_was_looked_at_nothing_is_taken_any_more(clock: Any, attempt: Any) -> None:
    elsewhere, client = Client(), Client()
    save(client, attempt)
    clock.move_to(NOON + 40 * MINUTE)
    elsewhere.force_login(attempt.enrollment.user, backend=BACKEND)
    elsewhere.get(f"/attempts/{attempt.uuid}/review/")
    log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.score_m, attempt.events.filter(kind="late").count()) == (0, 1)


def test_a_submission_goes_through_as_of_its_arrival(clock: Any, attempt: Any) -> None:
    client = Client()
    factories.save_one(attempt, 1, {"v": "5", "u": "g"})
    clock.move_to(NOON + 10 * MINUTE)
    assert hand_in(client, attempt).status_code == 303
    clock.move_to(NOON + 15 * MINUTE)
    page = log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.settled_by, attempt.score_m) == (NOON + 10 * MINUTE, "learner", 1000)
    assert ("You handed in at" in page, "Not yet: 50%" in page) == (True, True)


def test_a_submission_in_time_is_the_learners_own_though_the_timer_came_first(clock: Any, attempt: Any) -> None:
    client = Client()
    clock.move_to(NOON + 10 * MINUTE)
    hand_in(client, attempt)
    clock.move_to(NOON + 60 * MINUTE)
    settle_due()
    log_in(client, attempt.enrollment.user, attempt)
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.settled_by) == (NOON + 10 * MINUTE, "learner")


def test_for_somebody_else_it_is_dropped_with_a_clear_word(clock: Any, attempt: Any, stranger: Any) -> None:
    client = Client()
    save(client, attempt)
    hand_in(client, attempt)
    client.post("/accounts/login/", {"login": stranger.email, "password": "still-point-demo"})
    page = client.get("/my/").content.decode()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.items.get(position=1).answer) == ("in_progress", None)
    assert "belongs to another account. It was dropped" in page
    client.logout()
    log_in(client, attempt.enrollment.user, attempt)
    assert kinds(attempt) == ["started"]


def test_without_access_to_the_course_it_is_kept_as_an_event(clock: Any, attempt: Any) -> None:
    client = Client()
    save(client, attempt)
    open_hold(enrollment=attempt.enrollment, reason="refund", source="order:1")
    client.post("/accounts/login/", {"login": attempt.enrollment.user.email, "password": "still-point-demo"})
    page = client.get("/my/").content.decode()
    assert ("can no longer be counted" in page, attempt.items.get(position=1).answer) == (True, None)
    assert attempt.events.get(kind="late").payload["fields"]["v"] == ["5"]


def test_applying_the_same_post_twice_is_once(clock: Any, attempt: Any) -> None:
    sent = {1: factories.SentItem(fields={"v": ["5"], "u": ["g"]}, token="0.x", touched=True)}
    post = HeldPost(id="one", attempt_uuid=attempt.uuid, at=NOON, sent=sent, page="page")
    for _ in range(2):
        apply_held(post=post, user=attempt.enrollment.user)
    assert kinds(attempt) == ["started", "held", "saved"]


def test_the_script_is_told_and_the_first_arrival_of_a_text_counts(clock: Any, attempt: Any) -> None:
    client = Client()
    answer = save(client, attempt, accept="application/json")
    assert (answer.status_code, answer.json()["message"]) == (401, relogin.LOGGED_OUT)
    assert answer.json()["login"] == f"/accounts/login/?next=/attempts/{attempt.uuid}/"
    clock.move_to(NOON + 2 * MINUTE)
    save(client, attempt)
    log_in(client, attempt.enrollment.user, attempt)
    assert attempt.items.get(position=1).saved_at == NOON
    assert kinds(attempt) == ["started", "held", "saved"]


def test_a_changed_text_of_the_same_page_follows_the_first(clock: Any, attempt: Any) -> None:
    client = Client()
    for minute, value in enumerate(["5", "6"]):
        clock.move_to(NOON + minute * MINUTE)
        save(client, attempt, value)
    log_in(client, attempt.enrollment.user, attempt)
    assert attempt.items.get(position=1).answer == {"v": "6", "u": "g"}
    assert kinds(attempt) == ["started", "held", "saved", "held", "saved"]


def test_an_answer_that_was_overtaken_meanwhile_is_compared_after_the_log_in(clock: Any, attempt: Any) -> None:
    client = Client()
    save(client, attempt, "6")
    factories.save_one(attempt, 1, {"v": "7", "u": "g"})
    page = log_in(client, attempt.enrollment.user, attempt)
    assert ("Two answers: which one counts?" in page, "6 g" in page, "7 g" in page) == (True, True, True)
    assert attempt.items.get(position=1).answer == {"v": "7", "u": "g"}
    assert "Two answers" not in client.get(f"/attempts/{attempt.uuid}/").content.decode()


def test_what_does_not_fit_is_not_promised(clock: Any, attempt: Any) -> None:
    client = Client()
    answer = save(client, attempt, "9" * (relogin.MOST_CHARACTERS + 1))
    assert (answer.status_code, "copy your text" in answer.content.decode()) == (413, True)
    assert relogin.HELD not in client.session
    assert save(client, attempt, "9" * (relogin.MOST_CHARACTERS + 1), accept="application/json").status_code == 401


def test_only_so_many_posts_are_kept_and_only_so_fast(clock: Any, attempt: Any) -> None:
    client = Client()
    answers = [save(client, attempt, str(number)).status_code for number in range(relogin.PER_MINUTE + 1)]
    kept, full = relogin.MOST_POSTS, relogin.PER_MINUTE - relogin.MOST_POSTS
    assert answers == [303] * kept + [413] * full + [429]
    assert len(client.session[relogin.HELD]) == kept


def test_nothing_of_an_attempt_is_told_to_a_visitor(clock: Any, attempt: Any) -> None:
    real, made_up = (save(Client(), one, accept="application/json") for one in (attempt, Attempt()))
    assert real.status_code == made_up.status_code
    assert real.json()["message"] == made_up.json()["message"]
    assert AttemptEvent.objects.count() == 1


def test_a_problem_with_a_held_post_does_not_keep_anybody_from_logging_in(clock: Any, attempt: Any) -> None:
    client = Client()
    save(client, attempt)
    session = client.session
    session[relogin.HELD] = [{"nonsense": True}]
    session.save()
    assert "could not be saved" in log_in(client, attempt.enrollment.user, attempt)


def test_the_second_step_of_the_log_in_keeps_it_too(clock: Any, attempt: Any, settings: Any) -> None:
    from allauth.mfa.adapter import get_adapter  # noqa: PLC0415 - needed here only
    from allauth.mfa.models import Authenticator  # noqa: PLC0415
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415
    from allauth.mfa.totp.internal.auth import TOTP  # noqa: PLC0415

    learner, client = attempt.enrollment.user, Client()
    TOTP.activate(learner, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(learner).get_unused_codes()
    assert (Authenticator.objects.count(), get_adapter() is not None) == (2, True)
    save(client, attempt)
    step = client.post("/accounts/login/", {"login": learner.email, "password": "still-point-demo"})
    assert ("_auth_user_id" in client.session, step["Location"].startswith("/accounts/2fa/authenticate/")) == (
        False,
        True,
    )
    client.post(step["Location"], {"code": codes[0]})
    assert attempt.items.get(position=1).answer == {"v": "5", "u": "g"}


def test_a_submission_of_a_settled_paper_after_a_person_of_the_same_course_is_not_theirs(
    clock: Any, attempt: Any, course: Any
) -> None:
    classmate = make_user("classmate@example.com")
    factories.make_enrollment(classmate, course)
    sent = HeldPost(id="x", attempt_uuid=attempt.uuid, at=NOON, hand_in=True)
    assert apply_held(post=sent, user=classmate) is None
    assert submit_attempt(attempt=attempt).settled_by == "learner"
