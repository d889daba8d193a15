"""Two windows, one question: both texts are shown, the newer can be changed before it is kept, and none is lost."""

from typing import Any

import pytest
from django.test import Client

from quizzes.models import Attempt
from quizzes.services import start_attempt

from . import factories

JSON = {"accept": "application/json"}


@pytest.fixture
def attempt(enrollment: Any, make_quiz: Any) -> Attempt:
    """Two numbers, both answered by another window since this one was loaded."""
    quiz = make_quiz(factories.number("grams"), factories.number("more"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for position in (1, 2):
        factories.save_one(attempt, position, {"v": f"{position}1", "u": "g"})
    return attempt


def older(attempt: Attempt, **more: str) -> dict[str, str]:
    """What the older window sends: both questions as it has them."""
    both = {f"q{n}-{name}": value for n in (1, 2) for name, value in (("rev", "0.x"), ("v", f"{n}2"), ("u", "g"))}
    return {**both, **more}


def stands(attempt: Attempt) -> list[str]:
    return [item.answer["v"] for item in attempt.items.order_by("position")]


def send(client: Client, attempt: Attempt, sent: dict[str, str], **headers: str) -> Any:
    return client.post(f"/attempts/{attempt.uuid}/save/", sent, headers=headers)


def tokens(attempt: Attempt) -> dict[str, str]:
    from quizzes.services.answers import token_of  # noqa: PLC0415 - what the page of two answers carries

    return {f"q{item.position}-rev": token_of(item) for item in attempt.items.all()}


def test_all_conflicts_stand_on_one_page_with_both_texts_and_a_field(as_learner: Client, attempt: Any) -> None:
    answer = send(as_learner, attempt, older(attempt))
    page = answer.content.decode()
    assert (answer.status_code, stands(attempt)) == (409, ["11", "21"])
    assert [text for text in ("11 g", "12 g", "21 g", "22 g") if text not in page] == []
    assert [page.count(f'name="q{n}-v" value="{n}2"') for n in (1, 2)] == [1, 1]
    assert attempt.events.filter(kind="stale").count() == 2


def test_each_question_goes_its_own_way_and_every_text_stays_in_the_log(as_learner: Client, attempt: Any) -> None:
    send(as_learner, attempt, older(attempt))
    merged = older(attempt, **tokens(attempt), **{"q1-keep": "mine", "q1-v": "15", "q2-keep": "saved", "key": "merge"})
    assert send(as_learner, attempt, merged).status_code == 303
    assert stands(attempt) == ["15", "21"]
    log = as_learner.get(f"/attempts/{attempt.uuid}/log/").content.decode()
    assert [text for text in ("11 g", "12 g", "15 g", "21 g", "22 g") if text not in log] == []


def test_a_third_window_meanwhile_is_a_conflict_again(as_learner: Client, attempt: Any) -> None:
    send(as_learner, attempt, older(attempt))
    before = tokens(attempt)
    factories.save_one(attempt, 1, {"v": "19", "u": "g"})
    assert send(as_learner, attempt, {**older(attempt), **before, "q2-keep": "saved"}).status_code == 409
    assert stands(attempt) == ["19", "21"]


def test_the_script_is_led_to_the_same_page(as_learner: Client, attempt: Any) -> None:
    one = {name: value for name, value in older(attempt).items() if name.startswith("q1")}
    told = send(as_learner, attempt, one, **JSON)
    assert (told.status_code, told.json()["compare"]) == (409, True)
    page = send(as_learner, attempt, older(attempt))
    assert (page.status_code, "Two answers" in page.content.decode()) == (409, True)


def test_what_could_not_be_taken_is_told_beside_the_comparison(as_learner: Client, attempt: Any) -> None:
    page = send(as_learner, attempt, older(attempt, **{"q2-v": "9" * 500})).content.decode()
    assert ("Question 2 was not saved" in page, "12 g" in page) == (True, True)
