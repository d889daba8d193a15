"""Figures and releases in the back office."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtailmedia.views import media

from library.access import files_of
from library.models import Figure, PersonRelease, Recording


class FigureViewSet(SnippetViewSet):
    """Our drawings: their words can be edited, the drawings ship with the code."""

    model = Figure
    icon = "image"
    menu_label = "Figures"
    add_to_admin_menu = True
    menu_order = 305
    list_display: ClassVar[list[str]] = ["title", "alt", "credit"]
    list_export: ClassVar[list[str]] = ["title", "slug", "alt", "credit"]
    search_backend_name = None
    copy_view_enabled = False
    search_fields: ClassVar[list[str]] = ["title", "slug", "alt", "description"]
    inspect_view_enabled = True


class PersonReleaseViewSet(ModelViewSet):
    """Recorded consents to be shown."""

    model = PersonRelease
    icon = "user"
    menu_label = "Releases of persons"
    add_to_admin_menu = True
    menu_order = 450
    form_fields: ClassVar[list[str]] = ["person", "signed_on", "kept_at", "note"]
    list_display: ClassVar[list[str]] = ["person", "signed_on", "kept_at"]
    list_filter: ClassVar[dict[str, list[str]]] = {"signed_on": ["gte", "lte"]}
    list_export: ClassVar[list[str]] = ["person", "signed_on", "kept_at", "note"]
    export_filename = "releases"
    search_fields: ClassVar[list[str]] = ["person", "kept_at", "note"]
    search_backend_name = None
    copy_view_enabled = False


register_snippet(FigureViewSet)


@hooks.register("register_admin_viewset")
def register_release_viewset() -> ModelViewSet:
    """Releases have a page of their own under the library menus."""
    return PersonReleaseViewSet("releases", url_prefix="releases")


class OwnPictures(ImagesAdminAPIViewSet):
    """Wagtail's list for scripts names every picture to everybody in the back office; this one those of one's own."""

    def get_queryset(self) -> QuerySet[Any]:
        """What a chooser would offer."""
        return super().get_queryset().filter(pk__in=files_of(self.request.user, self.model).values("pk"))


class OwnHandouts(DocumentsAdminAPIViewSet):
    """The same of documents."""

    def get_queryset(self) -> QuerySet[Any]:
        """What a chooser would offer."""
        return super().get_queryset().filter(pk__in=files_of(self.request.user, self.model).values("pk"))


@hooks.register("construct_admin_api", order=100)
def own_files_only(router: Any) -> None:
    """In the place of Wagtail's, which were registered before."""
    router.register_endpoint("images", OwnPictures)
    router.register_endpoint("documents", OwnHandouts)


@hooks.register("register_admin_urls", order=-1)
def usage_of_own_recordings() -> list[URLPattern]:
    """Before wagtailmedia's own address, which asks nothing about the recording."""
    return [path("media/usage/<int:media_id>/", usage)]


def usage(request: HttpRequest, media_id: int) -> HttpResponse:
    """Where a recording is used."""
    get_object_or_404(files_of(request.user, Recording), pk=media_id)
    answer: HttpResponse = media.usage(request, media_id)
    return answer
