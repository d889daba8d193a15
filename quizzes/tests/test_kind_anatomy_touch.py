"""Anatomy touch: each part earns its own points, exactly; what could harm fails the quiz."""

import json
from typing import Any

import pytest

from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError

from . import picture_specs as specs

KIND = question_type("anatomy_touch")
WHOLE_TOUCH = specs.touch()
RIGHT = specs.RIGHT_TOUCH


def sides(question: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return question.kind, question.public["en"], question.key


def marked(question: Any = WHOLE_TOUCH, **changed: Any) -> Any:
    """The right answer, with these parts changed; None leaves a part out."""
    answer = {part: value for part, value in (RIGHT | changed).items() if value is not None}
    return grade(*sides(question), answer, None)


@pytest.mark.parametrize(
    ("changed", "sevenths"),
    [
        ({}, 7),
        ({"z": "z0"}, 5),  # the place is worth two points of seven
        ({"hand": "h1"}, 6),
        ({"g": "6"}, 7),
        ({"g": "6.0001"}, 6),
        ({"g": "4 g"}, 7),
        ({"g": "0.005 kg"}, 7),
        ({"g": "five"}, 6),
        ({"g": "5 lb"}, 6),
        ({"dir": "d2"}, 6),
        ({"sec": "35"}, 7),
        ({"sec": "0.5 min"}, 7),
        ({"sec": "36"}, 6),
        ({"stop": ["s0", "s1", "s2"]}, 6.5),
        ({"hand": None, "g": None, "dir": None, "sec": None}, 3),
        ({"z": "z0", "hand": "h1", "g": "9", "dir": "d1", "sec": "1"}, 1),
    ],
)
def test_each_part_earns_its_own_points(changed: Any, sevenths: float) -> None:
    assert marked(**changed).fraction_ppm == round(sevenths * WHOLE / 7)


def test_every_part_is_reported_with_its_share() -> None:
    result = marked(z="z0", stop=["s0"])
    assert [(part["id"], part["right"], part["fraction_ppm"]) for part in result.parts] == [
        ("z", False, 0),
        ("hand", True, WHOLE),
        ("g", True, WHOLE),
        ("dir", True, WHOLE),
        ("sec", True, WHOLE),
        ("stop", False, 500_000),
    ]
    assert result.state == "partial"


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        ({}, False),
        ({"z": "z0"}, False),
        ({"z": "z2"}, True),  # an unsafe place
        ({"hand": "h1"}, False),
        ({"hand": "h2"}, True),  # an unsafe way
        ({"g": "50"}, False),
        ({"g": "50.001"}, True),  # more than the limit
        ({"g": "0.06 kg"}, True),
        ({"g": None}, False),
        ({"stop": ["s1"]}, True),  # s0 missed
        ({"stop": None}, True),
        ({"stop": ["s0"]}, False),  # s1 missed: only wrong
        ({"stop": ["s0", "s1", "s2"]}, True),  # s2 chosen
    ],
)
def test_what_could_harm_fails_the_quiz(changed: Any, fails: bool) -> None:
    assert marked(**changed).critical_failed is fails
    careless = specs.touch(critical=False)
    assert marked(careless, **changed).critical_failed is False


def test_nothing_answered_fails_nobody() -> None:
    result = grade(*sides(WHOLE_TOUCH), None, None)
    assert (result.state, result.critical_failed) == ("unanswered", False)


def test_only_the_place_must_be_asked() -> None:
    bare = {"hand": [], "direction": [], "stop": [], "pressure": {}, "duration": {}}
    question = specs.touch(**bare)
    assert (publishing_problems(*sides(question)), question.public["en"]["points"]) == ([], {"z": 2})
    assert grade(*sides(question), {"z": "z1"}, None).fraction_ppm == WHOLE
    with pytest.raises(AnswerError):
        KIND.clean(question.public["en"], {"z": "z1", "g": "5"})


