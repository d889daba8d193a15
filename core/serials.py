"""The number on a certificate: CST-2026-XXXXX-XXXXX-C.

Ten random symbols out of 30 (no 0 O 1 I L U, which are misread) and one check symbol. The number is the only key to the
public verification page, so it is drawn from ``secrets`` (49 bits) and never counts up.

The check symbol makes a weighted sum of the year's digits, the ten symbols and itself divisible by 31. 31 is prime and
larger than the alphabet and than the fifteen weights, all different: so one wrong symbol, or any two symbols in each
other's place, can never leave the sum divisible. A draw whose check value would be 30, for which there is no symbol, is
drawn again.
"""

import re
import secrets
import string
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "CST"
SYMBOLS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = "0O1ILU"
RANDOM_LENGTH = 10
YEAR_LENGTH = 4
CHECK_LENGTH = 1
MODULUS = 31

EXAMPLE_FORM = f"{PREFIX}-2026-XXXXX-XXXXX-X"
# Digits that a reader of a smudged year means when typing these letters: in a year they cannot be anything else.
YEAR_DIGITS = str.maketrans("OIL", "011")
# Plain letters only: the long way round turns one German letter into two signs.
UPPER_CASE = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
SEPARATORS = re.compile(r"[\s\-_.:/\u2010-\u2015\u2212]+")
WEIGHTS = range(YEAR_LENGTH + RANDOM_LENGTH + CHECK_LENGTH, 0, -1)
# The year's digits take the values 0-9 and the symbols 0-29: they stand in different places, so the values may meet.
VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)}


class SerialProblem(StrEnum):
    """Why a typed number cannot be one of ours."""

    EMPTY = "empty"
    PREFIX = "prefix"
    LENGTH = "length"
    YEAR = "year"
    LOOKALIKE = "lookalike"
    FOREIGN = "foreign"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialReading:
    """What was read from a typed number: the serial in its one written form, or the problem in words."""

    serial: str = ""
    problem: SerialProblem | None = None
    explanation: str = ""

    @property
    def ok(self) -> bool:
        """Whether the number is well formed (it may still be unknown)."""
        return self.problem is None


def new_serial(year: int) -> str:
    """Draw a number for a certificate issued in ``year``. The caller's unique constraint guards the improbable twin."""
    if not 1000 <= year <= 9999:
        raise ValueError(f"A serial needs a year of four digits, not {year}.")
    while True:
        body = "".join(secrets.choice(SYMBOLS) for _ in range(RANDOM_LENGTH))
        check = check_symbol(year=str(year), body=body)
        if check is not None:
            return write_serial(str(year), body + check)


def check_symbol(*, year: str, body: str) -> str | None:
    """The symbol that makes the weighted sum divisible, or None where only the 31st value would."""
    value = -_weighted_sum(year, body) % MODULUS
    return SYMBOLS[value] if value < len(SYMBOLS) else None


def write_serial(year: str, symbols: str) -> str:
    """The one written form, with hyphens."""
    return f"{PREFIX}-{year}-{symbols[:5]}-{symbols[5:RANDOM_LENGTH]}-{symbols[RANDOM_LENGTH:]}"


def normalize_serial(text: str) -> SerialReading:
    """Read a number as people type it: any case, spaces, no hyphens. Says what is wrong before any look-up."""
    written = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).translate(UPPER_CASE)
    if not written:
        return _problem(SerialProblem.EMPTY, f"Type the number from the certificate. It looks like {EXAMPLE_FORM}.")
    if not written.startswith(PREFIX):
        return _problem(SerialProblem.PREFIX, f"Our numbers begin with {PREFIX}. They look like {EXAMPLE_FORM}.")
    year, symbols = written[len(PREFIX) :][:YEAR_LENGTH].translate(YEAR_DIGITS), written[len(PREFIX) + YEAR_LENGTH :]
    return _year_problem(year) or _symbols_problem(symbols) or _length_problem(symbols) or _checked(year, symbols)


def _checked(year: str, symbols: str) -> SerialReading:
    if _weighted_sum(year, symbols) % MODULUS:
        return _problem(
            SerialProblem.CHECK,
            "One sign of this number does not fit the others: it was mistyped, or two signs changed places. "
            "Compare it with the paper, sign by sign.",
        )
    return SerialReading(serial=write_serial(year, symbols))


def _symbols_problem(symbols: str) -> SerialReading | None:
    for place, symbol in enumerate(symbols, start=1):
        if symbol in LOOKALIKES:
            return _problem(
                SerialProblem.LOOKALIKE,
                f"Sign {place} after the year was read as {symbol}. Our numbers never use 0, O, 1, I, L or U there, "
                f"because they are easily mistaken. Look at that sign again.",
            )
        if symbol not in VALUES:
            return _problem(
                SerialProblem.FOREIGN,
                f"Sign {place} after the year cannot be right: our numbers use only the letters A to Z and digits.",
            )
    return None


def _length_problem(symbols: str) -> SerialReading | None:
    expected, found = RANDOM_LENGTH + CHECK_LENGTH, len(symbols)
    if found == expected:
        return None
    amount = "is too short" if found < expected else "is too long"
    return _problem(
        SerialProblem.LENGTH,
        f"This number {amount}: {expected} signs follow the year, and here are {found}. It looks like {EXAMPLE_FORM}.",
    )


def _year_problem(year: str) -> SerialReading | None:
    if len(year) < YEAR_LENGTH or (year.isascii() and year.isdigit() and year[0] != "0"):
        return None
    return _problem(SerialProblem.YEAR, f"After {PREFIX} stands the year in four digits, as in {EXAMPLE_FORM}.")


def _weighted_sum(year: str, symbols: str) -> int:
    values = [int(digit) for digit in year] + [VALUES[symbol] for symbol in symbols]
    return sum(weight * value for weight, value in zip(WEIGHTS, values, strict=False))


def _problem(problem: SerialProblem, explanation: str) -> SerialReading:
    return SerialReading(problem=problem, explanation=explanation)
