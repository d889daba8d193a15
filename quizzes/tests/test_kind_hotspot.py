"""Pointing at a picture: by points or from the list, one key for both, and nothing of the key in the page."""

import json
from typing import Any

import pytest

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError

from . import picture_specs as specs

KIND = question_type("hotspot")
IN = {n: [n % 4 * 2500 + 1000, n // 4 * 2500 + 1000] for n in range(8)}
OUTSIDE = [9999, 9999]


def sides(question: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return question.kind, question.public["en"], question.key


def ppm(question: Any, answer: Any, policy: Any = None) -> int:
    return grade(*sides(question), answer, policy).fraction_ppm


def points(*places: Any) -> dict[str, Any]:
    return {"p": [IN[place] if isinstance(place, int) else place for place in places]}


def listed(*numbers: int) -> dict[str, Any]:
    return {"z": [f"z{number}" for number in numbers]}


@pytest.mark.parametrize("chosen", [(), (0,), (1,), (0, 1), (0, 2), (0, 1, 2), (2, 3), (0, 1, 2, 3)])
@pytest.mark.parametrize("policy", ["right_minus_wrong", "all_or_nothing"])
def test_pointing_and_the_list_earn_the_same(chosen: Any, policy: str) -> None:
    question = specs.hotspot(0, 1, policy=policy)
    by_points, by_list = (grade(*sides(question), way(*chosen), None) for way in (points, listed))
    assert by_points == by_list


@pytest.mark.parametrize(
    ("answer", "minus", "whole"),
    [
        (points(0, 1), WHOLE, WHOLE),
        (points(0), 500_000, 0),
        (points(0, 2), 0, 0),
        (points(0, 1, 2), 500_000, 0),
        (points(0, 1, OUTSIDE), 500_000, 0),
        (points(OUTSIDE), 0, 0),
        (points(0, [1001, 1001], 1), WHOLE, WHOLE),  # two points in one area are one
        (points([0, 0], [2500, 2000]), WHOLE, WHOLE),  # on the border
    ],
)
def test_a_point_outside_is_one_wrong_choice_and_an_area_counts_once(answer: Any, minus: int, whole: int) -> None:
    question = specs.hotspot(0, 1)
    assert (ppm(question, answer), ppm(question, answer, "all_or_nothing")) == (minus, whole)


def test_an_unsafe_area_fails_the_quiz_by_either_way() -> None:
    question = specs.hotspot(0, unsafe=(2,))
    answers = [points(2), listed(2), points(1), listed(1), points(OUTSIDE)]
    assert [grade(*sides(question), one, None).critical_failed for one in answers] == [True, True, False, False, False]


def test_the_page_holds_no_coordinates_and_no_names_of_parts() -> None:
    question = specs.hotspot(0, unsafe=(1,))
    shown = KIND.shown(question.public["en"], None, ())
    sent = json.dumps([question.public, shown])
    assert [word in sent for word in ("2500", "rect", '"at"', "correct", "unsafe", "remark", "canary")] == [False] * 7
    assert [set(area) for area in shown["areas"]] == [{"number", "id", "name", "checked"}] * 4


@pytest.mark.parametrize(
    "answer",
    [
        {"p": [[0, 0]], "z": ["z1"]},
        {"p": [[0, 10_001]]},
        {"p": [[-1, 0]]},
        {"p": [[1.0, 2]]},
        {"p": [[True, 2]]},
        {"p": [[1]]},
        {"p": ["1,2"]},
        {"p": "1,2"},
        {"p": [[n, n] for n in range(21)]},
        {"z": ["z1", "z1"]},
        {"z": ["z99"]},
        {"z": "z1"},
        {"c": ["z1"]},
        ["z1"],
    ],
)
def test_an_answer_that_no_page_sends_is_refused(answer: Any) -> None:
    question = specs.hotspot(0, 1)
    with pytest.raises(AnswerError):
        KIND.clean(question.public["en"], answer)


def test_where_one_area_is_asked_for_only_one_can_be_chosen() -> None:
    question = specs.hotspot(0)
    for answer in (points(0, 1), listed(0, 1)):
        with pytest.raises(AnswerError):
            KIND.clean(question.public["en"], answer)


def test_a_form_that_sends_both_means_the_list() -> None:
    assert KIND.answer_from_form({"p": ["10,20", "30,40"]}) == {"p": [[10, 20], [30, 40]]}
    assert KIND.answer_from_form({"p": ["10,20"], "z": ["z1"]}) == {"z": ["z1"]}
    assert KIND.answer_from_form({"p": [""], "z": [""]}) is None


@pytest.mark.parametrize("sent", ["10", "1,2,3", "a,b", "-1,2", "1.5,2", "٣,٤", "999999,1", ""])
def test_a_point_that_is_none_is_refused_or_nothing(sent: str) -> None:
    answer = KIND.answer_from_form({"p": [sent]})
    if answer is not None:
        with pytest.raises(AnswerError):
            KIND.clean(specs.hotspot(0).public["en"], answer)


def test_an_answer_reads_back_in_words() -> None:
    public = specs.hotspot(0, 1).public["en"]
    assert KIND.in_words(public, {"z": ["z1"]}) == ["Area 2: crown"]
    assert KIND.in_words(public, {"p": [[4210, 3377]]}) == ["A point 42 % from the left, 33 % from the top"]
    assert KIND.in_words(public, None) == []


def test_remarks_belong_to_the_areas_that_were_met() -> None:
    question = specs.hotspot(0, 1)
    refs = [grade(*sides(question), one, None).feedback_refs for one in (points(2, OUTSIDE), listed(0, 1))]
    assert refs == [("zone:z2", "general"), ("zone:z0", "zone:z1", "general")]
    assert question.key["feedback"]["en"]["zone:z2"] == "remark 2"


def zoned(*zones: Any, **more: Any) -> Any:
    return specs.frozen("hotspot", specs.picture_raw(*zones, **more))


RIGHT, OTHER = specs.zone(0, correct=True), specs.zone(1)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (zoned(RIGHT, OTHER, image=None), "Choose a figure or upload a picture."),
        (zoned(RIGHT, OTHER, stem="<p> </p>"), "Write the question."),
        (zoned(RIGHT), "Draw at least two areas: one alone is the answer."),
        (zoned(specs.zone(0), OTHER), "Mark the right answer: no area is marked as right."),
        (zoned(RIGHT, specs.zone(1, correct=True)), "allow more than one."),
        (zoned(RIGHT, specs.zone(1, name="Front")), "Two areas have the same name."),
        (zoned(RIGHT, specs.zone(1, name="")), "Area 2 has no name."),
        (zoned(RIGHT, specs.zone(1, at="0 0 10001 5")), "Area 2 lies nowhere"),
        (zoned(RIGHT, specs.zone(1, at="1 1 1000 200")), "Area 2 is too small"),
        (zoned(RIGHT, specs.zone(1, at="100 100 900 900")), "Area 2 lies wholly below others"),
        (zoned(RIGHT, specs.zone(1, shape="polygon", at="0 0 5000 5000 5000 0 0 4000")), "sides of area 2 cross"),
        (zoned(RIGHT, OTHER, policy="odd"), "how the question is marked"),
        (zoned(RIGHT, OTHER, critical=True), "at least one area marked as unsafe"),
        (zoned(RIGHT, specs.zone(1, unsafe=True)), "not marked as safety-critical"),
    ],
)
def test_publishing_is_refused_with_the_reason(question: Any, problem: str) -> None:
    problems = publishing_problems(*sides(question))
    assert [problem in " ".join(problems), len(problems)] == [True, 1]


def test_a_picture_without_words_is_not_published() -> None:
    silent = {**specs.SKULL, "alt": " "}
    lookup = type(specs.LOOKUP)(pictures={("figure", 1): silent})
    raw = specs.picture_raw(RIGHT, OTHER)
    question = specs.freeze(kind="hotspot", raw=raw, language="en", lookup=lookup)
    assert publishing_problems(*sides(question)) == [
        "Say what the picture shows, in words, for those who cannot see it."
    ]
    named = specs.freeze(kind="hotspot", raw={**raw, "alt": "A skull."}, language="en", lookup=lookup)
    assert (publishing_problems(*sides(named)), named.public["en"]["image"]["alt"]) == ([], "A skull.")


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("the squamous line", True),
        ("Squamous", True),
        ("near both sutures", True),
        ("right answer", True),
        ("the correct one", True),
        ("upper right, above the ear", False),
        ("where the hand lies, at the back", False),
        ("middle of the side", False),
    ],
)
def test_a_name_that_gives_the_answer_away_is_refused(name: str, refused: bool) -> None:
    stem = "<p>Where on the <b>side</b> of the head is the squamous suture, above the ear?</p>"
    question = zoned(specs.zone(0, correct=True, name=name), OTHER, stem=stem)
    problems = publishing_problems(*sides(question))
    assert [len(problems), "gives the answer away" in " ".join(problems)] == [int(refused), refused]
    if refused:
        assert 'such as "area 3, upper left, beside the ear".' in problems[0]


def test_a_replaced_file_makes_another_version() -> None:
    raw = specs.picture_raw(RIGHT, OTHER)
    replaced = type(specs.LOOKUP)(pictures={("figure", 1): {**specs.SKULL, "sha256": "1" * 64}})
    first, second = (
        specs.freeze(kind="hotspot", raw=raw, language="en", lookup=one) for one in (specs.LOOKUP, replaced)
    )
    assert first.sha256 != second.sha256
