"""Questions and quizzes from the content format (quiz.toml), for the demo school and anyone who seeds content."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from markdown_it import MarkdownIt
from wagtail.models import Page

from core.publishing import PublishRefused
from courses.models import CoursePage, ModulePage
from quizzes.models import Question, QuestionBank, QuizPage, QuizSection, QuizSlot, Tag
from quizzes.models.cases import NOT_ASKED
from quizzes.models.quiz import LATER_TERMS
from quizzes.questions.case import Case
from quizzes.services.content_format import ident, stream_of
from quizzes.services.publishing import freeze_question, freeze_quiz

OPTIONAL_TERMS = (
    *("closes_at", "honor_statement", "method", "required", "review_policy", "shuffle_options", "shuffle_questions"),
    *LATER_TERMS,
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@transaction.atomic
def import_question(
    *, bank: QuestionBank, spec: Mapping[str, Any], author: Any = None, at: datetime | None = None
) -> Question:
    """One `[[question]]` as a published question of the bank. Importing it again changes nothing; changed, it is a new
    version. Raises PublishRefused with every reason where it could not be asked."""
    external_id = spec["id"]
    origin = f"{bank.course.slug if bank.course else 'school'}/{bank.name}/{external_id}"
    stream = stream_of(spec, origin, bank)
    tags = _tags(spec.get("tags", ()))
    fields = {
        "title": spec["title"][:200],
        "kind": spec["kind"],
        "study": _lesson(bank, spec.get("study", "")),
        "source": spec.get("source", "")[:250],
    }
    question = Question.objects.filter(bank=bank, external_id=external_id).first()
    if question and _same(question, fields, stream, tags):
        return question
    now = at or timezone.now()
    question = question or Question(
        bank=bank, external_id=external_id, uid=ident(origin, "question"), first_published_at=now
    )
    for name, value in fields.items():
        setattr(question, name, value)
    question.body = question.body.stream_block.to_python(stream)
    question.tags = tags
    question.live, question.has_unpublished_changes, question.last_published_at = True, False, now
    if problems := question.problems():
        raise PublishRefused([f"{external_id}: {problem}" for problem in problems])
    question.save()
    freeze_question(question=question, author=author, at=now)
    return question


def course_bank(*, course: CoursePage) -> QuestionBank:
    """The course's own bank, its first one, made when it has none."""
    first = QuestionBank.objects.filter(course=course).order_by("pk").first()
    return first or QuestionBank.objects.get_or_create(course=course, name=course.title[:120])[0]


@transaction.atomic
def build_quiz(
    *,
    module: ModulePage,
    spec: Mapping[str, Any],
    bank: QuestionBank | None = None,
    user: Any = None,
    at: datetime | None = None,
) -> QuizPage:
    """A quiz.toml as a published quiz at the end of the module, its questions in the course's bank. Twice is once."""
    course = CoursePage.objects.get(path=module.path[:-4])
    bank = bank or course_bank(course=course)
    asked = _import_all(spec["question"], bank, user, at)
    number = sum(one["kind"] not in NOT_ASKED for one in spec["question"])
    quiz = QuizPage.objects.child_of(module).filter(slug=spec["slug"]).first()
    fields = {
        "title": spec["title"],
        "intro": _MARKDOWN.render(spec.get("intro", "")).strip(),
        "summary": spec.get("summary", f"{number} questions, {spec['pass_mark']} % needed."),
        "minutes": spec.get("minutes") or 15,
        "pass_mark": spec["pass_mark"],
        "time_limit_minutes": spec.get("minutes", 0),
        "attempts_allowed": spec.get("attempts", 0),
        "cooldown_minutes": spec.get("cooldown_minutes", 0),
        **{name: spec[name] for name in OPTIONAL_TERMS if name in spec},
    }
    places = [(question.pk, points) for question, points in asked]
    if (
        quiz
        and quiz.live
        and all(getattr(quiz, name) == value for name, value in fields.items())
        and _places(quiz) == places
    ):
        freeze_quiz(quiz=quiz, at=at)
        return quiz
    quiz = _write(quiz, module, spec["slug"], fields, asked)
    quiz.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    freeze_quiz(quiz=quiz, at=at)
    return QuizPage.objects.get(pk=quiz.pk)


def _import_all(
    specs: list[Mapping[str, Any]], bank: QuestionBank, author: Any, at: datetime | None
) -> list[tuple[Question, Decimal]]:
    """The questions of the quiz's own places. Those of a case come with it, and are stored first: it names them."""
    cases = [one for one in specs if one["kind"] == Case.kind]
    in_cases = {part for case in cases for part in case["parts"]}
    stored = {
        one["id"]: import_question(bank=bank, spec=one, author=author, at=at)
        for one in [*(one for one in specs if one not in cases), *cases]
    }
    return [(stored[one["id"]], Decimal(str(one.get("points", 1)))) for one in specs if one["id"] not in in_cases]


def _write(
    quiz: QuizPage | None,
    module: ModulePage,
    slug: str,
    fields: Mapping[str, Any],
    asked: list[tuple[Question, Decimal]],
) -> QuizPage:
    new = quiz is None
    quiz = quiz or QuizPage(slug=slug, live=False)
    for name, value in fields.items():
        setattr(quiz, name, value)
    if new or _places(quiz) != [(question.pk, points) for question, points in asked]:
        slots = [
            QuizSlot(sort_order=place, question=question, points=points)
            for place, (question, points) in enumerate(asked)
        ]
        quiz.sections = [QuizSection(sort_order=0, slots=slots)]
    if new:
        module.add_child(instance=quiz)
    return quiz


def _places(quiz: QuizPage) -> list[tuple[int | None, Decimal]]:
    return [(slot.question_id, slot.points) for slot in quiz.slots()]


def _same(question: Question, fields: Mapping[str, Any], stream: list[dict[str, Any]], tags: list[Tag]) -> bool:
    return (
        question.live
        and all(getattr(question, name) == value for name, value in fields.items())
        and [dict(block) for block in question.body.raw_data] == stream
        and {tag.pk for tag in question.tags.all()} == {tag.pk for tag in tags}
    )


def _tags(slugs: list[str]) -> list[Tag]:
    names = {slug: slug.rsplit("/", 1)[-1].replace("-", " ") for slug in slugs}
    return [Tag.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in names.items()]


def _lesson(bank: QuestionBank, slug: str) -> Page | None:
    """The lesson of the bank's course that this slug names."""
    if not slug or not bank.course:
        return None
    return Page.objects.descendant_of(bank.course).filter(slug=slug).first()
