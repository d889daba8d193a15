"""The front page and the result, in the words that a learner reads (LOOK.md section 6)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt
from quizzes.rules.words import clock_in_words
from quizzes.services import start_attempt, submit_attempt

from . import factories

MORNING = timezone.now().replace(hour=14, minute=40, second=0, microsecond=0) + timedelta(days=1)
"""9:40 or 10:40 in New York, where the learner's clock is."""


def read(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def hand_in(enrollment: Any, quiz: Any, right: int = 0, at: Any = None) -> Attempt:
    """A try with so many right answers."""
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=at)
    for item in attempt.items.select_related("version__question")[:right]:
        factories.save_one(attempt, item.position, factories.right_fields(item.version.question), at=at)
    return submit_attempt(attempt=attempt, at=at)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"minutes": 25}, ["25 minutes", "what you saved counts"]),
        ({"minutes": 0}, ["No limit"]),
        ({"attempts": 3}, ["<dd>3</dd>"]),
        ({"attempts": 0}, ["As many as you like"]),
        ({"cooldown_minutes": 1440}, ["1 day"]),
        ({"pass_mark": 75}, ["75%"]),
        ({"honor_statement": "I answer alone."}, ["I answer alone.", 'name="honor"']),
    ],
)
def test_the_front_page_states_the_terms_before_the_start(
    as_learner: Any, enrollment: Any, make_quiz: Any, terms: Any, words: Any
) -> None:
    page = read(as_learner, make_quiz(factories.choice(), **terms).url)
    assert [word for word in [*words, "Start the quiz"] if word not in page] == []


def test_the_front_page_leads_back_into_the_open_attempt(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice())
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    page = read(as_learner, quiz.url)
    assert (f"/attempts/{attempt.uuid}/" in page, "Start the quiz" in page) == (True, False)


def test_the_front_page_settles_an_attempt_that_nobody_came_back_to(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.choice(), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=timezone.now() - timedelta(hours=2))
    page = read(as_learner, quiz.url)
    attempt.refresh_from_db()
    assert (attempt.state, "Start another try" in page) == ("graded", True)


def test_the_front_page_says_when_the_next_try_can_begin(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), cooldown_minutes=1440)
    hand_in(enrollment, quiz, at=MORNING)
    zone = enrollment.user.zone
    with time_machine.travel(MORNING + timedelta(minutes=5), tick=False):
        page = read(as_learner, quiz.url)
        started = as_learner.post(f"/quizzes/{quiz.pk}/start/")
    opens = MORNING.astimezone(zone)
    assert f"Your next try can begin tomorrow {clock_in_words(opens)}" in page
    assert ("Start" in page.replace("Start of", ""), started["Location"]) == (False, quiz.url)


