"""Which approvals give credit: active on the day, of an active provider, for this edition or what it only corrects."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accreditation.models import ApprovalBody, CourseApproval, CreditLine, ProviderApproval
from accreditation.services import approvals_for, hours_of
from courses.models import CatalogueFacts, LessonPage
from courses.services import current_edition, rebuild_catalogue
from courses.tests.factories import make_course, publish

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.fixture
def body():
    return ApprovalBody.objects.create(code="sample", name="Sample board")


@pytest.fixture
def provider(body):
    return ProviderApproval.objects.create(
        body=body,
        number="P-1",
        name_as_approved="School",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        status="active",
    )


@pytest.fixture
def approval(course, provider):
    approval = CourseApproval.objects.create(
        course=course,
        provider_approval=provider,
        number="C-1",
        title_as_approved="Resting hands",
        valid_from=date(2026, 2, 1),
        valid_to=date(2026, 6, 30),
        status="active",
    )
    approval.editions.add(current_edition(course))
    CreditLine.objects.create(approval=approval, mode="self_paced", subject="ethics", hours=Decimal("1.5"))
    CreditLine.objects.create(approval=approval, mode="self_paced", subject="technique", hours=Decimal("2"))
    return approval


def found(course, on=MARCH):
    return [one.number for one in approvals_for(current_edition(course), on=on)]


@pytest.mark.usefixtures("approval")
@pytest.mark.parametrize(
    ("on", "numbers"),
    [
        (date(2026, 1, 31), []),
        (date(2026, 2, 1), ["C-1"]),
        (date(2026, 6, 30), ["C-1"]),
        (date(2026, 7, 1), []),
    ],
)
def test_first_and_last_day_count(course, on, numbers):
    assert found(course, on) == numbers


@pytest.mark.parametrize("status", ["draft", "submitted", "active", "lapsed", "revoked"])
def test_only_what_is_active_gives_credit(course, approval, provider, status):
    CourseApproval.objects.update(status=status)
    by_course = found(course)
    CourseApproval.objects.update(status="active")
    ProviderApproval.objects.update(status=status)
    assert (by_course, found(course)) == ((["C-1"], ["C-1"]) if status == "active" else ([], []))


@pytest.mark.usefixtures("approval")
def test_the_providers_term_binds_too(course):
    ProviderApproval.objects.update(valid_to=date(2026, 2, 28))
    assert (found(course, date(2026, 2, 28)), found(course)) == (["C-1"], [])


@pytest.mark.usefixtures("approval")
@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        (["typo"], ["C-1"]),
        (["safety"], ["C-1"]),
        (["content"], []),
        (["typo", "safety", "typo"], ["C-1"]),
        (["typo", "content"], []),
        (["content", "typo"], []),
    ],
)
def test_corrections_inherit_an_approval_and_changed_content_waits(course, changes, numbers):
    for number, change in enumerate(changes):
        lesson = LessonPage.objects.descendant_of(course).first()
        lesson.title, lesson.change_kind = f"Title {number}", change
        publish(lesson)
    assert current_edition(course).number == len(changes) + 1
    assert found(course) == numbers


@pytest.mark.usefixtures("approval")
def test_staff_confirm_an_approval_for_changed_content(course, approval):
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.title = "Changed"
    publish(lesson)
    approval.editions.add(current_edition(course))
    assert found(course) == ["C-1"]


@pytest.mark.usefixtures("approval")
def test_an_earlier_edition_keeps_its_approval_when_content_changed(course):
    first = current_edition(course)
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.title = "Changed"
    publish(lesson)
    assert [one.number for one in approvals_for(first, on=MARCH)] == ["C-1"]


def test_an_approval_of_another_course_gives_nothing(course, approval):
    approval.editions.add(current_edition(make_course("Another")))
    CourseApproval.objects.update(course=make_course("A third"))
    assert found(course) == []


def test_hours_are_the_sum_of_the_lines_as_approved(approval):
    assert approval.hours == Decimal("3.5")


def test_an_approval_without_hours_gives_none(course, approval):
    approval.credit_lines.all().delete()
    assert found(course) == []


@pytest.mark.usefixtures("approval")
def test_the_catalogue_says_approved_hours_or_our_own_count(course, monkeypatch):
    monkeypatch.setattr("accreditation.services.approvals.timezone.localdate", lambda: MARCH)
    rebuild_catalogue(course=course)
    assert CatalogueFacts.objects.values_list("hours", "hours_approved").get(course=course) == (Decimal("3.5"), True)
    CourseApproval.objects.update(status="lapsed")
    rebuild_catalogue(course=course)
    assert CatalogueFacts.objects.values_list("hours", "hours_approved").get(course=course) == (Decimal("0.0"), False)


def test_a_course_that_was_never_published_has_no_hours(course):
    course.editions.all()._raw_delete("default")
    assert hours_of(course) == (Decimal("0.0"), False)


@pytest.mark.parametrize("label", ["CEU", "ceus", "Ceu hours"])
def test_nobody_is_promised_a_ceu(body, label):
    body.hour_label = label
    with pytest.raises(ValidationError, match="never CEU"):
        body.full_clean()


def test_a_term_ends_after_it_begins(approval):
    approval.valid_to = date(2026, 1, 1)
    with pytest.raises(ValidationError, match="before the first one"):
        approval.full_clean()


@pytest.mark.parametrize("hours", ["0", "-1"])
def test_a_line_has_hours(approval, hours):
    with pytest.raises(IntegrityError):
        CreditLine.objects.create(approval=approval, mode="live_online", subject="general", hours=Decimal(hours))
