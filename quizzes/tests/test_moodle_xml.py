"""Moodle XML in: choices, statements, and what hangs on every question; what cannot be taken is refused by name."""

import base64
from fractions import Fraction

import pytest

from quizzes.interchange import moodle_xml
from quizzes.interchange.base import Parsed, Refused, UnreadableFile

from .exchange_specs import png
from .moodle_specs import answer, chosen, marks, one, problems, question, read, refusal, values


def test_a_single_choice_keeps_texts_remarks_and_key() -> None:
    found = one(question("multichoice", answer("Dura", "0", "No") + answer("Pia") + "<single>true</single>"))
    assert (found.kind, found.name, found.value["stem"]) == ("single_choice", "A question", "<p>Which?</p>")
    assert [(v["text"], v["correct"], v["remark"]) for v in values(found, "options")] == [
        ("Dura", False, "No"),
        ("Pia", True, ""),
    ]


def test_cdata_and_escaped_text_are_equal() -> None:
    whole = "<question type='description'><questiontext><text>{}</text></questiontext></question>"
    escaped = whole.format("&lt;p&gt;a &amp;amp; b&lt;/p&gt;")
    cdata = whole.format("<![CDATA[<p>a &amp; b</p>]]>")
    assert one(escaped).value == one(cdata).value == {"stem": "<p>a &amp; b</p>"}


@pytest.mark.parametrize(
    ("written", "stem"),
    [
        ("html", "<p>a <b>b</b></p>"),
        ("moodle_auto_format", "<p>a<br>b</p>"),
        ("plain_text", "<p>1 &lt; 2</p>"),
        ("markdown", "<p>a <strong>b</strong></p>"),
    ],
)
def test_the_format_of_a_text_decides_how_it_is_read(written: str, stem: str) -> None:
    sources = {
        "html": "<p>a <b>b</b></p>", "moodle_auto_format": "a\nb", "plain_text": "1 < 2", "markdown": "a **b**",
    }  # fmt: skip
    text = question("description", stem=sources[written]).replace('format="html"', f'format="{written}"')
    assert one(text).value["stem"] == stem


def test_thirds_are_thirds_and_equal_losses_are_right_minus_wrong() -> None:
    right = "".join(answer(f"r{n}", "33.33333") for n in range(3))
    found = one(question("multichoice", right + answer("w", "-33.33333") + "<single>false</single>"))
    assert (found.kind, found.value["policy"], problems(found)) == ("multiple_response", "right_minus_wrong", [])
    assert marks(found, chosen(0, 1, 2), chosen(0, 1, 3), chosen(0)) == [100, 33, 33]


def test_shares_of_their_own_become_weights() -> None:
    options = answer("a", "70") + answer("b", "30") + answer("c", "-50")
    found = one(question("multichoice", options + "<single>false</single>"))
    assert [v["weight"] for v in values(found, "options")] == ["0.7", "0.3", "-0.5"]
    assert marks(found, chosen(0), chosen(0, 1), chosen(0, 1, 2)) == [70, 100, 50]


def test_a_wrong_option_that_costs_nothing_is_left_to_a_person() -> None:
    found = one(question("multichoice", answer("a") + answer("b", "0") + "<single>false</single>"))
    assert found.draft_reasons == (
        "A wrong option costs nothing there; here it needs a weight below 0, or another way of marking.",
    )
    assert marks(found, chosen(0), chosen(0, 1)) == [100, 100]


def test_part_of_the_points_for_one_choice_is_kept_exactly_and_left_to_a_person() -> None:
    found = one(question("multichoice", answer("a") + answer("b", "50") + answer("c", "0") + "<single>true</single>"))
    assert marks(found, chosen(0), chosen(1), chosen(2)) == [100, 50, 0]
    assert len(found.draft_reasons) == 1


def test_shares_that_do_not_make_a_whole_are_refused() -> None:
    options = answer("a", "33") + answer("b", "33.33333") + answer("c", "33.33333") + "<single>false</single>"
    assert refusal(question("multichoice", options)) == (
        "Not imported: the shares of its right answers add up to 99.66667 %, not to 100 %."
    )


def test_a_choice_without_a_right_answer_is_refused() -> None:
    text = question("multichoice", answer("a", "50") + answer("b", "0") + "<single>true</single>")
    assert refusal(text) == "Not imported: its best answer earns 50 %, not 100 %."


def test_a_statement_keeps_a_remark_for_each_side() -> None:
    found = one(question("truefalse", answer("true", "0", "Not so") + answer("false", "100", "Right")))
    assert (found.kind, found.value["answer"]) == ("true_false", "false")
    assert (found.value["remark_true"], found.value["remark_false"]) == ("Not so", "Right")


@pytest.mark.parametrize("kind", ["ddwtos", "calculated", "ddmarker", "random", ""])
def test_other_types_are_refused_by_name(kind: str) -> None:
    said = f'the question type "{kind}" is not carried' if kind else "it names no question type"
    assert refusal(question(kind)) == f"Not imported: {said}."


