"""Who may touch an attempt and who works in which bank."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from core.access import Action
from enrollments.models import Enrollment
from quizzes.models import Attempt, Question, QuestionBank


class QuizPolicy:
    """Attempts belong to their learner; banks to the instructors of their course, the school's to its provider."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        if isinstance(obj, Attempt | Question | QuestionBank):
            model: type[Model] = type(obj)
            narrowed = self.visible(user, action, model._default_manager.filter(pk=obj.pk))
            return narrowed is not None and narrowed.exists()
        return None

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
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


def _banks(user: Any, action: Action, queryset: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    """Instructors work in the banks of their courses and read the school's; who runs the school works in all."""
    if action not in ("view", "edit") or not user.is_authenticated or not user.is_staff:
        return queryset.none()
    if user.has_perm("quizzes.change_questionbank"):
        return queryset
    mine = Q(**{f"{prefix}course__in": user.teaches.values("course_id")})
    return queryset.filter(mine | Q(**{f"{prefix}course": None}) if action == "view" else mine)
