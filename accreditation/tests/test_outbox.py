"""The outbox: what waits, what stands in the files, who does what, and what the board answers."""

import csv
import io
from datetime import date

import pytest
import xlrd
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction

from accreditation.models import (
    Attendance,
    BoardReport,
    BoardReportRow,
    CourseApproval,
)
from accreditation.services import awards
from accreditation.services.claims import claim
from accreditation.services.reporting import (
    OneAnswer,
    ReportRefused,
    answer_rows,
    make_report,
    mark_sent,
    read_receipt,
    review,
    waiting_awards,
    withdraw,
)
from accreditation.tests.factories import finish, make_license
from accreditation.tests.outbox import RIGHTS, earn, log, make_board, make_format, open_course, sent, staff, states
from core import frozen_rows
from core.tests.racing import AT_ONCE, at_once
from courses.tests.factories import make_user

pytestmark = pytest.mark.django_db
LIVE_6 = (("live_in_person", "general", "6"),)
TODAY = date(2026, 11, 20)


@pytest.fixture
def by():
    return staff(*RIGHTS)


@pytest.fixture
def board():
    return make_board()


@pytest.fixture
def course(board):
    return open_course(board)


def sheet(report):
    found = xlrd.open_workbook(file_contents=report.read()).sheet_by_index(0)
    return found, [[cell.value for cell in found.row(number)] for number in range(found.nrows)]


def twin(report):
    with storages["private"].open(report.twin) as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))


def filled(report, answers):
    """The copy as somebody gives it back: by name, an answer and a message."""
    lines = twin(report)
    out = io.StringIO()
    writer = csv.DictWriter(out, lines[0])
    writer.writeheader()
    for line in lines:
        answer, message = answers.get(line["Name"], ("", ""))
        writer.writerow(line | {"Answer": answer, "Message": message})
    return out.getvalue().encode("utf-8-sig")


class TestWhatWaits:
    def test_a_finished_course_with_a_license_waits_and_one_without_does_not(self, board, course):
        award = earn(course)
        finish(make_user(), course)
        assert list(waiting_awards(board)) == [award]

    def test_nothing_waits_for_a_board_that_takes_no_reports(self):
        body = make_board("tx", report_format=None, requires_license_number=False)
        earn(open_course(body), license=False)
        assert list(waiting_awards(body)) == []

    def test_without_a_number_credit_waits_where_the_board_asks_for_none(self):
        body = make_board("ncb", "csv", requires_license_number=False)
        award = earn(open_course(body), license=False)
        assert list(waiting_awards(body)) == [award]

    def test_a_sample_is_never_for_a_real_board(self, board, course, settings):
        earn(course)
        CourseApproval.objects.update(is_sample=True)
        found = []
        for sample_board, samples in ((False, True), (True, True), (True, False)):
            type(board).objects.update(is_sample=sample_board)
            settings.SAMPLES = samples
            found.append(waiting_awards(board).count())
        assert found == [0, 1, 0]

    def test_what_was_made_void_waits_no_more(self, board, course, by):
        awards.void(award=earn(course), by=by, reason="A twin.")
        assert list(waiting_awards(board)) == []


