"""The approval clock: until when completing earns credit, who is reminded when, and what happens when it ends early."""

from datetime import date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accreditation.models import CourseApproval, ProviderApproval
from accreditation.rules.clock import Broken, Term, broken_promise, last_day
from accreditation.services.clock import finish_by, finish_by_of
from accreditation.services.lapsing import tell_of_ended_approvals
from accreditation.services.reminders import remind_of_approvals
from accreditation.services.terms import promised_day
from accreditation.tests.factories import finish, make_approval, make_body
from courses.models import LessonPage
from courses.services import current_edition
from courses.tests.factories import make_course, make_user, publish
from enrollments.models import Enrollment
from enrollments.services import enroll
from notifications.models import Mail
from payments.models import Order
from payments.tests.factories import make_offer, make_order

DAY = date(2026, 3, 1)
ENDS = date(2026, 6, 30)
LAPSED = "credit:lapsed"


def day(number):
    """The n-th of March 2026, or n days after February."""
    return DAY + timedelta(days=number - 1)


def term(first, last, **state):
    return Term(first=day(first), last=day(last), **state)


@pytest.mark.parametrize(
    ("terms", "last"),
    [
        ([], None),
        ([term(1, 30)], 30),
        ([term(2, 30)], None),
        ([term(-9, 0)], None),
        ([term(1, 30), term(31, 60)], 60),
        ([term(31, 60), term(1, 30)], 60),
        ([term(1, 30), term(32, 60)], 30),
        ([term(1, 30), term(10, 20)], 30),
        ([term(1, 30, gives=False)], None),
        ([term(1, 30), term(31, 60, gives=False)], 30),
    ],
)
def test_the_last_day_goes_on_where_a_renewal_follows_without_a_gap(terms, last):
    assert last_day(terms, on=DAY) == (day(last) if last else None)


REVOKED = {"gives": False, "taken_back": True}


@pytest.mark.parametrize(
    ("terms", "promised", "broken"),
    [
        ([term(-30, 30)], 30, None),
        ([term(-30, 60)], 30, None),
        ([term(-30, 20)], 30, 30),
        ([term(-30, 0)], 30, 30),
        ([term(-30, 0)], 0, None),
        ([term(-30, 0)], None, None),
        ([term(-30, 30, **REVOKED)], 30, 30),
        ([term(-30, 30, **REVOKED)], None, 30),
        ([term(-30, 60, **REVOKED)], 30, 60),
        ([term(-30, 0, **REVOKED)], None, None),
        ([term(-30, 30, **REVOKED), term(-5, 30)], 30, None),
        ([term(-30, 30, **REVOKED), term(-5, 20)], 30, 30),
        ([term(-30, 0), term(1, 40)], 40, None),
        ([term(-90, -20)], 30, None),
        ([term(-2, 20)], 30, None),
        ([term(-30, 20, gives=False)], 30, None),
    ],
)
def test_a_promise_is_broken_where_it_ends_before_its_day_and_nothing_follows(terms, promised, broken):
    enrolled = (day(-10), day(-10))
    found = broken_promise(terms, enrolled=enrolled, promised=day(promised) if promised is not None else None, on=DAY)
    assert found == (None if broken is None else Broken(0, day(broken)))


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"Finish by, for credit": "June 30, 2026: the approval ends that day."}, ENDS),
        (
            {"Finish by, for credit (Other)": "May 1, 2026: it ends.", "Finish by, for credit (T)": "June 30, 2026: ."},
            ENDS,
        ),
        ({"Finish by, for credit (Renamed since)": "June 30, 2026: the first of 2 approvals ends that day."}, ENDS),
        ({"Credit": "No board's credit is promised now."}, None),
        ({"Finish by, for credit": "some day"}, None),
        (None, None),
    ],
)
def test_what_an_order_promised_is_read_from_its_terms(shown, found):
    assert promised_day(shown, title="T") == found


pytest_db = pytest.mark.django_db


