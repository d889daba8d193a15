"""The finished sample of every kind, and every byte that its learner gets before the moment of its feedback.

While the attempt runs the keys are taken out of the database: a page that reads one cannot be answered at all.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from quizzes.models import Attempt, AttemptItem, Question, QuestionVersion, SafetyReturn
from quizzes.questions import QUESTION_TYPES, question_type

from . import factories
from .test_secrets import everything, strings

JSON = {"headers": {"accept": "application/json"}}
FOR_MARKERS = ("Says that it is taught", "Rogers 1998 or Moran and Gibbons 2001, or the same")
DAY = timedelta(days=1)


def samples() -> list[dict[str, Any]]:
    """The sample of each kind; the case has two questions of its own."""
    factories.on_the_skull("hotspot")
    alone = [kept for kept in QUESTION_TYPES if kept.kind != "case"]
    case, *parts = factories.case("case", feedback="A word for everyone about the case.")
    for part in parts:
        part["options"][1]["feedback"] = f"Remark on the second option of {part['id']}."
    film = {"video": {"recording": factories.about_a_recording()["recording"]}}
    asked = [{"id": kept.kind, "kind": kept.kind, **kept.sample, **film.get(kept.kind, {})} for kept in alone]
    return [*asked, case, *parts]


@pytest.fixture
def quiz(make_quiz: Any, enrollment: Any) -> Any:
    return make_quiz(*samples(), factories.safety(feedback="Rest first, refer then."), attempts=3, minutes=60)


def secrets_by_kind() -> dict[str, set[str]]:
    """What stands in keys and in no public part: a piece of each text that no page writes in another way."""
    versions = list(QuestionVersion.objects.all())
    asked = json.dumps([version.public for version in versions]).casefold()
    found: dict[str, set[str]] = {}
    for version in versions:
        pieces = {max(re.findall(r"[A-Za-z0-9 ,.;:-]+", text) or [""], key=len) for text in strings(version.key)}
        found[version.kind] = {one for one in pieces if len(one) > 7 and one.casefold() not in asked and " " in one}
    return found


def leaks(responses: list[Any]) -> set[str]:
    bodies = [html.unescape(everything(response).encode().decode("unicode_escape", "ignore")) for response in responses]
    bodies += [html.unescape(everything(response)) for response in responses]
    return {text for texts in secrets_by_kind().values() for text in texts if any(text in body for body in bodies)}


@contextmanager
def without_keys() -> Iterator[None]:
    """As if the keys did not exist. The rows are frozen for Django, so this goes below it."""
    table = QuestionVersion._meta.db_table
    kept = list(QuestionVersion.objects.values_list("pk", "key"))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET key = '{{}}'")  # noqa: S608 - the table's own name
        yield
        rows = [(json.dumps(key), pk) for pk, key in kept]
        cursor.executemany(f"UPDATE {table} SET key = %s WHERE id = %s", rows)  # noqa: S608


def right_answers(attempt: Attempt) -> dict[int, dict[str, list[str]]]:
    items = attempt.items.select_related("version__question")
    return {
        item.position: factories.right_fields(item.version.question)
        for item in items
        if question_type(item.version.kind).asks and item.version.kind != "essay"
    }


def named(position: int, fields: dict[str, list[str]], token: str) -> dict[str, Any]:
    return {f"q{position}-rev": token, **{f"q{position}-{name}": value for name, value in fields.items()}}


def try_every_save(client: Client, uuid: Any, answers: dict[int, dict[str, list[str]]]) -> list[Any]:
    """Saved, met by an older page, refused, asked to be checked: as a form and as the script sends it."""
    save, check = f"/attempts/{uuid}/save/", f"/attempts/{uuid}/check/"
    got = []
    for position, fields in answers.items():
        nonsense = {name: ["nonsense"] for name in fields}
        got += [
            client.post(save, named(position, fields, "0.x")),
            client.post(save, named(position, {}, "0.x"), **JSON),
            client.post(save, named(position, {}, "0.x")),
            client.post(save, named(position, nonsense, "1.x")),
            client.post(save, named(position, nonsense, "1.x"), **JSON),
            client.post(check, named(position, fields, "1.x") | {"check": str(position)}),
            client.post(check, named(position, fields, "1.x") | {"check": str(position)}, **JSON),
        ]
    return got


def pages(client: Client, quiz: Any, uuid: Any) -> list[Any]:
    addresses = (quiz.url, f"/attempts/{uuid}/", f"/attempts/{uuid}/?check=1", f"/attempts/{uuid}/log/", "/my/")
    return [client.get(address) for address in (*addresses, f"/attempts/{uuid}/review/", "/my/safety/")]


def test_every_kind_has_something_secret(quiz: Any) -> None:
    silent = {"case"}  # asks nothing and says nothing more
    assert {kind for kind, texts in secrets_by_kind().items() if not texts} <= silent | {"description"}


def test_a_running_paper_of_every_kind_is_served_without_any_key(as_learner: Any, quiz: Any) -> None:
    as_learner.post(f"/quizzes/{quiz.pk}/start/")
    attempt = Attempt.objects.get()
    answers = right_answers(attempt)
    with without_keys():
        responses = try_every_save(as_learner, attempt.uuid, answers) + pages(as_learner, quiz, attempt.uuid)
    assert {response.status_code for response in responses} <= {200, 302, 303, 404, 409, 422}
    assert leaks(responses) == set()


def test_after_a_try_that_did_not_pass_no_explanation_is_sent(as_learner: Any, quiz: Any) -> None:
    as_learner.post(f"/quizzes/{quiz.pk}/start/")
    uuid = Attempt.objects.get().uuid
    responses = [as_learner.post(f"/attempts/{uuid}/submit/"), *pages(as_learner, quiz, uuid)]
    assert leaks(responses) == set()
    with time_machine.travel(timezone.now() + 3 * DAY):
        responses = [as_learner.get("/my/safety/")]
        for back in SafetyReturn.objects.select_related("question"):
            fields = {f"q1-{name}": value for name, value in factories.right_fields(back.question).items()}
            for accept in ("text/html", "application/json"):
                sent = {"q1-rev": "0.x", **fields}
                responses.append(
                    as_learner.post(f"/my/safety/{back.pk}/", sent, headers={"accept": accept}, follow=True)
                )
    assert len(responses) > 5
    assert leaks(responses) == set()


def test_the_control_after_the_last_try_every_kind_explains_itself_and_notes_for_markers_stay(
    as_learner: Any, quiz: Any
) -> None:
    expected = secrets_by_kind()
    for _ in range(3):
        as_learner.post(f"/quizzes/{quiz.pk}/start/")
        attempt = Attempt.objects.order_by("-pk")[0]
        as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    shown = leaks([as_learner.get(f"/attempts/{attempt.uuid}/review/")])
    quiet = {kind for kind, texts in expected.items() if texts and not texts & shown}
    assert quiet <= {"description"}
    assert {text for text in shown if text.startswith(FOR_MARKERS)} == set()


MOMENTS = ("after_item", "after_submit", "after_pass_or_last", "after_close")
Stage = Callable[[Client, Any], Any]


@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_opens_what_it_names_and_no_moment_before_it_does(
    as_learner: Any, enrollment: Any, make_quiz: Any, moment: str
) -> None:
    everything_then = ["score", "right_wrong", "remark", "right_answer", "general", "rubric"]
    question = factories.choice("one", feedback="A word for everyone about one.")
    question["options"][1]["feedback"] = "Remark on the second option of one."
    closes_at = timezone.now() + DAY
    policy = {name: everything_then if name == moment else [] for name in MOMENTS}
    quiz = make_quiz(question, attempts=2, closes_at=closes_at, review_policy=policy)
    opened = []

    def look(stage: str, responses: list[Any]) -> None:
        if leaks(responses):
            opened.append(stage)

    def one_try() -> Attempt:
        as_learner.post(f"/quizzes/{quiz.pk}/start/")
        return Attempt.objects.order_by("-pk")[0]

    def wrong(attempt: Attempt) -> dict[str, str]:
        second = QuestionVersion.objects.get().public["en-us"]["options"][1]["id"]
        return {"q1-rev": "0.x", "q1-c": second}

    first = one_try()
    look(
        "saved", [as_learner.post(f"/attempts/{first.uuid}/save/", wrong(first)), *pages(as_learner, quiz, first.uuid)]
    )
    check = as_learner.post(f"/attempts/{first.uuid}/check/", wrong(first) | {"check": "1"}, follow=True)
    look("checked", [check])
    look("handed in", [as_learner.post(f"/attempts/{first.uuid}/submit/", follow=True)])
    second = one_try()
    look("a later try is open", pages(as_learner, quiz, first.uuid))
    as_learner.post(f"/attempts/{second.uuid}/save/", wrong(second))
    look("last try", [as_learner.post(f"/attempts/{second.uuid}/submit/", follow=True)])
    with time_machine.travel(closes_at + timedelta(minutes=1)):
        look("closed", pages(as_learner, quiz, first.uuid))
    after = {
        "after_item": ["checked", "handed in", "a later try is open", "last try", "closed"],
        "after_submit": ["handed in", "a later try is open", "last try", "closed"],
        "after_pass_or_last": ["last try", "closed"],
        "after_close": ["closed"],
    }
    assert opened == after[moment]


STAFF_DOORS = (
    "try/{quiz}/", "questions/new/", "questions/twins/", "marking/", "marking/1/", "items/{item}/mark/", "regrades/",
    "regrades/new/?question={question}", "gradebook/", "gradebook/{course}/", "gradebook/{course}/?export=csv",
    "statistics/", "statistics/{quiz}/", "statistics/{quiz}/question/{question}/", "import/", "export/",
    "export/?bank={bank}&format=gift&download=1", "attempts/", "attempts/{attempt}/", "accommodations/",
)  # fmt: skip


@pytest.mark.parametrize("door", STAFF_DOORS)
def test_no_staff_door_opens_for_a_learner_or_a_visitor(as_learner: Any, quiz: Any, course: Any, door: str) -> None:
    as_learner.post(f"/quizzes/{quiz.pk}/start/")
    question, attempt = Question.objects.first(), Attempt.objects.get()
    numbers = {
        "quiz": quiz.pk, "item": AttemptItem.objects.first().pk, "question": question.pk, "course": course.pk,
        "bank": question.bank_id, "attempt": attempt.uuid,
    }  # fmt: skip
    for client in (as_learner, Client()):
        response = client.get("/admin/quizzes/" + door.format(**numbers))
        assert (response.status_code in (302, 403, 404), leaks([response])) == (True, set())
