"""Publishing freezes: a question or quiz that goes live gets a version, unless its content is that of the last one."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from wagtail.models import Page

from core.freeze import digest
from core.publishing import PublishRefused
from quizzes.models import Question, QuestionVersion, QuizPage, QuizVersion
from quizzes.models.cases import NOT_ASKED, part_problems, parts_by_question
from quizzes.services.pictures import link_pictures, link_recordings


def publish_question(
    *, question: Question, user: Any = None, change: str = QuestionVersion.Change.CONTENT, at: datetime | None = None
) -> QuestionVersion:
    """Publish the question as it stands and return the version that learners meet from now on."""
    if problems := question.problems():
        raise PublishRefused(problems)
    question.change_kind = change  # carried into the revision, because publishing works on the revision's object
    question.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    return freeze_question(question=question, author=user, change=change, at=at)


def freeze_question(
    *, question: Question, author: Any = None, change: str = QuestionVersion.Change.CONTENT, at: datetime | None = None
) -> QuestionVersion:
    """The version of the question as it is stored. Equal content makes no second one; of two at once one makes it."""
    stored = Question.objects.select_related("study").get(pk=question.pk)
    version = version_of(stored, author=author, change=change, at=at)
    latest = QuestionVersion.objects.filter(question=stored).order_by("-number").first()
    if latest and latest.sha256 == version.sha256:
        return latest
    version.number = latest.number + 1 if latest else 1
    try:
        with transaction.atomic():
            version.save()
            link_pictures([version])
            link_recordings([version])
    except IntegrityError:  # somebody else published at the same moment and made this number
        return QuestionVersion.objects.filter(question=stored).order_by("-number")[0]
    if version.kind in NOT_ASKED or (latest and latest.kind in NOT_ASKED):
        # A quiz says how many questions it has: a case with other parts makes a new version of it.
        for quiz in QuizPage.objects.live().filter(sections__slots__question=stored).distinct():
            freeze_quiz(quiz=quiz, at=at)
    return version


def version_of(question: Question, *, author: Any, change: str, at: datetime | None) -> QuestionVersion:
    """The first version that this question would get, not yet stored."""
    spec = question.spec()
    topic = next((tag.name for tag in question.tags.all()), "")
    study_key = question.study.translation_key if question.study else None
    content = {"spec": spec.sha256, "topic": topic, "study": str(study_key or "")}
    return QuestionVersion(
        question=question,
        number=1,
        kind=spec.kind,
        schema=spec.schema,
        public=spec.public,
        key=spec.key,
        sha256=digest(content),
        topic=topic,
        study_key=study_key,
        change=change,
        author=author,
        created_at=at or timezone.now(),
    )


def freeze_quiz(*, quiz: QuizPage, at: datetime | None = None) -> QuizVersion:
    """The version of the quiz as it is stored, each drawing slot with the pool that stands behind it now."""
    stored = QuizPage.objects.get(pk=quiz.pk)
    slots = [{**slot, "pool": draw_pool(slot)} if "bank" in slot else slot for slot in stored.frozen_slots()]
    content = {"settings": stored.frozen_settings(), "slots": slots}
    sha256 = digest(content)
    latest = QuizVersion.objects.filter(quiz=stored).order_by("-number").first()
    if latest and latest.sha256 == sha256:
        return latest
    version = QuizVersion(
        quiz=stored,
        number=latest.number + 1 if latest else 1,
        sha256=sha256,
        created_at=at or timezone.now(),
        **content,
    )
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError:  # somebody else published at the same moment and made this number
        return QuizVersion.objects.filter(quiz=stored).order_by("-number")[0]
    return version


def draw_pool(slot: dict[str, Any]) -> list[int]:
    """The questions that a drawing slot can choose from now. Cases and texts are placed, never drawn."""
    pool = Question.objects.filter(bank_id=slot["bank"]).askable().tagged(slot["tags"]).exclude(kind__in=NOT_ASKED)
    return sorted(pool.values_list("pk", flat=True))


def freeze_missed(*, at: datetime | None = None) -> int:
    """Make versions that a crash between publishing and freezing lost, for `sweep`; returns how many were looked at."""
    newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number").values("created_at")[:1]
    questions = Question.objects.filter(live=True).annotate(frozen_at=Subquery(newest))
    newest = QuizVersion.objects.filter(quiz=OuterRef("pk")).order_by("-number").values("created_at")[:1]
    quizzes = QuizPage.objects.filter(live=True).annotate(frozen_at=Subquery(newest))
    missed = Q(frozen_at=None) | Q(frozen_at__lt=F("last_published_at"))
    done = 0
    for question in questions.filter(missed):
        freeze_question(question=question, at=at)
        done += 1
    for quiz in quizzes.filter(missed):
        freeze_quiz(quiz=quiz, at=at)
        done += 1
    return done


def quiz_problems(page: Page) -> list[str]:
    """Why a quiz must not be published as it stands, sections and slots of the draft included."""
    if not isinstance(page, QuizPage):
        return []
    slots = page.slots()
    if not slots:
        return ["Add at least one question to the quiz."]
    found = []
    placed = [slot.question_id for slot in slots if slot.question_id]
    cases = parts_by_question(placed)
    asked = placed + [part for parts in cases.values() for part in parts]
    if len(asked) != len(set(asked)):
        found.append("A question stands in the quiz twice, by itself or as a part of a case.")
    for slot in slots:
        if slot.question:
            found += _fixed_problems(slot.question)
            found += part_problems(slot.question, cases.get(slot.question_id, ()))
    found += _draw_problems(page.frozen_slots(), set(asked))
    if not sum(slot.points_m for slot in slots if cases.get(slot.question_id, True)):
        found.append("Give at least one question points, or nobody can pass.")
    return found


def _fixed_problems(question: Question) -> list[str]:
    if not question.live or not question.versions.exists():
        return [f'The question "{question.title}" is not published.']
    return []


def _draw_problems(slots: list[dict[str, Any]], asked: set[int]) -> list[str]:
    """Every drawing slot must be filled even when the ones before it took all they could from the same questions."""
    found: list[str] = []
    before: list[tuple[set[int], int]] = []
    for slot in slots:
        if "bank" not in slot:
            continue
        pool = set(draw_pool(slot)) - asked
        left = len(pool) - sum(min(count, len(pool & other)) for other, count in before)
        what = f"with {', '.join(slot['tags'])}" if slot["tags"] else "from the bank"
        if left < slot["count"]:
            left_over = f"{max(left, 0)} are published" + (" and not drawn already." if before else ".")
            found.append(f"{slot['count']} questions {what} are to be drawn, but only {left_over}")
        before.append((pool, slot["count"]))
    return found
