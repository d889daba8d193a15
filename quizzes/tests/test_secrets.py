"""Nothing of the key leaves the server before its moment: planted strings, looked for in every byte of every answer."""

from typing import Any

import pytest
from django.test import Client

from quizzes.models import Attempt, QuestionVersion
from quizzes.questions.base import Json

from . import factories

CANARIES = ("canary-remark", "canary-general", "canary-true", "canary-false", "7391.25", "0.00113", "canary-source")


@pytest.fixture
def quiz(make_quiz: Any, enrollment: Any) -> Any:
    """Everything that is secret carries a string that stands nowhere else."""
    single = factories.choice("one", feedback="canary-general", source="canary-source")
    for option in single["options"]:
        option["feedback"] = "canary-remark"
    number = factories.number("grams", value="7391.25", tolerance="0.00113", feedback="canary-general")
    statement = factories.statement(feedback_true="canary-true", feedback_false="canary-false")
    return make_quiz(single, number, statement, factories.safety(), minutes=25)


def everything(response: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return headers + response.content.decode()


def leaks(responses: list[Any]) -> set[str]:
    return {canary for response in responses for canary in CANARIES if canary in everything(response)}


def walk(client: Client, quiz: Any) -> list[Any]:
    """Every page and every kind of save up to the last look before handing in."""
    seen = [client.get(quiz.url), client.post(f"/quizzes/{quiz.pk}/start/")]
    uuid = Attempt.objects.order_by("-pk")[0].uuid
    save = f"/attempts/{uuid}/save/"
    option = Attempt.objects.get(uuid=uuid).items.get(position=1).option_order[0]
    as_json = {"headers": {"accept": "application/json"}}
    return [
        *seen,
        client.get(f"/attempts/{uuid}/"),
        client.post(save, {"q1-rev": "0.x", "q1-c": option}),
        client.post(save, {"q1-rev": "0.x", "q1-c": ""}),  # stale: both texts
        client.post(save, {"q1-rev": "1.x", "q1-c": "nonsense"}),  # refused
        client.post(save, {"q2-rev": "0.x", "q2-v": "5", "q2-u": "g"}, **as_json),
        client.post(save, {"q2-rev": "0.x", "q2-v": "6"}, **as_json),
        client.post(save, {"q2-rev": "1.x", "q2-v": "six"}, **as_json),
        client.get(f"/attempts/{uuid}/"),
        client.get(f"/attempts/{uuid}/?check=1"),
        client.post(f"/attempts/{uuid}/check/", {"q1-rev": "1.x", "q1-c": option, "check": "1"}),
        client.get(f"/attempts/{uuid}/log/"),
    ]


def test_nothing_secret_is_sent_while_the_attempt_runs(as_learner: Any, quiz: Any) -> None:
    responses = walk(as_learner, quiz)
    assert [response.status_code for response in responses] == [
        *(200, 303, 200, 303, 409, 422, 200, 409, 200, 200, 200),
        *(404, 200),  # this quiz shows nothing after a question; the log
    ]
    assert leaks(responses) == set()


def test_nothing_secret_is_sent_after_a_try_that_did_not_pass(as_learner: Any, quiz: Any) -> None:
    walk(as_learner, quiz)
    uuid = Attempt.objects.get().uuid
    responses = [
        as_learner.post(f"/attempts/{uuid}/submit/"),
        as_learner.get(f"/attempts/{uuid}/review/"),
        as_learner.get(quiz.url),
    ]
    assert "Not yet" in everything(responses[1])
    assert leaks(responses) == set()


def test_the_control_after_passing_the_explanations_are_there(as_learner: Any, quiz: Any, enrollment: Any) -> None:
    as_learner.post(f"/quizzes/{quiz.pk}/start/")
    attempt = Attempt.objects.get()
    for item in attempt.items.select_related("version__question"):
        fields = factories.right_fields(item.version.question)
        factories.save_one(attempt, item.position, {"v": "7391.25", "u": "g"} if "v" in fields else fields)
    as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    page = as_learner.get(f"/attempts/{attempt.uuid}/review/")
    own_answer = {"7391.25"}
    assert leaks([page]) == {"canary-remark", "canary-general", "canary-true"} | own_answer


def strings(value: Json) -> set[str]:
    if isinstance(value, dict):
        return {text for key, inner in value.items() for text in strings(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in strings(inner)}
    return {value} if isinstance(value, str) else set()


def test_every_string_of_a_key_but_option_ids_and_units_is_a_planted_one(quiz: Any) -> None:
    known = {"g", "mg", "1", "0.001", "nominal"}
    for version in QuestionVersion.objects.all():
        ids = {option["id"] for option in version.public["en-us"].get("options", [])}
        ids |= {answer["id"] for answer in version.key.get("answers", [])}
        left = strings(version.key) - ids - known
        assert {text for text in left if not any(canary in text for canary in CANARIES)} == set()
