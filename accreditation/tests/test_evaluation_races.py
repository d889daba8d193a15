"""Eight processes send the same learner's evaluation at the same moment: one is kept and counted."""

import pytest

from accreditation.models import CourseEvaluation, EvaluationCount, EvaluationQuestion
from accreditation.services.evaluations import decline, give_evaluation
from accreditation.tests.factories import finish, make_approval
from core.tests.racing import AT_ONCE, at_once
from courses.tests.factories import make_course, make_user

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.mark.parametrize("declined_before", [False, True], ids=["first answer", "after declining"])
def test_eight_at_once_answer_once(transactional_db, declined_before):
    course = make_course("Raced", lessons=1)
    make_approval(course)
    question = EvaluationQuestion.objects.create(text="It did what it promised.")
    enrollment = finish(make_user(), course)
    if declined_before:
        decline(enrollment=enrollment)
    given = at_once(lambda: give_evaluation(enrollment=enrollment, answers={question.pk: 5}))
    assert sorted(given) == [False] * (AT_ONCE - 1) + [True]
    assert CourseEvaluation.objects.count() == 1
    assert EvaluationCount.objects.values_list("answered", "favorable").get() == (1, 1)
