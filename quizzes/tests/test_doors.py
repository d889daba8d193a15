"""Who may pass which door of an attempt. Forbidden and unknown look the same: 404; visitors are sent to log in."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from courses.tests.factories import make_course
from enrollments.services import close_hold, open_hold
from quizzes.models import Attempt
from quizzes.services import start_attempt, submit_attempt

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def world(course: CoursePage, instructor: User, learner: User, stranger: User) -> dict[str, Any]:
    """The learner with a running attempt, another learner of the same course, and people without the course."""
    classmate = User.objects.create_user("classmate@example.com", "still-point-demo")
    quiz = factories.make_quiz(course, factories.choice("one"), factories.number("grams"))
    factories.make_enrollment(classmate, course)
    attempt = start_attempt(enrollment=factories.make_enrollment(learner, course), quiz=quiz)
    other = make_course("Elsewhere", instructor=User.objects.create_user("other@example.com", "still-point-demo"))
    operator = User.objects.create_superuser("operator@example.com", "still-point-demo")
    people = {
        "visitor": None,
        "stranger": stranger,
        "classmate": classmate,
        "learner": learner,
        "instructor": instructor,
        "other instructor": other.course_instructors.get().user,
        "operator": operator,
    }
    return {"people": people, "quiz": quiz, "attempt": attempt}


def browser(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person, backend=BACKEND)
    return client


PAPER = {
    "visitor": 302,
    "stranger": 404,
    "classmate": 404,
    "learner": 200,
    "instructor": 404,
    "other instructor": 404,
    "operator": 404,
}
REVIEW = {**PAPER, "learner": 302}
POSTS = {**PAPER, "visitor": 303, "learner": 303}
START = {**POSTS, "visitor": 302, "classmate": 303}
LOG = {**PAPER, "learner": 200}
UNKNOWN = dict.fromkeys(PAPER, 404)
DOORS = [
    ("get", "/attempts/{attempt}/", PAPER),
    ("get", "/attempts/{attempt}/?check=1", PAPER),
    ("get", "/attempts/{attempt}/review/", REVIEW),
    ("post", "/attempts/{attempt}/save/", POSTS),
    ("post", "/attempts/{attempt}/submit/", POSTS),
    ("post", "/attempts/{attempt}/check/", {**PAPER, "visitor": 303, "learner": 404}),  # checks nothing in an exam
    ("get", "/attempts/{attempt}/log/", LOG),
    ("post", "/quizzes/{quiz}/start/", START),
    ("get", "/attempts/" + NOWHERE + "/", dict.fromkeys(PAPER, 404) | {"visitor": 302}),
    ("post", "/attempts/" + NOWHERE + "/save/", UNKNOWN | {"visitor": 303}),
    ("post", "/attempts/" + NOWHERE + "/submit/", UNKNOWN | {"visitor": 303}),
    ("post", "/quizzes/999999/start/", dict.fromkeys(PAPER, 404) | {"visitor": 302}),
    ("post", f"/quizzes/{2**63}/start/", dict.fromkeys(PAPER, 404) | {"visitor": 302}),
]


@pytest.mark.parametrize(
    ("method", "path", "expected"), DOORS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_who_passes_which_door(world: Any, method: Any, path: Any, expected: Any) -> None:
    address = path.format(attempt=world["attempt"].uuid, quiz=world["quiz"].pk)
    sent = {"q1-rev": "0.x", "q1-c": ""} if "save" in path else {}
    got = {
        name: getattr(browser(person), method)(address, sent).status_code for name, person in world["people"].items()
    }
    assert got == expected


def test_a_visitor_comes_back_to_the_page_after_logging_in(world: Any) -> None:
    address = f"/attempts/{world['attempt'].uuid}/save/"
    sent_to = Client().post(address)["Location"]
    assert sent_to == f"/accounts/login/?next=/attempts/{world['attempt'].uuid}/"
    back = browser(world["people"]["learner"]).get(address)
    assert (back.status_code, back["Location"]) == (302, f"/attempts/{world['attempt'].uuid}/")


def test_without_access_nothing_can_be_answered_and_only_the_result_is_read(world: Any) -> None:
    learner, attempt = world["people"]["learner"], world["attempt"]
    submit_attempt(attempt=attempt)
    hold = {"enrollment": attempt.enrollment, "reason": "refund", "source": "order:1"}
    open_hold(**hold)
    client = browser(learner)
    assert client.get(f"/attempts/{attempt.uuid}/").status_code == 404
    page = client.get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert ("Not yet: 0%, 80 needed." in page, "Which of one?" in page) == (True, False)
    close_hold(**hold)
    assert "Which of one?" in client.get(f"/attempts/{attempt.uuid}/review/").content.decode()


def test_a_draft_quiz_cannot_be_started(world: Any) -> None:
    world["quiz"].unpublish()
    assert browser(world["people"]["learner"]).post(f"/quizzes/{world['quiz'].pk}/start/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"q1-rev": "\x00", "q1-c": "\x00"},
        {"q1-rev": "0", "q1-c": "x" * 100_000},
        {"q9999-rev": "0.0"},
        {"q2-rev": "0.0", "q2-v": "NaN"},
        {"q2-rev": "0.0", "q2-v": "9" * 1000},
        {"q2-rev": "9" * 400, "q2-v": "1e309"},
        {"q1-rev": ["a", "b"], "q1-c": ["a", "a", "a"]},
        {"q0-rev": "0", "q-rev": "0", "x": "y"},
        {"key": "\x00" * 100},
    ],
)
def test_odd_input_is_refused_and_never_an_error(world: Any, fields: Any) -> None:
    client = browser(world["people"]["learner"])
    for accept in ("text/html", "application/json"):
        answer = client.post(f"/attempts/{world['attempt'].uuid}/save/", fields, headers={"accept": accept})
        assert answer.status_code in {200, 303, 404, 409, 422}


def test_what_one_may_do_is_the_same_one_by_one_and_in_lists(world: Any) -> None:
    from core.access import can, visible  # noqa: PLC0415 - both forms of one rule

    for person in filter(None, world["people"].values()):
        for action in ("attempt", "review", "view"):
            listed = set(visible(person, action, Attempt.objects.all()))
            assert listed == {attempt for attempt in Attempt.objects.all() if can(person, action, attempt)}
