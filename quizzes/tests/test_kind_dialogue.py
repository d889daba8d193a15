"""Dialogues: one step at a time, never back, and worth what the path earns of the best one."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.models import Attempt
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError
from quizzes.questions.conversations import best_path, now_at
from quizzes.services import start_attempt

from . import factories, specs

TALK = question_type("dialogue")
STEPS = {
    "n1": [specs.reply("open", "n2", 2), specs.reply("lead", "n3", 1), specs.reply("leave")],
    "n2": [specs.reply("ground", "n3", 1), specs.reply("hurry", "n3")],
    "n3": [specs.reply("stop", "", 2), specs.reply("push", unsafe=True)],
}
CRYING = specs.frozen("dialogue", specs.talk_raw(STEPS, critical=True))
PUBLIC = specs.sides(CRYING)[1]


def marked(*path: str) -> Any:
    result = grade(*specs.sides(CRYING), {"b": list(path)}, None)
    return result.state, result.fraction_ppm, result.critical_failed


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["open", "ground", "stop"], ("correct", 1_000_000, False)),
        (["lead", "stop"], ("partial", 600_000, False)),
        (["open"], ("partial", 400_000, False)),
        (["open", "hurry"], ("partial", 400_000, False)),
        (["leave"], ("wrong", 0, False)),
        (["open", "ground", "push"], ("partial", 600_000, True)),
        (["stop"], ("invalid", 0, False)),
        (["open", "stop"], ("invalid", 0, False)),
        (["leave", "open"], ("invalid", 0, False)),
        (["open", "open"], ("invalid", 0, False)),
        (["open", "ground", "stop", "stop"], ("invalid", 0, False)),
    ],
)
def test_a_path_is_worth_its_points_over_those_of_the_best_path(path: Any, expected: Any) -> None:
    assert marked(*path) == expected


@pytest.mark.parametrize("answer", [{"b": "open"}, {"b": [1]}, {"b": ["nowhere"]}, {"b": ["open"], "c": []}, ["open"]])
def test_an_answer_that_no_form_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        TALK.clean(PUBLIC, answer)


def all_paths(nodes: Any) -> list[list[str]]:
    """Every path to an end, by trying all sequences of replies."""
    ends = []
    for length in range(1, len(nodes) + 1):
        for path in product([reply["id"] for node in nodes for reply in node["choices"]], repeat=length):
            try:
                TALK.clean({"nodes": nodes}, {"b": list(path)})
            except AnswerError:
                continue
            if now_at(nodes, path) is None:
                ends.append(list(path))
    return ends


def test_the_best_path_is_the_best_of_all() -> None:
    points = CRYING.key["points"]
    ends = all_paths(PUBLIC["nodes"])
    best, path = best_path(PUBLIC["nodes"], points)
    assert len(ends) == 7
    assert (best, path in ends) == (max(sum(points[reply] for reply in end) for end in ends), True)
    assert sum(points[reply] for reply in path) == best


@given(specs.dialogues(), st.data())
def test_whoever_walks_on_from_the_page_always_comes_to_an_end(question: Any, data: Any) -> None:
    _, public, _ = specs.sides(question)
    path: list[str] = []
    while replies := TALK.shown(public, {"b": path}, [])["replies"]:
        path.append(data.draw(st.sampled_from([reply["id"] for reply in replies])))
    assert TALK.clean(public, {"b": path}) == {"b": path}
    assert [TALK.notice(public, {"b": path}), 1 <= len(path) <= len(public["nodes"])] == ["", True]


@given(specs.dialogues(), st.data())
def test_a_path_can_only_be_continued(question: Any, data: Any) -> None:
    _, public, key = specs.sides(question)
    best = TALK.best_answer(public, key)
    cut = data.draw(st.integers(0, len(best["b"])))
    part = TALK.clean(public, {"b": best["b"][:cut]})
    assert TALK.may_follow(part, best) is True
    assert TALK.may_follow(best, part) is (cut == len(best["b"]))


def test_a_step_taken_stays_taken() -> None:
    assert TALK.may_follow({"b": ["open"]}, {"b": ["lead"]}) is False
    assert TALK.may_follow({"b": ["open"]}, None) is False
    assert TALK.may_follow(None, None) is True


def test_the_page_shows_what_was_passed_and_the_open_step_and_no_other() -> None:
    shown = TALK.shown(PUBLIC, {"b": ["lead"]}, ["push", "stop"])
    assert shown == {
        "passed": [{"text": "Client n1", "id": "lead", "reply": "Reply lead"}],
        "number": 2,
        "waiting": "The conversation goes on: choose your next reply.",
        "now": "Client n3",
        "replies": [{"id": "push", "label": "Reply push"}, {"id": "stop", "label": "Reply stop"}],
    }
    assert TALK.shown(PUBLIC, {"b": ["leave"]}, [])["replies"] == []


def test_the_button_that_was_pressed_adds_its_reply_to_the_path() -> None:
    assert TALK.answer_from_form({"b": ["open"], "step": ["ground"], "rev": ["1.x"]}) == {"b": ["open", "ground"]}
    assert TALK.answer_from_form({"rev": ["0.x"]}) is None
    assert [value for _, value in TALK.fields_of({"b": ["open", "ground"]})] == ["open", "ground"]


def test_points_unsafe_replies_remarks_and_names_are_in_the_key_alone() -> None:
    raw = specs.talk_raw({"canary-name": [specs.reply("a", "", 777, remark="canary-remark"), specs.reply("b")]})
    raw["nodes"][0] |= {"id": "n1", "value": {**raw["nodes"][0]["value"], "text": "Client"}}
    question = specs.frozen("dialogue", raw)
    public = json.dumps(question.public)
    assert ["canary" in public, "777" in public, "unsafe" in public] == [False, False, False]
    assert question.key["feedback"]["en"] == {"choice:a": "\u201cReply a\u201d canary-remark"}
    assert TALK.remark_on(question.public["en"], "choice:a") == "Reply a"


def test_the_item_report_has_a_row_for_each_reply() -> None:
    rows = TALK.choosables(*specs.sides(CRYING)[1:])
    assert [row.id for row in rows if row.right] == ["open", "ground", "stop"]
    assert rows[0].text == "Client n1 \u2192 Reply open"
    assert TALK.chosen({"b": ["open", "push"]}) == ("open", "push")
    assert TALK.unsafe_in_words(PUBLIC, CRYING.key) == ["Reply push"]
    assert TALK.in_words(PUBLIC, {"b": ["leave"]}) == ["Client n1 \u2192 Reply leave"]


def talk(steps: Any, **more: Any) -> Any:
    return specs.frozen("dialogue", specs.talk_raw(steps, **more))


GOOD = specs.reply("a", "", 1)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (talk({}), "Give one to 60 steps."),
        (talk({"n1": []}), 'Step "n1": give one to 8 replies.'),
        (talk({"n1": [GOOD, specs.reply("A")]}), 'Step "n1": a reply is empty, or two say the same.'),
        (talk({"n1": [GOOD], "n2": [GOOD]}), "Two replies share one id. Save the question again."),
        (talk({"n1": [specs.reply("a", "n9", 1)]}), 'Step "n1": a reply leads to "n9", and no step has this name.'),
        (
            talk({"n1": [specs.reply("a", "n2", 1)], "n2": [specs.reply("b", "n1"), specs.reply("c")]}),
            "The replies lead round in a circle. Every path must come to an end.",
        ),
        (
            talk({"n1": [specs.reply("a", "n1", 1), specs.reply("b")]}),
            "The replies lead round in a circle. Every path must come to an end.",
        ),
        (talk({"n1": [GOOD], "n2": [specs.reply("b")]}), 'No reply leads to step "n2".'),
        (talk({"n1": [specs.reply("a")]}), "Give points to the replies that are right: no path earns any."),
        (
            talk({"n1": [GOOD, specs.reply("b", unsafe=True)]}),
            "A reply is marked as unsafe, but the question is not marked as safety-critical.",
        ),
        (
            talk({"n1": [GOOD]}, critical=True),
            "A safety-critical question needs at least one reply marked as unsafe.",
        ),
        (
            talk({"n1": [GOOD, specs.reply("b", "", 2, unsafe=True)]}, critical=True),
            "A path over an unsafe reply earns more than the best safe one. Give it fewer points.",
        ),
        (
            talk({"n1": [specs.reply("a", "n2", 1)], "n2": [specs.reply("b", unsafe=True)]}, critical=True),
            'Step "n2": a safe reply must be there to choose.',
        ),
        (talk({"n1": [GOOD]}, stem=" "), "Write what the conversation is about."),
    ],
)
def test_publishing_is_refused_with_the_reason(question: Any, problem: str) -> None:
    assert publishing_problems(*specs.sides(question)) == [problem]


def test_two_steps_of_one_name_are_refused() -> None:
    raw = specs.talk_raw({"n1": [specs.reply("a", "n2", 1)], "n2": [specs.reply("b")]})
    raw["nodes"][1]["value"]["name"] = "n1"
    assert "Give each step a name of its own." in publishing_problems(*specs.sides(specs.frozen("dialogue", raw)))


def test_a_preview_survives_a_circle() -> None:
    circle = talk({"n1": [specs.reply("a", "n1", 1)]})
    assert TALK.best_answer(circle.public["en"], circle.key) is None
    assert grade(*specs.sides(circle), {"b": ["a"]}, None).fraction_ppm == 0


@pytest.fixture
def attempt(enrollment: Any, make_quiz: Any) -> Attempt:
    """A choice, then a dialogue of two steps."""
    return start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one"), factories.dialogue()))


def reply_ids(attempt: Attempt) -> dict[str, str]:
    """The ids of the replies by their last word."""
    nodes = attempt.items.get(position=2).version.public["en-us"]["nodes"]
    return {reply["text"].removeprefix("dialogue "): reply["id"] for node in nodes for reply in node["choices"]}


def test_a_reply_saves_the_paper_and_comes_back_to_the_step_that_follows(as_learner: Any, attempt: Attempt) -> None:
    ids, url = reply_ids(attempt), f"/attempts/{attempt.uuid}/"
    page = as_learner.get(url).content.decode()
    assert ["dialogue tears" in page, "dialogue stop" in page, ids["we stop"] in page] == [True, False, False]
    option = attempt.items.get(position=1).option_order[0]
    sent = {"q1-rev": "0.x", "q1-c": option, "q2-rev": "0.x", "q2-step": ids["leading"]}
    saved = as_learner.post(f"{url}save/", sent)
    assert (saved.status_code, saved["Location"]) == (303, f"{url}#q2-now")
    assert [item.answer for item in attempt.items.all()] == [{"c": [option]}, {"b": [ids["leading"]]}]
    page = as_learner.get(url).content.decode()
    assert ["dialogue leading" in page, "dialogue stop" in page, "dialogue open" in page] == [True, True, False]
    assert f'<input type="hidden" name="q2-b" value="{ids["leading"]}">' in page
    assert '<div class="talk-client" id="q2-now" tabindex="-1">' in page


def test_a_reply_cannot_be_taken_back_or_jumped_to(as_learner: Any, attempt: Attempt) -> None:
    ids, url = reply_ids(attempt), f"/attempts/{attempt.uuid}/save/"
    assert as_learner.post(url, {"q2-rev": "0.x", "q2-step": ids["we stop"]}).status_code == 422
    assert factories.save_one(attempt, 2, {"step": ids["leading"]}) == "saved"
    assert factories.save_one(attempt, 2, {"step": ids["open"]}, touched=True) == "refused"
    assert factories.save_one(attempt, 2, {"b": ids["leading"], "step": ids["we stop"]}) == "saved"
    assert attempt.items.get(position=2).answer == {"b": [ids["leading"], ids["we stop"]]}
    assert attempt.events.filter(kind="refused").count() == 2


def test_an_older_page_that_sends_back_what_it_was_shown_takes_nothing_back(as_learner: Any, attempt: Attempt) -> None:
    ids, url = reply_ids(attempt), f"/attempts/{attempt.uuid}/save/"
    older = factories.token_of(attempt.items.get(position=2))
    assert factories.save_one(attempt, 2, {"step": ids["open"]}) == "saved"
    assert as_learner.post(url, {"q2-rev": older}).status_code == 303
    assert attempt.items.get(position=2).answer == {"b": [ids["open"]]}


def test_enter_in_a_field_of_the_paper_chooses_no_reply(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.dialogue(), factories.number(), slug="talk-first")
    page = as_learner.get(f"/attempts/{start_attempt(enrollment=enrollment, quiz=quiz).uuid}/").content.decode()
    form = page[page.index('id="paper"') :]
    first = form[form.index("<button") :]
    assert ["-step" in first[: first.index(">")], "q1-step" in first] == [False, True]


def test_the_last_look_says_that_a_conversation_is_not_finished(as_learner: Any, attempt: Attempt) -> None:
    factories.save_one(attempt, 2, {"step": reply_ids(attempt)["open"]})
    page = as_learner.get(f"/attempts/{attempt.uuid}/?check=1").content.decode()
    assert "The conversation goes on: choose your next reply." in page
