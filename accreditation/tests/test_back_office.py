"""Approvals in the back office: one screen with the hours and the editions, and what it refuses."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from accreditation.models import ApprovalBody, CourseApproval, ProviderApproval
from courses.models import CatalogueFacts
from courses.services import current_edition
from courses.tests.factories import make_course

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
