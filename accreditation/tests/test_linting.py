"""What boards refuse: the rules as a table, then asked about rows, with what may change and who can mend it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from accreditation.models import (
    ApprovalBody,
    Attendance,
    CourseApproval,
    CreditLine,
    CreditStatement,
    InstructorApproval,
    LicenseClaim,
    ProviderApproval,
)
from accreditation.rules.linting import Board, Finished, Granted, award_problems, issue_problems, same_title, says_ceu
from accreditation.services import linting
from accreditation.tests.factories import TERM, finish, make_approval, make_body, make_license, with_a_quiz
from courses.models import CourseEdition, InstructorProfile, SchoolSettings
from courses.tests.factories import make_course

BOARD = Board(name="Example Board")
GRANTED = Granted(title="Resting hands", number="C-1", lines=(("self_paced", Decimal("4")), ("self_paced", Decimal(2))))
FINISHED = Finished(
    edition="Resting hands, edition 1",
    course_title="Resting hands",
    completed="March 1, 2026",
    graded_quiz=True,
    instructors=("Mara Ellison",),
    administrator="Jonas Reyes",
    provider_contact="school@example.com",
)
LIVE = replace(GRANTED, lines=(("live_in_person", Decimal(6)),))
HYBRID = replace(GRANTED, lines=(("self_paced", Decimal(4)), ("live_online", Decimal(2))))
SUBJECTS = ("ethics", "laws", "science")
ALL_NEEDS = frozenset({"completion_date", "place", "subject_areas", "classroom_hours"})


def codes(problems):
    return [(problem.code, problem.by) for problem in problems]


@pytest.mark.parametrize(
    ("board", "granted", "finished", "stop_credit", "stop_paper"),
    [
        ({}, {}, {}, [], []),
        ({}, {"holds": False}, {}, ["approval"], []),
        ({}, {"provider_holds": False}, {}, ["provider"], []),
        ({}, {"holds": False, "provider_holds": False}, {}, ["approval", "provider"], []),
        ({}, {"covers_edition": False}, {}, ["edition"], []),
        ({}, {"sample_on_a_real_site": True, "holds": False}, {}, ["sample"], []),
        ({}, {"hours": Decimal("6.00")}, {}, [], []),
        ({}, {"hours": Decimal(5)}, {}, ["hours"], []),
        ({}, {"lines": ()}, {}, ["hours"], []),
        ({}, {}, {"graded_quiz": False}, ["quiz"], []),
        ({"approves_instructors": True}, {}, {}, ["instructor_approval"], []),
        ({"approves_instructors": True}, {}, {"approved_instructor": True}, [], []),
        ({}, {"title": "Resting Hands (Home Study)"}, {}, [], []),
        ({}, {"title": "Resting hands II"}, {}, [], ["title"]),
        ({}, {}, {"course_title": "Deep hands"}, [], ["title"]),
        ({"requires_exact_title": False}, {"title": "Resting hands II"}, {}, [], []),
        ({"hour_label": "CEUs"}, {}, {}, [], ["ceu"]),
        ({"statement": "Approved for 6 ceu."}, {}, {}, [], ["ceu"]),
        ({"requires_exact_title": False}, {"title": "Hands, 6 CEU"}, {}, [], ["ceu"]),
        ({"needs": frozenset({"administrator"})}, {}, {"administrator": ""}, [], ["administrator"]),
        ({"needs": frozenset({"instructor"})}, {}, {"instructors": ()}, [], ["instructor"]),
        ({"needs": frozenset({"provider_contact"})}, {}, {"provider_contact": ""}, [], ["provider_contact"]),
        ({"needs": frozenset({"statement"})}, {}, {}, [], ["statement"]),
        ({"needs": frozenset({"statement"}), "statement": "Approved."}, {}, {}, [], []),
        ({"needs": ALL_NEEDS}, {}, {}, [], []),
        ({}, {}, {"administrator": "", "instructors": (), "provider_contact": ""}, [], []),
    ],
)
def test_home_study(board, granted, finished, stop_credit, stop_paper):
    case = replace(BOARD, **board), replace(GRANTED, **granted), replace(FINISHED, **finished)
    credit = [(code, "staff") for code in stop_credit]
    assert codes(award_problems(*case)) == credit
    assert codes(issue_problems(*case)) == credit + [(code, "staff") for code in stop_paper]


@pytest.mark.parametrize(
    ("granted", "attendance", "partial", "stops"),
    [
        (LIVE, None, False, ["attendance"]),
        (LIVE, None, True, ["attendance"]),
        (LIVE, (400, 400), False, []),
        (LIVE, (399, 400), False, ["attendance"]),
        (LIVE, (399, 400), True, []),
        (LIVE, (0, 400), True, ["attendance"]),
        (HYBRID, (120, 120), False, []),
        (HYBRID, None, False, ["attendance"]),
        (GRANTED, None, False, []),
    ],
)
def test_live_hours_need_attendance_from_the_first_minute_to_the_last(granted, attendance, partial, stops):
    finished = replace(FINISHED, attendance=attendance, graded_quiz=granted is not LIVE)
    found = award_problems(replace(BOARD, partial_credit_allowed=partial), granted, finished)
    assert [problem.code for problem in found] == stops


@pytest.mark.parametrize(("granted", "place", "stops"), [(LIVE, "", ["place"]), (LIVE, "Miami", []), (HYBRID, "", [])])
def test_a_place_is_wanted_of_what_is_taught_in_person(granted, place, stops):
    board = replace(BOARD, needs=frozenset({"place"}))
    found = issue_problems(board, granted, replace(FINISHED, attendance=(400, 400), place=place))
    assert [problem.code for problem in found] == stops


@pytest.mark.parametrize(("licenses", "found"), [(0, [("license", "learner")]), (1, []), (2, [])])
def test_a_license_number_is_the_learners_to_give_and_stops_no_credit_by_itself(licenses, found):
    board, finished = replace(BOARD, requires_license_number=True), replace(FINISHED, licenses=licenses)
    assert (codes(award_problems(board, GRANTED, finished)), codes(issue_problems(board, GRANTED, finished))) == (
        [],
        found,
    )


@pytest.mark.parametrize(
    ("approved", "course", "same"),
    [
        ("Resting hands", "resting  Hands", True),
        ("Client’s rest", "Client's rest", True),
        ("Resting hands (Live)", "Resting hands", True),
        ("Resting hands (Live) (2026)", "Resting hands", False),
        ("Resting hands", "Resting hands (Live)", False),
        ("Resting", "Resting hands", False),
    ],
)
def test_titles_differ_in_no_more_than_what_a_board_adds(approved, course, same):
    assert same_title(approved, course) is same


@pytest.mark.parametrize("text", ["CEU", "6 ceus", "C.E.U.", "CEU's", "(CEU)"])
def test_ceu_is_found_however_it_is_written(text):
    assert says_ceu(text)


@pytest.mark.parametrize("text", ["CE hours", "pharmaceutical", "caduceus", "CE units"])
def test_other_words_are_not_ceu(text):
    assert not says_ceu(text)


# Asked about rows.


@pytest.fixture
def finished(course, learner):
    return finish(learner, with_a_quiz(course))


@pytest.fixture
def approval(course, finished):
    return make_approval(course)


def stops(finished, approval):
    """Of credit, and of the paper."""
    fresh = CourseApproval.objects.get(pk=approval.pk)
    found = [ask(enrollment=finished, approval=fresh) for ask in (linting.award_problems, linting.issue_problems)]
    return [[problem.code for problem in problems] for problems in found]


@pytest.mark.django_db
class TestRows:
    """Each row that a rule reads, changed by itself."""

    def test_what_is_as_approved_has_no_problem(self, finished, approval):
        assert stops(finished, approval) == [[], []]

    @pytest.mark.parametrize(
        ("model", "change", "code"),
        [
            (CourseApproval, {"status": "revoked"}, "approval"),
            (CourseApproval, {"valid_from": date(2090, 1, 1)}, "approval"),
            (ProviderApproval, {"status": "lapsed"}, "provider"),
            (ProviderApproval, {"valid_to": date(2020, 1, 2)}, "provider"),
            (CourseApproval, {"hours_as_approved": Decimal(5)}, "hours"),
        ],
    )
    def test_what_stops_credit_stops_the_paper(self, finished, approval, model, change, code):
        model.objects.update(**change)
        assert stops(finished, approval) == [[code], [code]]

    def test_the_day_of_completion_counts_not_today(self, finished, approval):
        finished.completed_on = date(2019, 12, 31)
        assert stops(finished, approval) == [["approval", "provider"]] * 2

    def test_an_edition_that_staff_did_not_tick(self, finished, approval):
        approval.editions.clear()
        assert stops(finished, approval) == [["edition"]] * 2

    def test_home_study_without_a_quiz_earns_nothing(self, learner):
        course = make_course("Without a quiz")
        assert stops(finish(learner, course), make_approval(course)) == [["quiz"]] * 2

    def test_live_hours_wait_for_the_attendance(self, course, finished, learner):
        approval = make_approval(course, make_body("live"), lines=(("live_in_person", "technique", "6"),))
        assert stops(finished, approval) == [["attendance"]] * 2
        Attendance.objects.create(
            enrollment=finished,
            minutes_held=300,
            minutes_attended=300,
            held_on=date(2026, 3, 1),
            method="paper",
            attested_by=learner,
        )
        assert stops(finished, approval) == [[], []]

    def test_where_a_body_knows_instructors_one_of_this_course_is_approved_that_day(
        self, instructor, finished, approval
    ):
        body = approval.provider_approval.body
        profile = InstructorProfile.objects.get_or_create(user=instructor, defaults={"name": "Ina"})[0]
        InstructorApproval.objects.create(
            instructor=profile, body=body, number="I-1", **TERM | {"valid_to": date(2020, 1, 2)}
        )
        assert stops(finished, approval) == [["instructor_approval"]] * 2
        InstructorApproval.objects.create(instructor=profile, body=body, number="I-2", **TERM)
        assert stops(finished, approval) == [[], []]

    def test_the_title_of_the_edition_is_compared_for_the_paper(self, finished, approval):
        CourseEdition.objects.update(title="Deep hands")
        finished.refresh_from_db()
        finished.edition.refresh_from_db()
        assert stops(finished, approval) == [[], ["title"]]

    def test_a_claimed_license_is_enough(self, learner, finished, approval):
        ApprovalBody.objects.update(requires_license_number=True)
        assert stops(finished, approval) == [[], ["license"]]
        LicenseClaim.objects.create(enrollment=finished, license=make_license(learner), course_approval=approval)
        assert stops(finished, approval) == [[], []]

    def test_what_the_school_lacks_for_this_body_s_paper(self, finished, approval):
        ApprovalBody.objects.update(
            certificate_needs=["administrator", "instructor", "provider_contact", "statement", "place"]
        )
        InstructorProfile.objects.all().delete()
        assert stops(finished, approval) == [
            [],
            ["administrator", "instructor", "provider_contact", "statement"],
        ]
        school = SchoolSettings.for_site(Site.objects.get(is_default_site=True))
        school.administrator, school.email = "Jonas Reyes", "school@example.com"
        school.save()
        CreditStatement.objects.create(body=approval.provider_approval.body, use="certificate", text="Approved.")
        assert stops(finished, approval) == [[], ["instructor"]]

    def test_the_number_of_queries_does_not_grow(self, learner, instructor, finished, approval):
        stops(finished, approval)  # what an enrollment keeps of its course is read once
        with CaptureQueriesContext(connection) as few:
            stops(finished, approval)
        profile = InstructorProfile.objects.get_or_create(user=instructor, defaults={"name": "Ina"})[0]
        for number in range(3):
            license = make_license(learner, f"MA{number}")
            LicenseClaim.objects.create(enrollment=finished, license=license, course_approval=approval)
            body = approval.provider_approval.body
            InstructorApproval.objects.create(instructor=profile, body=body, number=str(number), **TERM)
            CreditLine.objects.create(approval=approval, mode="self_paced", subject=SUBJECTS[number], hours=1)
        with CaptureQueriesContext(connection) as many:
            stops(finished, approval)
        assert len(many) == len(few)
