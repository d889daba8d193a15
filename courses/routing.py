"""Finding a page by its address in one query instead of two per level."""

from django.http import Http404, HttpRequest
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult

LONGEST_ADDRESS = 2000


def route_below(top: Page, path_components: list[str]) -> RouteResult | None:
    """The page below `top`, with its parents left behind on it; None when the request is for `top` itself.

    Wagtail serves a live child of a draft; here every page on the way must be live.
    """
    if not path_components:
        return None
    below = [
        top.url_path + "".join(f"{part}/" for part in path_components[: end + 1]) for end in range(len(path_components))
    ]
    if not top.live or len(below[-1]) > LONGEST_ADDRESS or "\x00" in below[-1]:
        raise Http404
    found = {page.url_path: page for page in Page.objects.filter(url_path__in=below, path__startswith=top.path)}
    if len(found) != len(below) or not all(page.live for page in found.values()):
        raise Http404
    parent = top
    for address in below:
        found[address]._cached_parent_obj = parent  # treebeard's cache: `get_parent` costs nothing later
        parent = found[address]
    page = found[below[-1]].specific
    page._cached_parent_obj = found[below[-2]] if len(below) > 1 else top
    return RouteResult(page)


def address(page: Page, request: HttpRequest) -> str:
    """The page's path on the site of this request. `get_url` asks the cache for the site's roots at each call."""
    site = Site.find_for_request(request)
    root = site.root_page.url_path if site else "/"
    return "/" + str(page.url_path).removeprefix(root)