class TestFiles:
    def test_an_xls_has_the_columns_a_to_h_and_a_date_cell(self, board, course, by):
        award = earn(course, name="Ada Lind", number="MA 777")
        report = make_report(body=board, by=by)
        found, rows = sheet(report)
        assert (found.name, rows) == (
            "Roster",
            [
                [
                    *("Provider Number", "Course Number", "Course ID", "Publishing Number", "License Number"),
                    *("Completion Date", "State", "Profession"),
                ],
                [
                    *("12345", f"30{course.pk}", "", "", "MA777"),
                    *(float((award.completed_on - date(1899, 12, 30)).days), "FL", "MA"),
                ],
            ],
        )
        assert found.cell_type(1, 5) == xlrd.XL_CELL_DATE

    def test_partial_credit_adds_pairs_and_one_sheet_holds_both_kinds(self, board, by):
        course = open_course(board, lines=LIVE_6)
        for minutes in (240, 120):
            user = make_user()
            license = make_license(user, f"MA{minutes}")
            enrollment = finish(user, course)
            Attendance.objects.create(
                enrollment=enrollment,
                minutes_held=240,
                minutes_attended=minutes,
                held_on=TODAY,
                method="paper",
                attested_by=by,
            )
            claim(enrollment=enrollment, licenses=[license])
        _, rows = sheet(make_report(body=board, by=by))
        numbers = {row[4]: row[8:] for row in rows[1:]}
        assert (rows[0][8:], numbers) == (
            ["Subject Area", "Hours"],
            {"MA240": ["", ""], "MA120": ["GEN", 3.0]},
        )

    def test_a_csv_has_the_columns_of_its_format_and_runs_no_formula(self, by):
        columns = [{"header": "Who", "source": "learner_name"}, {"header": "When", "source": "completed_on_us"}]
        body = make_board("ncb", "csv", requires_license_number=False)
        type(body.report_format).objects.update(columns=columns)
        body.refresh_from_db()
        award = earn(open_course(body), name="=HYPERLINK(1)", license=False)
        report = make_report(body=body, by=by)
        assert list(csv.reader(io.StringIO(report.read().decode()))) == [
            ["Who", "When"],
            ["'=HYPERLINK(1)", f"{award.completed_on:%m/%d/%Y}"],
        ]

    def test_columns_that_are_none_stop_the_draft_with_words(self, by):
        body = make_board("ncb", "csv", requires_license_number=False)
        earn(open_course(body), license=False)
        with pytest.raises(ReportRefused, match=r"The report format csv is not finished\. Name the columns in order"):
            make_report(body=body, by=by)
        assert not BoardReport.objects.exists()

    def test_the_copy_for_people_says_the_same_and_leaves_room_for_the_answer(self, board, course, by):
        award = earn(course, name="Ada Lind", number="MA777")
        assert twin(make_report(body=board, by=by)) == [
            {
                "Award": str(award.uuid),
                "Name": "Ada Lind",
                "License": "MA777",
                "State": "FL",
                "Profession": "MA",
                "Provider": "12345",
                "Course": f"30{course.pk}",
                "Title": "Resting hands",
                "Completed": award.completed_on.isoformat(),
                "Hours": "6",
                "Subjects": "6 General",
                "Answer": "",
                "Number at the board": "",
                "Message": "",
            }
        ]

    def test_a_sample_is_marked_in_the_file(self, board, course, by):
        earn(course)
        type(board).objects.update(is_sample=True)
        board.refresh_from_db()
        report = make_report(body=board, by=by)
        assert sheet(report)[0].name == "SAMPLE"
        assert twin(report)[0]["Sample"] == "SAMPLE: not for a board"

    def test_what_the_board_would_refuse_is_held_back_and_the_rest_goes(self, board, course, by):
        good, bad = earn(course), earn(course, code="US-GA")
        report = make_report(body=board, by=by)
        assert [row.award for row in report.rows.all()] == [good]
        with pytest.raises(ReportRefused, match="None of the 1 that wait can go out: The profession has no code there"):
            make_report(body=board, by=by)
        assert list(waiting_awards(board)) == [bad]


