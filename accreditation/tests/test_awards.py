"""Awards: one for each completion, approval and license; frozen; corrected by another one; never given twice."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accreditation.models import Attendance, CourseApproval, CreditAward
from accreditation.services.attendance import AttendanceRefused, attest
from accreditation.services.awards import AwardRefused, award_credit, changes_of, correct, void
from accreditation.services.claims import claim
from accreditation.services.uncredited import award_missing, reasons_of, why_none
from accreditation.signals import award_ended
from accreditation.tests.factories import finish, make_approval, make_body, make_license, with_a_quiz
from courses.models import LessonPage
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from enrollments.services import close_hold, complete_unit, enroll, open_hold
from notifications.models import Mail
from quizzes.models import Question
from quizzes.services import start_attempt, submit_attempt
from quizzes.tests.factories import choice, make_quiz, right_fields, save_one

LIVE = (("live_in_person", "technique", "6"), ("self_paced", "ethics", "2"))
Status = CreditAward.Status


@pytest.fixture
def course(course):
    return with_a_quiz(course)


@pytest.fixture
def staff(db):
    return make_user("provider@example.com", legal_name="Paul Provider")


def awards_of(user):
    return [
        (one.status, one.hours, one.license and one.license.number)
        for one in CreditAward.objects.of(user).order_by("pk")
    ]


@pytest.mark.django_db
class TestGiven:
    def test_completing_a_course_gives_the_hours_as_approved_in_the_same_transaction(self, learner, course):
        make_approval(course, lines=(("self_paced", "ethics", "2"), ("self_paced", "technique", "4.5")))
        finish(learner, course)
        award = CreditAward.objects.get()
        assert (award.hours, award.completed_on, award.license) == (
            Decimal("6.5"),
            Enrollment.objects.get().completed_on,
            None,
        )
        assert award.lines == [
            {"mode": "self_paced", "subject": "ethics", "hours": "2.00", "hands_on": False},
            {"mode": "self_paced", "subject": "technique", "hours": "4.50", "hands_on": False},
        ]

    def test_what_it_states_is_frozen(self, learner, course):
        body = make_body("board", hour_label="Clock hours", short_name="EB")
        approval = make_approval(course, body, title_as_approved="Resting Hands (Home Study)", is_sample=True)
        finish(learner, course)
        approval.title_as_approved = "Another"
        approval.save()
        learner.legal_name = "Lena Other"
        learner.save()
        assert CreditAward.objects.get().facts == {
            "title_as_approved": "Resting Hands (Home Study)",
            "course_number": f"C-board-{course.pk}",
            "provider_number": "P-board",
            "provider_name": "Example School, Inc.",
            "body_name": "Example Board board",
            "body_short": "EB",
            "body_code": "board",
            "hour_label": "Clock hours",
            "sample": True,
            "edition": 1,
            "course_title": "Resting hands",
            "learner_name": "Lena Learner",
            "place": "",
            "correction": "",
            "license": None,
        }

    def test_its_evidence_names_the_passed_attempt_with_score_and_pass_mark(self, learner):
        course = make_course("With a quiz", lessons=1)
        quiz = make_quiz(course, choice())
        make_approval(course)
        enrollment = enroll(user=learner, course=course, source=Enrollment.Source.FREE)
        complete_unit(enrollment=enrollment, unit=LessonPage.objects.descendant_of(course).get())
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        save_one(attempt, 1, right_fields(Question.objects.get()))
        submit_attempt(attempt=attempt)
        evidence = CreditAward.objects.get().evidence
        found = [
            (one["attempt"], one["score_percent"], one["pass_mark"], one["minutes"]) for one in evidence["attempts"]
        ]
        assert found == [(str(attempt.uuid), "100", attempt.quiz_version.terms["pass_mark"], 0)]
        assert [one["title"] for one in evidence["units"]] == ["Lesson 1.1", quiz.title]

    def test_one_for_each_board_and_each_claimed_license(self, learner, course):
        first, second = make_body("first"), make_body("second", requires_license_number=True)
        make_approval(course, first)
        make_approval(course, second)
        enrollment = enroll(user=learner, course=course, source=Enrollment.Source.FREE)
        licenses = [make_license(learner, "MA1"), make_license(learner, "MT2", code="US-TX")]
        claim(enrollment=enrollment, licenses=licenses)
        finish(learner, course)
        rows = CreditAward.objects.values_list("course_approval__provider_approval__body__code", "license__number")
        assert sorted(rows) == [("first", "MA1"), ("first", "MT2"), ("second", "MA1"), ("second", "MT2")]
        assert {one.facts["license"]["number_normalized"] for one in CreditAward.objects.all()} == {"MA1", "MT2"}

    def test_a_board_that_asks_for_a_number_gives_nothing_until_it_is_named(self, learner, course):
        make_approval(course, make_body(requires_license_number=True))
        enrollment = finish(learner, course)
        assert awards_of(learner) == []
        claim(enrollment=enrollment, licenses=[make_license(learner)])
        assert awards_of(learner) == [(Status.EARNED, Decimal(6), "MA12345")]

    def test_a_license_named_later_takes_the_place_of_no_license(self, learner, course):
        heard = []
        make_approval(course)
        enrollment = finish(learner, course)
        award_ended.connect(lambda sender, award, **kwargs: heard.append(award.status), weak=False, dispatch_uid="test")
        try:
            claim(enrollment=enrollment, licenses=[make_license(learner, "MA1"), make_license(learner, "MA2")])
        finally:
            award_ended.disconnect(dispatch_uid="test")
        assert awards_of(learner) == [
            (Status.CORRECTED, 6, None),
            (Status.EARNED, 6, "MA1"),
            (Status.EARNED, 6, "MA2"),
        ]
        bare, first, second = CreditAward.objects.order_by("pk")
        assert (first.supersedes, second.supersedes, heard) == (bare, None, [Status.CORRECTED])

    def test_calling_it_again_changes_nothing(self, learner, course):
        make_approval(course)
        enrollment = finish(learner, course)
        assert [award_credit(enrollment=enrollment) for _ in range(2)] == [[CreditAward.objects.get()]] * 2

    def test_an_approval_that_did_not_hold_on_that_day_gives_nothing(self, learner, course):
        make_approval(course, valid_to=date(2021, 1, 1))
        finish(learner, course)
        assert awards_of(learner) == []

    @time_machine.travel("2026-11-20T15:00:00Z")
    def test_a_retake_of_the_same_course_adds_no_hours_and_says_why(self, learner, course):
        make_approval(course)
        first = finish(learner, course)
        Enrollment.objects.filter(pk=first.pk).update(closed_at=first.completed_at)
        second = finish(learner, course)
        assert (second.pk != first.pk, len(awards_of(learner))) == (True, 1)
        (why,) = reasons_of([second])[0].reasons
        assert why.own == "Credit was given for completing it on November 20, 2026: hours count once."


@pytest.mark.django_db
class TestLive:
    def attended(self, learner, course, minutes, **body):
        make_approval(course, make_body(**body), lines=LIVE)
        enrollment = finish(learner, course)
        awards = attest(
            enrollment=enrollment,
            by=learner,
            minutes_held=300,
            minutes_attended=minutes,
            held_on=date(2026, 11, 1),
            method=Attendance.Method.PAPER,
            place="Portland",
        )
        return [(one.hours, [line["hours"] for line in one.lines]) for one in awards]

    @pytest.mark.parametrize(
        ("minutes", "body", "given"),
        [
            (300, {}, [(Decimal(8), ["6.00", "2.00"])]),
            (299, {}, []),
            (200, {"partial_credit_allowed": True}, [(Decimal(6), ["4", "2.00"])]),
            (290, {"partial_credit_allowed": True}, [(Decimal("7.5"), ["5.5", "2.00"])]),
            (290, {"partial_credit_allowed": True, "rounding": "quarter_down"}, [(Decimal("7.75"), ["5.75", "2.00"])]),
        ],
        ids=["all of it", "a minute less", "a part", "down to a half", "down to a quarter"],
    )
    def test_live_hours_count_by_the_minutes_attended(self, learner, course, minutes, body, given):
        assert self.attended(learner, course, minutes, **body) == given

    def test_nothing_before_the_attendance_is_attested(self, learner, course):
        make_approval(course, lines=LIVE)
        finish(learner, course)
        assert (awards_of(learner), award_missing()) == ([], 0)

    def test_the_attendance_stands_in_the_award(self, learner, course):
        self.attended(learner, course, 300)
        award = CreditAward.objects.get()
        assert (award.facts["place"], award.evidence["attendance"]) == (
            "Portland",
            {
                "minutes_held": 300,
                "minutes_attended": 300,
                "held_on": "2026-11-01",
                "place": "Portland",
                "method": "paper",
            },
        )

    def test_nobody_attends_longer_than_it_was_held(self, learner, course):
        with pytest.raises(AttendanceRefused):
            self.attended(learner, course, 301)


@pytest.mark.django_db
class TestEnded:
    @pytest.fixture
    def award(self, learner, course):
        make_approval(course)
        finish(learner, course)
        return CreditAward.objects.get()

    def mend(self, award):
        award.course_approval.credit_lines.update(hours=Decimal("5.5"))

    def test_a_correction_is_an_award_of_the_record_as_it_is_now(self, award, staff):
        self.mend(award)
        fresh = correct(award=award, by=staff, reason="The board approved 5.5.")
        award.refresh_from_db()
        assert (award.status, award.ended_by, award.ended_reason) == (
            Status.CORRECTED,
            staff,
            "The board approved 5.5.",
        )
        assert (fresh.hours, fresh.supersedes, fresh.facts["correction"]) == (
            Decimal("5.5"),
            award,
            "The board approved 5.5.",
        )

    def test_the_holder_hears_of_it_by_mail_once(self, award, staff):
        self.mend(award)
        correct(award=award, by=staff, reason="The board approved 5.5.")
        mail = Mail.objects.get(key__startswith="credit-")
        assert (mail.to, mail.subject) == ("learner@example.com", "Credit corrected: Resting hands")
        assert "5.5 CE hours; before, it was 6" in mail.text
        assert "The board approved 5.5." in mail.text

    def test_where_nothing_would_change_nothing_is_done(self, award, staff):
        with pytest.raises(AwardRefused, match="Nothing would change"):
            correct(award=award, by=staff, reason="Looks odd.")
        assert (changes_of(award), CreditAward.objects.count(), Mail.objects.count()) == ([], 1, 0)

    def test_a_record_that_gives_no_credit_any_more_is_no_correction(self, award, staff):
        self.mend(award)
        type(award.course_approval).objects.update(status="revoked")
        with pytest.raises(AwardRefused, match="gives no credit"):
            correct(award=award, by=staff, reason="Mended.")
        assert CreditAward.objects.get().status == Status.EARNED

    def test_void_credit_counts_no_longer_and_does_not_come_back_by_itself(self, award, staff):
        void(award=award, by=staff, reason="Somebody else sat the quiz.")
        award_credit(enrollment=award.enrollment)
        assert (awards_of(award.user), award_missing()) == ([(Status.VOID, 6, None)], 0)
        assert Mail.objects.get(key__startswith="credit-").subject == "Credit made void: Resting hands"

    def test_what_was_made_void_by_mistake_is_given_again_by_a_person(self, award, staff):
        void(award=award, by=staff, reason="A mistake.")
        fresh = correct(award=CreditAward.objects.get(), by=staff, reason="It was hers after all.")
        assert (awards_of(award.user), fresh.supersedes) == ([(Status.VOID, 6, None), (Status.EARNED, 6, None)], award)

    @pytest.mark.parametrize("act", [correct, void])
    def test_an_award_ends_once_and_with_a_reason(self, award, staff, act):
        self.mend(award)
        with pytest.raises(AwardRefused, match="write why"):
            act(award=award, by=staff, reason=" ")
        act(award=award, by=staff, reason="Once.")
        with pytest.raises(AwardRefused, match="meanwhile"):
            act(award=award, by=staff, reason="Twice.")

    def test_no_way_of_ours_changes_an_award(self, award):
        award.hours = Decimal(99)
        for write in (award.save, award.delete, lambda: CreditAward.objects.update(hours=99)):
            with pytest.raises(ValidationError):
                write()
        assert CreditAward.objects.get().hours == Decimal(6)


@pytest.mark.django_db
class TestSweep:
    def test_an_approval_entered_later_gives_its_credit_once(self, learner, course):
        finish(learner, course)
        make_approval(course)
        assert [award_missing(), award_missing(), len(awards_of(learner))] == [1, 0, 1]

    def test_nothing_to_do_costs_one_query_however_much_was_awarded(self, course, django_assert_num_queries):
        make_approval(course)
        for _ in range(3):
            finish(make_user(), course)
        with django_assert_num_queries(1):
            assert award_missing() == 0


def test_credit_waits_for_an_open_payment_as_the_certificate_does_and_comes_when_it_is_settled(learner, course):
    make_approval(course)
    enrollment = enroll(user=learner, course=course, source=Enrollment.Source.ORDER)
    open_hold(enrollment=enrollment, reason="unpaid", source="order:1")
    finish(learner, course)
    waiting = why_none(Enrollment.objects.get(), CourseApproval.objects.get())
    assert (CreditAward.objects.count(), award_missing(), waiting.text) == (
        0,
        0,
        "Waits, as the certificate does: Monthly payments go on: the certificate waits.",
    )
    close_hold(enrollment=enrollment, reason="unpaid", source="order:1")
    assert CreditAward.objects.standing().count() == 1