def test_a_try_that_did_not_pass_names_what_to_study_and_when_to_try_again(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    lessons = [
        factories.choice(study="lesson-1-1"),
        factories.choice(study="lesson-1-2"),
        factories.choice(study="lesson-1-2"),
    ]
    quiz = make_quiz(*lessons, factories.choice(), cooldown_minutes=10)
    attempt = hand_in(enrollment, quiz, right=0)
    page = read(as_learner, f"/attempts/{attempt.uuid}/review/")
    assert "Not yet: 0%, 80 needed." in page
    assert "Study these two lessons; next try today" in page or "Study these two lessons; next try tomorrow" in page
    assert [title in page for title in ("Lesson 1.1</a>", "Lesson 1.2</a>")] == [True, True]


@pytest.mark.parametrize(("right", "word"), [(2, "Not yet: 66%, 80 needed."), (3, "Passed: 100%, 80 needed.")])
def test_the_score_is_said_in_whole_percent(
    as_learner: Any, enrollment: Any, make_quiz: Any, right: Any, word: Any
) -> None:
    attempt = hand_in(enrollment, make_quiz(*(factories.choice() for _ in range(3))), right=right)
    assert word in read(as_learner, f"/attempts/{attempt.uuid}/review/")


def test_an_unsafe_answer_names_the_topic_and_not_the_key(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.safety())
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    item = attempt.items.get()
    texts = {option["text"]: option["id"] for option in item.version.public["en-us"]["options"]}
    factories.save_one(attempt, 1, {"c": texts["safety option 2"]})
    submit_attempt(attempt=attempt)
    page = read(as_learner, f"/attempts/{attempt.uuid}/review/")
    assert "Not yet. </h2>" in page or "Not yet.</h2>" in page
    assert "An answer about red flags would not have been safe." in page
    assert "safety option 0" not in page


def test_the_last_try_opens_the_explanations(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one", feedback="Because of the nickel."), attempts=2)
    first, second = hand_in(enrollment, quiz), None
    assert "Because of the nickel." not in read(as_learner, f"/attempts/{first.uuid}/review/")
    second = hand_in(enrollment, quiz)
    page = read(as_learner, f"/attempts/{second.uuid}/review/")
    assert ["Because of the nickel." in page, "Right answer" in page, "this was the last try" in page.lower()] == [
        True
    ] * 3


def test_what_is_shown_follows_the_quizzes_own_matrix(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one", feedback="Because."), review_policy={"after_submit": ["general"]})
    attempt = hand_in(enrollment, quiz)
    page = read(as_learner, f"/attempts/{attempt.uuid}/review/")
    assert ["Because." in page, "0%" in page, "Not right" in page, "Not yet." in page] == [True, False, False, True]


def test_time_up_is_said_on_the_result(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=timezone.now() - timedelta(hours=2))
    answer = as_learner.get(f"/attempts/{attempt.uuid}/")
    assert answer["Location"] == f"/attempts/{attempt.uuid}/review/"
    assert "The time had ended; what was saved counted." in read(as_learner, answer["Location"])


def test_the_paper_says_the_time_left_in_words(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice(), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=timezone.now() - timedelta(minutes=5, seconds=10))
    assert "19 minutes left" in read(as_learner, f"/attempts/{attempt.uuid}/")


def test_the_last_look_names_what_is_open_unreadable_or_marked(as_learner, enrollment, make_quiz):
    quiz = make_quiz(factories.number("grams"), factories.choice("one"), factories.choice("two"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    option = attempt.items.get(position=3).option_order[0]
    sent = {
        "q1-rev": "0.x",
        "q1-v": "3,5",
        "q2-rev": "0.x",
        "q3-rev": "0.x",
        "q3-c": option,
        "q3-flag": "1",
        "finish": "1",
    }
    page = read(as_learner, as_learner.post(f"/attempts/{attempt.uuid}/save/", sent)["Location"])
    parts = [
        page.index(heading)
        for heading in ("Not answered yet", "Please look again", "Marked to come back to", "Hand in")
    ]
    links = [page.index(f'#q{number}">') for number in (2, 1, 3)]
    assert sorted(parts + links) == [parts[0], links[0], parts[1], links[1], parts[2], links[2], parts[3]]


def test_two_windows_are_shown_both_answers_and_either_can_be_kept(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.number("grams")))
    save = f"/attempts/{attempt.uuid}/save/"
    old_page = {"q1-rev": "0.x"}
    as_learner.post(save, {**old_page, "q1-v": "5", "q1-u": "g"})
    answer = as_learner.post(save, {**old_page, "q1-v": "7", "q1-u": "mg"})
    page = answer.content.decode()
    assert (answer.status_code, "5 g" in page, "7 mg" in page) == (409, True, True)
    item = attempt.items.get()
    keep = {"q1-rev": page.split('name="q1-rev" value="')[1].split('"')[0], "q1-v": "7", "q1-u": "mg"}
    assert as_learner.post(save, keep).status_code == 303
    item.refresh_from_db()
    assert item.answer == {"v": "7", "u": "mg"}


def test_the_script_is_told_revision_time_and_notice(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.number("grams"), minutes=25))
    told = as_learner.post(
        f"/attempts/{attempt.uuid}/save/", {"q1-rev": "0.x", "q1-v": "3,5"}, headers={"accept": "application/json"}
    ).json()
    item = attempt.items.get()
    assert (told["rev"].split(".")[0], 1490 < told["seconds_left"] <= 1500) == ("1", True)
    assert told["message"] == "We cannot read this as a number. Write it like 2.5."
    assert told["saved_at"] == timezone.localtime(item.saved_at, enrollment.user.zone).strftime("%-I:%M %p")


def test_the_script_can_ask_for_the_time_alone(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.number("grams"), minutes=25))
    save = f"/attempts/{attempt.uuid}/save/"
    told = as_learner.post(save, headers={"accept": "application/json"})
    assert (told.status_code, 1490 < told.json()["seconds_left"] <= 1500) == (200, True)
    submit_attempt(attempt=attempt)
    over = as_learner.post(save, headers={"accept": "application/json"})
    assert (over.status_code, "The time has ended" in over.json()["message"]) == (409, True)


def test_an_instructor_reads_the_terms_without_taking_part(client: Any, instructor: Any, make_quiz: Any) -> None:
    client.force_login(instructor, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = read(client, make_quiz(factories.choice(), minutes=25).url)
    assert ("25 minutes" in page, "Start the quiz" in page) == (True, False)
