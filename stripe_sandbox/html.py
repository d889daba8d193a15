"""The frame of every page: plain HTML, one style sheet, no script, a strict policy."""

from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, urlsplit

BANNER = "Stripe sandbox: no money moves"


@dataclass
class Page:
    """What a page answers with."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"


def policy(*form_targets: str) -> str:
    """Nothing but our own style; forms may lead to the shop's own address (browsers check redirects too)."""
    targets = " ".join(["'self'", *sorted({origin for origin in map(_origin, form_targets) if origin})])
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host.replace("-", "").replace(".", "").isalnum():
        return ""
    return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"


def render(title: str, main: str, *, status: int = 200, form_targets: tuple[str, ...] = (), nav: str = "") -> Page:
    document = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} - Stripe sandbox</title>
<link rel="stylesheet" href="/static/sandbox.css">
</head>
<body>
<header class="banner"><p><strong>{BANNER}.</strong> A development server; not Stripe.</p>{nav}</header>
<main>
{main}
</main>
</body>
</html>
"""
    return Page(document, status, {"Content-Security-Policy": policy(*form_targets)})


def redirect(url: str) -> Page:
    """See another page; what a header cannot carry is percent-encoded."""
    safe = "".join(c if c.isascii() and c.isprintable() else quote(c) for c in url)
    return Page("", 303, {"Location": safe})


def notice(text: str, *, kind: str = "care") -> str:
    return f'<p class="notice {kind}" role="alert">{escape(text)}</p>' if text else ""
