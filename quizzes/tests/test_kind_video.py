"""Questions about a recording: a moment to find, a choice, or both; judged part by part, exactly."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from library.tests.factories import make_recording
from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError, Lookup, SpecError
from quizzes.questions.freezing import freeze
from quizzes.questions.moments import clock_of, seconds_of
from quizzes.services.content_format import stream_of

from . import specs, video_specs
from .video_specs import FACTS, frozen, options

KEPT = question_type("video")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("83.2", "416/5"),
        ("1:23.2", "416/5"),
        (" 01:23 ", "83"),
        ("1:01:23", "3683"),
        ("83 s", "83"),
        ("1.5 min", "90"),
        ("0", "0"),
        ("0:00", "0"),
        ("90:00", "5400"),
        *(
            (text, None)
            for text in ("", "1:60", "1:2:3:4", "-5", "83,2", "1:", ":5", "later", "5 g", "1:5e3", "1" * 61)
        ),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, seconds: str | None) -> None:
    assert seconds_of(text) == (None if seconds is None else Fraction(seconds))


@pytest.mark.parametrize(("seconds", "words"), [("83", "1:23"), ("416/5", "1:23.2"), ("5", "0:05"), ("13/2", "0:06.5")])
def test_a_moment_is_written_as_a_player_shows_it(seconds: str, words: str) -> None:
    assert (clock_of(Fraction(seconds)), seconds_of(words)) == (words, Fraction(seconds))


@pytest.mark.parametrize(
    ("answer", "earned", "state"),
    [
        ({"at": "83.2", "c": ["o0"]}, 1_000_000, "correct"),
        ({"at": "1:20", "c": ["o0"]}, 1_000_000, "correct"),
        ({"at": "86.5", "c": ["o0"]}, 1_000_000, "correct"),
        ({"at": "86.50001", "c": ["o0"]}, 500_000, "partial"),
        ({"at": "79.99999", "c": ["o0"]}, 500_000, "partial"),
        ({"at": "83.2", "c": ["o1"]}, 500_000, "partial"),
        ({"at": "83.2"}, 500_000, "partial"),
        ({"c": ["o0"]}, 500_000, "partial"),
        ({"at": "soon", "c": ["o1"]}, 0, "wrong"),
        ({"at": " "}, 0, "unanswered"),
        ({"at": "", "c": []}, 0, "unanswered"),
        (None, 0, "unanswered"),
        ({"at": 83.2}, 0, "invalid"),
        ({"at": "1" * 61}, 0, "invalid"),
        ({"at": "\x00"}, 0, "invalid"),
        ({"c": ["o0", "o1"]}, 0, "invalid"),
        ({"c": ["o9"]}, 0, "invalid"),
        ({"c": "o0"}, 0, "invalid"),
        ({"v": "83.2"}, 0, "invalid"),
        ([], 0, "invalid"),
    ],
)
def test_moment_and_choice_earn_half_each(answer: Any, earned: int, state: str) -> None:
    result = grade(*specs.sides(frozen()), answer, None)
    assert (result.fraction_ppm, result.state) == (earned, state)


def test_a_question_with_one_part_gives_all_for_it_and_takes_no_other() -> None:
    moment, choice = frozen(options=[]), frozen("", "")
    assert grade(*specs.sides(moment), {"at": "1:25"}, None).fraction_ppm == 1_000_000
    assert grade(*specs.sides(choice), {"c": ["o0"]}, None).fraction_ppm == 1_000_000
    with pytest.raises(AnswerError):
        KEPT.clean(moment.public["en"], {"c": ["o0"]})
    with pytest.raises(AnswerError):
        KEPT.clean(choice.public["en"], {"at": "83"})


def test_the_choice_has_its_remark_and_an_unsafe_one_fails_the_quiz() -> None:
    listed = options(0)
    listed[2]["value"]["unsafe"] = True
    asked = specs.sides(frozen(options=listed, critical=True))
    results = [grade(*asked, {"at": "83", "c": [option]}, None) for option in ("o1", "o2")]
    assert [one.critical_failed for one in results] == [False, True]
    assert results[0].feedback_refs == ("option:o1", "general")


def test_the_moment_stays_in_the_key() -> None:
    spec = frozen()
    assert spec.public["en"]["recording"] == {name: FACTS[name] for name in ("id", "sha256", "title", "is_audio")}
    assert (spec.public["en"]["timed"], spec.key["moment"]) == (True, {"from": "1:20", "to": "1:26.5"})
    assert [text for text in ("1:20", "1:26", "remark") if text in str(spec.public)] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"recording": None}, "Choose a recording."),
        ({"options": [], "moment_from": "", "moment_to": ""}, "Ask for a moment, give options, or both."),
        ({"moment_to": ""}, "Write both ends of the moment like 1:23 or 83.2, or leave both empty."),
        ({"moment_from": "soon"}, "Write both ends of the moment like 1:23 or 83.2, or leave both empty."),
        ({"moment_to": "1:19"}, "The moment ends before it begins."),
        ({"options": options(0, 1)}, "One option can be right, not several."),
        ({"options": options()}, "Mark the right answer: no option is marked as right."),
        ({"stem": ""}, "Write the question."),
    ],
)
def test_what_is_missing_is_told_to_the_author(change: Any, reason: str) -> None:
    raw = {
        "stem": "<p>When?</p>",
        "recording": 1,
        "moment_from": "1:20",
        "moment_to": "1:26",
        "options": options(0),
        **change,
    }
    spec = freeze(kind="video", raw=raw, language="en", lookup=video_specs.LOOKUP)
    assert publishing_problems(*specs.sides(spec)) == [reason]
    assert grade(*specs.sides(spec), {"at": "1:22", "c": ["o0"]}, None).fraction_ppm in (0, 500_000, 1_000_000)


def test_a_recording_without_words_or_release_is_not_asked_about() -> None:
    spec = frozen(lookup=Lookup(recordings={1: {**FACTS, "lacks": ["words", "release"]}}))
    assert [one.split(":")[0].split(" needs")[0] for one in publishing_problems(*specs.sides(spec))] == [
        "The recording",
        "The recording shows a person without a release",
    ]


def test_a_recording_that_is_gone_cannot_be_frozen() -> None:
    with pytest.raises(SpecError, match="no longer exists"):
        frozen(lookup=Lookup())


def test_an_unreadable_time_is_told_while_it_can_be_corrected() -> None:
    public = frozen().public["en"]
    assert [KEPT.notice(public, {"at": text}) for text in ("soon", "1:23")] == ["Write the time like 1:23 or 83.2.", ""]
    assert KEPT.notice(public, None) == ""


@given(video_specs.video_questions())
def test_the_best_answer_earns_everything_and_survives_the_form(spec: Any) -> None:
    public = spec.public["en"]
    assert publishing_problems(*specs.sides(spec)) == []
    best = KEPT.best_answer(public, spec.key)
    assert grade(*specs.sides(spec), best, None).fraction_ppm == 1_000_000
    fields: dict[str, list[str]] = {}
    for name, value in KEPT.fields_of(best):
        fields.setdefault(name, []).append(value)
    assert KEPT.answer_from_form(fields) == KEPT.clean(public, best) == best
    assert KEPT.answer_from_form({"at": [" "], "c": [""]}) is None
    assert len(KEPT.in_words(public, best)) == len(best)


@given(video_specs.video_questions(), specs.any_json())
def test_no_answer_breaks_the_marking(spec: Any, answer: Any) -> None:
    result = grade(*specs.sides(spec), answer, None)
    assert 0 <= result.fraction_ppm <= 1_000_000
    assert isinstance(KEPT.chosen(answer), tuple)


@pytest.mark.django_db
def test_the_content_format_names_the_recording_by_its_title() -> None:
    recording = make_recording()
    spec = {**KEPT.sample, "kind": "video"}
    values = [stream_of({**spec, **more}, "x")[0]["value"]["recording"] for more in (
        {"recording": "Resting"}, {"recording": "Nothing of this name"}, {},
    )]  # fmt: skip
    assert values == [recording.pk, None, None]
