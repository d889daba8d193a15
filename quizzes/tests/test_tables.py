"""Tables: one question per row, every mistake by row and column, nothing computed."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from quizzes.interchange import tables
from quizzes.interchange.base import Parsed, UnreadableFile
from quizzes.questions import BY_KIND
from quizzes.questions.base import Lookup

HEAD = ["id", "kind", "title", "question", "option 1", "option 2", "option 3", "correct", "feedback", "marking",
        "remark 1", "remark 2", "weight 1", "weight 2", "weight 3", "tolerance", "tags", "points"]  # fmt: skip


def row(**cells: str) -> list[str]:
    """A row by the names of its columns; `option_1` is "option 1"."""
    given = {name.replace("_", " "): text for name, text in cells.items()}
    return [given.get(name, "") for name in HEAD]


def as_csv(*rows: list[str], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([HEAD, *rows])
    return out.getvalue().encode()


def as_xlsx(*rows: list[Any], head: list[str] = HEAD) -> bytes:
    book = Workbook()
    for cells in [head, *rows]:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one(**cells: str) -> Any:
    (found,) = tables.parse_csv(as_csv(row(**cells)))
    return found


EVERY_KIND = [
    row(kind="single_choice", question="Which?", option_1="a", option_2="b", correct="2", remark_1="No."),
    row(kind="multiple response", question="Which?", option_1="a", option_2="b", option_3="c", correct="A, C"),
    row(kind="true_false", question="Bone is alive.", correct="TRUE", remark_2="It is."),
    row(kind="numeric", question="How many?", correct="22", tolerance="0.5"),
    row(kind="short_text", question="Name it.", option_1="dura mater", option_2="dura"),
    row(kind="matching", question="Match.", option_1="a -> 1", option_2="b -> 2", option_3="-> 3"),
    row(kind="ordering", question="Order.", option_1="first", option_2="second", marking="exact"),
    row(kind="essay", question="Tell us."),
    row(kind="description", question="Read this."),
]


@pytest.mark.parametrize("cells", EVERY_KIND, ids=[cells[1] for cells in EVERY_KIND])
def test_every_kind_can_be_frozen_and_published(cells: Any) -> None:
    (found,) = tables.parse_csv(as_csv(cells))
    draft = BY_KIND[found.kind].read(found.value, Lookup())
    assert BY_KIND[found.kind].problems(draft.public, draft.key) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_sign_between_cells_is_seen_from_the_first_row(delimiter: Any) -> None:
    assert [found.kind for found in tables.parse_csv(as_csv(*EVERY_KIND, delimiter=delimiter))] == [
        "single_choice", "multiple_response", "true_false", "numeric", "short_text", "matching", "ordering", "essay",
        "description",
    ]  # fmt: skip


def test_a_workbook_reads_like_a_csv_file() -> None:
    values = [
        [(found.name, found.kind, found.value) for found in read]
        for read in (tables.parse_csv(as_csv(*EVERY_KIND)), tables.parse_xlsx(as_xlsx(*EVERY_KIND)))
    ]
    assert values[0] == values[1]


def test_numbers_dates_and_formulas_of_a_workbook_are_what_was_typed() -> None:
    rows = [["numeric", "How many?", 0.1, None], ["short_text", "Compute.", None, "=1+1"],
            ["short_text", "When?", None, date(2026, 11, 20)], ["true_false", "So?", True, None]]  # fmt: skip
    found = tables.parse_xlsx(as_xlsx(*rows, head=["kind", "question", "correct", "option 1"]))
    assert [found[0].value["answers"][0]["value"]["value"], found[3].value["answer"]] == ["0.1", "true"]
    assert [entry.value["answers"][0]["value"]["text"] for entry in found[1:3]] == ["=1+1", "2026-11-20"]


@pytest.mark.parametrize("correct", ["1, 3", "A C", "a;c;", "3,1,"])
def test_right_options_are_named_by_number_or_letter(correct: Any) -> None:
    found = one(kind="multiple_response", question="?", option_1="x", option_2="y", option_3="z", correct=correct)
    assert [entry["value"]["correct"] for entry in found.value["options"]] == [True, False, True]


def test_id_tags_and_points_are_read() -> None:
    found = one(id="q7", kind="essay", question="Tell us.", tags="anatomy/dura, basics", points="2.5")
    assert (found.external_id, found.tags, str(found.points)) == ("q7", ("anatomy/dura", "basics"), "5/2")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": "riddle", "question": "?"}, 'column "kind" must be one of single_choice, multiple_response, '
         "true_false, numeric, short_text, matching, ordering, essay, description."),
        ({"kind": "essay"}, 'column "question" is empty.'),
        ({"kind": "single_choice", "question": "?", "option_1": "a"}, 'column "correct" is empty.'),
        ({"kind": "single_choice", "question": "?", "correct": "1"}, 'column "option 1" is empty.'),
        ({"kind": "single_choice", "question": "?", "option_1": "a", "correct": "2"},
         'column "correct" names "2", which is none of the options.'),
        ({"kind": "single_choice", "question": "?", "option_1": "a", "option_2": "b", "correct": "AB"},
         'column "correct" names "AB", which is none of the options.'),
        ({"kind": "single_choice", "question": "?", "option_1": "a", "option_2": "b", "correct": "1 2"},
         'column "correct" names more than one option; a single choice has one that is right.'),
        ({"kind": "multiple_response", "question": "?", "option_1": "a", "correct": "1", "marking": "luck"},
         'column "marking" must be one of right_minus_wrong, all_or_nothing, per_option, weights.'),
        ({"kind": "true_false", "question": "?", "correct": "maybe"}, 'column "correct" must be TRUE or FALSE.'),
        ({"kind": "numeric", "question": "?", "correct": "3,5"},
         'column "correct" "3,5" is not a number. Write it like 2.5, without a unit.'),
        ({"kind": "numeric", "question": "?", "correct": "3", "tolerance": "-1"}, 'column "tolerance" is below 0.'),
        ({"kind": "matching", "question": "?", "option_1": "a"}, 'column "option 1" must be a pair: "this -> that".'),
        ({"kind": "essay", "question": "?", "points": "many"}, 'column "points" "many" is not a number of 0 or more.'),
        ({"kind": "essay", "question": "x" * 20_001}, 'column "question" holds more than 20000 characters.'),
    ],
)  # fmt: skip
def test_a_mistake_is_said_by_row_and_column_and_the_other_rows_are_taken(cells: Any, reason: Any) -> None:
    found = tables.parse_csv(as_csv(row(kind="essay", question="Fine."), row(**cells)))
    assert (type(found[0]), found[1].line, found[1].reason) == (Parsed, 3, f"Row 3, {reason}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"question,answer\nWhich?,a\n", 'There is no column "answer". The first row names the columns: '),
        (b"kind,title\nessay,a\n", 'The column "question" is missing. The first row of the table names the columns.'),
        (b"kind,question,kind\n", 'The column "kind" is there twice.'),
        (b"kind,question\n", "The table has no question: "),
        (b'kind,question\nessay,"open\n', "Row 2 cannot be read as CSV: "),
        ("kind,question\nessay,ä\n".encode("latin-1"), "The file is not UTF-8: line 2, byte 7 of the line. "),
    ],
)
def test_a_table_that_cannot_be_read_says_why(content: Any, message: Any) -> None:
    with pytest.raises(UnreadableFile) as refused:
        tables.parse_csv(content)
    assert str(refused.value).startswith(message)


def test_a_table_of_more_rows_than_a_bank_takes_is_refused() -> None:
    with pytest.raises(UnreadableFile) as refused:
        tables.parse_csv(b"kind,question\n" + b"essay,Tell us.\n" * 5001)
    assert str(refused.value) == "The table has more than 5000 questions. Split it."


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04 broken", as_csv(*EVERY_KIND)])
def test_what_is_no_workbook_is_refused(content: Any) -> None:
    with pytest.raises(UnreadableFile):
        tables.parse_xlsx(content)


def test_a_workbook_that_unpacks_without_end_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    with pytest.raises(UnreadableFile) as refused:
        tables.parse_xlsx(out.getvalue())
    assert str(refused.value) == "The workbook unpacks to more than questions need. It is not opened."


def test_a_workbook_with_a_document_type_is_not_opened() -> None:
    source, out = zipfile.ZipFile(io.BytesIO(as_xlsx(*EVERY_KIND))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(
                    b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet', 1
                )
            archive.writestr(name, content)
    with pytest.raises(UnreadableFile):
        tables.parse_xlsx(out.getvalue())
