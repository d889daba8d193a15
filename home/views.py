"""Search, policies and the learner's desk."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.search.utils import parse_query_string

from accounts.requests import OwnRequest
from core.access import visible
from core.validation import page_number, search_text
from courses.models import ModulePage, PolicyVersion
from home.desk import desk_of

RESULTS_PER_PAGE = 20
HITS = 1000


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 in our own words."""
    return render(request, "403.html", status=403)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Pages that the asker may open. Odd input finds nothing: SQLite's FTS5 has a syntax of its own."""
    typed = search_text(request.GET.get("q", ""))
    results = _found(request, typed) if typed else []
    page = Paginator(results, RESULTS_PER_PAGE).get_page(page_number(request.GET.get("p")))
    return render(request, "home/search.html", {"query": typed, "page_obj": page})


def _found(request: HttpRequest, typed: str) -> list[Page]:
    """Hits in order of rank, without those that the asker may not open, and without modules: their course is found."""
    _, query = parse_query_string(typed, operator="and")
    try:
        with transaction.atomic():
            ranked = [page.pk for page in Page.objects.all().search(query)[:HITS]]
    except DatabaseError:
        return []
    pages = Page.objects.filter(pk__in=ranked, depth__gt=1).exclude(pk__in=ModulePage.objects.values("pk"))
    open_to_asker = {page.pk: page for page in visible(request.user, "view", pages)}
    return [open_to_asker[pk] for pk in ranked if pk in open_to_asker]


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """All policies in force."""
    return render(request, "home/policies.html", {"policies": PolicyVersion.objects.in_force()})


@require_safe
def policy(request: HttpRequest, kind: str) -> HttpResponse:
    """One policy in force, with its earlier and coming versions."""
    versions = list(PolicyVersion.objects.filter(kind=kind).order_by("-effective_from"))
    current = next((one for one in versions if one.effective_from <= timezone.localdate()), None)
    if current is None:
        raise Http404
    return render(request, "home/policy.html", {"policy": current, "versions": versions})


@require_safe
@login_required
def desk(request: OwnRequest) -> HttpResponse:
    """The learner's desk: one next step, courses, certificates."""
    return render(request, "home/desk.html", desk_of(request.user, page=page_number(request.GET.get("p"))))
