"""How the ledger says its numbers."""

from decimal import Decimal

from django import template

from accreditation.services import award_words

register = template.Library()


@register.filter
def plain(hours: Decimal | None) -> str:
    """For a table, or before a board's own label: 6.00 -> 6, 2.50 -> 2.5."""
    return "" if hours is None else award_words.plain(hours)
