"""What course pages ask: the catalogue's rows, policies, people, and a lesson's body rendered once."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Paginator
from django.template import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString

from core.validation import page_number
from courses.forms import CatalogueForm
from courses.listing import courses_in
from courses.models import CourseIndexPage, CoursePage, InstructorProfile, LessonPage, PolicyVersion
from courses.rendering import Body, body_with_cards_closed, rendered_body

register = template.Library()
COURSES_PER_PAGE = 12
FEATURED = 4


@register.simple_tag(takes_context=True)
def catalogue(context: Context, index: CourseIndexPage) -> dict[str, Any]:
    """`{% catalogue page as found %}`: form, page of courses, active filters, the rest of the query."""
    query = context["request"].GET
    form = CatalogueForm(query if query else None)
    form.is_valid()
    chosen = getattr(form, "cleaned_data", {})  # of an address somebody made up, the choices that exist
    page = Paginator(courses_in(index, chosen), COURSES_PER_PAGE).get_page(page_number(query.get("page")))
    kept = {name: value for name, value in chosen.items() if value}
    return {
        "form": form,
        "page": page,
        "active": [
            {
                "label": _label(form, name, value),
                "remove_url": "?" + _query({k: v for k, v in kept.items() if k != name}),
            }
            for name, value in kept.items()
            if name != "sort"
        ],
        "query": _query(kept),
    }


def _label(form: CatalogueForm, name: str, value: str) -> str:
    field: Any = form.fields[name]
    return f"{field.label or name.capitalize()}: {dict(field.choices).get(value, value)}"


def _query(values: dict[str, str]) -> str:
    return urlencode(values)


@register.simple_tag
def featured_courses() -> list[CoursePage]:
    """The newest courses, for the home page."""
    return list(
        CoursePage.objects.live()
        .select_related("facts")
        .defer_streamfields()
        .order_by("-first_published_at")[:FEATURED]
    )


@register.simple_tag
def policies_in_force() -> list[PolicyVersion]:
    """One version of each kind that holds today."""
    return PolicyVersion.objects.in_force()


@register.simple_tag
def instructors_of(course: CoursePage) -> list[InstructorProfile]:
    """Profiles of those who teach it."""
    return list(InstructorProfile.objects.filter(user__teaches__course=course).order_by("name"))


@register.simple_tag(takes_context=True)
def kept_body(context: Context, lesson: LessonPage) -> Body:
    """`{% kept_body page as body %}`: rendered once per revision, made anew when the evidence register changes."""
    return rendered_body(lesson, preview=getattr(context["request"], "is_preview", False))


@register.simple_tag
def lesson_body(lesson: LessonPage, body: Body, closed: str) -> SafeString:
    """`{% lesson_body page body scope.closed %}`: the body, or where a reader's license closes its technique cards,
    the body with those words in their place.
    """
    return body_with_cards_closed(lesson, closed=closed) if closed else body.html


@register.simple_tag
def figure_src(slug: str) -> str:
    """The address of one of our drawings."""
    return static(f"figures/{slug}.svg")
