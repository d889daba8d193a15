"""What lessons say about licenses: the rules about their techniques, and what stands where a card is closed."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string

from accreditation.services.scope import scope_of_techniques
from courses.rendering import Body

register = template.Library()


@register.simple_tag(takes_context=True)
def scope(context: Context, body: Body) -> dict[str, Any]:
    """`{% scope body as scope %}`: `mine` and `others`, and `closed`: what stands in place of technique cards."""
    lines = scope_of_techniques(body.techniques, context["request"].user)
    closed = [line for line in lines if line.closed]
    return {
        "mine": [line for line in lines if line.mine],
        "others": [line for line in lines if not line.mine],
        "closed": render_to_string("accreditation/technique_closed.html", {"lines": closed}) if closed else "",
    }
