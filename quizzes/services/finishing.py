"""The end of an attempt: its paper is marked, its marks are added up, and what follows from them happens once.

The caller has won the compare-and-swap on the attempt's row, in the same transaction.
"""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import F

from enrollments.services import complete_unit
from quizzes import grading
from quizzes.models import Attempt, AttemptItem, Grade
from quizzes.models.quiz import PRACTICE
from quizzes.questions import question_type
from quizzes.questions.base import NEEDS_HUMAN
from quizzes.questions.freezing import in_language
from quizzes.rules.standing import BEST, has_passed
from quizzes.services.grades import VOID, newest_grades, paper_total, set_standing
from quizzes.services.marking_queue import open_marking
from quizzes.services.safety import schedule_safety_returns, with_safety_tag
from quizzes.services.statistics import record

CACHED = ["grade_state", "fraction_ppm", "score_m", "critical_failed"]


def mark_paper(attempt: Attempt, now: datetime, *, only: Collection[int] | None = None) -> None:
    """Grade every item, or those at these positions, and add up. Marks, grades and total are written together.

    No mark is taken away: a second one names the one that it takes the place of. What a person took out stays out.
    """
    # One query: the paper with its keys, the tags that bring a question back, the number that the row has now.
    items = list(with_safety_tag(attempt.items.select_related("version")).annotate(rev_now=F("attempt__rev")))
    attempt.rev = max((item.rev_now for item in items), default=attempt.rev)
    asked = [item for item in items if question_type(item.version.kind).asks]
    due = [item for item in asked if item.grade_state != VOID and (only is None or item.position in only)]
    again = [item.pk for item in due if item.fraction_ppm is not None]
    before = newest_grades(again) if again else {}
    for item in due:
        _mark(item)
    AttemptItem.objects.bulk_update(due, CACHED)
    Grade.objects.bulk_create(
        Grade(
            item=item,
            at=now,
            engine=grading.ENGINE,
            fraction_ppm=item.fraction_ppm,
            supersedes=before.get(item.pk),
        )
        for item in due
    )
    set_standing(attempt, paper_total(asked, attempt.quiz_version.terms["pass_mark"]))
    _marked(attempt, asked, due, now)


def _mark(item: AttemptItem) -> None:
    version = item.version
    public = in_language(version.public, settings.LANGUAGE_CODE)
    result = grading.grade(version.kind, public, version.key, item.answer, None)
    item.grade_state, item.fraction_ppm = result.state, result.fraction_ppm
    item.score_m = grading.points(item.points_m, result.fraction_ppm)
    item.critical_failed = result.critical_failed


def _marked(attempt: Attempt, asked: list[AttemptItem], due: list[AttemptItem], now: datetime) -> None:
    """What follows from marks that were just written, in the same transaction.

    `asked` is the whole paper without the texts between questions, versions and keys loaded; `due` is what was marked
    now. The attempt carries its new total; it waits for a person when its state says so.
    """
    waiting = [item for item in due if item.grade_state == NEEDS_HUMAN]
    if waiting:
        open_marking(items=waiting, at=now)
    schedule_safety_returns(attempt=attempt, items=asked, at=now)
    if attempt.state == Attempt.State.GRADED:
        record(attempt=attempt, items=asked)


def complete_if_passed(attempt: Attempt, now: datetime) -> None:
    """Passing by the quiz's own way of counting completes the unit, once; a later worse attempt takes nothing away.

    A practice is complete when it is handed in, whatever the score.
    """
    terms = attempt.quiz_version.terms
    if terms["mode"] == PRACTICE:
        passed = True
    elif terms["method"] == BEST:
        passed = bool(attempt.passed)
    else:
        finished = (
            Attempt.objects.finished().filter(enrollment=attempt.enrollment_id, quiz=attempt.quiz_id).order_by("number")
        )
        tries = [other.as_try for other in finished]
        passed = has_passed(tries, method=terms["method"], pass_mark=terms["pass_mark"])
    if passed:
        complete_unit(
            enrollment=attempt.enrollment,
            unit=attempt.quiz,
            evidence={"attempt": str(attempt.uuid), "score_m": attempt.score_m, "max_m": attempt.max_m},
            at=attempt.submitted_at or now,
        )
