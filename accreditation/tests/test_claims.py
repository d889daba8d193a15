"""For which license the credit is wanted: asked after enrolling and before the first unit, and answered at any time."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accreditation.models import ClaimAnswer, CourseApproval, CreditAward, LicenseClaim, ProfessionalLicense
from accreditation.services.claims import (
    ClaimRefused,
    answer,
    asks_for_license,
    claim,
    claim_notes,
    claimed_licenses,
    creditable,
    must_ask,
)
from accreditation.services.licenses import reject, remove_license, verify
from accreditation.tests.factories import (
    finish,
    make_approval,
    make_body,
    make_florida,
    make_jurisdiction,
    make_license,
    make_profession,
    with_a_quiz,
)
from core.tests.racing import at_once
from courses.models import LessonPage
from courses.services import current_edition
from courses.tests.factories import make_course, make_user, publish
from enrollments.models import Enrollment
from enrollments.services import enroll

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
CLAIMED, LATER, NONE = "claimed", "later", "none"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def florida_board(db):
    return make_body("fl", requires_license_number=True)


@pytest.fixture
def approval(course, florida_board):
    return make_approval(course, florida_board)


@pytest.fixture
def enrollment(learner, course):
    return study(learner, course)


def study(user, course):
    return enroll(user=user, course=course, source=Enrollment.Source.FREE)


def first_lesson(course):
    return LessonPage.objects.descendant_of(course).first()


def door_of(enrollment):
    return f"/my/credits/{enrollment.pk}/claim/"


def said(enrollment):
    return ClaimAnswer.objects.get(enrollment=enrollment).answer


def pairs():
    rows = LicenseClaim.objects.order_by("course_approval__number", "license__number")
    return list(rows.values_list("course_approval__number", "license__number"))


def words(response):
    return " ".join(response.content.decode().split())


@pytest.mark.usefixtures("approval")
class TestTheQuestion:
    def test_it_stands_before_the_first_unit_and_leads_back(self, as_learner, learner, course, enrollment):
        license, path = make_license(learner), first_lesson(course).get_url()
        asked = as_learner.get(path)
        assert (asked.status_code, asked["Location"]) == (302, f"{door_of(enrollment)}?next={path.replace('/', '%2F')}")
        page = words(as_learner.get(asked["Location"]))
        assert (f'name="next" value="{path}"' in page, "US-FL, Massage therapist, MA12345" in page) == (True, True)
        done = as_learner.post(door_of(enrollment), {"act": "claim", "licenses": [license.pk], "next": path})
        assert (done.status_code, done["Location"]) == (303, path)
        assert (as_learner.get(path).status_code, said(enrollment)) == (200, CLAIMED)
        assert claimed_licenses(enrollment, CourseApproval.objects.get()) == [license]

    @pytest.mark.parametrize("act", [LATER, NONE])
    def test_later_and_none_are_answers(self, as_learner, course, enrollment, act):
        path = first_lesson(course).get_url()
        assert as_learner.post(door_of(enrollment), {"act": act, "next": path})["Location"] == path
        assert (as_learner.get(path).status_code, said(enrollment), pairs()) == (200, act, [])

    def test_a_license_is_entered_right_there_and_claimed_in_one_press(self, as_learner, learner, enrollment):
        place, work = make_jurisdiction(), make_profession()
        new = {"new-jurisdiction": place.pk, "new-profession": work.pk, "new-number": "MA777"}
        wrong = as_learner.post(door_of(enrollment), {"act": "add", **new, "new-number": ""})
        assert (wrong.status_code, ProfessionalLicense.objects.count(), pairs()) == (422, 0, [])
        assert as_learner.post(door_of(enrollment), {"act": "add", **new})["Location"] == "/my/"
        assert (pairs(), said(enrollment)) == ([(CourseApproval.objects.get().number, "MA777")], CLAIMED)
        as_learner.post(door_of(enrollment), {"act": "add", **new, "new-number": "MA888"})
        assert [number for _, number in pairs()] == ["MA777", "MA888"]

    def test_nothing_chosen_is_told(self, as_learner, learner, enrollment):
        make_license(learner)
        answered = as_learner.post(door_of(enrollment), {"act": "claim"})
        assert (answered.status_code, "Choose the license that the credit is for" in words(answered)) == (422, True)
        assert not ClaimAnswer.objects.exists()

    @pytest.mark.parametrize(
        "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1", ""]
    )
    def test_it_leads_to_a_page_of_ours_only(self, as_learner, enrollment, wanted):
        assert as_learner.post(door_of(enrollment), {"act": LATER, "next": wanted})["Location"] == "/my/"

    def test_anybody_elses_door_and_license_are_unknown(
        self, as_learner, client, learner, stranger, enrollment, course
    ):
        other = study(stranger, course)
        theirs = make_license(stranger)
        assert as_learner.get(door_of(other)).status_code == 404
        make_license(learner, "MA1")
        assert as_learner.post(door_of(enrollment), {"act": "claim", "licenses": [theirs.pk]}).status_code == 422
        assert (pairs(), as_learner.post(door_of(other), {"act": NONE}).status_code) == ([], 404)


WHO = {
    "learner": "asked",
    "completed": 200,
    "answered": 200,
    "visitor": 200,
    "stranger": 200,
    "instructor": 200,
    "operator": 200,
    "staff who studies": 200,
    "held": 200,
}


@pytest.mark.usefixtures("approval")
@pytest.mark.parametrize("who", WHO)
def test_who_is_asked(client, learner, stranger, instructor, course, who):
    lesson = first_lesson(course)
    lesson.free_preview, lesson.change_kind = True, "typo"
    publish(lesson)
    person = {"stranger": stranger, "instructor": instructor, "visitor": None}.get(who, learner)
    if who == "operator":
        person = User.objects.create_superuser("operator@example.com", "pw")
    if who == "staff who studies":
        learner.groups.add(Group.objects.get(name="Providers"))
        User.objects.filter(pk=learner.pk).update(is_staff=True)
    if who not in ("visitor", "stranger", "instructor"):
        enrolled = finish(person, course) if who == "completed" else study(person, course)
        if who == "answered":
            answer(enrollment=enrolled, answer=LATER)
        if who == "held":
            Enrollment.objects.update(access_until=timezone.now() - timedelta(minutes=1))
    if person is not None:
        client.force_login(User.objects.get(pk=person.pk))
    found = client.get(lesson.get_url())
    asked = found.status_code == 302 and found["Location"].startswith("/my/credits/")
    assert ("asked" if asked else found.status_code) == WHO[who]


def test_no_board_asks_and_nobody_is_asked(as_learner, course, enrollment):
    make_approval(course, make_body("ncbtmb"))
    assert as_learner.get(first_lesson(course).get_url()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"status": "lapsed"}, False),
        ({"valid_to": date(2026, 1, 1)}, False),
        ({"valid_from": date(2099, 1, 1)}, False),
    ],
)
def test_only_an_approval_that_holds_asks(approval, enrollment, changes, asked):
    CourseApproval.objects.update(**changes)
    assert (must_ask(enrollment, on=TODAY), bool(asks_for_license(enrollment, on=TODAY))) == (asked, asked)


@pytest.mark.parametrize(("change", "asked"), [("typo", True), ("safety", True), ("content", False)])
def test_corrections_inherit_the_question_and_changed_content_waits(approval, course, learner, change, asked):
    lesson = first_lesson(course)
    lesson.title, lesson.change_kind = "Another title", change
    publish(lesson)
    enrollment = study(learner, course)
    assert enrollment.edition.number == 2
    assert (must_ask(enrollment), [one.number for one in asks_for_license(enrollment)]) == (
        asked,
        [approval.number] if asked else [],
    )


def test_samples_ask_nobody_on_a_real_site(approval, enrollment, settings):
    CourseApproval.objects.update(is_sample=True)
    settings.SAMPLES = False
    assert must_ask(enrollment) is False


def test_the_question_costs_one_query_and_reading_on_costs_none(as_learner, learner, course, enrollment):
    path = first_lesson(course).get_url()

    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert as_learner.get(path).status_code == 200
        return sum("requires_license_number" in one["sql"] for one in asked.captured_queries)

    assert [cost(), cost()] == [1, 0]


def test_a_board_that_asks_from_today_on_is_answered_for_tomorrow(as_learner, course, enrollment, monkeypatch):
    path = first_lesson(course).get_url()
    as_learner.get(path)
    make_approval(course, make_body("fl", requires_license_number=True))
    assert as_learner.get(path).status_code == 200
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("accreditation.views.claims.timezone.localdate", lambda: tomorrow)
    assert as_learner.get(path).status_code == 302


class TestClaims:
    def test_licenses_whose_board_lists_the_body_stand_first_and_are_ticked(
        self, as_learner, learner, enrollment, approval, florida_board
    ):
        make_license(learner, "AL1", jurisdiction=make_jurisdiction("US-AL", "Alabama"))
        make_florida(accepts=[florida_board])
        fits, other = make_license(learner, "MA12345"), make_license(learner, "MA99", expires_on=date(2020, 1, 1))
        page = words(as_learner.get(door_of(enrollment)))
        found = {number: page.find(number) for number in ("MA12345", "AL1", "MA99")}
        assert found["MA12345"] < found["AL1"]
        ticked = [f'value="{one.pk}" id="id_licenses_{n}" checked' in page for n, one in enumerate((fits, other))]
        assert ticked == [True, False]
        assert ("Not verified: ask your board." in page, "has expired" in page) == (True, True)

    def test_a_body_with_numbers_gets_no_license_of_a_state_that_does_not_list_it(
        self, learner, course, enrollment, approval, florida_board
    ):
        national = make_approval(course, make_body("ncbtmb"))
        make_florida(accepts=[florida_board, national.provider_approval.body])
        texas = make_jurisdiction("US-TX", "Texas")
        make_florida_like(texas, accepts=[national.provider_approval.body])
        florida, other = make_license(learner), make_license(learner, "MT123456", jurisdiction=texas)
        claim(enrollment=enrollment, licenses=[florida, other])
        assert pairs() == [
            (approval.number, "MA12345"),
            (national.number, "MA12345"),
            (national.number, "MT123456"),
        ]
        national.credit_lines.all().delete()
        with pytest.raises(ClaimRefused, match="Texas does not list Example Board fl"):
            claim(enrollment=enrollment, licenses=[other])

    def test_the_same_claim_twice_is_one(self, learner, enrollment, approval):
        license = make_license(learner)
        assert claim(enrollment=enrollment, licenses=[license]) == claim(enrollment=enrollment, licenses=[license])
        assert len(pairs()) == 1

    def test_what_is_not_named_any_more_is_withdrawn(self, learner, enrollment, approval):
        one, two = make_license(learner, "MA1"), make_license(learner, "MA2")
        claim(enrollment=enrollment, licenses=[one, two])
        claim(enrollment=enrollment, licenses=[two])
        assert pairs() == [(approval.number, "MA2")]
        assert answer(enrollment=enrollment, answer=LATER).answer == CLAIMED
        assert (answer(enrollment=enrollment, answer=NONE).answer, pairs()) == (NONE, [])

    @pytest.mark.parametrize("what", ["another person's", "refused", "taken out", "none"])
    def test_a_license_that_cannot_be_used_is_refused(self, learner, stranger, enrollment, approval, what):
        license = make_license(stranger if what == "another person's" else learner)
        if what == "refused":
            reject(license=license, by=stranger, note="No such number.")
        if what == "taken out":
            remove_license(license=license)
        with pytest.raises(ClaimRefused):
            claim(enrollment=enrollment, licenses=[] if what == "none" else [license])
        assert (pairs(), ClaimAnswer.objects.count()) == ([], 0)

    def test_where_no_board_gave_an_approval_there_is_nothing_to_claim(self, as_learner, learner, enrollment):
        with pytest.raises(ClaimRefused, match="nothing to claim"):
            claim(enrollment=enrollment, licenses=[make_license(learner)])
        assert "nothing to claim" in words(as_learner.get(door_of(enrollment)))

    def test_what_can_be_credited(self, learner, course, enrollment, approval):
        free, license = make_approval(course, make_body("ncbtmb")), make_license(learner)

        def numbers():
            return [one.number for one in creditable(enrollment, on=TODAY)]

        found = [numbers()]
        claim(enrollment=enrollment, licenses=[license])
        found.append(numbers())
        reject(license=license, by=learner, note="No such number.")
        found.append(numbers())
        verify(license=license, by=learner)
        found.append(numbers())
        both = [approval.number, free.number]
        assert found == [[free.number], both, [free.number], both]
        assert creditable(enrollment, on=date(2019, 1, 1)) == []


class TestCredit:
    @pytest.fixture
    def course(self, course):
        return with_a_quiz(course)

    @staticmethod
    def awards():
        rows = CreditAward.objects.standing().order_by("license__number")
        return list(rows.values_list("course_approval__number", "license__number"))

    def test_a_claim_before_and_a_claim_after_completion_are_awarded(self, as_learner, learner, course, approval):
        license = make_license(learner)
        enrollment = finish(learner, course)
        assert self.awards() == []
        as_learner.post(door_of(enrollment), {"act": "claim", "licenses": [license.pk]})
        assert self.awards() == [(approval.number, "MA12345")]
        another = make_course("Another")
        second = make_approval(with_a_quiz(another), approval.provider_approval.body)
        claim(enrollment=study(learner, another), licenses=[license])
        finish(learner, another)
        assert self.awards() == [(approval.number, "MA12345"), (second.number, "MA12345")]

    def test_a_claim_on_which_an_award_stands_is_not_withdrawn(self, learner, course, approval):
        license = make_license(learner)
        enrollment = finish(learner, course)
        claim(enrollment=enrollment, licenses=[license])
        assert answer(enrollment=enrollment, answer=NONE).answer == CLAIMED
        claim(enrollment=enrollment, licenses=[make_license(learner, "MA2")])
        assert [number for _, number in pairs()] == ["MA12345", "MA2"]

    def test_a_license_that_is_confirmed_after_all_is_credited_then(self, learner, stranger, course, approval):
        license = make_license(learner)
        claim(enrollment=study(learner, course), licenses=[license])
        reject(license=license, by=stranger, note="No such number.")
        finish(learner, course)
        assert self.awards() == []
        verify(license=license, by=stranger)
        assert self.awards() == [(approval.number, "MA12345")]

    def test_a_board_without_numbers_gives_credit_without_a_license_and_on_one(self, learner, course):
        approval = make_approval(course, make_body("ncbtmb"))
        enrollment = finish(learner, course)
        assert self.awards() == [(approval.number, None)]
        claim(enrollment=enrollment, licenses=[make_license(learner)])
        assert self.awards() == [(approval.number, "MA12345")]


class TestTheDesk:
    def test_it_says_what_each_course_waits_for(self, learner, course, approval):
        license = make_license(learner)
        asked, late, declined, done = (study(learner, one) for one in (course, *(another(approval) for _ in range(3))))
        answer(enrollment=late, answer=LATER)
        answer(enrollment=declined, answer=NONE)
        claim(enrollment=done, licenses=[license])
        says = "No credit is claimed yet: Example Board fl asks for your license number."
        assert claim_notes([asked, late, declined, done]) == {asked.pk: says, late.pk: says}
        reject(license=license, by=learner, note="No such number.")
        assert claim_notes([done]) == {done.pk: says}

    def test_an_expired_license_is_told_and_nothing_is_promised(self, learner, enrollment, approval):
        claim(enrollment=enrollment, licenses=[make_license(learner, expires_on=timezone.localdate() - timedelta(1))])
        assert claim_notes([enrollment]) == {
            enrollment.pk: "Your license of US-FL has expired. Whether credit counts for it, its board decides."
        }

    def test_it_costs_the_same_for_one_course_and_for_many(
        self, learner, course, approval, django_assert_max_num_queries
    ):
        enrollments = [study(learner, course)]
        with django_assert_max_num_queries(5) as few:
            claim_notes(enrollments)
        enrollments += [study(learner, another(approval)) for _ in range(4)]
        with django_assert_max_num_queries(len(few.captured_queries)):
            assert len(claim_notes(enrollments)) == 5

    def test_it_costs_one_query_where_no_board_asks(self, enrollment, django_assert_max_num_queries):
        with django_assert_max_num_queries(1):
            assert claim_notes([enrollment]) == {}

    @pytest.mark.parametrize(("change", "told"), [("typo", True), ("content", False)])
    def test_it_says_what_the_gate_says_of_another_edition(self, course, approval, learner, change, told):
        lesson = first_lesson(course)
        lesson.title, lesson.change_kind = "Another title", change
        publish(lesson)
        enrollment = study(learner, course)
        assert (enrollment.pk in claim_notes([enrollment]), must_ask(enrollment)) == (told, told)
        assert current_edition(course).number == 2


def another(approval):
    """One more course that the same board approved."""
    course = make_course()
    make_approval(course, approval.provider_approval.body)
    return course


def make_florida_like(jurisdiction, *, accepts):
    """Its neighbor's rule, with a list of its own."""
    rule = make_florida(effective_from=date(2000, 1, 1), accepts=accepts)
    rule.jurisdiction = jurisdiction
    rule.save()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_presses_are_one_claim_one_answer_and_one_award(transactional_db):
    course = with_a_quiz(make_course("Resting hands"))
    make_approval(course, make_body("fl", requires_license_number=True))
    learner = make_user("learner@example.com", legal_name="Lena Learner")
    enrollment, license = finish(learner, course), make_license(learner)
    results = at_once(lambda: [one.pk for one in claim(enrollment=enrollment, licenses=[license])])
    assert results == [[LicenseClaim.objects.get().pk]] * 8
    assert (said(enrollment), CreditAward.objects.count()) == (CLAIMED, 1)