@pytest_db
class TestFinishBy:
    """Of those under way: the first last day of the boards whose credit their edition earns today."""

    def test_the_first_of_its_own_and_the_schools_last_day(self, course, learner):
        enrollment = enroll(user=learner, course=course, source="free")
        approval = make_approval(course, valid_to=ENDS)
        assert finish_by(enrollment, on=DAY) == ENDS
        ProviderApproval.objects.filter(pk=approval.provider_approval_id).update(valid_to=day(20))
        assert finish_by(enrollment, on=DAY) == day(20)

    def test_of_several_boards_the_first_and_without_one_none(self, course, learner):
        enrollment = enroll(user=learner, course=course, source="free")
        assert finish_by(enrollment, on=DAY) is None
        make_approval(course, valid_to=ENDS)
        make_approval(course, make_body("other"), valid_to=day(9))
        assert finish_by(enrollment, on=DAY) == day(9)
        assert finish_by(enrollment, on=day(10)) == ENDS

    def test_an_edition_keeps_its_own_and_a_correction_inherits(self, course, learner):
        approval = make_approval(course, valid_to=ENDS)
        first = enroll(user=learner, course=course, source="free")
        lesson = LessonPage.objects.descendant_of(course).first()
        lesson.title, lesson.change_kind = "Corrected", "typo"
        publish(lesson)
        second = enroll(user=make_user(), course=course, source="free")
        lesson.title, lesson.change_kind = "New", "content"
        publish(lesson)
        third = enroll(user=make_user(), course=course, source="free")
        assert finish_by_of([first, second, third], on=DAY) == {first.pk: ENDS, second.pk: ENDS}
        approval.editions.add(current_edition(course))
        assert finish_by(third, on=DAY) == ENDS

    def test_many_cost_two_queries(self, learner, django_assert_num_queries):
        wanted = []
        for number in range(3):
            course = make_course(f"Course {number} of many")
            make_approval(course, valid_to=ENDS)
            wanted.append(enroll(user=learner, course=course, source="free"))
        with django_assert_num_queries(2):
            assert set(finish_by_of(wanted, on=DAY).values()) == {ENDS}


def at(days):
    """The moment so many days before the end."""
    return timezone.make_aware(datetime.combine(ENDS - timedelta(days=days), time(12)))


def keys(prefix):
    return sorted(Mail.objects.filter(key__startswith=prefix).values_list("key", flat=True))


