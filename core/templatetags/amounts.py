"""How numbers are said: prices, hours, minutes."""

from decimal import Decimal

from django import template

from core import money

register = template.Library()


@register.filter
def price(amount: int, currency: str) -> str:
    """`{{ offer.unit_amount|price:offer.currency }}` -> $48.00; nothing to pay -> Free."""
    return money.display(amount, currency) if amount else "Free"


@register.filter
def amount_in(amount: int, currency: str) -> str:
    """As `price`, but zero is an amount too: $0.00."""
    return money.display(amount, currency)


@register.filter
def hours(value: Decimal | None) -> str:
    """`6.0` -> "6 hours", `0.5` -> "half an hour", `1.5` -> "1.5 hours"."""
    if value is None:
        return ""
    if value == Decimal("0.5"):
        return "half an hour"
    text = f"{value.normalize():f}"
    return f"{text} hour" if text == "1" else f"{text} hours"


@register.filter
def ce_hours(value: Decimal | None) -> str:
    """Approved hours as boards write them: `2.0` -> "2 CE hours"; never CEU."""
    if value is None:
        return ""
    text = f"{value.normalize():f}"
    return f"{text} CE hour" if text == "1" else f"{text} CE hours"


@register.filter
def minutes(value: int | None) -> str:
    """Minutes as people say them: 45 -> "45 minutes", 90 -> "1 hour 30 minutes"."""
    if not value:
        return ""
    whole, rest = divmod(int(value), 60)
    parts = []
    if whole:
        parts.append(f"{whole} hour" + ("s" if whole > 1 else ""))
    if rest:
        parts.append(f"{rest} minute" + ("s" if rest > 1 else ""))
    return " ".join(parts)
