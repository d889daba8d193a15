"""The papers that a regrade concerns, read in batches as plain rows, with a fingerprint of all that they rest on."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from core.freeze import digest
from quizzes.models import Attempt, AttemptItem, Grade, Question, QuestionVersion, QuizPage
from quizzes.questions.base import NEEDS_HUMAN
from quizzes.questions.freezing import in_language
from quizzes.rules.regrading import TAKEN_OUT, Asked, Mark, Paper, Rest, Version
from quizzes.services.grades import newest_grades

BATCH = 500


@dataclass(frozen=True)
class Read:
    """One paper, whose it is, and the fingerprint of everything that a plan for it rests on."""

    paper: Paper
    attempt: Attempt
    fingerprint: str


def version_of(frozen: QuestionVersion) -> Version:
    """A frozen version as the rules take it."""
    return Version(frozen.kind, in_language(frozen.public, settings.LANGUAGE_CODE), frozen.key)


def concerned(question: Question, quiz: QuizPage | None) -> QuerySet[Attempt]:
    """The attempts that are handed in, count, and met the question in any version."""
    scope = Attempt.objects.finished().filter(items__version__question=question).distinct()
    return scope.filter(quiz=quiz) if quiz else scope


def read_papers(question: Question, quiz: QuizPage | None, *, lock: bool = False) -> Iterator[Read]:
    """Every paper concerned, in a fixed order. With `lock` their rows are held until the transaction ends."""
    versions = {one.pk: version_of(one) for one in QuestionVersion.objects.filter(question=question)}
    ids = list(concerned(question, quiz).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = Attempt.objects.finished().filter(pk__in=ids[start : start + BATCH]).order_by("pk")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        attempts = list(rows.select_related("quiz_version", "quiz", "enrollment__user"))
        yield from _read(attempts, versions)


def _read(attempts: list[Attempt], versions: dict[int, Version]) -> Iterator[Read]:
    """One batch, in a constant number of queries."""
    items = AttemptItem.objects.filter(attempt__in=[attempt.pk for attempt in attempts])
    mine = list(items.filter(version__in=versions).order_by("attempt", "position"))
    grades = newest_grades([item.pk for item in mine])
    rests = _rests(items.exclude(version__in=versions).exclude(grade_state=TAKEN_OUT))
    by_attempt: dict[int, list[AttemptItem]] = defaultdict(list)
    for item in mine:
        by_attempt[item.attempt_id].append(item)
    for attempt in attempts:
        mine_of = by_attempt[attempt.pk]
        asked = tuple(_asked(item, versions, grades) for item in mine_of)
        rest = rests.get(attempt.pk, Rest(0, 0, critical_failed=False, waits=False))
        paper = Paper(attempt.pk, asked, rest, attempt.quiz_version.terms["pass_mark"])
        newest = [(item.pk, item.version_id, grades[item.pk].pk if item.pk in grades else 0) for item in mine_of]
        rests_on = [attempt.pk, attempt.state, attempt.score_m, attempt.max_m, attempt.passed, paper.pass_mark]
        marks = [[one.points_m, one.answer, vars(one.mark)] for one in asked]
        yield Read(paper, attempt, digest([rests_on, vars(rest), newest, marks]))


def _rests(items: QuerySet[AttemptItem]) -> dict[int, Rest]:
    found = (
        items.order_by()
        .values("attempt")
        .annotate(
            score=Sum("score_m"),
            points=Sum("points_m"),
            critical=Count("pk", filter=Q(critical_failed=True)),
            waiting=Count("pk", filter=Q(grade_state=NEEDS_HUMAN)),
        )
    )
    return {
        row["attempt"]: Rest(row["score"] or 0, row["points"] or 0, bool(row["critical"]), bool(row["waiting"]))
        for row in found
    }


def _asked(item: AttemptItem, versions: dict[int, Version], grades: dict[int, Grade]) -> Asked:
    grade = grades.get(item.pk)
    return Asked(
        item=item.pk,
        version=versions[item.version_id],
        points_m=item.points_m,
        answer=item.answer,
        mark=Mark(item.grade_state, item.fraction_ppm or 0, item.critical_failed),
        by_person=grade is not None and grade.user_id is not None,
    )