class TestLife:
    def test_from_draft_to_acknowledged_and_who_did_it(self, board, course, by):
        other = staff(*RIGHTS)
        earn(course)
        report = make_report(body=board, by=by)
        review(report=report, by=other)
        mark_sent(report=report, by=by)
        outcome = read_receipt(report=report, content=filled(report, {"": ()}), by=by)
        assert (str(outcome), report.state) == ("0 accepted, 0 refused, 1 without an answer", "sent")
        answer_rows(report=report, answers=[OneAnswer(report.rows.get().pk, True, "", "77")], by=other)
        row = report.rows.get()
        assert (report.state, row.state, row.external_id) == ("acknowledged", "accepted", "77")
        assert log(report) == [
            ("made", by.pk),
            ("reviewed", other.pk),
            ("sent", by.pk),
            ("answered", by.pk),
            ("answered", other.pk),
        ]

    def test_a_second_click_changes_nothing_and_says_so(self, board, course, by):
        earn(course)
        report = make_report(body=board, by=by)
        for right, wrong, state in (
            (None, mark_sent, "draft"),
            (review, review, "reviewed"),
            (mark_sent, review, "sent"),
        ):
            if right:
                right(report=report, by=by)
            events = report.events.count()
            with pytest.raises(ReportRefused, match=f"This report is {state} now: somebody was faster"):
                wrong(report=report, by=by)
            assert (BoardReport.objects.get().state, report.events.count()) == (state, events)

    def test_what_was_sent_is_never_withdrawn_and_a_draft_only_with_a_reason(self, board, course, by):
        award = earn(course)
        report = make_report(body=board, by=by)
        with pytest.raises(ReportRefused, match="Please write why"):
            withdraw(report=report, by=by, reason=" ")
        withdraw(report=report, by=by, reason="The wrong course.")
        assert (report.state, states(report), list(waiting_awards(board))) == ("withdrawn", ["withdrawn"], [award])
        again = sent(make_report(body=board, by=by), by)
        with pytest.raises(ReportRefused, match="This report is sent now"):
            withdraw(report=again, by=by, reason="The wrong course.")

    def test_the_database_itself_keeps_the_file_and_the_rows_as_they_were(self, board, course, by):
        earn(course)
        report = make_report(body=board, by=by)
        for model, change in ((BoardReport, {"file": "x"}), (BoardReportRow, {"payload": {}})):
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.update(**change)
        with pytest.raises(ValidationError):
            report.events.get().save()

    def test_what_was_refused_waits_again_and_goes_out_in_a_new_report(self, board, course, by):
        ada, bo = earn(course, name="Ada"), earn(course, name="Bo")
        report = sent(make_report(body=board, by=by), by)
        content = filled(report, {"Ada": ("Accepted", ""), "Bo": ("REFUSED", "No such license")})
        outcome = read_receipt(report=report, content=content, by=by)
        assert (str(outcome), report.state) == ("1 accepted, 1 refused, 0 without an answer", "partly_failed")
        assert list(waiting_awards(board)) == [bo]
        assert [row.award for row in make_report(body=board, by=by).rows.all()] == [bo]
        assert report.rows.get(award=ada).state == "accepted"

    def test_an_answer_read_twice_changes_nothing_the_second_time(self, board, course, by):
        earn(course, name="Ada")
        report = sent(make_report(body=board, by=by), by)
        read_receipt(report=report, content=filled(report, {"Ada": ("accepted", "")}), by=by)
        again = read_receipt(report=report, content=filled(report, {"Ada": ("refused", "No")}), by=by)
        assert (again.refused, report.rows.get().state, report.state) == (0, "accepted", "acknowledged")

    def test_a_file_that_is_no_answer_is_refused_in_words(self, board, course, by):
        earn(course)
        report = sent(make_report(body=board, by=by), by)
        table = {
            b"<html>": "The receipt cannot be read",
            b"a,b\n1,2\n": "neither an XML receipt nor our copy",
            b"\xff\xfe": "neither an XML receipt nor our copy",
            b"": "neither an XML receipt nor our copy",
            b"Award,Answer\n1,perhaps\n": "Line 2: write accepted or refused, not perhaps",
            b"Award,Answer\n1\n": "0 accepted, 0 refused, 1 without an answer, 1 lines",
        }
        for content, words in table.items():
            try:
                said = str(read_receipt(report=report, content=content, by=by))
            except ReportRefused as refusal:
                said = str(refusal)
            assert words in said
        assert states(report) == ["waiting"]

    def test_an_answer_comes_only_after_sending_and_a_refusal_needs_its_words(self, board, course, by):
        earn(course)
        report = make_report(body=board, by=by)
        row = report.rows.get().pk
        with pytest.raises(ReportRefused, match="This report is draft: an answer comes only after it was sent"):
            answer_rows(report=report, answers=[OneAnswer(row, True)], by=by)
        sent(report, by)
        with pytest.raises(ReportRefused, match="Please write what the board said"):
            answer_rows(report=report, answers=[OneAnswer(row, False, " ")], by=by)

    def test_an_xml_receipt_is_matched_by_license_day_and_course(self, course, by):
        body = course.approvals.get().provider_approval.body
        earn(course, name="Ada", number="MA1")
        earn(course, name="Bo", number="MA2")
        report = sent(make_report(body=body, by=by, format=make_format("cebroker-xml")), by)
        answered = report.read().decode().replace("<attendee>", '<attendee Message="" id_attendee="5">', 1)
        answered = answered.replace("<attendee>", '<attendee Message="License expired">', 1)
        stray = '<attendee Message=""><license>MA9</license></attendee></attendees>'
        outcome = read_receipt(report=report, content=answered.replace("</attendees>", stray).encode(), by=by)
        assert str(outcome) == "1 accepted, 1 refused, 0 without an answer, 1 lines that are not in this report"
        assert list(report.rows.values_list("payload__learner_name", "state", "external_id", "message")) == [
            ("Ada", "accepted", "5", ""),
            ("Bo", "refused", "", "License expired"),
        ]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestAtOnce:
    @pytest.fixture
    def ready(self):
        body = make_board()
        course = open_course(body)
        earn(course)
        earn(course)
        return body

    def test_eight_drafts_at_once_hold_each_award_once(self, ready):
        results = at_once(lambda: make_report(body=ready, by=None))
        made = [one for one in results if isinstance(one, BoardReport)]
        assert (len(made), sum(isinstance(one, ReportRefused) for one in results)) == (1, AT_ONCE - 1)
        assert BoardReportRow.objects.count() == 2

    def test_control_without_the_constraint_an_award_could_stand_in_two_reports(self, ready):
        report = make_report(body=ready, by=None)
        row = report.rows.first()
        twin_row = {"report": report, "award": row.award, "payload": row.payload}
        with pytest.raises(IntegrityError), transaction.atomic():
            BoardReportRow.objects.create(**twin_row)
        constraint = BoardReportRow._meta.constraints[0]
        with connection.schema_editor() as editor:
            editor.remove_constraint(BoardReportRow, constraint)
        try:
            BoardReportRow.objects.create(**twin_row)
            assert BoardReportRow.objects.filter(award=row.award).count() == 2
        finally:
            BoardReportRow.objects.order_by("-pk").first().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(BoardReportRow, constraint)
            frozen_rows.install(connection)

    def test_one_of_eight_reviewers_is_the_one_who_reviewed(self, ready):
        report, person = make_report(body=ready, by=None), staff(*RIGHTS)
        results = at_once(lambda: review(report=BoardReport.objects.get(pk=report.pk), by=person))
        assert sum(isinstance(one, ReportRefused) for one in results) == AT_ONCE - 1
        assert report.events.filter(what="reviewed").count() == 1