def test_a_refused_question_is_found_by_name_line_and_type() -> None:
    (found,) = read("\n\n" + question("ddwtos"))
    assert found == Refused(1, "A question", 'Not imported: the question type "ddwtos" is not carried.', 3, "ddwtos")


@pytest.mark.parametrize(
    ("written", "category"),
    [
        ("$course$/top/Anatomy/Dura", "Anatomy/Dura"),
        ("$course$/Anatomy", "Anatomy"),
        ("$module$/top/Default for Quiz", "Default for Quiz"),
        ("top/In//Out", "In//Out"),
        ("$course$", ""),
    ],
)
def test_a_category_holds_for_the_questions_below_it(written: str, category: str) -> None:
    heading = f'<question type="category"><category><text>{written}</text></category></question>'
    (found,) = read(heading, question("essay"))
    assert isinstance(found, Parsed)
    assert (found.number, found.category) == (1, category)


def picture_of(name: str, content: bytes) -> str:
    return f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(content).decode()}</file>'


DRAWING = picture_of("a.png", b"<svg/>")


def with_pictures(stem: str, *files: str) -> str:
    text = question("description", stem=stem)
    return text.replace("</text></questiontext>", f"</text>{''.join(files)}</questiontext>")


def test_a_picture_in_the_question_comes_along() -> None:
    stem = '<p>Look. <img src="@@PLUGINFILE@@/a%20skull.png" alt="A skull"></p>'
    found = one(with_pictures(stem, picture_of("a skull.png", png())))
    picture = found.pictures["illustration"]
    assert (picture.name, picture.alt, picture.content) == ("a skull.png", "A skull", png())
    assert found.draft_reasons == ()


@pytest.mark.parametrize(
    ("stem", "files", "reason"),
    [
        ('<img src="@@PLUGINFILE@@/a.png">', (), 'The picture "@@PLUGINFILE@@/a.png" did not come with the file.'),
        (
            '<img src="https://example.com/a.png">',
            (),
            'The picture "https://example.com/a.png" did not come with the file.',
        ),
        (
            '<img src="@@PLUGINFILE@@/a.png">',
            (picture_of("a.png", b"<svg/>"),),
            '"a.png" is no picture that we can show.',
        ),
        (
            '<img src="@@PLUGINFILE@@/a.png"><img src="@@PLUGINFILE@@/b.png">',
            (picture_of("a.png", png()), picture_of("b.png", png())),
            'Only one picture is carried; "@@PLUGINFILE@@/b.png" is not.',
        ),
    ],
)
def test_a_picture_that_cannot_come_along_makes_a_draft(stem: str, files: tuple[str, ...], reason: str) -> None:
    found = one(with_pictures(f"<p>Look. {stem}</p>", *files))
    assert found.draft_reasons == (reason,)


def test_tags_points_and_id_number_come_along() -> None:
    inner = (
        "<tags><tag><text>anatomy</text></tag><tag><text> dura  mater </text></tag></tags>"
        "<defaultgrade>2.5000000</defaultgrade><idnumber>Q-1</idnumber>"
    )
    found = one(question("essay", inner))
    assert (found.tags, found.points, found.external_id) == (("anatomy", "dura mater"), Fraction(5, 2), "Q-1")


def test_an_id_number_that_stands_twice_is_kept_once() -> None:
    first, second = read(*[question("essay", "<idnumber>Q</idnumber>")] * 2)
    assert isinstance(first, Parsed)
    assert isinstance(second, Parsed)
    assert (first.external_id, second.external_id, len(second.warnings)) == ("Q", "", 1)


def test_ids_are_the_same_at_every_reading_wherever_the_question_stands() -> None:
    text = question("multichoice", answer("a") + answer("b", "0"))
    (alone,) = read(text)
    _, moved = read(question("essay"), "\n\n" + text)
    assert isinstance(alone, Parsed)
    assert isinstance(moved, Parsed)
    assert alone.value == moved.value


def test_feedback_by_score_and_hints_are_named_but_not_what_moodle_writes_by_itself() -> None:
    standard = "<correctfeedback><text>Your answer is correct.</text></correctfeedback>"
    own = "<correctfeedback><text>Bravo</text></correctfeedback><hint><text>Think</text></hint>"
    assert one(question("essay", standard)).warnings == ()
    assert one(question("essay", own)).warnings == (
        "Feedback that depends on the score is not kept.",
        "Hints are not kept.",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<quiz></quiz>", "There is no question in this file."),
        (b"<questestinterop/>", "This is a QTI 1.2 file, not Moodle XML."),
        (b"<examview/>", "This is an ExamView file. We do not import it."),
        (b"<html/>", 'This is no Moodle XML file: it begins with "html".'),
    ],
)
def test_other_files_are_declined_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        moodle_xml.parse(content)
