"""Who may touch an attempt and who works in which bank."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from core.access import Action
from courses.models import CoursePage
from enrollments.models import Enrollment
from quizzes.models import Attempt, Question, QuestionBank, QuizPage


class QuizPolicy:
    """Attempts belong to their learner; banks to the instructors of their course, the school's to its provider."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        theirs = (CoursePage, QuizPage, Attempt) if action == "results" else (Attempt, Question, QuestionBank)
        if isinstance(obj, theirs):
            model: type[Model] = type(obj)
            narrowed = self.visible(user, action, model._default_manager.filter(pk=obj.pk))
            return narrowed is not None and narrowed.exists()
        return None

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if action == "results":
            return _results(user, queryset)
        if queryset.model is Attempt:
            return _attempts(user, action, queryset)
        if queryset.model is QuestionBank:
            return _banks(user, action, queryset, "")
        if queryset.model is Question:
            return _banks(user, action, queryset, "bank__")
        return None


def _attempts(user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Answering needs access to the course now; one's own results stay readable."""
    if not user.is_authenticated:
        return queryset.none()
    if action == "attempt":
        return queryset.filter(enrollment__in=Enrollment.objects.active().filter(user=user))
    return queryset.filter(enrollment__user=user) if action == "review" else queryset.none()


COURSE_OF: dict[type[Model], str] = {Attempt: "enrollment__course__in", CoursePage: "pk__in"}


def _results(user: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
    """Results of learners: marks, logs, gradebook, statistics. Who teaches the course, and who runs the school."""
    if queryset.model not in (*COURSE_OF, QuizPage):
        return None
    if not user.is_authenticated or not user.is_staff:
        return queryset.none()
    if user.has_perm("quizzes.view_attempt"):
        return queryset
    courses = CoursePage.objects.filter(pk__in=user.teaches.values("course_id"))
    if queryset.model is QuizPage:
        mine = Q(pk__in=[])
        for path in courses.values_list("path", flat=True):
            mine |= Q(path__startswith=path)
        return queryset.filter(mine)
    return queryset.filter(**{COURSE_OF[queryset.model]: courses})


def _banks(user: Any, action: Action, queryset: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    """Instructors work in the banks of their courses and read the school's; who runs the school works in all."""
    if action not in ("view", "edit") or not user.is_authenticated or not user.is_staff:
        return queryset.none()
    if user.has_perm("quizzes.change_questionbank"):
        return queryset
    mine = Q(**{f"{prefix}course__in": user.teaches.values("course_id")})
    return queryset.filter(mine | Q(**{f"{prefix}course": None}) if action == "view" else mine)
