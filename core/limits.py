"""Our own small rate limiter, on the shared cache: for doors that allauth does not watch."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]


def limited(name: str, *, per_minute: int) -> Callable[[View], View]:
    """At most `per_minute` requests a minute and address to this view; then a 429 page that says when to come back."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if over_limit(name, address=client_address(request), per_minute=per_minute):
                response = render(request, "429.html", status=429)
                response["Retry-After"] = "60"
                return response
            return view(request, *args, **kwargs)

        return inner

    return decorate


def over_limit(name: str, *, address: str, per_minute: int) -> bool:
    """Count one request; True when the minute's allowance is used up."""
    minute = int(time.time() // 60)  # in the key, because `incr` on the database cache moves the expiry on
    key = f"limit:{name}:{address}:{minute}"
    if cache.add(key, 1, timeout=120):
        return False
    try:
        return int(cache.incr(key)) > per_minute
    except ValueError:  # thrown out of the cache between the two calls
        return False


def client_address(request: HttpRequest) -> str:
    """The address that allauth counts by: X-Forwarded-For is believed only as far as TRUSTED_PROXY_COUNT says."""
    return str(get_adapter(request).get_client_ip(request))
