"""What must not be published, asked of every app at every way to publish.

An app answers by `@hooks.register("publish_problems")` on a function `(page) -> list[str]`: one plain sentence per
reason, naming what to do. Three gates ask: the page form (edit and add), `Page.publish` and the bulk action.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from wagtail import hooks

if TYPE_CHECKING:
    from wagtail.models import Page


class PublishRefused(ValidationError):
    """Raised by `publish()` of a page that could not be completed, sold or defended."""


def publish_problems(page: "Page") -> list[str]:
    """All the reasons, of all apps, why this page must not go live as it stands."""
    return [problem for hook in hooks.get_hooks("publish_problems") for problem in hook(page)]
