"""Numbers as people write them, read exactly, and how near an answer must come (QUIZZES.md 5.3).

Exact arithmetic throughout: with floats 0.4 lies outside 0.3 +- 0.1.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_LENGTH = 60
MAX_EXPONENT = 99

POINT_LOCALE, COMMA_LOCALE = LOCALES = "en", "comma"
NOMINAL, RELATIVE, GEOMETRIC = TOLERANCES = "nominal", "relative", "geometric"

_EXPONENT = r"(?:[eE](?P<e>[+\-\u2212]?[0-9]+)|\s*[xX\u00d7*]\s*10\s*\^\s*(?P<p>[+\-\u2212]?[0-9]+))?"
# A broken exponent is no unit.
_UNIT = r"\s*(?P<unit>(?![eE][+\-\u2212]?[0-9]|[xX\u00d7*]\s*10)[^\s0-9.,+\-\u2212'*\u00d7][^\s]{0,19})?"
# A first group that begins with 0 is no thousands group: "0,001" is a decimal comma, typed where the point rules.
_GROUPED = {
    POINT_LOCALE: r"[1-9][0-9]{0,2}(?:,[0-9]{3})+",
    COMMA_LOCALE: r"[1-9][0-9]{0,2}(?P<sep>[. \u00a0\u202f'])[0-9]{3}(?:(?P=sep)[0-9]{3})*",
}
_POINT = {POINT_LOCALE: r"\.", COMMA_LOCALE: ","}
_NUMBER = {
    locale: re.compile(
        rf"(?P<sign>[+\-\u2212])?\s*(?:(?P<whole>{_GROUPED[locale]}|[0-9]+)(?:{_POINT[locale]}(?P<decimals>[0-9]*))?"
        rf"|{_POINT[locale]}(?P<bare>[0-9]+)){_EXPONENT}{_UNIT}"
    )
    for locale in LOCALES
}


@dataclass(frozen=True)
class Quantity:
    """A number and the unit written behind it, if any."""

    value: Fraction
    unit: str


def parse(text: str, locale: str = POINT_LOCALE) -> Quantity | None:
    """What was written, exactly; None for anything that is not a number in this locale.

    With the point as decimal mark a comma only parts groups of exactly three: "3,5" is no number, and never 35.
    """
    match = _NUMBER[locale].fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if match is None:
        return None
    exponent = _integer(match["e"] or match["p"] or "0")
    if abs(exponent) > MAX_EXPONENT:
        return None
    decimals = match["bare"] or match["decimals"] or ""
    digits = re.sub(r"[^0-9]", "", match["whole"] or "") + decimals
    value = Fraction(int(digits)) * Fraction(10) ** (exponent - len(decimals))
    return Quantity(-value if match["sign"] in ("-", "\u2212") else value, match["unit"] or "")


def _integer(text: str) -> int:
    return int(text.replace("\u2212", "-"))


def within(*, wanted: Fraction, given: Fraction, tolerance: Fraction, kind: str = NOMINAL) -> bool:
    """Whether a number lies in the closed interval around the wanted one [Moodle, question/type/numerical]."""
    if kind == NOMINAL:
        return abs(wanted - given) <= tolerance
    if kind == RELATIVE:
        return abs(wanted - given) <= tolerance * abs(wanted)
    low, high = sorted((wanted / (1 + tolerance), wanted * (1 + tolerance)))
    return low <= given <= high


def in_locale(written: str, locale: str) -> str:
    """A number that stands with a decimal point, as it is written where the locale is another one."""
    return written if locale == POINT_LOCALE else written.replace(",", "").replace(".", ",")


def plainly(value: Fraction) -> str:
    """A number as it is written back to people: decimals where they end, else a fraction."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
