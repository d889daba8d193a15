"""What a session costs: pure arithmetic in minor units, no rows and no clock."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

ZERO_DECIMAL = frozenset(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf")
)
THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
# The smallest charge per currency (docs.stripe.com/currencies, minimum charge amounts); others have none here.
MINIMUM = {"usd": 50, "cad": 50, "eur": 50, "gbp": 30, "aud": 50, "nzd": 50, "chf": 50, "jpy": 50}
CARD_FEE = (Decimal("0.029"), 30)
BANK_DEBIT_FEE = (Decimal("0.008"), 500)
DISPUTE_FEE = 1500


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def discounts(subtotals: Sequence[int], applicable: Sequence[bool], coupon: Json | None) -> list[int]:
    """What a coupon takes off each line; a fixed amount is spread in proportion, the last line takes the rest."""
    if coupon is None:
        return [0] * len(subtotals)
    base = [amount if fits else 0 for amount, fits in zip(subtotals, applicable, strict=True)]
    total = sum(base)
    if coupon["percent_off"] is not None:
        off = _round(Decimal(total) * Decimal(str(coupon["percent_off"])) / 100)
    else:
        off = min(coupon["amount_off"], total)
    return _spread(off, base)


def _spread(off: int, base: Sequence[int]) -> list[int]:
    total, left, shares = sum(base), off, []
    last = max((n for n, amount in enumerate(base) if amount), default=-1)
    for n, amount in enumerate(base):
        share = left if n == last else min(amount, off * amount // total if total else 0)
        shares.append(share)
        left -= share
    return shares


def fee(amount: int, currency: str, method: str) -> int:
    """What Stripe would keep: 2.9 % + 30 for a card, 0.8 % and at most 5.00 for a bank debit."""
    if amount == 0:
        return 0
    if method == "us_bank_account":
        rate, ceiling = BANK_DEBIT_FEE
        return min(_round(amount * rate), ceiling)
    rate, fixed = CARD_FEE
    return min(amount, _round(amount * rate) + (0 if currency in ZERO_DECIMAL else fixed))


def money(amount: int, currency: str) -> str:
    """An amount as a page and an error message say it."""
    if currency in ZERO_DECIMAL:
        return f"{amount:,} {currency.upper()}"
    sign, places = ("-" if amount < 0 else ""), 3 if currency in THREE_DECIMAL else 2
    whole, part = divmod(abs(amount), 10**places)
    number = f"{whole:,}.{part:0{places}d}"
    return f"{sign}${number}" if currency == "usd" else f"{sign}{number} {currency.upper()}"
