"""Where a question is used, before it is changed: quizzes that ask it, draws that may, attempts that met it, twins."""

from dataclasses import dataclass
from typing import Any

from core.access import visible
from quizzes.models import AttemptItem, Question, QuestionVersion, QuizPage
from quizzes.models.cases import parts_by_question
from quizzes.questions.case import Case
from quizzes.rules.twins import Twins, asked, near_twins

MOST_TWINS = 20


@dataclass(frozen=True)
class Usage:
    """What a change of the question would touch."""

    quizzes: list[QuizPage]
    drawn_by: list[QuizPage]
    attempts: int
    versions: int
    twins: list[Question]

    @property
    def is_used(self) -> bool:
        """Whether anybody but its author has to do with it."""
        return bool(self.quizzes or self.drawn_by or self.attempts)


def usage_of(question: Question, *, user: Any) -> Usage:
    """Counted now, in a constant number of queries. Twins are named only from banks that this person may read."""
    within = [question.pk, *_cases_with(question)]
    fixed = QuizPage.objects.filter(sections__slots__question__in=within).distinct().order_by("title")
    tags = {tag.pk for tag in question.tags.all()}
    drawing = QuizPage.objects.filter(sections__slots__bank=question.bank_id).distinct().order_by("title")
    could = [quiz for quiz in drawing.prefetch_related("sections__slots__tags") if _draws(quiz, question.bank_id, tags)]
    return Usage(
        quizzes=list(fixed),
        drawn_by=could,
        attempts=AttemptItem.objects.filter(version__question=question).values("attempt").distinct().count(),
        versions=QuestionVersion.objects.filter(question=question).count(),
        twins=twins_of(question, user=user),
    )


def _cases_with(question: Question) -> list[int]:
    """The cases that ask this question as one of their parts."""
    cases = Question.objects.filter(bank=question.bank_id, kind=Case.kind).values_list("pk", flat=True)
    return [case for case, parts in parts_by_question(cases).items() if question.pk in parts]


def _draws(quiz: QuizPage, bank_id: int, tags: set[int]) -> bool:
    slots = [slot for section in quiz.sections.all() for slot in section.slots.all()]
    return any(slot.bank_id == bank_id and {tag.pk for tag in slot.tags.all()} <= tags for slot in slots)


def twins_of(question: Question, *, user: Any) -> list[Question]:
    """Other questions of the very same words and kind that this person may read."""
    if not question.fingerprint:
        return []
    same = Question.objects.filter(fingerprint=question.fingerprint, kind=question.kind).exclude(pk=question.pk)
    return list(visible(user, "view", same).select_related("bank").order_by("pk")[:MOST_TWINS])


@dataclass(frozen=True)
class NearPair:
    """Two questions for an author to compare."""

    one: Question
    other: Question
    percent: int


def near_pairs(*, user: Any, bank_id: int | None = None) -> list[NearPair]:
    """Possible twins among the questions that this person may edit, the most alike first; with a bank, those that
    have at least one foot in it."""
    questions = visible(user, "edit", Question.objects.all()).select_related("bank")
    texts = {question.pk: _asked(question) for question in questions}
    known = {question.pk: question for question in questions}
    pairs = [NearPair(known[twins.one], known[twins.other], twins.percent) for twins in _pairs(texts)]
    return [pair for pair in pairs if bank_id is None or bank_id in (pair.one.bank_id, pair.other.bank_id)]


def _pairs(texts: dict[int, str]) -> list[Twins]:
    return near_twins({name: text for name, text in texts.items() if text})


def _asked(question: Question) -> str:
    raw = question.body.raw_data if question.body else []
    return asked(raw[0]["value"]) if len(raw) else ""
