"""A browser without JavaScript, for tests: redirects are not followed, forms are sent as the page fills them."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener


class Reply:
    """What an HTTP request came to; redirects are not followed."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text
        self.location: str = headers.get("Location", "")

    def json(self) -> Any:
        return json.loads(self.text)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Answer the redirect itself."""


_OPENER = build_opener(_NoRedirect, ProxyHandler({}))


def fetch(url: str, form: dict[str, str] | None = None, *, data: bytes | None = None, **headers: str) -> Reply:
    """One request, as a browser without JavaScript makes it."""
    body = urlencode(form).encode() if form is not None else data
    request = Request(url, data=body, headers={k.replace("_", "-"): v for k, v in headers.items()})  # noqa: S310
    try:
        with _OPENER.open(request, timeout=30) as response:
            return Reply(response.status, response.headers, response.read().decode())
    except HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read().decode())


class _Form(HTMLParser):
    """The fields of the page's payment form with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = not (given.get("action") or "").endswith("/code")
        name = given.get("name")
        if self._inside and tag == "input" and name and (given.get("type") != "radio" or "checked" in given):
            self.values[name] = given.get("value") or ""


def defaults(page: str) -> dict[str, str]:
    form = _Form()
    form.feed(page)
    return form.values
