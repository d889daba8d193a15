"""Figures and releases in the back office."""

from typing import ClassVar

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from library.models import Figure, PersonRelease


class FigureViewSet(SnippetViewSet):
    """Our drawings: their words can be edited, the drawings ship with the code."""

    model = Figure
    icon = "image"
    menu_label = "Figures"
    list_display: ClassVar[list[str]] = ["title", "slug", "credit"]
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
    list_filter: ClassVar[list[str]] = ["signed_on"]


register_snippet(FigureViewSet)


@hooks.register("register_admin_viewset")
def register_release_viewset() -> ModelViewSet:
    """Releases have a page of their own under the library menus."""
    return PersonReleaseViewSet("releases", url_prefix="releases")
