"""Home and standard pages."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from courses.models import GatedPage
from courses.routing import route_below

PROSE = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]


class HomePage(GatedPage):
    """The landing page."""

    headline = models.CharField(max_length=120, default="Touch lightly. Say only what is known.")
    intro = RichTextField(blank=True, features=PROSE)
    figure = models.ForeignKey("library.Figure", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    body = RichTextField(blank=True, features=PROSE)

    content_panels: ClassVar[list[Any]] = [
        *GatedPage.content_panels,
        FieldPanel("headline"),
        FieldPanel("intro"),
        FieldPanel("figure"),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[Any]] = []
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["courses.CourseIndexPage", "home.StandardPage"]
    max_count = 1
    page_description = "The landing page of the school."
    template = "home/home_page.html"

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """See `courses.routing`."""
        return route_below(self, path_components) or super().route(request, path_components)


class StandardPage(GatedPage):
    """Help, accessibility, about: a page of text."""

    summary = models.CharField(max_length=250, blank=True)
    body = RichTextField(features=PROSE)

    content_panels: ClassVar[list[Any]] = [*GatedPage.content_panels, FieldPanel("summary"), FieldPanel("body")]
    promote_panels: ClassVar[list[Any]] = []
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.StandardPage"]
    subpage_types: ClassVar[list[str]] = ["home.StandardPage"]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    page_description = "A page of text: help, about, accessibility."
    template = "home/standard_page.html"
