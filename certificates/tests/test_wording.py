from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from certificates.rules.facts import Approval
from certificates.rules.rows import Row, fact_rows, people_rows
from certificates.rules.wording import SAMPLE_NOTICE, hours_text, kind_of
from certificates.tests.printing import approved_credit, line, printed


@pytest.mark.parametrize(
    ("delivery", "quiz_passed", "kind"),
    [
        ("self_paced", True, "achievement"),
        ("self_paced", False, "completion"),
        ("live_online", True, "completion"),
        ("live_online", False, "completion"),
        ("live_in_person", True, "completion"),
        ("live_in_person", False, "completion"),
    ],
)
def test_kind_follows_delivery_and_quiz(delivery, quiz_passed, kind):
    assert kind_of(deliveries=(delivery,), quiz_passed=quiz_passed) == kind


@pytest.mark.parametrize(
    ("delivery", "quiz_passed", "heading", "earned"),
    [
        ("self_paced", True, "Certificate of Achievement", "passed every quiz of the self-paced course"),
        ("self_paced", False, "Certificate of Completion", "completed the self-paced course"),
        ("live_online", False, "Certificate of Completion", "attended in full the live course"),
    ],
)
def test_heading_and_line_say_how_it_was_earned(delivery, quiz_passed, heading, earned):
    facts = printed(delivery=delivery, quiz_passed=quiz_passed)
    assert (facts.heading, facts.earned) == (heading, earned)


def test_with_an_approval_its_title_hours_and_numbers_are_printed_unchanged():
    facts = printed(approved_credit())
    assert (facts.title, facts.hours, facts.hours_printed, facts.hours_note) == (
        "Foundations of Craniosacral Bodywork (Home Study)",
        "4.0",
        "4.0 CE hours",
        "",
    )
    assert facts.approval == Approval(
        body="Example Board",
        provider_name="Example School",
        provider_number="EX-451234",
        course_number="EX-2117",
    )


def test_without_an_approval_the_hours_are_our_own_count_and_no_number_is_printed():
    facts = printed()
    assert (facts.title, facts.hours, facts.hours_printed, facts.hours_note) == (
        "Foundations of Craniosacral Bodywork",
        "4.5",
        "4.5 hours",
        "Hours by our own count, not approved CE credit",
    )
    assert facts.approval is None
    assert fact_rows(facts.as_json()) == [
        Row("Completed", "November 18, 2026"),
        Row("Delivery", "Self-paced home study"),
        Row("Place", "Online"),
        Row("Course edition", "3"),
        Row("Issued", "November 20, 2026"),
    ]


def test_the_rows_of_an_approved_course_name_body_and_numbers():
    assert fact_rows(printed(approved_credit()).as_json())[2:6] == [
        Row("Subject", "Ethics 1.0, Technique 3.0"),
        Row("Place", "Online"),
        Row("Approved by", "Example Board"),
        Row("Provider", "Example School, no. EX-451234"),
    ]


def test_one_credit_line_is_only_its_subject():
    credit = approved_credit(lines=(line("Ethics", "4"),))
    assert fact_rows(printed(credit).as_json())[2] == Row("Subject", "Ethics")


def test_a_hybrid_course_spells_out_each_line_and_claims_no_place():
    credit = approved_credit(lines=(line("Technique", "6"), line("Technique", "12", "live_in_person")))
    facts = printed(credit)
    assert (facts.hours, facts.kind, facts.earned) == ("18.0", "achievement", "completed every part of the course")
    assert fact_rows(facts.as_json())[1:3] == [
        Row("Delivery", "Self-paced home study, Live, in person"),
        Row("Subject", "Technique 6.0 (Self-paced home study), Technique 12.0 (Live, in person)"),
    ]
    assert facts.place == ""


def test_the_body_decides_how_its_hours_are_called():
    assert printed(approved_credit(hours_label="contact hours")).hours_printed == "4.0 contact hours"


def test_a_course_of_less_than_half_an_hour_says_so_in_words():
    facts = printed(own_hours=Decimal("0.0"))
    assert (facts.hours, facts.hours_printed) == ("0.0", "Under 0.5 hours")


@pytest.mark.parametrize("credit", [None, approved_credit()])
def test_nothing_ever_says_ceu(credit):
    assert "CEU" not in printed(credit).canonical()


@pytest.mark.parametrize(
    ("sample_school", "credit", "notice"),
    [
        (False, None, ""),
        (False, approved_credit(), ""),
        (True, None, SAMPLE_NOTICE),
        (True, approved_credit(), SAMPLE_NOTICE),
        (False, approved_credit(sample=True), SAMPLE_NOTICE),
    ],
)
def test_a_sample_school_or_a_sample_approval_marks_the_certificate(sample_school, credit, notice):
    assert printed(credit, sample_school=sample_school).sample_notice == notice


def test_people_are_the_instructors_and_the_administrator():
    assert people_rows(printed(instructors=("Mara Ellison", "Tove Berg")).as_json()) == [
        Row("Instructors", "Mara Ellison, Tove Berg"),
        Row("For the school", "Jonas Reyes"),
    ]
    assert people_rows(printed(administrator="").as_json()) == [Row("Instructor", "Mara Ellison")]


@pytest.mark.parametrize(
    ("hours", "text"),
    [("6", "6.0"), ("6.00", "6.0"), ("6.50", "6.5"), ("0.25", "0.25"), ("10", "10.0"), ("1E+1", "10.0")],
)
def test_hours_keep_the_decimals_they_have(hours, text):
    assert hours_text(Decimal(hours)) == text


def test_equal_facts_have_one_text_and_one_digest():
    assert printed().canonical() == printed().canonical()
    assert printed().sha256() == printed().sha256()
    assert printed().sha256() != printed(learner_name="Ada Lindquist").sha256()


def test_facts_cannot_be_changed_after_they_are_made():
    with pytest.raises(FrozenInstanceError):
        printed().name = "Somebody Else"
