"""Written and ordered kinds, from the author's form to the result: nothing changes on the way, nothing leaks."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from quizzes.grading import publishing_problems
from quizzes.models import Attempt
from quizzes.questions import question_type
from quizzes.services import start_attempt

from . import factories, specs

RIGHTS = ("access_admin", "view_question", "change_question", "publish_question")
KINDS = ("matching", "ordering", "cloze", "short_text", "true_false")


def sample(kind: str) -> dict[str, Any]:
    return {"id": kind, "kind": kind, **question_type(kind).sample}


@pytest.mark.parametrize("kind", KINDS)
def test_the_finished_sample_can_be_published_and_goes_through_the_authors_form(course: Any, kind: Any) -> None:
    factories.make_quiz(course, sample(kind))
    question = factories.reimport(course, sample(kind))
    frozen = question.spec()
    assert publishing_problems(*[frozen.kind, next(iter(frozen.public.values())), frozen.key]) == []
    cleaned = question.body.stream_block.clean(question.body)
    question.body = question.body.stream_block.get_prep_value(cleaned)
    assert question.spec() == frozen


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_has_a_remark_on_every_wrong_way(kind: Any) -> None:
    told = specs.frozen(
        kind, question_type(kind).from_content(sample(kind), lambda name, value: specs.item(value, name))
    )
    assert len(told.key["feedback"]["en"]) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_shows_the_question_and_on_request_the_key(
    client: Any, instructor: Any, course: Any, kind: Any
) -> None:
    factories.make_quiz(course, sample(kind))
    question = factories.reimport(course, {**sample(kind), "feedback": "canary-general"})
    instructor.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    client.force_login(instructor, backend="allauth.account.auth_backends.AuthenticationBackend")
    edit = client.get(reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]))
    pages = [question.make_preview_request(preview_mode=mode).content.decode() for mode in ("learner", "key")]
    assert edit.status_code == 200
    assert ["canary-general" in page for page in pages] == [False, True]
    best = question_type(kind).in_words(next(iter(question.spec().public.values())), best_of(question))
    assert all(line in pages[1].replace("&#x27;", "'") for line in best)


def best_of(question: Any) -> Any:
    spec = question.spec()
    return question_type(spec.kind).best_answer(next(iter(spec.public.values())), spec.key)


def planted() -> list[dict[str, Any]]:
    """Everything that is secret carries a string that stands nowhere else."""
    remark = {"feedback": "canary-remark"}
    return [
        factories.pairs(pairs=[{"text": f"s{n}", "match": f"m{n}", **remark} for n in range(3)], feedback="canary-all"),
        factories.sequence(items=[{"text": f"i{n}", **remark} for n in range(4)], feedback="canary-all"),
        factories.word(
            answers=[{"text": "canary-accepted", **remark}, {"text": "*", "percent": 0, **remark}],
            unsafe=[{"text": "canary-unsafe", **remark}], critical=True, feedback="canary-all",
        ),
        factories.passage(
            passage="One [[canary-mark]] two [[canary-b]] three [[canary-c]].", feedback="canary-all",
            gaps=[
                {"mark": "canary-mark", "kind": "select", "answers": ["=one", "two"], **remark},
                {"mark": "canary-b", "kind": "text", "answers": ["canary-written"], **remark},
                {"mark": "canary-c", "kind": "number", "answers": ["7391.25"], "tolerance": "0.00113", **remark},
            ],
        ),
        factories.statement(
            reasons=[{"text": f"r{n}", "correct": n == 0, **remark} for n in range(3)], feedback_true="canary-true",
        ),
    ]  # fmt: skip


def test_nothing_secret_is_sent_before_its_moment(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(*planted(), minutes=25)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    save = f"/attempts/{attempt.uuid}/save/"
    items = {item.position: item for item in attempt.items.select_related("version")}
    public = {position: item.version.public["en-us"] for position, item in items.items()}
    stem, option = public[1]["stems"][0]["id"], public[1]["options"][0]["id"]
    gap = public[4]["gaps"][1]["id"]
    sent = {
        1: {f"q1-m.{stem}": option},
        2: {f"q2-o.{items[2].option_order[0]}": "1"},
        3: {"q3-t": "frog"},
        4: {f"q4-g.{gap}": "frog"},
        5: {"q5-c": "false", "q5-why": items[5].option_order[1]},
    }
    responses = [as_learner.get(f"/attempts/{attempt.uuid}/")]
    for position, fields in sent.items():
        for rev in ("0.x", "9.x"):
            data = {f"q{position}-rev": rev, **fields}
            responses.append(as_learner.post(save, data, headers={"accept": "application/json"}))
    wrong = {"q1-rev": "1.x", f"q1-m.{stem}": "nonsense", "q2-rev": "1.x", "q2-o.x": "0"}
    responses += [
        as_learner.post(save, wrong),
        as_learner.get(f"/attempts/{attempt.uuid}/"),
        as_learner.get(f"/attempts/{attempt.uuid}/?check=1"),
        as_learner.post(f"/attempts/{attempt.uuid}/submit/"),
        as_learner.get(f"/attempts/{attempt.uuid}/review/"),
    ]
    assert Attempt.objects.get().score_m is not None
    secret = ("canary", "7391.25", "0.00113")
    assert [text for response in responses for text in secret if text in response.content.decode()] == []


def test_the_control_after_passing_the_explanations_are_there(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(*planted()))
    for item in attempt.items.select_related("version__question"):
        factories.save_one(attempt, item.position, factories.right_fields(item.version.question))
    as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    page = as_learner.get(f"/attempts/{attempt.uuid}/review/").content.decode()
    shown = [
        text for text in ("canary-all", "canary-remark", "canary-true", "canary-unsafe", "canary-mark") if text in page
    ]
    assert (Attempt.objects.get().score_m, shown) == (5000, ["canary-all", "canary-remark", "canary-true"])
