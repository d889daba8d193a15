"""Marking in the back office: the queue, and one answer at a time without its learner's name."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import OwnRequest
from core.validation import page_number
from quizzes.admin.marking_forms import JudgmentForm, initial_of
from quizzes.models import AttemptItem, Mark, MarkingTask
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.rules.marking import DECIDING, SECOND, since_in_words
from quizzes.rules.words import clock_in_words
from quizzes.services.marking import MarkingRefused, draft_of, give_mark, save_draft
from quizzes.services.marking_queue import claim, open_to, release, waiting_for
from quizzes.views.paper import points_in_words

PER_PAGE = 25
FILTERS = {
    "course": "item__attempt__enrollment__course",
    "quiz": "item__attempt__quiz",
    "question": "item__version__question",
}
ROUNDS = {
    SECOND: "You are the second marker. You do not see the first mark.",
    DECIDING: "Two markers differed. Your mark decides; you do not see theirs.",
}


@dataclass(frozen=True)
class Waiting:
    """One line of the queue."""

    task: MarkingTask
    age: str
    round: str
    taken: str


@require_safe
def queue(request: OwnRequest) -> HttpResponse:
    """What waits for this person, oldest first."""
    staff_or_404(request)
    now = timezone.now()
    waiting = waiting_for(request.user)
    names = [f"{path}__title" for path in FILTERS.values()]
    kinds = list(waiting.order_by().values_list(*FILTERS.values(), *names).distinct())
    chosen = {name: value for name in FILTERS if (value := request.GET.get(name, "")).isdecimal() and len(value) < 10}
    found = waiting.filter(**{FILTERS[name]: value for name, value in chosen.items()})
    found = found.select_related("item__attempt__quiz", "item__version__question").defer("item__version__key")
    page = Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p")))
    context = {
        "lines": [_line(task, request.user, now) for task in page],
        "page": page,
        "filters": _filters(kinds, chosen),
        "filtered": bool(chosen),
        "query": urlencode(chosen),
    }
    return render(request, "quizzes/admin/marking_queue.html", context)


def _filters(kinds: list[tuple[Any, ...]], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The courses, quizzes and questions of what waits, each by its title."""
    return [
        {
            "name": name,
            "label": name.capitalize(),
            "chosen": chosen.get(name, ""),
            "options": sorted({(str(row[place]), row[place + len(FILTERS)]) for row in kinds}, key=lambda one: one[1]),
        }
        for place, name in enumerate(FILTERS)
    ]


def _line(task: MarkingTask, user: Any, now: datetime) -> Waiting:
    held = task.lease_until is not None and task.lease_until >= now
    return Waiting(
        task=task,
        age=since_in_words(task.opened_at, now),
        round={SECOND: "Second marker", DECIDING: "To decide"}.get(task.round, ""),
        taken="" if not held else "On your desk" if task.claimed_by_id == user.pk else "Somebody has it",
    )


@require_POST
def take(request: OwnRequest, task_id: int) -> HttpResponse:
    """Take one answer to one's desk."""
    task = _task(request, task_id)
    if claim(task=task, by=request.user):
        return HttpResponseRedirect(reverse("marking_task", args=[task.pk]), status=303)
    messages.warning(request, "Somebody else has taken this answer, or it is marked already.")
    return HttpResponseRedirect(reverse("marking_queue"), status=303)


@dataclass(frozen=True)
class BlindAnswer:
    """An answer as a marker sees it: nothing of it says whose it is."""

    text: SafeString
    illustration: dict[str, Any] | None
    case: list[SafeString]
    lines: list[str]
    words: int
    points: str
    notes: str
    round: str
    until: str = field(default="")


@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: OwnRequest, task_id: int) -> HttpResponse:
    """One answer on one's desk: save a draft, give the mark, or put it back."""
    task = _written_on(request, task_id)
    if task is None:
        messages.info(request, "You have marked this answer.")
        return HttpResponseRedirect(reverse("marking_queue"), status=303)
    act = request.POST.get("act", "save") if request.method == "POST" else ""
    if act == "release":
        release(task=task, by=request.user)
        return HttpResponseRedirect(reverse("marking_queue"), status=303)
    public = in_language(task.item.version.public, settings.LANGUAGE_CODE)
    asked: dict[str, Any] = {"version": task.item.version, "public": public, "give": act == "give"}
    if not act:
        if task.claimed_by_id != request.user.pk:
            messages.info(request, "Take this answer to your desk first.")
            return redirect("marking_queue")
        form = JudgmentForm(initial=initial_of(draft_of(task, request.user)), **asked)
        return _show(request, task, form, public)
    form = JudgmentForm(request.POST, **asked)
    if not form.is_valid():
        return _refused_by_form(request, task, form, public)
    try:
        return _act(request, task, form, act)
    except MarkingRefused as refusal:
        form.add_error(None, str(refusal))
        return _refused_by_form(request, task, form, public)


