"""GIFT: what each kind becomes, and the faults of Moodle's importer that are not copied."""

import time
from fractions import Fraction
from typing import Any

import pytest

from quizzes.interchange import gift
from quizzes.interchange.base import Parsed, Refused, UnreadableFile
from quizzes.interchange.texts import as_utf8


def read(text: str) -> list[Any]:
    """The outcomes of a file."""
    return gift.parse(text.encode())


def one(text: str) -> Parsed:
    """The only question of a file, which can be taken."""
    (found,) = read(text)
    assert isinstance(found, Parsed), found
    return found


def refusal(text: str) -> str:
    """Why the only question of a file is refused."""
    (found,) = read(text)
    assert isinstance(found, Refused), found
    return found.reason


def options(text: str) -> list[tuple[str, bool]]:
    return [(entry["value"]["text"], entry["value"]["correct"]) for entry in one(text).value["options"]]


KINDS = [
    ("Read this first.", "description"),
    ("Tell us. {}", "essay"),
    ("How many? {#4}", "numeric"),
    ("In order. {>2 ALL VERT ABSOLUTE TRUE\nfirst\nsecond\n}", "ordering"),
    ("Which? {=right ~wrong}", "single_choice"),
    ("Which? {~%50%a ~%50%b ~%-50%c ~%-50%d}", "multiple_response"),
    ("Pairs. {=a -> 1 =b -> 2}", "matching"),
    ("Bone is alive. {T}", "true_false"),
    ("Bone is alive. {FALSE}", "true_false"),
    ("Name it. {=dura =dura mater}", "short_text"),
    ("Name it. {true}", "short_text"),
    ("Which way? {=a -> b ~b -> a}", "single_choice"),
    ("Which is a number? {=#\n~x}", None),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_the_kind_follows_from_the_answers_in_this_order(text: Any, kind: Any) -> None:
    assert getattr(read(text)[0], "kind", None) == (kind or "single_choice")


def test_a_single_choice_keeps_text_key_and_remarks() -> None:
    found = one("::Layers::Which layer is outermost? {=Dura#Yes. ~Pia#The innermost. ####See lesson 2.}")
    values = [entry["value"] for entry in found.value["options"]]
    assert (found.name, found.value["stem"], found.value["feedback"]) == (
        "Layers",
        "<p>Which layer is outermost?</p>",
        "<p>See lesson 2.</p>",
    )
    assert [(v["text"], v["correct"], v["remark"]) for v in values] == [
        ("Dura", True, "Yes."),
        ("Pia", False, "The innermost."),
    ]


def test_ids_are_the_same_at_every_reading_and_none_is_there_twice() -> None:
    text = "// [id:q1]\nWhich? {=a ~b ~b}"
    first, second = ([entry["id"] for entry in one(text).value["options"]] for _ in range(2))
    assert (first == second, len(set(first))) == (True, 3)


def test_a_known_id_keeps_the_ids_of_options_when_the_question_changes() -> None:
    ids = [
        {entry["value"]["text"]: entry["id"] for entry in one(f"// [id:q1]\n{stem} {{=a ~b}}").value["options"]}
        for stem in ("Which?", "Which one?")
    ]
    assert ids[0] == ids[1]


def test_a_gap_stands_where_the_answers_stood_unless_they_come_last() -> None:
    stems = [
        one(text).value["stem"] for text in ("Two plus {=two =2} equals four.", "{=Asia} is large.", "So? {=a =b}")
    ]
    assert stems == ["<p>Two plus _____ equals four.</p>", "<p>_____ is large.</p>", "<p>So?</p>"]


def test_escapes_are_signs_that_are_meant() -> None:
    found = one(r"::a\:b::Is \{x\} \~ \#1 \= 2\\n? {=\=yes\#1#first \# sign ~no}")
    value = found.value["options"][0]["value"]
    assert (found.name, found.value["stem"]) == ("a:b", r"<p>Is {x} ~ #1 = 2\n?</p>")
    assert (value["text"], value["remark"]) == ("=yes#1", "first # sign")


def test_a_backslash_before_any_other_letter_is_itself() -> None:
    assert one(r"A \\ B \\\\ C \d {}").value["stem"] == r"<p>A \ B \\ C \d</p>"


def test_an_escaped_n_is_a_new_line() -> None:
    assert one(r"First\nsecond {}").value["stem"] == "<p>First<br>second</p>"


def test_comments_carry_id_and_tags() -> None:
    found = one("// Note [tag:anatomy/dura] [id:a\\]b]\n  // [tag:basics]\nWhich? {=a ~b}")
    assert (found.external_id, found.tags) == ("a]b", ("anatomy/dura", "basics"))


def test_two_slashes_inside_a_line_are_text() -> None:
    assert options("Which address? {=https://example.org ~ftp//x}")[0] == ("https://example.org", True)


def test_a_category_does_not_swallow_the_question_below_it() -> None:
    text = "$CATEGORY: $course$/top/Bones\nIs bone alive? {T}\n$CATEGORY: tail\n\nIs it dead? {F}"
    assert [(found.category, found.value["answer"]) for found in read(text)] == [("Bones", "true"), ("tail", "false")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_parts_questions(end: Any) -> None:
    text = end.join(["One? {T}", "", "Two? {=a", "~b}"])
    assert [found.kind for found in read(text)] == ["true_false", "single_choice"]


def test_a_byte_order_mark_is_no_letter() -> None:
    (found,) = gift.parse(b"\xef\xbb\xbf" + "::Ä::Ja? {T}".encode())
    assert found.name == "Ä"


def test_a_file_that_is_not_utf8_is_refused_by_line_and_byte() -> None:
    content = "One? {T}\n\nDr. Jühl? {T}".encode("windows-1252")
    with pytest.raises(UnreadableFile) as refused:
        gift.parse(content)
    assert str(refused.value) == (
        "The file is not UTF-8: line 3, byte 6 of the line. "
        "If it comes from an older Windows program, read it as windows-1252."
    )
    assert gift.parse(as_utf8(content, "windows-1252"))[1].name == "Dr. Jühl?"


def test_a_blank_line_inside_braces_refuses_the_whole_question_and_shows_no_answer_as_text() -> None:
    found = read("::Broken::Which? {\n=right\n\n~wrong\n}\n\nNext? {T}")
    assert [type(entry).__name__ for entry in found] == ["Refused", "Parsed"]
    assert (found[0].reason, found[0].line) == (
        "A blank line inside its braces ends the question: take out line 3.",
        1,
    )


def test_braces_that_are_never_closed_cost_only_their_own_question() -> None:
    found = read("Which? {=a ~b\n\n::Next::Is it? {T}")
    assert [type(entry).__name__ for entry in found] == ["Refused", "Parsed"]
    assert found[0].reason == "The braces of its answers are opened and not closed."


# The faults of Moodle's importer (QUIZZES.md section 14).


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ("#abc", '"abc" is not a number. Write it like 2.5, without a unit.'),
        ("#", '"" is not a number. Write it like 2.5, without a unit.'),
        ("#5 mm", '"5 mm" is not a number. Write it like 2.5, without a unit.'),
        ("#9..3", 'The range "9..3" ends below its beginning.'),
        ("#3,5", '"3,5" holds a comma. Numbers are written with a point: 2.5.'),
        ("#3:0,5", '"0,5" holds a comma. Numbers are written with a point: 2.5.'),
        ("#100:5%", 'The tolerance "5%" is in percent; GIFT takes a number.'),
        ("#3:-1", 'The tolerance "-1" is below 0.'),
        ("#=abc:1", '"abc" is not a number. Write it like 2.5, without a unit.'),
    ],
)
def test_what_is_no_number_is_refused(answers: Any, reason: Any) -> None:
    assert refusal(f"How many? {{{answers}}}") == reason


