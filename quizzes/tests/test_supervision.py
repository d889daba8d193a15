"""Attempts and accommodations in the back office: who sees what, the log in words, and what staff may do."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.tests.factories import make_course, make_user
from quizzes.models import Accommodation, Attempt
from quizzes.services import start_attempt, submit_attempt

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LIST = "/admin/quizzes/attempts/"
GRANTS = "/admin/quizzes/accommodations/"


@pytest.fixture
def attempt(enrollment: Any, make_quiz: Any) -> Attempt:
    """Under way, with a stale, a refused and a saved answer."""
    quiz = make_quiz(factories.number("grams"), factories.choice("one"), minutes=30)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    factories.save_one(attempt, 1, {"v": "5", "u": "g"})
    factories.save_one(attempt, 1, {"v": "77", "u": "g"}, token="0.x")
    factories.save_one(attempt, 2, {"c": "nonsense"})
    return attempt


def whole(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("enrollment__user", "quiz", "quiz_version").get(pk=attempt.pk)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def provider(db: None) -> User:
    """Runs the school: what the role gives of it."""
    names = ["access_admin", "view_attempt", *(f"{act}_accommodation" for act in ("add", "change", "delete", "view"))]
    person = make_user("provider@example.com", is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return person


@pytest.fixture
def people(instructor: User, provider: User, stranger: User, learner: User, course: Any) -> dict[str, User]:
    """Everybody who may knock."""
    other = make_user("other@example.com")
    make_course("Elsewhere", instructor=other)
    return {
        "instructor": User.objects.get(pk=instructor.pk),
        "provider": provider,
        "other": User.objects.get(pk=other.pk),
        "stranger": stranger,
        "learner": learner,
    }


def test_who_sees_an_attempt_and_who_sees_grants(attempt: Any, people: Any) -> None:
    doors = {"one": f"{LIST}{attempt.uuid}/", "list": LIST, "grants": GRANTS, "grant": f"{GRANTS}new/"}
    found = {
        who: {door: browser(person).get(url).status_code for door, url in doors.items()}
        for who, person in people.items()
    }
    none = dict.fromkeys(doors, 404)
    assert found == {
        "instructor": {"one": 200, "list": 200, "grants": 302, "grant": 302},
        "provider": {"one": 200, "list": 200, "grants": 200, "grant": 200},
        "other": {"one": 404, "list": 200, "grants": 302, "grant": 302},
        "stranger": none,
        "learner": none,
    }


def test_the_list_holds_ones_own_learners_and_can_be_filtered_and_exported(attempt: Any, people: Any) -> None:
    here, elsewhere = browser(people["instructor"]), browser(people["other"])
    seen = [str(attempt.uuid) in one.get(LIST).content.decode() for one in (here, elsewhere)]
    assert seen == [True, False]
    course = attempt.enrollment.course_id
    for query, listed in (
        (f"course={course}&quiz={attempt.quiz_id}&state=in_progress", True),
        ("state=graded", False),
        ("q=lena", True),
        ("q=nobody", False),
        ("started_at_from=2000-01-01&started_at_to=2000-01-02", False),
    ):
        assert (query, str(attempt.uuid) in here.get(f"{LIST}?{query}").content.decode()) == (query, listed)
    exported = b"".join(here.get(f"{LIST}?export=csv").streaming_content).decode()
    assert ("learner@example.com" in exported, "in_progress" in exported) == (True, True)
    assert "learner@" not in b"".join(elsewhere.get(f"{LIST}?export=csv").streaming_content).decode()


def test_the_log_has_every_text_in_words_for_staff_and_for_the_learner(attempt: Any, people: Any) -> None:
    submit_attempt(attempt=whole(attempt))
    staff = browser(people["instructor"]).get(f"{LIST}{attempt.uuid}/").content.decode()
    own = browser(people["learner"]).get(f"/attempts/{attempt.uuid}/log/").content.decode()
    for page in (staff, own):
        words = [
            "Answer saved",
            "An answer from an older window",
            "77 g",
            "nonsense",
            "Handed in",
            "could not be taken",
        ]
        assert [word for word in words if word not in page] == []
    assert ("1 of 2 points" in staff, "1 of 2 points" in own) == (True, False)
    review = browser(people["learner"]).get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert f"/attempts/{attempt.uuid}/log/" in review


def test_what_was_granted_is_not_shown_to_who_marks(attempt: Any, people: Any) -> None:
    Accommodation.objects.create(learner=attempt.enrollment.user, time_percent=150)
    Attempt.objects.filter(pk=attempt.pk).update(accommodation={"time_percent": 150})
    page = browser(people["instructor"]).get(f"{LIST}{attempt.uuid}/").content.decode()
    assert ("150" in page.split("<main")[-1], "ccommodation" in page.split("<main")[-1]) == (False, False)


def act(client: Client, attempt: Attempt, action: str, **fields: str) -> Any:
    sent = {"action": action} | {f"{action}-{name}": value for name, value in fields.items()}
    return client.post(f"{LIST}{attempt.uuid}/", sent)


def test_staff_add_time_void_and_open_again_with_a_reason(attempt: Any, people: Any) -> None:
    client, before = browser(people["instructor"]), attempt.deadline_at
    assert act(client, attempt, "extend", minutes="15", reason="Fire alarm").status_code == 303
    assert whole(attempt).deadline_at == before + timedelta(minutes=15)
    submit_attempt(attempt=whole(attempt))
    assert act(client, attempt, "reopen", minutes="20", reason="Mistake").status_code == 303
    assert act(client, attempt, "void", reason="Sound failed").status_code == 303
    assert whole(attempt).state == "voided"
    page = client.get(f"{LIST}{attempt.uuid}/").content.decode()
    words = ["Reason: Fire alarm", "Reason: Mistake", "Reason: Sound failed", "By instructor@example.com"]
    name = str(people["instructor"])
    assert [word for word in words if word.replace("instructor@example.com", name) not in page] == []


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("extend", {"minutes": "15"}, "required"),
        ("extend", {"minutes": "0", "reason": "x"}, "greater than or equal to 1"),
        ("extend", {"minutes": "x", "reason": "x"}, "whole number"),
        ("reopen", {"minutes": "5", "reason": "x"}, ""),
        ("nonsense", {"reason": "x"}, ""),
        ("void", {"reason": " "}, "required"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    attempt: Any, people: Any, action: str, fields: Any, words: str
) -> None:
    answer = act(browser(people["instructor"]), attempt, action, **fields)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert (whole(attempt).state, whole(attempt).deadline_at) == ("in_progress", attempt.deadline_at)


def test_nobody_acts_on_their_own_attempt(course: Any, people: Any, make_quiz: Any) -> None:
    teacher = people["instructor"]
    own = start_attempt(
        enrollment=factories.make_enrollment(teacher, course),
        quiz=make_quiz(factories.choice("x"), minutes=5, slug="own"),
    )
    assert act(browser(teacher), own, "extend", minutes="15", reason="x").status_code == 422
    assert whole(own).deadline_at == own.deadline_at


def test_a_pass_faster_than_reading_is_flagged_for_staff_and_has_no_effect(attempt: Any, people: Any) -> None:
    factories.save_one(attempt, 2, factories.right_fields(attempt.items.get(position=2).version.question))
    submit_attempt(attempt=whole(attempt))
    client = browser(people["instructor"])
    seen = [
        "Very fast" in client.get(LIST).content.decode(),
        "faster than the questions" in client.get(f"{LIST}{attempt.uuid}/").content.decode(),
    ]
    Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(minutes=5))
    seen += ["Very fast" in client.get(LIST).content.decode()]
    assert (seen, whole(attempt).passed) == ([True, True, False], True)
    review = browser(people["learner"]).get(f"/attempts/{attempt.uuid}/review/").content.decode()
    assert "fast" not in review.split("<main")[-1]


def grant(client: Client, **fields: str) -> Any:
    plain = {
        "quiz": "",
        "time_percent": "100",
        "extra_minutes": "0",
        "extra_attempts": "0",
        "valid_from": "",
        "valid_to": "",
    }
    return client.post(f"{GRANTS}new/", {**plain, **fields})


def test_the_provider_grants_by_e_mail_and_a_running_attempt_moves(attempt: Any, provider: Any) -> None:
    client = browser(provider)
    answer = grant(client, email="Learner@Example.com", time_percent="150", quiz=str(attempt.quiz_id))
    assert (answer.status_code, Accommodation.objects.get().learner) == (302, attempt.enrollment.user)
    assert whole(attempt).deadline_at == attempt.started_at + timedelta(minutes=45)
    page = client.get(GRANTS).content.decode()
    assert ("Lena Learner" in page, "150%" in page) == (True, True)
    assert "learner@example.com" in b"".join(client.get(f"{GRANTS}?export=csv").streaming_content).decode()
    edit = client.get(f"{GRANTS}edit/{Accommodation.objects.get().pk}/").content.decode()
    assert ("learner@example.com" in edit, "reason" in edit.lower().split("<main")[-1]) == (True, False)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody@example.com", "time_percent": "150"}, "Nobody has an account"),
        ({"email": "learner@example.com"}, "Grant more time, more tries"),
        ({"email": "learner@example.com", "time_percent": "90"}, "greater than or equal to 100"),
        (
            {"email": "learner@example.com", "untimed": "on", "valid_from": "2026-12-02", "valid_to": "2026-12-01"},
            "It ends before it begins",
        ),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(learner: Any, provider: Any, fields: Any, words: str) -> None:
    answer = grant(browser(provider), **fields)
    assert (answer.status_code, words in answer.content.decode(), Accommodation.objects.count()) == (200, True, 0)


def test_the_pages_of_staff_cost_the_same_for_few_and_for_many(enrollment: Any, make_quiz: Any, people: Any) -> None:
    client, costs = browser(people["instructor"]), []
    for size in (3, 40):
        quiz = make_quiz(*(factories.choice() for _ in range(size)), slug=f"of-{size}")
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        for item in attempt.items.select_related("version__question"):
            factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
        submit_attempt(attempt=whole(attempt))
        client.get(f"{LIST}{attempt.uuid}/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{LIST}{attempt.uuid}/")
        costs.append(len(captured))
    assert costs[0] == costs[1]