def _act(request: OwnRequest, task: MarkingTask, form: JudgmentForm, act: str) -> HttpResponse:
    """Save or give; what follows says so."""
    held = save_draft(task=task, by=request.user, judgment=form.judgment)  # whatever comes, the text is kept
    if act == "give":
        grade = give_mark(task=task, by=request.user, judgment=form.judgment)
        messages.success(request, "Marked." if grade else "Your mark is given. Another person marks this answer too.")
        return HttpResponseRedirect(reverse("marking_queue"), status=303)
    if _by_script(request):
        saved = f"Draft saved {_clock(timezone.now())}"
        return JsonResponse({"saved": saved if held else f"{saved}. Somebody else has this answer now."})
    if not held:
        messages.warning(request, "Your draft is kept, but somebody else has taken this answer meanwhile.")
        return HttpResponseRedirect(reverse("marking_queue"), status=303)
    messages.success(request, "Draft saved.")
    return HttpResponseRedirect(reverse("marking_task", args=[task.pk]), status=303)


def _refused_by_form(
    request: OwnRequest, task: MarkingTask, form: JudgmentForm, public: dict[str, Any]
) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"saved": "Not saved: please look at the fields."}, status=422)
    return _show(request, task, form, public, status=422)


def _by_script(request: OwnRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _show(
    request: OwnRequest, task: MarkingTask, form: JudgmentForm, public: dict[str, Any], status: int = 200
) -> HttpResponse:
    item = task.item
    lines = question_type(item.version.kind).in_words(public, item.answer)
    answer = BlindAnswer(
        text=mark_safe(public["stem"]),  # noqa: S308 - cleaned when the version was frozen
        illustration=public.get("illustration"),
        case=_case(item),
        lines=lines,
        words=sum(len(line.split()) for line in lines),
        points=points_in_words(item.points_m),
        notes=str(item.version.key.get("notes") or ""),
        round=ROUNDS.get(task.round, ""),
        until=_clock(task.lease_until) if task.lease_until else "",
    )
    context = {"task": task, "form": form, "answer": answer, "quiz": item.attempt.quiz}
    return render(request, "quizzes/admin/marking_task.html", context, status=status)


def _case(item: AttemptItem) -> list[SafeString]:
    """The text that the questions of a case share."""
    if not item.case_group:
        return []
    others = AttemptItem.objects.filter(attempt=item.attempt_id, case_group=item.case_group, position__lt=item.position)
    texts = others.select_related("version").defer("version__key").order_by("position")
    return [
        mark_safe(in_language(other.version.public, settings.LANGUAGE_CODE)["stem"])  # noqa: S308 - frozen and cleaned
        for other in texts
        if not question_type(other.version.kind).asks
    ]


def _clock(moment: datetime) -> str:
    return clock_in_words(timezone.localtime(moment))


def _task(request: OwnRequest, task_id: int) -> MarkingTask:
    """A task that this person may mark."""
    staff_or_404(request)
    return get_object_or_404(waiting_for(request.user), pk=task_id)


def _written_on(request: OwnRequest, task_id: int) -> MarkingTask | None:
    """A task that this person may write on, closed ones too, so that no text is lost; None: they have marked it."""
    staff_or_404(request)
    if Mark.objects.filter(task__id=task_id, marker=request.user, given_at__isnull=False).exists():
        return None
    found = open_to(request.user).select_related("item__version", "item__attempt__quiz")
    return get_object_or_404(found, pk=task_id)


def staff_or_404(request: OwnRequest) -> None:
    """The results are for those who teach something, and for who runs the school."""
    if not may_see_results(request.user):
        raise Http404


def may_see_results(user: Any) -> bool:
    """Teaches something, or runs the school. Asked by every item of the menu, so it is remembered for the request."""
    if not user.is_staff:
        return False
    if not hasattr(user, "_sees_results"):
        user._sees_results = user.has_perm("quizzes.view_attempt") or user.teaches.exists()
    return bool(user._sees_results)
