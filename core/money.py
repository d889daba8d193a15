"""Money is integer minor units and an ISO currency code; a float never holds a price."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


def exponent(currency: str) -> int:
    """Decimal places of a currency: USD 2, JPY 0, BHD 3 (CLDR, by babel)."""
    return int(get_currency_precision(currency.upper()))


def as_decimal(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal number of the currency: 4800, 'usd' -> Decimal('48.00')."""
    return Decimal(amount).scaleb(-exponent(currency))


def display(amount: int, currency: str) -> str:
    """What a person reads: 4800, 'usd' -> '$48.00'."""
    return format_currency(as_decimal(amount, currency), currency.upper(), locale="en_US")
