"""Pictures and recordings in the back office: what zones.js knows of a picture, and that files asked about stay."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from wagtail.images.models import SourceImageIOError
from wagtail.images.views.images import DeleteView
from wagtailmedia.views import media

from core.validation import whole_number
from library.access import files_of
from library.models import Figure, Picture, Recording
from quizzes.admin.bank import BankPermissionPolicy
from quizzes.models import Question, VersionPicture, VersionRecording
from quizzes.views.pictures import SIZE

STAYS = '"{title}" is shown by a question that learners have met: it stays. Its collection can be changed.'


@require_safe
def picture_facts(request: HttpRequest) -> JsonResponse:
    """Address and size of a figure, or of an uploaded picture that this person works with. Anything else: 404."""
    policy = BankPermissionPolicy(Question)
    if not any(policy.user_has_permission(request.user, action) for action in ("add", "change")):
        raise Http404
    figure, picture = (whole_number(request.GET.get(name)) for name in ("figure", "picture"))
    found: Any = Figure.objects.filter(pk=figure).first() if figure else None
    if found is not None:
        # As in the question, without its own numbers and names.
        return JsonResponse(
            {"url": f"{found.url}#bare", "width": found.width, "height": found.height, "title": found.title}
        )
    found = files_of(request.user, Picture).filter(pk=picture).first() if picture else None
    if found is None:
        raise Http404
    try:
        url = found.get_rendition(SIZE).url
    except SourceImageIOError as missing:
        raise Http404 from missing
    return JsonResponse({"url": url, "width": found.width, "height": found.height, "title": found.title})


def delete_picture(request: HttpRequest, image_id: int) -> HttpResponse:
    """Wagtail's own page, but for a picture that a version shows: the database keeps that, and says so too late."""
    kept = files_of(request.user, Picture).filter(pk=image_id, pk__in=VersionPicture.objects.values("picture")).first()
    if kept is not None:
        messages.error(request, STAYS.format(title=kept.title))
        return redirect("wagtailimages:edit", image_id)
    answer: HttpResponse = DeleteView.as_view()(request, image_id=image_id)
    return answer


def delete_recording(request: HttpRequest, media_id: int) -> HttpResponse:
    """The same for a recording."""
    shown = VersionRecording.objects.values("recording")
    kept = files_of(request.user, Recording).filter(pk=media_id, pk__in=shown).first()
    if kept is not None:
        messages.error(request, STAYS.format(title=kept.title))
        return redirect("wagtailmedia:edit", media_id)
    answer: HttpResponse = media.delete(request, media_id)
    return answer


def refuse_in_bulk(request: HttpRequest, action_type: str, objects: list[Any]) -> HttpResponse | None:
    """The same for many at once: none is deleted where one must stay."""
    named = {one.pk for one in objects if isinstance(one, Picture)} if action_type == "delete" else set()
    kept = Picture.objects.filter(pk__in=VersionPicture.objects.filter(picture__in=named).values("picture"))
    for picture in kept if named else ():
        messages.error(request, STAYS.format(title=picture.title))
    return redirect("wagtailimages:index") if named and kept else None
