"""What a buyer reads about credit before paying: the first last day among the approvals that hold."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from wagtail import hooks

from accreditation.models import ApprovalBody, CourseApproval, CreditLine, ProviderApproval
from courses.models import LessonPage
from courses.services import current_edition
from courses.tests.factories import publish

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 1, 18, tzinfo=UTC)


def approve(course, number, *, until, school_until=date(2026, 12, 31)):
    body = ApprovalBody.objects.create(code=number.lower(), name=f"Board {number}")
    terms = {"valid_from": date(2026, 1, 1), "status": "active", "number": number}
    provider = ProviderApproval.objects.create(body=body, name_as_approved="School", valid_to=school_until, **terms)
    approval = CourseApproval.objects.create(
        course=course, provider_approval=provider, title_as_approved="Resting hands", valid_to=until, **terms
    )
    approval.editions.add(current_edition(course))
    CreditLine.objects.create(approval=approval, mode="self_paced", subject="ethics", hours=Decimal("1.5"))


def said(course, at=MARCH):
    return [row for ask in hooks.get_hooks("credit_terms") for row in ask(course, at)]


NONE_PROMISED = [("Credit", "No board's credit is promised now.")]


def test_without_an_approval_no_credit_is_promised(course):
    assert said(course) == NONE_PROMISED


def test_the_last_day_of_the_course_s_approval_is_the_day_to_finish_by(course):
    approve(course, "A", until=date(2026, 6, 30))
    assert said(course) == [("Finish by, for credit", "June 30, 2026: the approval ends that day.")]


def test_the_school_s_own_approval_may_end_before(course):
    approve(course, "A", until=date(2026, 6, 30), school_until=date(2026, 4, 1))
    assert said(course) == [("Finish by, for credit", "April 1, 2026: the approval ends that day.")]


def test_of_several_approvals_the_first_to_end_counts(course):
    approve(course, "A", until=date(2026, 6, 30))
    approve(course, "B", until=date(2026, 5, 31))
    assert said(course) == [("Finish by, for credit", "May 31, 2026: the first of 2 approvals ends that day.")]


def test_an_approval_that_is_over_or_of_an_edition_before_is_not_named(course):
    approve(course, "A", until=date(2026, 6, 30))
    assert said(course, datetime(2026, 7, 2, tzinfo=UTC)) == NONE_PROMISED
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.title = "New content"
    publish(lesson)
    assert said(course) == NONE_PROMISED