@pytest.fixture
def provider(db):
    user = User.objects.create_user("provider@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    return user


@pytest.fixture
def under_way(course, learner):
    """Enrolled long before."""
    return enroll(user=learner, course=course, source="free", at=at(200))


@pytest_db
class TestReminders:
    """90, 30 and 7 days before: to staff and to learners, once each."""

    @pytest.fixture(autouse=True)
    def approval(self, course):
        return make_approval(course, valid_to=ENDS)

    def test_each_once_on_its_day(self, provider, under_way):
        written = {days: remind_of_approvals(at=at(days)) for days in (91, 90, 89, 30, 29, 7, 6, 0, -1)}
        assert written == {91: 0, 90: 2, 89: 0, 30: 2, 29: 0, 7: 2, 6: 0, 0: 0, -1: 0}
        assert keys("finish-by-") == sorted(f"finish-by-20260630-{mark}-{under_way.pk}" for mark in (90, 30, 7))
        assert {mail.user for mail in Mail.objects.filter(key__startswith="approval-ends-")} == {provider}

    @pytest.mark.parametrize(("first", "mark"), [(88, 90), (25, 30), (3, 7)])
    def test_a_sweep_that_was_down_catches_up_with_one_mail(self, provider, under_way, first, mark):
        assert [remind_of_approvals(at=at(first)), remind_of_approvals(at=at(first))] == [2, 0]
        assert keys("finish-by-") == [f"finish-by-20260630-{mark}-{under_way.pk}"]

    def test_what_the_mails_say(self, provider, under_way, course, approval):
        remind_of_approvals(at=at(30))
        mine = Mail.objects.get(user=under_way.user)
        assert mine.subject == "Finish by June 30, 2026, for credit: Resting hands"
        assert "by Example Board board ends on June 30, 2026" in mine.text
        assert "30 days are left" in mine.text
        assert course.get_url_parts()[2] in mine.text
        staff = Mail.objects.get(user=provider)
        assert staff.subject == "Resting hands: the approval ends on June 30, 2026"
        assert f"(no. {approval.number}) ends on June 30, 2026, in 30 days" in staff.text
        assert reverse("wagtailsnippets_accreditation_courseapproval:edit", args=[approval.pk]) in staff.text

    def test_who_finished_left_or_came_later_is_not_reminded(self, course, under_way):
        finish(make_user(), course)
        Enrollment.objects.filter(pk=under_way.pk).update(closed_at=at(100))
        enroll(user=make_user(), course=course, source="free", at=at(40))
        assert remind_of_approvals(at=at(35)) == 0
        assert remind_of_approvals(at=at(30)) == 1

    def test_a_renewal_without_a_gap_needs_no_reminder(self, course, provider, under_way):
        make_approval(course, number="C-2", valid_from=ENDS + timedelta(days=1))
        assert remind_of_approvals(at=at(7)) == 0

    def test_the_schools_own_approval_is_named_once_for_all_its_courses(self, provider, under_way):
        ProviderApproval.objects.update(valid_to=ENDS)
        remind_of_approvals(at=at(7))
        assert [mail.subject for mail in Mail.objects.filter(user=provider)] == [
            "Example School, Inc.: the approval ends on June 30, 2026"
        ]
        assert len(keys("finish-by-")) == 1

    def test_two_boards_on_one_day_are_one_mail_to_a_learner(self, course, under_way):
        make_approval(course, make_body("other"), valid_to=ENDS)
        remind_of_approvals(at=at(7))
        assert "by Example Board board, Example Board other ends" in Mail.objects.get(user=under_way.user).text

    def test_a_new_last_day_is_reminded_of_anew(self, under_way):
        remind_of_approvals(at=at(7))
        CourseApproval.objects.update(valid_to=ENDS + timedelta(days=10))
        assert [remind_of_approvals(at=at(7)), remind_of_approvals(at=at(7))] == [1, 0]

    def test_the_rest_waits_for_the_next_sweep(self, course, under_way):
        for _ in range(3):
            enroll(user=make_user(), course=course, source="free", at=at(200))
        assert [remind_of_approvals(at=at(7), limit=3) for _ in range(3)] == [3, 1, 0]

    def test_nothing_due_costs_the_same_for_any_number_of_learners(self, course, under_way, provider):
        with CaptureQueriesContext(connection) as early:
            remind_of_approvals(at=at(120))
        remind_of_approvals(at=at(7))
        with CaptureQueriesContext(connection) as one:
            remind_of_approvals(at=at(7))
        for _ in range(3):
            enroll(user=make_user(), course=course, source="free", at=at(200))
        remind_of_approvals(at=at(7))
        with CaptureQueriesContext(connection) as four:
            remind_of_approvals(at=at(7))
        assert (len(early), len(four)) == (3, len(one))


TODAY = timezone.localdate()
PROMISED = TODAY + timedelta(days=200)


def in_days(number):
    return TODAY + timedelta(days=number)


def buy(user, course):
    """Bought now, on the terms that are shown now."""
    offered = course.offer_items.first()
    order = make_order(user, offered.offer if offered else make_offer(course))
    enrollment = enroll(user=user, course=course, source="order")
    order.items.update(enrollment=enrollment)
    Order.objects.filter(pk=order.pk).update(paid_at=timezone.now(), state="paid")
    return enrollment


@pytest_db
class TestEndedEarly:
    """The promise of a buyer, and what happens when it is broken."""

    @pytest.fixture(autouse=True)
    def approval(self, course):
        return make_approval(course, valid_to=PROMISED)

    @pytest.fixture
    def bought(self, course, learner):
        return buy(learner, course)

    @pytest.mark.parametrize(("model", "status"), [(CourseApproval, "revoked"), (ProviderApproval, "lapsed")])
    def test_who_is_under_way_is_told_once(self, bought, approval, model, status):
        assert tell_of_ended_approvals() == 0
        model.objects.update(status=status)
        assert [tell_of_ended_approvals(), tell_of_ended_approvals()] == [1, 0]
        assert keys("approval-ended-") == [f"approval-ended-{bought.pk}-{approval.pk}"]

    def test_what_the_mail_says(self, bought):
        CourseApproval.objects.update(status="revoked")
        tell_of_ended_approvals()
        mail, order = Mail.objects.get(key__startswith="approval-ended-"), Order.objects.get()
        assert mail.subject == "The credit of Example Board board for Resting hands has ended"
        assert (
            f"by {PROMISED:%B} {PROMISED.day}, {PROMISED.year} was to earn credit of Example Board board" in mail.text
        )
        assert "completing the course now earns no credit of this board" in mail.text
        assert f"order {order.number}" in mail.text
        assert str(order.uuid) in mail.text

    @pytest.mark.parametrize("number", [-1, 30])
    def test_an_earlier_last_day_breaks_what_the_order_showed(self, bought, number):
        CourseApproval.objects.update(valid_to=in_days(number))
        last = in_days(30)
        words = f"ends on {last:%B} {last.day}, {last.year} now" if number > 0 else "The approval has ended"
        assert tell_of_ended_approvals() == 1
        assert words in Mail.objects.get(key__startswith="approval-ended-").text

    def test_who_did_not_pay_is_told_of_what_was_taken_back(self, course):
        enroll(user=make_user(), course=course, source="free")
        CourseApproval.objects.update(status="lapsed")
        assert tell_of_ended_approvals() == 1
        assert "write to us about order" not in Mail.objects.get(key__startswith="approval-ended-").text

    def test_a_promise_that_was_kept_to_its_day_is_not_broken(self, bought):
        later = timezone.make_aware(datetime.combine(PROMISED + timedelta(days=1), time(12)))
        assert tell_of_ended_approvals(at=later) == 0
        CourseApproval.objects.update(status="lapsed")
        assert tell_of_ended_approvals(at=later) == 0

    def test_a_new_approval_of_the_same_board_keeps_the_promise(self, course, bought):
        make_approval(course, number="C-2", valid_to=PROMISED)
        CourseApproval.objects.exclude(number="C-2").update(status="lapsed")
        assert tell_of_ended_approvals() == 0

    def test_who_completed_left_or_studies_another_edition_is_not_told(self, course, bought):
        finish(make_user(), course)
        Enrollment.objects.filter(pk=bought.pk).update(closed_at=timezone.now())
        lesson = LessonPage.objects.descendant_of(course).first()
        lesson.title = "New content"
        publish(lesson)
        buy(make_user(), course)
        CourseApproval.objects.update(status="lapsed")
        assert tell_of_ended_approvals() == 0

    def test_looking_costs_the_same_for_any_number_of_buyers(self, course, bought):
        with CaptureQueriesContext(connection) as one:
            tell_of_ended_approvals()
        for _ in range(3):
            buy(make_user(), course)
        with CaptureQueriesContext(connection) as four:
            tell_of_ended_approvals()
        assert (len(one), len(four)) == (4, 4)


@pytest_db
class TestTheList:
    """What staff work through."""

    @pytest.fixture(autouse=True)
    def told(self, course, learner, provider, client):
        self.approval = make_approval(course, valid_to=PROMISED)
        self.bought = buy(learner, course)
        self.free = enroll(user=make_user("free@example.com"), course=course, source="grant")
        CourseApproval.objects.update(status="revoked")
        tell_of_ended_approvals()
        client.force_login(provider)
        self.client = client

    def people(self, **asked):
        page = self.client.get(reverse(LAPSED), asked)
        return [one.enrollment for one in page.context["rows"]]

    def test_those_who_paid_with_what_was_promised_and_the_way_to_a_refund(self):
        page = self.client.get(reverse(LAPSED))
        text, order = page.content.decode(), Order.objects.get()
        assert [one.enrollment for one in page.context["rows"]] == [self.bought]
        assert (
            f"Finish by, for credit: {PROMISED:%B} {PROMISED.day}, {PROMISED.year}: the approval ends that day." in text
        )
        assert reverse("orders:inspect", args=[order.pk]) in text
        assert reverse("orders:refund", args=[order.pk]) in text

    def test_everybody_and_by_approval(self, course):
        other = make_approval(course, make_body("other"))
        assert self.people(who="all") == [self.bought, self.free]
        assert self.people(who="all", approval=self.approval.pk) == [self.bought, self.free]
        assert self.people(who="all", approval=other.pk) == []
        assert self.people(who="nonsense", approval="x") == [self.bought]

    def test_who_is_done_or_gone_is_off_the_list(self):
        Enrollment.objects.filter(pk=self.bought.pk).update(closed_at=timezone.now())
        assert self.people(who="all") == [self.free]

    def test_as_a_file(self):
        lines = b"".join(self.client.get(reverse(LAPSED), {"export": "csv"}).streaming_content).decode().splitlines()
        assert (len(lines), "learner@example.com" in lines[1], Order.objects.get().number in lines[1]) == (
            2,
            True,
            True,
        )

    def test_it_costs_the_same_for_any_number(self, course):
        with CaptureQueriesContext(connection) as one:
            self.people()
        CourseApproval.objects.update(status="active")
        for _ in range(3):
            buy(make_user(), course)
        CourseApproval.objects.update(status="revoked")
        tell_of_ended_approvals()
        with CaptureQueriesContext(connection) as four:
            assert len(self.people()) == 4
        assert len(four) == len(one)

    @pytest.mark.parametrize(("group", "status"), [("Providers", 200), ("Instructors", 302), (None, 404)])
    def test_who_may_see_it(self, client, group, status):
        user = make_user(is_staff=group is not None)
        if group:
            user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        assert client.get(reverse(LAPSED)).status_code == status
