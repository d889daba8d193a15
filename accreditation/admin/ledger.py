"""The ledger of credit in the back office: every award, its chain of corrections, and the two acts on it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import OwnRequest
from accreditation.forms.awards import AwardFilterForm, ReasonForm
from accreditation.models import CreditAward
from accreditation.services.award_words import facts_in_words, lines_in_words
from accreditation.services.awards import AwardRefused, changes_of, correct, void
from accreditation.services.reporting.states import report_state_of
from core.spreadsheets import exported
from core.validation import page_number

VIEW, CORRECT = "accreditation.view_creditaward", "accreditation.correct_creditaward"
PER_PAGE = 50
HEAD = [
    *("Learner", "E-mail address", "Title", "Hours", "Counted as", "Lines", "Board", "Course number", "Jurisdiction"),
    *("License", "Completed on", "Awarded (UTC)", "Status", "Reason", "Report", "Sample"),
]
Status = CreditAward.Status


class Act(NamedTuple):
    """One thing that may become of an award."""

    label: str
    button: str
    happens: str
    do: Callable[..., CreditAward]
    done: str
    open_to: tuple[str, ...]


ACTS = {
    "correct": Act(
        "Correct",
        "Replace it with the record of today",
        "An award of the record as it is now takes the place of this one. The learner gets a mail; what was reported "
        "already becomes a task in the outbox.",
        correct,
        "Corrected. This is the award that stands.",
        (Status.EARNED, Status.VOID),
    ),
    "void": Act(
        "Make void",
        "Make it void",
        "The credit counts no longer. The award stays in the ledger, marked as void. The learner gets a mail; what was "
        "reported already becomes a task in the outbox.",
        void,
        "It is void.",
        (Status.EARNED,),
    ),
}


def must(request: HttpRequest, permission: str) -> None:
    """Raises PermissionDenied, which the back office answers."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def awards_page(request: HttpRequest) -> HttpResponseBase:
    """All awards, the newest completion first; narrowed, and as a file."""
    must(request, VIEW)
    form = AwardFilterForm(request.GET)
    found = form.narrow(CreditAward.objects.select_related("user"))
    if as_file := exported(request, "credit", _lines(found)):
        return as_file
    page = Paginator(found, PER_PAGE).get_page(page_number(request.GET.get("p")))
    states = report_state_of(page.object_list)
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "page": page,
        "rows": [(award, states.get(award.pk)) for award in page],
        "query": query.urlencode(),
    }
    return render(request, "accreditation/admin/awards.html", context)


def _lines(awards: QuerySet[CreditAward]) -> Iterator[list[Any]]:
    yield HEAD
    rows = list(awards)
    states = report_state_of(rows)
    for one in rows:
        facts, license, state = one.facts, one.facts["license"] or {}, states.get(one.pk)
        yield [
            facts["learner_name"],
            one.user.email,
            facts["title_as_approved"],
            one.hours,
            facts["hour_label"],
            "; ".join(lines_in_words(one.lines)),
            facts["body_name"],
            facts["course_number"],
            license.get("jurisdiction", ""),
            license.get("number", ""),
            one.completed_on.isoformat(),
            f"{one.awarded_at:%Y-%m-%d %H:%M:%S}",
            one.get_status_display(),
            one.ended_reason,
            state.label if state else "",
            "yes" if facts["sample"] else "",
        ]


@require_safe
def award_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One award: what it keeps, what it replaced, what replaced it, and what a person may do."""
    must(request, VIEW)
    award = get_object_or_404(CreditAward.objects.select_related("user", "enrollment__course", "ended_by"), pk=pk)
    context = {
        "award": award,
        "facts": facts_in_words(award.facts).items(),
        "lines": lines_in_words(award.lines),
        "chain": chain_of(award),
        "report": report_state_of([award]).get(award.pk),
        "acts": acts_for(award, request.user),
    }
    return render(request, "accreditation/admin/award.html", context)


def chain_of(award: CreditAward) -> list[CreditAward]:
    """The awards of one completion by one approval on one license and on none, the first one first."""
    rows = CreditAward.objects.filter(enrollment=award.enrollment_id, course_approval=award.course_approval_id)
    return list(rows.select_related("ended_by", "superseded_by").order_by("pk"))


def acts_for(award: CreditAward, user: Any) -> list[tuple[str, Act]]:
    """What this person may do with it now."""
    if not user.has_perm(CORRECT) or CreditAward.objects.filter(supersedes=award).exists():
        return []
    return [(name, act) for name, act in ACTS.items() if award.status in act.open_to]


@require_http_methods(["GET", "POST"])
def act_page(request: OwnRequest, pk: int, name: str) -> HttpResponse:
    """What will happen, and why; then once."""
    must(request, CORRECT)
    act = ACTS.get(name)
    if act is None:
        raise Http404
    rows = CreditAward.objects.select_related("user", "enrollment", "course_approval", "license")
    award = get_object_or_404(rows, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            standing = act.do(award=award, by=request.user, reason=form.cleaned_data["reason"])
        except AwardRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, act.done)
            return HttpResponseRedirect(reverse("credit:award", args=[standing.pk]), status=303)
    changes = changes_of(award) if name == "correct" else []
    context = {"act": act, "award": award, "form": form, "changes": changes, "shows_changes": name == "correct"}
    return render(request, "accreditation/admin/award_act.html", context, status=422 if form.errors else 200)


urlpatterns: list[URLPattern] = [
    path("awards/", awards_page, name="awards"),
    path("awards/<int:pk>/", award_page, name="award"),
    path("awards/<int:pk>/<slug:name>/", act_page, name="award_act"),
]