@pytest.mark.parametrize(
    ("answers", "value", "tolerance"),
    [
        ("#0", "0", "0"),
        ("#-1", "-1", "0"),
        ("#3:2", "3", "2"),
        ("#3.141..3.142", "3.1415", "0.0005"),
        ("#-5..5", "0", "5"),
        ("#1e3:1", "1e3", "1"),
    ],
)
def test_numbers_are_exact_and_nothing_is_nothing(answers: Any, value: Any, tolerance: Any) -> None:
    (entry,) = one(f"How many? {{{answers}}}").value["answers"]
    assert (entry["value"]["value"], entry["value"]["tolerance"]) == (value, tolerance)


def test_several_numbers_have_shares_and_remarks() -> None:
    found = one("When? {#\n=1822:0#Right.\n=%50%1822:2#Near.\n~#No.\n}")
    values = [entry["value"] for entry in found.value["answers"]]
    assert [(v["tolerance"], v["percent"], v["remark"]) for v in values] == [("0", 100, "Right."), ("2", 50, "Near.")]
    assert found.warnings == ('Not kept: the remark on every other number ("No.").',)


def test_an_option_that_begins_with_the_sign_of_a_remark_is_not_made_empty() -> None:
    assert refusal("Which is red? {=#ff0000 ~#00ff00}") == (
        'An answer is empty. A "#" begins a remark; one that is text is written "\\#".'
    )


