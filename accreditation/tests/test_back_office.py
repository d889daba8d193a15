"""Approvals in the back office: one screen with the hours and the editions, and what it refuses."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from accreditation.models import ApprovalBody, CourseApproval, CreditAward, ProviderApproval
from courses.models import CatalogueFacts
from courses.services import current_edition
from courses.tests.factories import make_course
from enrollments.services import enroll

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_accreditation_courseapproval:add"
EDIT = "wagtailsnippets_accreditation_courseapproval:edit"
LIST = "wagtailsnippets_accreditation_courseapproval:list"


@pytest.fixture
def provider_approval():
    return ProviderApproval.objects.create(
        body=ApprovalBody.objects.create(code="sample", name="Sample board"),
        number="P-1",
        name_as_approved="School",
        valid_from=date(2020, 1, 1),
        valid_to=date(2099, 12, 31),
        status="active",
    )


@pytest.fixture
def staff(client):
    user = User.objects.create_user("provider@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    client.force_login(user)
    return client


def filled(course, provider_approval, lines=(("self_paced", "ethics", "1.5"),), **changes):
    form = {
        "course": course.pk,
        "provider_approval": provider_approval.pk,
        "number": "C-1",
        "title_as_approved": "Resting hands",
        "editions": [current_edition(course).pk],
        "valid_from": "2026-01-01",
        "valid_to": "2099-12-31",
        "status": "active",
        "credit_lines-TOTAL_FORMS": len(lines),
        "credit_lines-INITIAL_FORMS": 0,
        "credit_lines-MIN_NUM_FORMS": 0,
        "credit_lines-MAX_NUM_FORMS": 1000,
    }
    for n, (mode, subject, hours) in enumerate(lines):
        form |= {f"credit_lines-{n}-mode": mode, f"credit_lines-{n}-subject": subject, f"credit_lines-{n}-hours": hours}
    return form | changes


def test_an_approval_with_its_hours_is_one_form_and_the_catalogue_knows_at_once(staff, course, provider_approval):
    lines = (("self_paced", "ethics", "1.5"), ("self_paced", "technique", "2"))
    assert staff.post(reverse(ADD), filled(course, provider_approval, lines)).status_code == 302
    assert CourseApproval.objects.get().hours == Decimal("3.5")
    assert CatalogueFacts.objects.values_list("hours", "hours_approved").get(course=course) == (Decimal("3.5"), True)


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ((("self_paced", "ethics", "-1"),), {}),
        ((("self_paced", "ethics", "0"),), {}),
        ((("self_paced", "ethics", "1"), ("self_paced", "ethics", "2")), {}),
        ((("self_paced", "ethics", "1"),), {"valid_to": "2025-12-31"}),
        ((("self_paced", "ethics", "1"),), {"is_sample": "on"}),
    ],
    ids=["negative", "nothing", "the same line twice", "ends before it begins", "a sample above our own count"],
)
def test_wrong_hours_and_terms_are_refused(staff, course, provider_approval, lines, changes):
    assert staff.post(reverse(ADD), filled(course, provider_approval, lines, **changes)).status_code == 200
    assert not CourseApproval.objects.exists()


def test_an_edition_of_another_course_is_refused(staff, course, provider_approval):
    other = current_edition(make_course(title="Another"))
    staff.post(reverse(ADD), filled(course, provider_approval, editions=[other.pk]))
    assert not CourseApproval.objects.exists()


def test_an_approval_without_its_edition_says_that_it_gives_no_credit(staff, course, provider_approval):
    answer = staff.post(reverse(ADD), filled(course, provider_approval, editions=[]), follow=True)
    assert "It gives no credit for the newest edition: edition 1 is not confirmed." in answer.content.decode()
    assert "No: edition 1 is not confirmed" in staff.get(reverse(LIST)).content.decode()


def test_confirming_the_edition_gives_the_credit(staff, course, provider_approval):
    staff.post(reverse(ADD), filled(course, provider_approval, editions=[]))
    approval = CourseApproval.objects.get()
    line = approval.credit_lines.get()
    kept = {"credit_lines-INITIAL_FORMS": 1, "credit_lines-0-id": line.pk}
    staff.post(reverse(EDIT, args=[approval.pk]), filled(course, provider_approval, **kept))
    assert CatalogueFacts.objects.values_list("hours", "hours_approved").get(course=course) == (Decimal("1.5"), True)
    assert CourseApproval.objects.get().credit_lines.get().pk == line.pk


GIVEN = (
    "Credit was given by this approval as it stands. If the board changed it, set this one&#x27;s last day and enter a "
    "new approval."
)


def given(course, approval, learner):
    """Credit that somebody has by this approval."""
    return CreditAward.objects.create(
        user=learner,
        enrollment=enroll(user=learner, course=course, source="free"),
        course_approval=approval,
        completed_on=date(2026, 3, 1),
        hours=approval.hours,
        lines=[],
        facts={},
        evidence={},
    )


@pytest.fixture
def approval(staff, course, provider_approval):
    staff.post(reverse(ADD), filled(course, provider_approval))
    return CourseApproval.objects.get()


def posted(staff, approval, **changes):
    """The approval's own form again, with changes."""
    kept = {"credit_lines-INITIAL_FORMS": 1, "credit_lines-0-id": approval.credit_lines.get().pk}
    form = filled(approval.course, approval.provider_approval, **kept | changes)
    return staff.post(reverse(EDIT, args=[approval.pk]), form)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "C-2"},
        {"title_as_approved": "Deep hands", "hours_as_approved": "1.5"},
        {"credit_lines-0-hours": "2"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_credit_was_given_by_stays_as_it_is(staff, course, approval, learner, changes):
    given(course, approval, learner)
    answer = posted(staff, approval, **changes)
    assert (answer.status_code, GIVEN in answer.content.decode()) == (200, True)
    fresh = CourseApproval.objects.get()
    assert (fresh.number, fresh.title_as_approved, fresh.hours) == ("C-1", "Resting hands", Decimal("1.5"))


def test_its_term_state_and_editions_may_change(staff, course, approval, learner):
    given(course, approval, learner)
    assert posted(staff, approval, status="lapsed", valid_to="2030-01-01", editions=[]).status_code == 302
    assert CourseApproval.objects.get().status == "lapsed"


def test_before_any_credit_all_of_it_may_change(staff, approval):
    assert posted(staff, approval, **{"number": "C-2", "credit_lines-0-hours": "2"}).status_code == 302
    fresh = CourseApproval.objects.get()
    assert (fresh.number, fresh.hours) == ("C-2", Decimal(2))


@pytest.mark.parametrize(("change", "status"), [({}, 302), ({"number": "P-2"}, 200)])
def test_the_schools_number_and_name_stay_once_credit_was_given(staff, course, approval, learner, change, status):
    given(course, approval, learner)
    provider = approval.provider_approval
    form = {"body": provider.body_id, "number": "P-1", "name_as_approved": "School", "status": "active"}
    form |= {"valid_from": "2020-01-01", "valid_to": "2099-12-31"} | change
    answer = staff.post(reverse("wagtailsnippets_accreditation_providerapproval:edit", args=[provider.pk]), form)
    assert (answer.status_code, GIVEN in answer.content.decode()) == (status, status == 200)


@pytest.mark.parametrize(("hours", "kept"), [("1.5", 1), ("2", 0)])
def test_the_lines_come_to_what_the_letter_says(staff, course, provider_approval, hours, kept):
    staff.post(reverse(ADD), filled(course, provider_approval, hours_as_approved=hours))
    assert CourseApproval.objects.count() == kept


def test_a_title_with_ceu_is_refused(staff, course, provider_approval):
    staff.post(reverse(ADD), filled(course, provider_approval, title_as_approved="Rest, 6 CEU"))
    assert not CourseApproval.objects.exists()


def test_marking_it_lapsed_says_where_those_under_way_are(staff, approval):
    form = {"credit_lines-INITIAL_FORMS": 1, "credit_lines-0-id": approval.credit_lines.get().pk, "status": "lapsed"}
    address = reverse(EDIT, args=[approval.pk])
    answer = staff.post(address, filled(approval.course, approval.provider_approval, **form), follow=True)
    assert "stand under Credit, Ended early." in answer.content.decode()
