"""What search engines are told: only what a visitor may open."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from wagtail.models import Page, Site

from core.access import visible, visitor
from courses.models import ModulePage


class VisiblePages(Sitemap[Page]):
    """Every page that opens without a login."""

    limit = 1000

    def items(self) -> QuerySet[Page]:
        root = Site.objects.get(is_default_site=True).root_page
        pages = Page.objects.descendant_of(root, inclusive=True).exclude(pk__in=ModulePage.objects.values("pk"))
        return visible(visitor(), "view", pages).order_by("path")

    def location(self, item: Page) -> str:
        return str(item.get_url() or "/")

    def lastmod(self, item: Page) -> Any:
        return item.last_published_at
