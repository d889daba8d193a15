"""Who may touch an attempt and who works in which bank."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from wagtail.models import TaskState

from core.access import Action
from courses.models import CoursePage
from enrollments.access import EnrollmentPolicy
from enrollments.models import Enrollment
from library.models import Picture, Recording
from quizzes.models import Attempt, AttemptItem, Question, QuestionBank, QuizPage
from quizzes.models.practised import lessons_with
from quizzes.models.versions import VersionPicture, VersionRecording


class QuizPolicy:
    """Attempts belong to their learner; banks to the instructors of their course, the school's to its provider."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        theirs = (CoursePage, QuizPage, Attempt) if action == "results" else (Attempt, Question, QuestionBank)
        if isinstance(obj, theirs):
            model: type[Model] = type(obj)
            narrowed = self.visible(user, action, model._default_manager.filter(pk=obj.pk))
            return narrowed is not None and narrowed.exists()
        shown = action in SEEING and isinstance(obj, Picture | Recording) and _met(user, _only(obj))
        return True if shown else None

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if action == "results":
            return _results(user, queryset)
        if queryset.model is Attempt:
            return _attempts(user, action, queryset)
        if queryset.model is QuestionBank:
            return _banks(user, action, queryset, "")
        if queryset.model is Question:
            return _banks(user, action, queryset, "bank__")
        return _files(user, action, queryset) if queryset.model in SHOWN_BY and action in SEEING else None


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
    if queryset.model is Question:
        mine |= Q(pk__in=_asked_to_review(user))
    return queryset.filter(mine | Q(**{f"{prefix}course": None}) if action == "view" else mine)


def _asked_to_review(user: Any) -> list[int]:
    """Questions that wait for this person's approval: open to them until it is given."""
    if not user.groups.filter(groupapprovaltask__active=True).exists():
        return []
    asked = TaskState.objects.reviewable_by(user).filter(
        workflow_state__base_content_type=ContentType.objects.get_for_model(Question)
    )
    return [int(pk) for pk in asked.values_list("workflow_state__object_id", flat=True)]


SEEING = ("view", "download")
SHOWN_BY: dict[type[Model], tuple[Any, str]] = {
    Picture: (VersionPicture, "picture"),
    Recording: (VersionRecording, "recording"),
}
"""The files of questions, and where it stands which versions show them."""


def _only(file: Picture | Recording) -> QuerySet[Any]:
    return type(file)._default_manager.filter(pk=file.pk)


def _met(user: Any, files: QuerySet[Any]) -> set[int]:
    """Files of questions: for whoever has one in an attempt and access to its course, for who may read its bank, and
    for readers of a lesson that lets them try it.

    A learner's result stays one's own without access; the questions belong to the course.
    """
    model, name = SHOWN_BY[files.model]
    rows = model.objects.filter(**{f"{name}__in": files.values("pk")})
    found: set[int] = set()
    if user.is_authenticated:
        studies = Enrollment.objects.active().filter(user=user)
        met = Q(version__in=AttemptItem.objects.filter(attempt__enrollment__in=studies).values("version"))
        written = Q(version__question__in=_banks(user, "view", Question.objects.all(), "bank__").values("pk"))
        found = set(rows.filter(met | written).values_list(name, flat=True))
    others = set(rows.exclude(**{f"{name}__in": found}).values_list("version__question", name))
    tried = _tried(user, {question for question, _ in others})
    return found | {file for question, file in others if question in tried}


def _tried(user: Any, questions: set[int]) -> set[int]:
    """Of these questions those that a lesson shows which this person may read."""
    pages = EnrollmentPolicy()
    shown = [found for lesson, found in lessons_with(questions) if pages.can(user, "view", lesson)]
    return set().union(*shown)


def _files(user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The set form of `can`, whose other half is the library's: files of pages, and those that one works with."""
    met = _met(user, queryset)
    library = EnrollmentPolicy()
    others = {file.pk for file in queryset.exclude(pk__in=met) if library.can(user, action, file)}
    return queryset.filter(pk__in=met | others)