def test_a_second_group_of_answers_is_not_shown_to_learners() -> None:
    assert refusal("One {=a ~b} and two {=c ~d}.") == (
        "It has more than one group of answers in braces, and GIFT knows one. Make a question of each."
    )


def test_a_brace_among_the_answers_is_named() -> None:
    assert refusal("Which tag? {={% csrf_token %} ~b}") == (
        'A brace stands among its answers. A brace that is text is written "\\{" or "\\}".'
    )


@pytest.mark.parametrize("answers", ["=%150%x ~y", "~%-101%x ~%100%y", "=%101%x"])
def test_a_share_beyond_the_whole_is_refused(answers: Any) -> None:
    assert "is not a share of the points from -100 to 100 %" in refusal(f"Which? {{{answers}}}")


def test_a_share_in_the_manner_of_missing_word_is_refused() -> None:
    assert "missing word format" in refusal("This is {=the best ~75%a good one ~a wrong one}.")


def test_a_number_of_percent_is_a_text() -> None:
    assert options("How many? {=75% ~50% of all ~25 %}") == [("75%", True), ("50% of all", False), ("25 %", False)]


def test_thirds_add_up_to_one() -> None:
    found = one("Which? {~%33.333%a ~%33.333%b ~%33.333%c ~%-100%d}")
    weights = [Fraction(entry["value"]["weight"]) for entry in found.value["options"]]
    assert weights == [Fraction(1, 3)] * 3 + [Fraction(-1)]


def test_equal_shares_with_equal_losses_are_right_minus_wrong() -> None:
    found = one("Which? {~%14.28571%a ~%14.28571%b ~%14.28571%c ~%14.28571%d ~%14.28571%e ~%14.28571%f ~%14.28571%g "
                "~%-14.28571%h}")  # fmt: skip
    assert found.value["policy"] == "right_minus_wrong"


def test_part_of_the_points_for_one_choice_is_kept_exactly_and_left_to_a_person() -> None:
    found = one("Which? {=full ~%50%half ~none}")
    weights = {entry["value"]["text"]: entry["value"]["weight"] for entry in found.value["options"]}
    assert (found.kind, found.value["policy"], weights) == (
        "multiple_response",
        "weights",
        {"full": "1", "half": "0.5", "none": "0"},
    )
    assert len(found.draft_reasons) == 1


def test_points_taken_off_by_a_single_choice_are_named() -> None:
    assert one("Which? {=right ~%-50%wrong}").warnings == ("A wrong choice cost points there; here it earns nothing.",)


@pytest.mark.parametrize(
    ("answers", "remarks"),
    [
        ("TRUE#wrong#right", ("right", "wrong")),
        ("FALSE#wrong#right", ("wrong", "right")),
        ("T#wrong", ("", "wrong")),
        ("F# #right####All.", ("", "right")),
    ],
)
def test_the_first_remark_is_for_those_who_judged_it_wrong(answers: Any, remarks: Any) -> None:
    value = one(f"Bone is alive. {{{answers}}}").value
    assert (value["remark_true"], value["remark_false"]) == remarks


def test_a_pair_without_a_left_side_fits_nothing() -> None:
    found = one("Match. {=a -> 1 =b->2 = -> 3}")
    pairs = [(entry["value"]["text"], entry["value"]["match"]) for entry in found.value["pairs"]]
    assert (pairs, [entry["value"]["text"] for entry in found.value["distractors"]]) == (
        [("a", "1"), ("b", "2")],
        ["3"],
    )


def test_short_texts_have_shares_and_remarks() -> None:
    found = one("Name it. {=dura mater#Yes. =%50%dura =%0%*#No.}")
    values = [entry["value"] for entry in found.value["answers"]]
    assert [(v["text"], v["percent"], v["remark"]) for v in values] == [
        ("dura mater", 100, "Yes."),
        ("dura", 50, ""),
        ("*", 0, "No."),
    ]


