"""The catalogue as a query: filters and sorting over what the facts say."""

from typing import Any

from django.db.models import F, QuerySet

from core import money
from courses.models import CourseIndexPage, CoursePage

ORDERS: dict[str, list[Any]] = {
    "title": ["title", "pk"],
    "price": [F("facts__price_amount").asc(nulls_last=True), "title"],
    "hours": [F("facts__hours").desc(nulls_last=True), "title"],
    "new": ["-first_published_at", "-pk"],
}


def courses_in(index: CourseIndexPage, chosen: dict[str, Any]) -> QuerySet[CoursePage]:
    """Live courses that fit the filters, sorted; the facts come with them."""
    courses = CoursePage.objects.child_of(index).live().select_related("facts").defer_streamfields()
    if chosen.get("level"):
        courses = courses.filter(level=chosen["level"])
    if chosen.get("format"):
        courses = courses.filter(format=chosen["format"])
    if chosen.get("topic"):
        courses = courses.filter(topics__slug=chosen["topic"])
    if chosen.get("hours"):
        courses = courses.filter(facts__hours__gte=chosen["hours"])
    if chosen.get("price") == "free":
        courses = courses.filter(facts__price_amount=0)
    elif chosen.get("price"):
        courses = courses.filter(facts__price_amount__lte=int(chosen["price"]) * 10 ** money.exponent("usd"))
    return courses.order_by(*ORDERS.get(chosen.get("sort") or "title", ORDERS["title"]))
