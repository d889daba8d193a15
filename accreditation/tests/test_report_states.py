"""When credit changes after it was reported, and what its learner reads of a report."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accreditation.models import BoardReport, CourseApproval, CreditAward, ReportTask
from accreditation.services import awards
from accreditation.services.claims import claim
from accreditation.services.reporting import (
    OneAnswer,
    ReportRefused,
    answer_rows,
    close_task,
    make_report,
    report_state_of,
    tell_reports,
    waiting_awards,
)
from accreditation.tests.factories import make_license
from accreditation.tests.outbox import RIGHTS, earn, log, make_board, make_format, open_course, sent, staff, states

pytestmark = pytest.mark.django_db
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


class TestCorrections:
    def test_a_draft_with_corrected_credit_is_withdrawn_as_a_whole(self, board, course, by):
        ada, bo = earn(course), earn(course)
        report = make_report(body=board, by=by)
        awards.void(award=ada, by=by, reason="A twin.")
        report.refresh_from_db()
        assert (report.state, states(report)) == ("withdrawn", ["withdrawn", "withdrawn"])
        assert report.events.last().text == "Credit in it has changed. Void: A twin."
        assert (list(waiting_awards(board)), ReportTask.objects.count()) == ([bo], 0)

    def test_what_is_corrected_while_the_file_is_made_stops_the_draft(self, board, course, by):
        award = earn(course)

        def meanwhile(done, total):
            awards.void(award=award, by=by, reason="A twin.")

        with pytest.raises(ReportRefused, match="What waits has changed a moment ago"):
            make_report(body=board, by=by, on_row=meanwhile)
        assert not BoardReport.objects.exists()

    def test_what_was_sent_becomes_a_task_and_its_correction_waits_for_it(self, board, course, by):
        earn(course)
        report = sent(make_report(body=board, by=by), by)
        fresh = corrected(report, by)
        task = ReportTask.objects.get()
        assert (task.row.report, task.why) == (report, "Replaced by a correction: Wrong title.")
        assert list(waiting_awards(board)) == []
        close_task(task=task, by=by, outcome="Taken out there.", report_again=True)
        assert (list(waiting_awards(board)), log(report)[-1]) == ([fresh], ("task", by.pk))

    def test_mended_at_the_board_nothing_is_reported_anew(self, board, course, by):
        earn(course)
        report = sent(make_report(body=board, by=by), by)
        answer_rows(report=report, answers=[OneAnswer(report.rows.get().pk, True)], by=by)
        fresh = corrected(report, by)
        state = report_state_of([fresh])[fresh.pk]
        assert (state.code, state.label) == ("mending", "Sent to FL as it stood before its correction")
        close_task(task=ReportTask.objects.get(), by=by, outcome="Changed there.")
        assert list(waiting_awards(board)) == []
        assert report_state_of([fresh])[fresh.pk].code == "accepted"

    def test_a_license_named_after_it_was_sent_is_not_reported_a_second_time(self, by):
        body = make_board("ncb", "csv", requires_license_number=False)
        type(body.report_format).objects.update(columns=[{"header": "Who", "source": "learner_name"}])
        body.refresh_from_db()
        award = earn(open_course(body), license=False)
        sent(make_report(body=body, by=by), by)
        claim(enrollment=award.enrollment, licenses=[make_license(award.user)])
        fresh = CreditAward.objects.standing().get()
        assert (fresh.supersedes, ReportTask.objects.count()) == (award, 1)
        assert list(waiting_awards(body)) == []
        close_task(task=ReportTask.objects.get(), by=by, outcome="Taken out there.", report_again=True)
        assert list(waiting_awards(body)) == [fresh]

    def test_the_same_reason_twice_is_one_task_and_it_is_closed_once(self, board, course, by):
        award = earn(course)
        sent(make_report(body=board, by=by), by)
        for _ in range(2):
            (task,) = tell_reports(enrollment=award.enrollment, approval=award.course_approval, why="Revoked.")
        assert ReportTask.objects.count() == 1
        with pytest.raises(ReportRefused, match="Please write what was done"):
            close_task(task=task, by=by, outcome="")
        close_task(task=task, by=by, outcome="Done.")
        with pytest.raises(ReportRefused, match="Somebody else has closed this task"):
            close_task(task=task, by=by, outcome="Done too.")
        assert ReportTask.objects.get().outcome == "Done."


def corrected(report, by):
    CourseApproval.objects.update(title_as_approved="Resting hands, second title")
    type(report.body).objects.update(requires_exact_title=False)
    award = CreditAward.objects.standing().get()
    award.course_approval.refresh_from_db()
    return awards.correct(award=award, by=by, reason="Wrong title.")


class TestWhatTheLearnerReads:
    @pytest.fixture
    def award(self, course):
        return earn(course, name="Ada", completed_on=TODAY - timedelta(days=10))

    def read(self, award, on=TODAY):
        state = report_state_of([award], on=on)[award.pk]
        return state.label, state.overdue

    def test_reported_is_said_only_after_the_acknowledgment(self, award, board, by):
        assert self.read(award) == ("Report due by December 10, 2026", False)
        assert self.read(award, TODAY + timedelta(days=21)) == ("Report due by December 10, 2026", True)
        report = make_report(body=board, by=by)
        assert self.read(award) == ("Report due by December 10, 2026", False)
        sent(report, by)
        today = f"{timezone.localdate():%B} {timezone.localdate().day}, {timezone.localdate().year}"
        assert self.read(award) == (f"Sent to FL on {today}, no answer yet", False)
        answer_rows(report=report, answers=[OneAnswer(report.rows.get().pk, True)], by=by)
        assert self.read(award) == (f"Reported: FL accepted it on {today}", False)

    def test_a_refusal_says_why_and_what_to_do(self, award, board, by):
        report = sent(make_report(body=board, by=by), by)
        answer_rows(report=report, answers=[OneAnswer(report.rows.get().pk, False, "No such license")], by=by)
        state = report_state_of([award])[award.pk]
        assert (state.code, state.label) == ("refused", "FL refused it: No such license")
        assert state.what_to_do == "Compare your license number with your license, and tell us: we report it again."

    def test_what_is_not_reported_by_us_says_so(self, award, board):
        table = {"never": {"report_format": None}, "due": {"is_sample": True, "report_format": board.report_format}}
        for code, rules in table.items():
            type(board).objects.update(**rules)
            assert report_state_of([award])[award.pk].code == code
        CourseApproval.objects.update(is_sample=True)
        type(board).objects.update(is_sample=False)
        assert report_state_of([award])[award.pk].code == "sample"

    def test_credit_without_a_license_says_what_is_missing(self):
        body = make_board("ga", requires_license_number=False, report_format=make_format("csv"))
        award = earn(open_course(body), license=False)
        type(body).objects.update(report_format=make_format("cebroker-xls"))
        assert list(waiting_awards(body)) == []
        state = report_state_of([award])[award.pk]
        assert (state.code, state.label) == ("license", "Not reported by us: no license is named")

    def test_a_hundred_awards_cost_no_more_queries_than_one(self, course, board, by, django_assert_num_queries):
        first = [earn(course)]
        sent(make_report(body=board, by=by), by)
        three = [*first, earn(course), earn(course)]
        make_report(body=board, by=by)
        for found in (first, three):
            with django_assert_num_queries(5):
                report_state_of(found)
