"""`manage.py board_report`: the file, the draft behind it, exit statuses and sentences."""

from io import StringIO

import pytest
import xlrd
from django.core.management import CommandError, call_command

from accreditation.models import BoardReport
from accreditation.services.reporting import waiting_awards
from accreditation.tests.outbox import earn, make_board, make_format, open_course

pytestmark = pytest.mark.django_db
NOTHING = "Nothing waits to be reported. No file was written.\n"


@pytest.fixture
def board():
    return make_board()


@pytest.fixture
def course(board):
    return open_course(board)


def run(out, *more, channel="cebroker-xls"):
    """Exit status and words."""
    said = StringIO()
    try:
        call_command("board_report", "--channel", channel, "--out", str(out), *more, stdout=said, stderr=StringIO())
    except CommandError as error:
        return error.returncode, str(error)
    except SystemExit as left:
        return left.code, said.getvalue()
    return 0, said.getvalue()


def test_it_makes_a_draft_and_writes_its_file_once(board, course, tmp_path):
    earn(course, number="MA1")
    status, said = run(tmp_path / "a.xls")
    report = BoardReport.objects.get()
    assert (status, said.splitlines()[0]) == (0, f"1 row for Board of fl in {tmp_path / 'a.xls'}.")
    assert (tmp_path / "a.xls").read_bytes() == report.read()
    assert xlrd.open_workbook(tmp_path / "a.xls").sheet_by_index(0).cell_value(1, 4) == "MA1"
    assert (report.state, report.events.get().by) == ("draft", None)
    assert run(tmp_path / "b.xls") == (0, NOTHING)
    assert (BoardReport.objects.count(), (tmp_path / "b.xls").exists()) == (1, False)


@pytest.mark.parametrize(("channel", "start"), [("cebroker-xml", b"<?xml"), ("cebroker-xls", b"\xd0\xcf\x11\xe0")])
def test_ce_broker_takes_both_of_its_channels(channel, start, course, tmp_path):
    make_format("cebroker-xml")
    earn(course)
    assert run(tmp_path / "a", channel=channel)[0] == 0
    assert (tmp_path / "a").read_bytes().startswith(start)


def test_csv_has_the_columns_of_the_boards_own_format(tmp_path):
    body = make_board("ncb", "csv", requires_license_number=False)
    type(body.report_format).objects.update(columns=[{"header": "License", "source": "license_number"}])
    earn(open_course(body), number="MT1")
    assert run(tmp_path / "a.csv", channel="csv")[0] == 0
    assert (tmp_path / "a.csv").read_text() == "License\nMT1\n"


def test_nothing_waiting_is_said_and_is_no_error(board, tmp_path):
    assert [run(tmp_path / "a"), run(tmp_path / "a", "--body", "fl")] == [(0, NOTHING)] * 2
    assert not (tmp_path / "a").exists()


def test_what_cannot_begin_says_what_to_do_and_makes_no_draft(board, course, tmp_path):
    earn(course)
    (tmp_path / "there").write_text("kept")
    assert run(tmp_path / "there") == (2, f"{tmp_path / 'there'} exists. A report is written to a new file each time.")
    assert run(tmp_path / "no" / "a") == (2, f"There is no folder {tmp_path / 'no'}.")
    assert run(tmp_path / "a", "--body", "xx")[1].startswith("There is no board xx that takes cebroker-xls.")
    assert run(tmp_path / "a", channel="cebroker-xml")[1].startswith("There is no report format that is written as")
    assert run(tmp_path / "a", channel="fax")[1].startswith("Error: argument --channel: invalid choice: 'fax'")
    assert ((tmp_path / "there").read_text(), BoardReport.objects.count()) == ("kept", 0)


def test_several_boards_wait_until_one_is_chosen(board, course, tmp_path):
    earn(course)
    other = make_board("ga")
    earn(open_course(other, "Second course"))
    assert run(tmp_path / "a") == (2, "Several boards wait: choose one with --body fl, ga.")
    assert run(tmp_path / "a", "--body", "ga")[0] == 0
    assert [waiting_awards(one).count() for one in (board, other)] == [1, 0]


def test_what_is_held_back_is_named_and_the_rest_is_written(course, tmp_path):
    earn(course)
    held = earn(course, code="US-GA")
    reason = (
        f"Held back, award {held.pk}: The profession has no code there: enter it in the form of its license numbers."
    )
    status, said = run(tmp_path / "a")
    assert (status, said.splitlines()[-1], (tmp_path / "a").exists()) == (1, reason, True)
    assert run(tmp_path / "b") == (1, f"{reason}\n")
    assert not (tmp_path / "b").exists()


def test_a_sample_says_so(board, course, tmp_path):
    earn(course)
    type(board).objects.update(is_sample=True)
    assert run(tmp_path / "a")[1].startswith("SAMPLE, for no board: 1 row")
    assert xlrd.open_workbook(tmp_path / "a").sheet_names() == ["SAMPLE"]
