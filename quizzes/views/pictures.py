"""Uploaded pictures of questions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

from core.access import allowed_or_404
from library.models import Picture

SIZE = "max-1600x1600"
"""The one size in which a question shows a picture: nobody can order others."""


@require_safe
def question_picture(request: HttpRequest, picture_id: int) -> HttpResponse:
    """Leads to the picture's file, which asks again. A page of many questions need not look up each file's name."""
    found = get_object_or_404(Picture, pk=picture_id)
    allowed_or_404(request.user, "view", found)
    try:
        rendition = found.get_rendition(SIZE)
    except (SourceImageIOError, InvalidFilterSpecError) as missing:
        raise Http404 from missing
    return redirect(rendition.url)
