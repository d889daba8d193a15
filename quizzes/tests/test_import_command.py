"""`import_questions` and `export_questions`: the report, the exit status, one line for a file that cannot be read."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from courses.tests.factories import make_course, make_user
from quizzes.models import Question, QuestionBank

pytestmark = pytest.mark.django_db

GIFT = "// [id:a]\n::One::Bone is alive. {T}\n\nWhich? {=full ~%50%half ~none}\n\nHow many? {#abc}\n"


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(content: str | bytes, name: str = "questions.gift") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("import_questions", *arguments, stdout=out)
    return out.getvalue()


def report(*arguments: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(run(*arguments, "--report", "json"))
    return loaded


def refusal(*arguments: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    return str(refused.value), refused.value.returncode


def test_the_json_report_has_the_shape_that_others_rely_on(file: Any) -> None:
    told = report(file(GIFT), "--format", "gift", "--bank", "Anatomy")
    assert list(told) == ["questions", "imported", "draft", "unchanged", "refused"]
    assert [told[name] for name in list(told)[1:]] == [1, 1, 0, 1]
    assert list(told["questions"][0]) == [
        "number", "name", "kind", "status", "reason", "warnings", "spec", "key",
    ]  # fmt: skip
    first, _, last = told["questions"]
    assert (first["number"], first["name"], first["kind"], first["status"]) == (1, "One", "true_false", "imported")
    assert (first["spec"]["stem"], first["key"]["correct"]) == ("<p>Bone is alive.</p>", ["true"])
    assert (last["status"], last["spec"], last["key"]) == ("refused", {}, {})


def test_questions_go_into_the_named_bank(file: Any) -> None:
    run(file(GIFT), "--format", "gift", "--bank", "Anatomy")
    assert set(Question.objects.values_list("bank__name", "bank__course")) == {("Anatomy", None)}


def test_the_bank_of_a_course_is_found_by_its_name(file: Any) -> None:
    course = make_course("Resting hands", instructor=make_user("i@example.com"))
    run(file(GIFT), "--bank", "Resting hands")
    assert set(Question.objects.values_list("bank__course", flat=True)) == {course.pk}


def test_a_name_that_several_courses_use_is_not_guessed(file: Any) -> None:
    for number in range(2):
        QuestionBank.objects.create(name="Same", course=make_course(f"Course {number}"))
    message, status = refusal(file(GIFT), "--bank", "Same")
    assert (message, status) == (
        '2 courses have a bank "Same". Rename one of them, or import on the admin page.',
        1,
    )


def test_a_dry_run_stores_nothing_not_even_the_bank(file: Any) -> None:
    told = run(file(GIFT), "--dry-run", "--bank", "New")
    assert told.endswith("1 imported, 1 draft, 0 unchanged, 1 refused. Nothing was stored.\n")
    assert (Question.objects.count(), QuestionBank.objects.filter(name="New").count()) == (0, 0)


def test_the_text_report_names_each_question_and_its_reason(file: Any) -> None:
    told = run(file(GIFT))
    assert '   3  refused    How many?: "abc" is not a number. Write it like 2.5, without a unit. (line 6)\n' in told


def test_twice_is_once(file: Any) -> None:
    path = file(GIFT)
    report(path)
    again = report(path)
    assert (again["imported"], again["draft"], again["unchanged"], again["refused"]) == (0, 0, 2, 1)


def test_another_encoding_is_read_when_it_is_named(file: Any) -> None:
    path = file("Ist Jühl da? {T}".encode("windows-1252"))
    message, status = refusal(path, "--format", "gift")
    assert (message.startswith("The file is not UTF-8: line 1, byte 6 of the line."), status) == (True, 2)
    assert report(path, "--format", "gift", "--encoding", "windows-1252")["questions"][0]["name"] == "Ist Jühl da?"


def h5p() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("h5p.json", "{}")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", "gift", "The file is empty."),
        (b"\x00\x01\x02", "gift", "Line 1 holds a character that no text has. Is this a text file?"),
        (h5p(), "qti", "This is a file of H5P, which is not imported. "),
        (b"<?xml version='1.0'?><examview type='test'></examview>", "qti", "This is a file of ExamView, which is "),
        (b"<POOL><TITLE value='x'/></POOL>", "moodle-xml", "This is a file of Blackboard, which is not imported. "),
        (b":TYPE:MC:1:0:A\n:TITLE:x\n", "gift", "This is a file of WebCT, which is not imported. "),
        (b"Say {1:SHORTANSWER:=dura}.", "gift", "This is a file of Moodle cloze text, which is not imported. "),
        (b"no table", "xlsx", "This is not an Excel workbook (.xlsx)."),
        (b"only words", "aiken", "This is not an Aiken file: "),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_status_2_and_one_line(
    file: Any, content: Any, form: Any, message: Any
) -> None:
    told, status = refusal(file(content), "--format", form, "--bank", "New")
    assert (told.startswith(message), "\n" in told, status) == (True, False, 2)
    assert (Question.objects.count(), QuestionBank.objects.filter(name="New").count()) == (0, 0)


def test_a_missing_file_ends_with_status_2(tmp_path: Path) -> None:
    path = str(tmp_path / "none.gift")
    assert refusal(path) == (f"{path} cannot be opened: No such file or directory.", 2)


def test_the_format_is_found_out_from_the_file(file: Any) -> None:
    aiken = report(file("Which?\nA) a\nB) b\nANSWER: A\n", "x.txt"))
    table = report(file("kind,question,correct\ntrue_false,Bone is alive.,TRUE\n", "x.txt"))
    assert [told["questions"][0]["kind"] for told in (aiken, table)] == ["single_choice", "true_false"]


def test_exported_questions_are_imported_elsewhere_alike(file: Any, tmp_path: Path) -> None:
    before = report(file(GIFT), "--bank", "Here")
    out = tmp_path / "out.gift"
    call_command("export_questions", "--format", "gift", "--bank", "Here", "--out", str(out))
    after = report(str(out), "--bank", "There")
    sides = [[(row["name"], row["kind"], row["status"]) for row in told["questions"]] for told in (before, after)]
    assert sides[1] == [row for row in sides[0] if row[2] == "imported"]


def test_what_cannot_be_exported_is_named_on_standard_error(file: Any, tmp_path: Path) -> None:
    table = "kind,title,question,option 1,option 2,correct,marking\nmultiple_response,Many,Which?,a,b,1,per_option\n"
    run(file(table, "x.csv"))
    errors = io.StringIO()
    call_command("export_questions", "--format", "gift", "--out", str(tmp_path / "out"), stderr=errors)
    assert errors.getvalue() == '1  Many: left out. GIFT has no marking like "per_option".\n'


def test_an_unknown_bank_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("export_questions", "--format", "gift", "--bank", "None", "--out", str(tmp_path / "out"))
    assert str(refused.value) == 'There is no bank "None".'
