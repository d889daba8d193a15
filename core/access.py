"""The one access rule, asked at every door: page, preview, search, sitemap, document, media, rendition, export.

`can()` denies by default. It asks the policies of `settings.ACCESS_POLICIES` in turn; a policy answers True, False or
None ("not mine"), and the first answer decides. Lists use `visible()` of the same policy; a test holds the two equal.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, Protocol, TypeVar, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.module_loading import import_string

Action = Literal["view", "preview", "study", "complete", "attempt", "review", "edit", "download", "results"]
M = TypeVar("M", bound=Model)


class Policy(Protocol):
    """What an app says about its own things."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        """Answer for one object, or None when it is not this app's to say."""

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Narrow a queryset to what `can` allows, or None when it is not this app's to say."""


@cache
def _policies() -> tuple[Policy, ...]:
    return tuple(cast("Policy", import_string(path)()) for path in settings.ACCESS_POLICIES)


def can(user: Any, action: Action, obj: Model) -> bool:
    """Whether this person (or a visitor) may do this to this thing."""
    for policy in _policies():
        answer = policy.can(user, action, obj)
        if answer is not None:
            return answer
    return False


def visible(user: Any, action: Action, queryset: QuerySet[M]) -> QuerySet[M]:
    """The rows of the queryset for which `can` would answer True."""
    for policy in _policies():
        narrowed = policy.visible(user, action, queryset)
        if narrowed is not None:
            return cast("QuerySet[M]", narrowed)
    return queryset.none()


def allowed_or_404(user: Any, action: Action, obj: Model | None) -> None:
    """Forbidden and unknown look the same from outside."""
    if obj is None or not can(user, action, obj):
        raise Http404


def visitor() -> AnonymousUser:
    """Somebody who is not logged in: what the sitemap shows is what this person may open."""
    return AnonymousUser()
