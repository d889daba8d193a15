"""A real site (DEBUG off): no sample gets in, none gives credit, and what is left over is named before it starts."""

from datetime import date

import pytest
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection

from accreditation.checks import no_samples_left, sample_models
from accreditation.models import ApprovalBody, CourseApproval, InstructorApproval, ProviderApproval, RenewalRule
from accreditation.services import approvals_for
from accreditation.services.clock import finish_by
from accreditation.tests.factories import finish, make_approval, make_body, make_florida, with_a_quiz
from courses.services import current_edition
from enrollments.services import enroll

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
REFUSAL = (
    "The database holds samples: {}. This database comes from a demo. Begin with an empty one; or start it once with "
    "DEBUG=on and delete them under Credit."
)


@pytest.fixture
def real_site(settings):
    settings.SAMPLES = False
    return settings


def test_every_kind_of_rule_row_may_be_a_sample():
    assert {ApprovalBody, ProviderApproval, CourseApproval, InstructorApproval, RenewalRule} <= set(sample_models())


@pytest.mark.usefixtures("real_site")
def test_a_sample_cannot_be_entered(course):
    approval = make_approval(course)
    for row in (approval, approval.provider_approval, approval.provider_approval.body, make_florida()):
        row.is_sample = True
        with pytest.raises(ValidationError, match="A real site holds no samples"):
            row.save()


@pytest.mark.parametrize("model", [CourseApproval, ProviderApproval])
def test_a_sample_that_got_in_gives_no_credit(course, learner, settings, model):
    approval = make_approval(course)
    model.objects.update(is_sample=True)
    edition, enrollment = current_edition(course), enroll(user=learner, course=course, source="free")
    row = model.objects.get()
    assert (approvals_for(edition, on=DAY), row.holds_on(DAY)) == ([approval], True)
    settings.SAMPLES = False
    assert (approvals_for(edition, on=DAY), row.holds_on(DAY), finish_by(enrollment, on=DAY)) == ([], False, None)


def test_no_award_is_made_by_one(course, learner, settings):
    make_approval(with_a_quiz(course))
    CourseApproval.objects.update(is_sample=True)
    settings.SAMPLES = False
    assert list(finish(learner, course).credit_awards.all()) == []


def test_what_is_left_over_is_named_with_how_many_and_what_to_do(course, real_site):
    make_approval(course)
    make_body("second")
    assert no_samples_left() == []
    ApprovalBody.objects.update(is_sample=True)
    CourseApproval.objects.update(is_sample=True)
    (found,) = no_samples_left()
    assert (found.id, found.msg) == ("accreditation.E001", REFUSAL.format("approval bodies (2), course approvals (1)"))


def test_it_is_among_the_errors_that_keep_a_server_from_starting(real_site):
    make_body("sample")
    ApprovalBody.objects.update(is_sample=True)
    assert "accreditation.E001" in [one.id for one in run_checks() if one.level >= ERROR]


def test_in_a_demo_they_may_be(course):
    make_approval(course)
    CourseApproval.objects.update(is_sample=True)
    assert no_samples_left() == []


@pytest.mark.usefixtures("real_site")
def test_a_database_that_is_not_migrated_or_out_of_reach_says_nothing():
    def refuse(execute, sql, params, many, context):
        raise DatabaseError("no such table")

    with connection.execute_wrapper(refuse):
        assert no_samples_left() == []
