"""Aiken: what is taken, and what is refused by line."""

import time
from typing import Any

import pytest

from quizzes.interchange import aiken
from quizzes.interchange.base import Parsed, UnreadableFile

GOOD = "Which layer is outermost?\nA) Pia\nB. Dura\nANSWER: B\n"


def read(text: str) -> list[Any]:
    return aiken.parse(text.encode())


def test_letters_may_have_a_bracket_or_a_full_stop() -> None:
    (found,) = read(GOOD)
    options = [(entry["value"]["text"], entry["value"]["correct"]) for entry in found.value["options"]]
    assert (found.kind, found.value["stem"], options) == (
        "single_choice",
        "<p>Which layer is outermost?</p>",
        [("Pia", False), ("Dura", True)],
    )


def test_a_question_over_two_lines_keeps_both() -> None:
    (found,) = read("A client is dizzy.\nWhat comes first?\nA. Stop\nB. Go on\nANSWER: A")
    assert found.value["stem"] == "<p>A client is dizzy.<br>What comes first?</p>"


def test_text_is_never_markup() -> None:
    (found,) = read("Is <b>this</b> & that text?\nA) <i>yes</i>\nB) no\nANSWER: A")
    assert (found.value["stem"], found.value["options"][0]["value"]["text"]) == (
        "<p>Is &lt;b&gt;this&lt;/b&gt; &amp; that text?</p>",
        "<i>yes</i>",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_questions_need_no_blank_line_between_them(end: Any) -> None:
    assert [type(one) for one in read((GOOD + GOOD).replace("\n", end))] == [Parsed, Parsed]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Which?\nA) one\nANSWER: A\n", 1, "A question has two options at least."),
        ("A) one\nB) two\nANSWER: A\n", 1, "An option stands before any question."),
        ("Which?\nA) one\nB) two\n\n", 1, 'There is no line "ANSWER:" below its options.'),
        ("Which?\nA) one\nB) two\nANSWER: C\n", 4, 'ANSWER names "C", which is none of its options.'),
        ("Which?\nA) one\nB) two\nANSWER: A, B\n", 4, 'ANSWER names "A, B", which is none of its options.'),
        ("Which?\nA) one\nA) two\nANSWER: A\n", 3, "Option A is there twice."),
        ("Which?\nA) one\nB)\nANSWER: A\n", 3, "Option B is empty."),
        ("Which?\nA) one\nand more\nB) two\nANSWER: A\n", 3,
         "This line is neither an option nor ANSWER. An option stands on one line."),
        ("ANSWER: A\n", 1, "An ANSWER stands without a question."),
    ],
)  # fmt: skip
def test_a_broken_question_is_refused_by_line_and_the_next_one_is_taken(text: Any, line: Any, reason: Any) -> None:
    first, second = read(text + GOOD)
    assert ((first.line, first.reason), type(second)) == ((line, reason), Parsed)


def test_a_file_without_any_answer_is_not_aiken() -> None:
    with pytest.raises(UnreadableFile) as refused:
        read("Which?\nA) one\nB) two\n")
    assert str(refused.value) == 'This is not an Aiken file: no line begins with "ANSWER:".'


def test_an_option_that_is_there_a_hundred_thousand_times_keeps_nobody_busy() -> None:
    begun = time.process_time()
    (found,) = aiken.parse(b"Which?\n" + b"A. x\n" * 100_000 + b"ANSWER: A\n")
    assert (found.reason, time.process_time() - begun < 5) == ("Option A is there twice.", True)