@pytest.mark.parametrize(
    "answer",
    [
        {"z": "z9"},
        {"z": ["z1"]},
        {"z": "h0"},
        {"hand": "d0"},
        {"stop": "s0"},
        {"stop": ["s0", "s0"]},
        {"stop": ["h0"]},
        {"g": 5},
        {"g": "5" * 61},
        {"sec": "\x00"},
        {"c": ["z1"]},
        [],
    ],
)
def test_an_answer_that_no_page_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        KIND.clean(WHOLE_TOUCH.public["en"], answer)


def test_what_cannot_be_read_is_said_while_it_can_be_mended() -> None:
    public = WHOLE_TOUCH.public["en"]
    assert KIND.notice(public, {"g": "five", "sec": "30"}) == (
        "We cannot read the pressure. Write grams as a number, like 5."
    )
    assert KIND.notice(public, {"g": "5 g", "sec": "soon"}) == (
        "We cannot read the duration. Write seconds as a number, like 30."
    )
    assert [KIND.notice(public, one) for one in (RIGHT, None)] == ["", ""]


def test_the_page_holds_no_key() -> None:
    sent = json.dumps([WHOLE_TOUCH.public, KIND.shown(WHOLE_TOUCH.public["en"], None, ())])
    assert [word in sent for word in ("correct", "unsafe", "limit", "tolerance", "amounts")] == [False] * 5


def test_options_follow_the_learners_own_order() -> None:
    public = WHOLE_TOUCH.public["en"]
    ids = list(KIND.options(public).ids)
    shown = KIND.shown(public, {"stop": ["s1"]}, ids[::-1])
    assert [[one["id"] for one in shown[name]] for name in ("hand", "direction", "stop")] == [
        ["h2", "h1", "h0"],
        ["d2", "d1", "d0"],
        ["s2", "s1", "s0"],
    ]
    assert [one["checked"] for one in shown["stop"]] == [False, True, False]


def test_an_answer_reads_back_in_words() -> None:
    assert KIND.in_words(WHOLE_TOUCH.public["en"], RIGHT) == [
        "Place: Area 2: crown",
        "Hand: Way h0",
        "Pressure: 5 g",
        "Direction: Way d0",
        "Duration: 30 s",
        "Stop when: Way s0; Way s1",
    ]
    assert KIND.unsafe_in_words(WHOLE_TOUCH.public["en"], WHOLE_TOUCH.key) == [
        "Area 3: back",
        "Way h2",
        "Leaving out: Way s0",
        "Way s2",
        "More than 50 g",
    ]


def amount(value: str, tolerance: str = "1", limit: str = "50") -> dict[str, str]:
    return {"value": value, "tolerance": tolerance, "limit": limit}


def option(ident: str, text: str, **more: Any) -> dict[str, Any]:
    return specs.item({"text": text, **more}, ident)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"zones": [specs.zone(0), specs.zone(1)]}, "Mark the right place"),
        ({"hand": [option("h0", "A", correct=True)]}, "How the hand rests: give at least two options."),
        ({"hand": [option("h0", "A"), option("h1", "B")]}, "How the hand rests: no option is marked as right."),
        ({"direction": [option("d0", "A", correct=True), option("d1", " ")]}, "Direction: an option is empty."),
        ({"direction": [option("d0", "A", correct=True), option("d1", "a")]}, "Direction: two options say the same."),
        ({"hand": [option("h0", "A", correct=True, unsafe=True), option("h1", "B")]}, "right and as unsafe"),
        ({"pressure": amount("five")}, 'Pressure: "five" is not a number'),
        ({"pressure": amount("")}, 'Pressure: "" is not a number'),
        ({"pressure": amount("5", "-1")}, 'Pressure: "-1" is not a number'),
        ({"pressure": amount("5 g")}, "without a unit"),
        ({"pressure": amount("49.5")}, "must not lie above the limit of 50"),
        ({"stop_points": 0}, "Every part needs at least one point."),
        ({"critical": False}, "not marked as safety-critical"),
    ],
)
def test_publishing_is_refused_with_the_reason(changed: Any, problem: str) -> None:
    problems = publishing_problems(*sides(specs.touch(**changed)))
    assert [problem in " ".join(problems), len(problems)] == [True, 1]
