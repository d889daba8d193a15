"""Taking a quiz as a learner would, from its draft, without leaving a trace: nothing is stored, nothing counts."""

import secrets
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnRequest
from quizzes import grading
from quizzes.models import Attempt, AttemptItem, QuestionVersion, QuizPage, QuizVersion
from quizzes.questions import question_type
from quizzes.questions.base import AnswerError, Json
from quizzes.questions.freezing import in_language
from quizzes.rules.review import ASPECTS, RUBRIC
from quizzes.services import SentItem, quiz_problems
from quizzes.services.paper import make_paper
from quizzes.services.publishing import draw_pool
from quizzes.views.attempts import read_answers
from quizzes.views.paper import number_items
from quizzes.views.results import reviewed_paper

SEED_BYTES = 16
SEEN_BY_AUTHORS = frozenset(ASPECTS) - {RUBRIC}
"""All but what a person would say: nobody has marked this paper."""


@never_cache
@require_http_methods(["GET", "POST"])
def try_quiz(request: OwnRequest, page_id: int) -> HttpResponse:
    """The paper that this draft would give; posted, the same paper with its answers, or what they would earn."""
    quiz = _draft(request, page_id)
    if problems := quiz_problems(quiz):
        return render(request, "quizzes/admin/tryout.html", {"quiz": quiz, "problems": problems})
    seed = _seed(request)
    if seed is None:
        return redirect(f"{request.path}?seed={secrets.token_hex(SEED_BYTES)}")
    items = _paper(quiz, seed, request.user.pk)
    errors = _answer(items, read_answers(request, touched=True)) if request.method == "POST" else {}
    context: dict[str, Any] = {"quiz": quiz, "seed": seed.hex()}
    if "finish" in request.POST and not errors:
        context |= _result(quiz, items)
        return render(request, "quizzes/admin/tryout_result.html", context)
    asked = number_items([(item, errors.get(item.position, "")) for item in items])
    context |= {"items": asked, "total": sum(item.asks for item in asked)}
    return render(request, "quizzes/admin/tryout.html", context, status=422 if errors else 200)


def _draft(request: OwnRequest, page_id: int) -> QuizPage:
    """The newest state of the quiz, for who may edit or publish it; unknown to everybody else."""
    live = QuizPage.objects.filter(id=page_id).first()
    if live is None:
        raise Http404
    allowed = live.permissions_for_user(request.user)
    if not (allowed.can_edit() or allowed.can_publish()):
        raise Http404
    return live.get_latest_revision_as_object()


def _seed(request: HttpRequest) -> bytes | None:
    """The paper's seed from the address, so that posting gives the same paper again."""
    text = request.GET.get("seed", "")
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        return None
    return seed if len(seed) == SEED_BYTES else None


def _paper(quiz: QuizPage, seed: bytes, author_id: int) -> list[AttemptItem]:
    """The items that an attempt would have, in memory only."""
    slots = [{**slot, "pool": draw_pool(slot)} if "bank" in slot else slot for slot in quiz.frozen_slots()]
    version = QuizVersion(quiz=quiz, number=0, settings=quiz.frozen_settings(), slots=slots)
    items = make_paper(version=version, seed=seed, learner_id=author_id, language=settings.LANGUAGE_CODE)
    keyed = QuestionVersion.objects.in_bulk([item.version_id for item in items])
    attempt = Attempt(quiz=quiz, quiz_version=version, number=1, started_at=timezone.now(), seed=seed)
    for item in items:
        item.attempt, item.version = attempt, keyed[item.version_id]
    return items


def _answer(items: list[AttemptItem], sent: dict[int, SentItem]) -> dict[int, str]:
    """Put what was posted on the paper; what cannot be read is told."""
    errors: dict[int, str] = {}
    for item in items:
        if item.position not in sent:
            continue
        kept = question_type(item.version.kind)
        try:
            item.answer = kept.clean(_public(item), kept.answer_from_form(sent[item.position].fields))
        except AnswerError as refusal:
            errors[item.position] = str(refusal)
        item.flagged = bool(sent[item.position].flagged)
    return errors


def _result(quiz: QuizPage, items: list[AttemptItem]) -> dict[str, Any]:
    """Marks, key and all feedback, as an author wants to check them."""
    rows = []
    for item in items:
        if not question_type(item.version.kind).asks:
            continue
        result = grading.grade(item.version.kind, _public(item), item.version.key, item.answer, None)
        item.grade_state, item.fraction_ppm = result.state, result.fraction_ppm
        item.score_m, item.critical_failed = grading.points(item.points_m, result.fraction_ppm), result.critical_failed
        rows.append((item.points_m, item.score_m, item.critical_failed))
    total = grading.total(rows, quiz.pass_mark)
    return {
        "total": total,
        "percent": grading.percent(total.score_m, total.max_m),
        "items": reviewed_paper(items, SEEN_BY_AUTHORS),
    }


def _public(item: AttemptItem) -> Json:
    return in_language(item.version.public, settings.LANGUAGE_CODE)
