"""Who may do what with reports, and what their pages share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.validation import page_number

MAY_SEE = "accreditation.view_boardreport"
MAY_ADD = "accreditation.add_boardreport"
MAY_SEND = "accreditation.send_boardreport"
View = Callable[..., Any]


def needs(right: str = MAY_SEE) -> Callable[[View], View]:
    """The back office answers who lacks it. Whoever acts on reports must see them too."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not (request.user.has_perm(MAY_SEE) and request.user.has_perm(right)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def page_of(request: HttpRequest, found: Any, per_page: int) -> Page[Any]:
    """The page that the address asks for; the last one where there are fewer."""
    return Paginator(found, per_page).get_page(page_number(request.GET.get("p")))


def query_of(request: HttpRequest) -> str:
    """The address's question, to go on from page to page."""
    asked = request.GET.copy()
    for name in ("p", "export"):
        asked.pop(name, None)
    return asked.urlencode()


def to(name: str, *args: Any) -> HttpResponse:
    """On to another page after an act."""
    return HttpResponseRedirect(reverse(f"credit:{name}", args=args), status=303)
