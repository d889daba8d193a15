"""The school, for every page's frame."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from courses.models import SchoolSettings


def school(request: HttpRequest) -> dict[str, Any]:
    """`school` in every template, read once per request and only where it is printed."""
    return {"school": SimpleLazyObject(lambda: SchoolSettings.for_request(request))}
