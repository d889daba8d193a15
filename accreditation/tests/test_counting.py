"""Will this course count for this license? The answer that stands on course pages, on the desk and at /count/."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.text import slugify
from wagtail.models import Site

from accreditation.models import CreditSettings, ExternalCredit, RenewalBucket, RenewalRule
from accreditation.rules.renewal import Credit
from accreditation.services.asking import askers_of
from accreditation.services.counting import Answer, answer, will_it_count
from accreditation.services.course_credit import credit_of_courses
from accreditation.tests.factories import (
    TERM,
    make_approval,
    make_body,
    make_florida,
    make_jurisdiction,
    make_license,
    make_profession,
)
from courses.models import CourseEdition, CoursePage
from courses.tests.factories import make_course, make_index, make_lesson, publish

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def make_bare_course(title="Resting Hands"):
    """A published course of one edition without lessons: what counts is its approval."""
    course = make_index().add_child(instance=CoursePage(title=title, slug=slugify(title)))
    CourseEdition.objects.create(course=course, number=1, change="content", content_hash=title, title=title, outline=[])
    return course


@pytest.fixture
def course():
    return make_bare_course()


@pytest.fixture
def taught():
    return make_course("Resting Hands", lessons=1)


def make_rule(code="US-TX", name="Texas", *, total=12, buckets=(), accepts=(), **fields):
    fields = {"acceptance": "listed" if accepts else "any", **fields}
    rule = RenewalRule.objects.create(
        jurisdiction=make_jurisdiction(code, name), profession=make_profession(), total_hours=total, **fields
    )
    rule.accepts.set(accepts)
    rule.save()
    for bucket in buckets:
        RenewalBucket.objects.create(rule=rule, **bucket)
    return rule


def ask(course, rule_or_place, **said) -> Answer:
    place = getattr(rule_or_place, "jurisdiction", rule_or_place)
    return will_it_count(course, jurisdiction=place, profession=make_profession(), on=TODAY, **said)


def given(answer: Answer) -> dict[str, str]:
    return {one.name: one.said for one in answer.parts}


def test_six_general_hours_of_home_study_give_a_florida_therapist_five(course):
    """DOMAIN.md and issue 6: partly, 5 of 6, none toward the 12 in person."""
    body = make_body()
    make_approval(course, body)
    found = ask(course, make_florida(accepts=[body]))
    assert (found.word, found.verdict) == ("Partly: 5 of 6", "partly")
    assert found.reasons == (
        "5 of these 6 hours count, as hours of any subject; none toward the 12 in person.",
        "Only 5 hours of any subject count.",
    )
    assert given(found) == {
        "Medical errors": "0 of 2",
        "Florida laws and rules": "0 of 2",
        "Ethics": "0 of 2",
        "Human trafficking": "0 of 1",
        "In person, hands-on technique": "0 of 12",
        "Any subject": "5 of 5",
    }
    assert (found.finish_by, found.finish_why) == (date(2027, 8, 31), "you renew that day")


def test_a_first_renewal_in_florida_has_more_room(course):
    body = make_body()
    make_approval(course, body)
    found = ask(course, make_florida(accepts=[body]), first_cycle=True, issued_on=TODAY)
    assert (found.word, found.reasons) == ("Yes: 6 of 6", ("All 6 hours count, as hours of any subject.",))
    assert given(found)["Any subject"] == "6 of 7"


def test_a_first_renewal_by_the_month_asks_for_the_day_of_issue(course):
    body = make_body()
    make_approval(course, body)
    found = ask(course, make_florida(accepts=[body]), first_cycle=True)
    assert found.reasons[-1] == (
        "A first renewal asks for so many hours for each month: say since when you are licensed, and we count them."
    )


def test_subjects_and_hands_on_hours_go_where_they_are_asked(course):
    body = make_body()
    lines = (("self_paced", "ethics", "3"), ("live_in_person", "technique", "12"))
    make_approval(course, body, lines=lines)
    found = ask(course, make_florida(accepts=[body]))
    assert found.reasons[0] == (
        "All 15 hours count: 2 for Ethics, 12 for In person, hands-on technique and 1 as hours of any subject."
    )


def test_what_somebody_has_already_leaves_less_room(course):
    body = make_body()
    make_approval(course, body)
    had = [Credit(Decimal(4), "science", "self_paced", False, date(2026, 1, 5))]
    found = ask(course, make_florida(accepts=[body]), earned=had)
    assert found.reasons == (
        "1 of these 6 hours counts, as hours of any subject; none toward the 12 in person.",
        "Only 5 hours of any subject count, and you have 4 of them.",
    )
    assert given(found)["Any subject"] == "1 of 5, 4 before it"


def test_a_full_renewal_needs_nothing_more(course):
    found = ask(
        course,
        make_rule(accepts=[make_approval(course).provider_approval.body]),
        earned=[Credit(Decimal(12), "general", "self_paced", False, TODAY)],
    )
    assert (found.word, found.reasons, found.finish_by) == (
        "No",
        (
            "None of these 6 hours counts in this renewal.",
            "This renewal asks for 12 hours in all, and you have 12 of them.",
        ),
        None,
    )


def test_a_limit_on_home_study_is_named(course):
    body = make_body()
    make_approval(course, body, lines=[("self_paced", "general", "16")])
    limit = {"name": "self-instruction", "modes": ["self_paced"], "max_hours": 12}
    found = ask(course, make_rule("US-NY", "New York", total=36, cycle_months=36, buckets=[limit], accepts=[body]))
    assert (found.word, found.reasons) == (
        "Partly: 12 of 16",
        ("12 of these 16 hours count.", "At most 12 hours of self-instruction count."),
    )


def test_a_first_cycle_that_asks_for_nothing_is_a_no(course):
    body = make_body()
    make_approval(course, body)
    rule = make_rule("US-NY", "New York", total=36, first_cycle="none", accepts=[body])
    assert ask(course, rule, first_cycle=True).reasons == ("This renewal asks for no continuing education.",)
    assert ask(course, rule, first_cycle=True).verdict == "no"


def test_hours_that_overlap_are_said_beside(course):
    body = make_body()
    make_approval(course, body, lines=[("live_online", "ethics", "4")])
    supervised = {"name": "Supervised", "modes": ["live_online", "live_in_person"], "min_hours": 8, "overlaps": True}
    found = ask(course, make_rule("US-OR", "Oregon", total=25, buckets=[supervised], accepts=[body]))
    assert found.reasons == ("All 4 hours count; of them 4 for Supervised too.",)


@pytest.mark.parametrize(
    ("rule", "verdict", "reason"),
    [
        pytest.param(
            None, "unknown", "We have no renewal rule for Texas, Massage therapist. Ask your board.", id="none"
        ),
        pytest.param(
            {"acceptance": "unknown"},
            "unknown",
            "We do not know whose courses Texas accepts. Ask your board.",
            id="acceptance",
        ),
        pytest.param(
            {"unit": "pda"}, "unknown", "Texas counts in PDA points. Ask what these hours are worth there.", id="unit"
        ),
        pytest.param(
            {"total": 0, "acceptance": "unknown"},
            "no",
            "Texas asks for no continuing education from this license.",
            id="nothing-asked",
        ),
        pytest.param(
            {"effective_to": date(2026, 11, 19)},
            "unknown",
            "We have no renewal rule for Texas, Massage therapist. Ask your board.",
            id="ended-yesterday",
        ),
    ],
)
def test_where_there_is_no_answer_the_verdict_says_so(course, rule, verdict, reason):
    make_approval(course)
    place = make_jurisdiction("US-TX", "Texas")
    if rule is not None:
        make_rule(**rule)
    found = ask(course, place)
    assert (found.verdict, found.reasons, found.count) == (verdict, (reason,), None)


class TestWhoseApprovalCounts:
    def test_a_course_without_one_is_a_no_that_names_those_that_would(self, course):
        make_approval(course, make_body("elsewhere"))
        accepted = [make_body("one", short_name="NCBTMB"), make_body("two")]
        found = ask(course, make_florida(accepts=accepted))
        assert (found.verdict, found.reasons) == (
            "no",
            ("It has no approval today that Florida accepts. Courses approved by NCBTMB or Example Board two count.",),
        )

    @pytest.mark.parametrize("ended", [{"valid_to": date(2026, 11, 19)}, {"status": "lapsed"}])
    def test_an_approval_that_does_not_hold_is_none(self, course, ended):
        body = make_body()
        make_approval(course, body, **ended)
        assert ask(course, make_florida(accepts=[body])).verdict == "no"

    def test_an_approval_of_an_earlier_content_is_none(self, taught):
        body = make_body()
        make_approval(taught, body)
        rule = make_florida(accepts=[body])
        assert ask(taught, rule).verdict == "partly"
        make_lesson(taught.get_children().get(), "A new lesson")
        assert ask(taught, rule).verdict == "no"

    def test_the_best_of_several_is_taken_and_its_last_day_said(self, course):
        small, large = make_body("small"), make_body("large", requires_license_number=True)
        make_approval(course, small, lines=[("self_paced", "general", "2")])
        best = make_approval(course, large, lines=[("self_paced", "ethics", "4")], valid_to=date(2027, 3, 1))
        found = ask(course, make_florida(accepts=[small, large]))
        assert (found.approval, found.word, found.finish_by) == (best, "Yes: 4 of 4", date(2027, 3, 1))
        assert found.reasons[1] == "Example Board large wants your license number: we ask for it after you enroll."

    def test_a_board_that_wants_none_takes_the_hours_themselves(self, course):
        found = ask(course, make_rule())
        assert (found.verdict, found.reasons) == (
            "unknown",
            ("The hours of this course are not counted yet. Ask the school.",),
        )
        make_approval(course, make_body("anywhere"))
        assert ask(course, RenewalRule.objects.get()).reasons == ("All 6 hours count.",)

    def test_a_board_that_approves_schools_takes_their_courses(self, taught):
        body = make_body("tdlr", approves_courses=False)
        rule = make_rule(accepts=[body])
        assert ask(taught, rule).verdict == "no"
        body.provider_approvals.create(number="P-1", name_as_approved="Example School, Inc.", **TERM)
        make_lesson(taught.get_children().get(), text="word " * 12_000)
        publish(taught)
        found = ask(taught, rule)
        assert (found.word, found.reasons) == ("Yes: 1 of 1", ("This hour counts.", "Hours by our own count."))


class TestNeverSilentlyYes:
    @pytest.mark.parametrize(
        ("read", "warning"),
        [
            (None, "Not verified: ask your board."),
            (date(2025, 11, 20), "Not verified: ask your board."),
            (date(2025, 11, 21), ""),
        ],
    )
    def test_a_rule_that_nobody_has_read_lately_says_so(self, course, read, warning):
        body = make_body()
        make_approval(course, body)
        make_florida(accepts=[body], verified_on=read)
        found = ask(course, make_jurisdiction())
        assert (found.warning, found.verified, found.checked_on) == (warning, not warning, read)
        assert (found.source_url, found.source_as_of) == ("https://example.org/64B7-28.009", "Dec 2024")

    def test_how_long_a_reading_is_trusted_is_the_schools_setting(self, course):
        make_florida(verified_on=date(2026, 9, 1))
        assert ask(course, make_jurisdiction()).verified is True
        CreditSettings.objects.create(site=Site.objects.get(is_default_site=True), trusted_months=1)
        assert ask(course, make_jurisdiction()).verified is False

    def test_samples_say_so_and_do_not_exist_on_a_real_site(self, course, settings):
        body = make_body()
        make_approval(course, body)
        make_florida(accepts=[body], is_sample=True)
        assert ask(course, make_jurisdiction()).sample is True
        settings.SAMPLES = False
        assert ask(course, make_jurisdiction()).reasons == (
            "We have no renewal rule for Florida, Massage therapist. Ask your board.",
        )

    def test_a_renewal_date_that_is_over_promises_nothing(self, course):
        body = make_body()
        make_approval(course, body)
        found = ask(course, make_florida(accepts=[body]), renews_on=date(2025, 8, 31))
        assert found.reasons[-1] == (
            "The renewal date that we have, August 31, 2025, is over: whether hours earned now count is for the board"
            " to say."
        )

    def test_another_date_than_everybodys_is_put_right(self, course):
        body = make_body()
        make_approval(course, body)
        found = ask(course, make_florida(accepts=[body]), renews_on=date(2027, 3, 1))
        assert found.reasons[-1] == "Everybody there renews on the same day: we counted with August 31, 2027."


def test_the_newest_rule_in_force_is_the_one_that_counts(course):
    make_approval(course)
    make_rule(total=12)
    make_rule(total=4, effective_from=date(2026, 9, 1))
    make_rule(total=1, effective_from=date(2026, 12, 1))
    assert ask(course, make_jurisdiction("US-TX", "Texas")).word == "Partly: 4 of 6"


def test_many_licenses_and_courses_cost_as_many_queries_as_one(learner, django_assert_max_num_queries):
    body = make_body()
    rule = make_florida(accepts=[body])
    courses = [make_bare_course(f"Course {number}") for number in range(3)]
    for course in courses:
        make_approval(course, body)
    licenses = [make_license(learner, f"MA1000{number}") for number in range(3)]

    def all_answers():
        askers = askers_of(licenses, on=TODAY, but=courses[0])
        return [answer(one, asker).word for one in credit_of_courses(courses, on=TODAY) for asker in askers]

    with django_assert_max_num_queries(11) as asked:
        assert all_answers() == ["Partly: 5 of 6"] * 9
    many = len(asked.captured_queries)
    licenses, courses = licenses[:1], courses[:1]
    with django_assert_max_num_queries(many) as asked:
        assert all_answers() == ["Partly: 5 of 6"]
    assert (len(asked.captured_queries), rule.total_hours) == (many, 24)


def test_a_requirement_met_in_an_earlier_cycle_is_not_filled_again(course, learner):
    """Oregon asks for pain management once in a career (OAR 334-010-0050); after that it is a subject like others."""
    make_approval(course, lines=[("self_paced", "pain_management", "2")])
    pain = {"name": "Pain management", "subjects": ["pain_management"], "min_hours": 1, "once_only": True}
    make_rule("US-OR", "Oregon", total=25, buckets=[pain])
    license = make_license(learner, code="US-OR", expires_on=date(2027, 5, 31))

    def towards():
        [asker] = askers_of([license], on=TODAY)
        return given(answer(credit_of_courses([course], on=TODAY)[0], asker))

    assert towards() == {"Pain management": "1 of 1", "Any subject": "1 of 24"}
    had = ExternalCredit.objects.create(
        user=learner,
        title="Pain",
        provider="Elsewhere",
        completed_on=date(2021, 5, 5),
        hours=1,
        subject=pain["subjects"][0],
        mode="self_paced",
    )
    had.licenses.add(license)
    assert towards() == {"Pain management": "0 of 1, 1 before it", "Any subject": "2 of 25"}
