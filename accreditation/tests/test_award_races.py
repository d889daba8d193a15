"""Awards made and ended at the same moment by several processes: the constraints and the frozen columns decide."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accreditation.models import CreditAward, LicenseClaim
from accreditation.services.awards import award_credit, void
from accreditation.tests.factories import finish, make_approval, make_license, with_a_quiz
from core.tests.racing import AT_ONCE, at_once
from courses.tests.factories import make_course, make_user

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
Status = CreditAward.Status


def awards_of(user):
    rows = CreditAward.objects.of(user).order_by("pk")
    return [(one.status, one.license and one.license.number) for one in rows]


@pytest.fixture
def finished(transactional_db):
    course = with_a_quiz(make_course("Raced", lessons=1))
    enrollment = finish(make_user(), course)
    make_approval(course)
    return enrollment


def test_eight_at_once_make_one_award_and_all_get_it(finished):
    got = at_once(lambda: [one.pk for one in award_credit(enrollment=finished)])
    assert got == [[CreditAward.objects.get().pk]] * AT_ONCE


def test_eight_at_once_claim_one_license_and_one_award_takes_the_place(finished):
    award_credit(enrollment=finished)
    license = make_license(finished.user)
    LicenseClaim.objects.create(
        enrollment=finished, license=license, course_approval=CreditAward.objects.get().course_approval
    )
    at_once(lambda: award_credit(enrollment=finished))
    assert awards_of(finished.user) == [(Status.CORRECTED, None), (Status.EARNED, "MA12345")]


def test_eight_at_once_make_it_void_once(finished):
    (award,) = award_credit(enrollment=finished)
    got = at_once(lambda: void(award=award, by=finished.user, reason="Raced.").pk)
    assert sorted(type(one).__name__ for one in got) == ["AwardRefused"] * (AT_ONCE - 1) + ["int"]


def test_the_database_itself_refuses_to_change_a_frozen_column(finished):
    award_credit(enrollment=finished)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accreditation_creditaward SET hours = 99")
    assert CreditAward.objects.get().hours == Decimal(6)


def test_the_constraint_holds_without_the_service(finished):
    (award,) = award_credit(enrollment=finished)
    award.pk, award.uuid, award._state.adding = None, uuid4(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        award.save()
