"""Saving: each answer carries the revision of the page it came from, and no text is ever lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from enrollments.services import open_hold
from quizzes.models import Attempt, AttemptEvent
from quizzes.services import SentItem, save_answers, start_attempt, submit_attempt
from quizzes.services.answers import token_of

from . import factories

NOW = timezone.now()


@pytest.fixture
def attempt(enrollment: Any, make_quiz: Any) -> Attempt:
    return start_attempt(
        enrollment=enrollment, quiz=make_quiz(factories.number("grams"), factories.choice("one")), at=NOW
    )


def grams(attempt: Attempt) -> Any:
    item = attempt.items.get(position=1)
    return item.answer and item.answer["v"]


def token(attempt: Attempt) -> str:
    return token_of(attempt.items.get(position=1))


def kinds(attempt: Attempt) -> list[str]:
    return [event.kind for event in attempt.events.order_by("seq")]


def test_an_answer_is_saved_with_its_time_and_an_event(attempt: Any) -> None:
    assert factories.save_one(attempt, 1, {"v": "5", "u": "g"}, at=NOW) == "saved"
    item = attempt.items.get(position=1)
    assert (item.answer, item.answer_rev, item.saved_at) == ({"v": "5", "u": "g"}, 1, NOW)
    event = attempt.events.get(kind="saved")
    assert (event.item, event.payload["answer"], event.at) == (item, {"v": "5", "u": "g"}, NOW)


def test_the_same_answer_again_changes_nothing(attempt: Any) -> None:
    page = token(attempt)
    assert factories.save_one(attempt, 1, {"v": "5"}) == "saved"
    assert factories.save_one(attempt, 1, {"v": "5"}, token=page) == "unchanged"
    assert kinds(attempt) == ["started", "saved"]


def test_an_older_page_does_not_overwrite_and_its_text_is_kept(attempt: Any) -> None:
    old_page = token(attempt)
    factories.save_one(attempt, 1, {"v": "5"})
    assert factories.save_one(attempt, 1, {"v": "7"}, token=old_page) == "stale"
    assert grams(attempt) == "5"
    assert attempt.events.get(kind="stale").payload["answer"] == {"v": "7", "u": ""}


def test_an_older_page_that_was_not_touched_is_no_conflict(attempt: Any) -> None:
    factories.save_one(attempt, 1, {"v": "5"})
    first_page = token(attempt)
    factories.save_one(attempt, 1, {"v": "6"})
    assert factories.save_one(attempt, 1, {"v": "5"}, token=first_page) == "unchanged"
    assert grams(attempt) == "6"


def test_an_answer_put_back_by_hand_is_not_taken_for_untouched(attempt: Any) -> None:
    factories.save_one(attempt, 1, {"v": "5"})
    first_page = token(attempt)
    factories.save_one(attempt, 1, {"v": "6"})
    assert factories.save_one(attempt, 1, {"v": "5"}, token=first_page, touched=True) == "stale"


def test_a_page_whose_reply_was_lost_goes_on_from_its_own_answer(attempt: Any) -> None:
    page = token(attempt)
    factories.save_one(attempt, 1, {"v": "5"}, token=page, page="this-page")
    assert factories.save_one(attempt, 1, {"v": "5.5"}, token=page, page="this-page") == "saved"
    assert factories.save_one(attempt, 1, {"v": "7"}, token=page, page="another-page") == "stale"
    assert grams(attempt) == "5.5"


def test_an_answer_can_be_taken_back(attempt: Any) -> None:
    factories.save_one(attempt, 1, {"v": "5"})
    assert factories.save_one(attempt, 1, {}) == "saved"
    assert grams(attempt) is None


def test_a_refused_answer_is_an_event_and_nothing_else(attempt: Any) -> None:
    factories.save_one(attempt, 2, {"c": ["no-such-option"]})
    assert attempt.items.get(position=2).answer is None
    assert attempt.events.get(kind="refused").payload["answer"] == {"c": ["no-such-option"]}


def test_an_unreadable_number_is_saved_as_it_was_typed(attempt: Any) -> None:
    assert factories.save_one(attempt, 1, {"v": "about five"}) == "saved"
    assert grams(attempt) == "about five"


def test_a_late_answer_is_refused_and_kept_word_for_word(attempt: Any) -> None:
    submit_attempt(attempt=attempt, at=NOW)
    assert factories.save_one(attempt, 1, {"v": "7"}, at=NOW + timedelta(minutes=1)) == "ended"
    assert grams(attempt) is None
    assert attempt.events.get(kind="late").payload == {"fields": {"v": ["7"]}}


def test_a_flag_is_saved_without_touching_the_answer(attempt: Any) -> None:
    sent = SentItem(fields={"v": ["5"]}, token=token(attempt), flagged=True)
    for _ in range(2):
        save_answers(attempt_uuid=attempt.uuid, user=attempt.enrollment.user, sent={1: sent})
    item = attempt.items.get(position=1)
    assert (item.flagged, item.answer_rev) == (True, 1)


def test_nobody_else_saves_into_an_attempt(attempt: Any, stranger: Any) -> None:
    sent = {1: SentItem(fields={"v": ["5"]}, token=token(attempt))}
    assert save_answers(attempt_uuid=attempt.uuid, user=stranger, sent=sent) is None
    assert (grams(attempt), kinds(attempt)) == (None, ["started"])


def test_without_access_to_the_course_nothing_is_saved(attempt: Any) -> None:
    open_hold(enrollment=attempt.enrollment, reason="refund", source="order:1")
    assert factories.save_one(attempt, 1, {"v": "5"}) == "unknown"


def test_events_are_numbered_without_repeats(attempt: Any) -> None:
    for value in ("1", "2", "3"):
        factories.save_one(attempt, 1, {"v": value})
    submit_attempt(attempt=attempt)
    seqs = list(attempt.events.order_by("seq").values_list("seq", flat=True))
    attempt.refresh_from_db()
    assert (seqs, attempt.rev) == (sorted(set(seqs)), seqs[-1])
    assert AttemptEvent.objects.filter(attempt=attempt).count() == 5