ORDER = "In order. {{>{head}\nfirst\nsecond\nthird\n####Because.\n}}"


@pytest.mark.parametrize(
    ("head", "policy"),
    [
        ("3 ALL VERT ABSOLUTE TRUE ABCD", "position"),
        ("3 ALL VERT ALL_OR_NOTHING", "exact"),
        ("3 ALL HORIZONTAL RELATIVE_NEXT_EXCLUDE_LAST SHOW", "adjacent_pair"),
        ("3 ALL VERT LONGEST_ORDERED_SUBSET", "longest_subset"),
    ],
)
def test_an_ordering_is_marked_as_it_was(head: Any, policy: Any) -> None:
    found = one(ORDER.format(head=head))
    texts = [entry["value"]["text"] for entry in found.value["items"]]
    assert (texts, found.value["policy"], found.draft_reasons) == (["first", "second", "third"], policy, ())


@pytest.mark.parametrize("head", ["3 ALL VERT RELATIVE_TO_CORRECT", "2 RANDOM VERT ABSOLUTE", "3"])
def test_an_ordering_that_would_be_marked_otherwise_is_left_to_a_person(head: Any) -> None:
    assert len(one(ORDER.format(head=head)).draft_reasons) == 1


def test_unknown_words_in_the_head_of_an_ordering_are_named() -> None:
    assert refusal(ORDER.format(head="3 SIDEWAYS")) == (
        'The words after ">" are not those of an ordering: "3 SIDEWAYS".'
    )


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("[html]<p>A <b>b</b></p> {}", "<p>A <b>b</b></p>"),
        ("[markdown]A **b** {}", "<p>A <strong>b</strong></p>"),
        ("[plain]A <b>b</b> {}", "<p>A &lt;b&gt;b&lt;/b&gt;</p>"),
        ("[moodle]A <b>b</b> {}", "<p>A <b>b</b></p>"),
        ("Is 1 < 2 & 3 > 2? {}", "<p>Is 1 &lt; 2 &amp; 3 &gt; 2?</p>"),
        ("Which is the <head> tag? {}", "<p>Which is the &lt;head&gt; tag?</p>"),
        ("[html]<script>alert(1)</script>Hello<img src=x onerror=alert(1)> {}", "<p>Hello</p>"),
    ],
)
def test_the_format_of_a_text_decides_how_it_is_read(text: Any, stem: Any) -> None:
    assert one(text).value["stem"] == stem


def test_what_is_visible_and_not_kept_is_named() -> None:
    found = one('[html]<p>See <a href="https://example.org">this</a> <img src="@@PLUGINFILE@@/skull.png"></p> {=a ~b}')
    assert found.warnings == (
        "Not kept in the question: a link (its words are kept).",
        "Not kept in the question: the picture skull.png, which is not in the file.",
    )


def test_a_tag_that_is_the_answer_stays() -> None:
    assert options("Which is a link? {=<a> ~<link>}") == [("<a>", True), ("<link>", False)]


def test_answers_take_the_format_of_the_question() -> None:
    assert options("[html]<p>Which?</p> {=A &amp; B ~[plain]A &amp; B}") == [("A & B", True), ("A &amp; B", False)]


@pytest.mark.parametrize("content", [b"", b"// only a comment\n", b"\n\n"])
def test_a_file_without_questions_is_refused(content: Any) -> None:
    with pytest.raises(UnreadableFile):
        gift.parse(content)


def test_a_binary_file_is_refused() -> None:
    with pytest.raises(UnreadableFile) as refused:
        gift.parse(b"One? {T}\n\x00\x01")
    assert "Line 2" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "x {" + "\n$CATEGORY: a" * 100_000,
        "{" * 100_000,
        "a {=" + "~%" * 100_000 + "}",
        "[html]" + "<p " * 30_000 + " {T}",
        "[html]" + "<!--" * 30_000 + " {T}",
        "<b>x</b>" + "<p " * 30_000 + " {T}",
        "[markdown]" + "[" * 3_000 + " {T}",
        "&" * 100_000 + " {T}",
        "[html]" + "<ul><li>" * 50_000 + " {T}",
        "// " + "[id:" * 50_000 + "\nx {T}",
    ],
    ids=["categories", "braces", "shares", "tags", "comments", "broken tags", "brackets", "entities", "lists", "ids"],
)
def test_no_file_keeps_us_busy_without_end(text: Any) -> None:
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < 5
