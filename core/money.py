"""Money is integer minor units and an ISO currency code; a float never holds a price.

How many decimals a currency has is Stripe's answer, not CLDR's: CLDR gives none to RSD, LAK or ALL, in which Stripe
counts hundredths. Source: docs.stripe.com/currencies ("Zero-decimal currencies", "Special cases", "Three-decimal
currencies", "Supported presentment currencies"), as of Sep 2026; the list of a school's own account may be shorter.
"""

from decimal import ROUND_FLOOR, Decimal

from babel.numbers import format_currency, get_currency_symbol


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


ZERO_DECIMAL = _codes("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
"""The amount is the price: 500 is ¥500."""
THREE_DECIMAL = _codes("bhd jod kwd omr tnd")
"""Counted in thousandths, of which the last digit must be 0."""
WHOLE_ONLY = _codes("isk ugx")
"""Without decimals today, and still sent in hundredths that must be 00."""
KNOWN = (
    _codes(
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop "
        "crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs "
        "khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab "
        "pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd szl thb tjs top try ttd twd tzs uah "
        "uyu uzs wst xcd xcg yer zar zmw"
    )
    | ZERO_DECIMAL
    | THREE_DECIMAL
    | WHOLE_ONLY
)
"""What Stripe takes a price in."""


def exponent(currency: str) -> int:
    """Decimal places of an amount as Stripe counts it: USD 2, JPY 0, BHD 3, ISK 2."""
    code = currency.lower()
    return 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """The smallest amount that can be charged, which every charge is a multiple of: 1, BHD 10, ISK 100."""
    code = currency.lower()
    return 100 if code in WHOLE_ONLY else 10 if code in THREE_DECIMAL else 1


def as_decimal(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal number of the currency: 4800, 'usd' -> Decimal('48.00')."""
    return Decimal(amount).scaleb(-exponent(currency))


def as_minor(value: Decimal, currency: str) -> int | None:
    """A decimal number as minor units: Decimal('48.5'), 'usd' -> 4850. None where that much cannot be charged."""
    amount = value.scaleb(exponent(currency))
    return int(amount) if amount % step(currency) == 0 else None


def around(value: Decimal, currency: str) -> tuple[Decimal, Decimal]:
    """The prices below and above a number that cannot be charged: 48.005, 'usd' -> 48.00 and 48.01."""
    unit = step(currency)
    below = int((value.scaleb(exponent(currency)) / unit).to_integral_value(ROUND_FLOOR)) * unit
    return as_decimal(below, currency), as_decimal(below + unit, currency)


def display(amount: int, currency: str) -> str:
    """What a person reads, with the decimals that the amount needs: 4800, 'usd' -> '$48.00'; 500, 'isk' -> 'ISK 5'."""
    code = currency.upper()
    places = 0 if currency.lower() in WHOLE_ONLY and amount % 100 == 0 else exponent(currency)
    gap = "\N{NO-BREAK SPACE}" if get_currency_symbol(code, locale="en_US")[-1:].isalpha() else ""
    pattern = f"¤{gap}#,##0" + ("." + "0" * places if places else "")
    return format_currency(as_decimal(amount, currency), code, pattern, locale="en_US", currency_digits=False)
