"""Hours, money, frozen facts and bounded reading: pure functions, no database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import freeze, money
from core.hours import own_count
from core.templatetags import amounts
from core.validation import page_number, search_text, whole_number

MINUTE = 60


@pytest.mark.parametrize(
    ("words", "media_minutes", "hours"),
    [
        (30_000, 90, "4.0"),  # DOMAIN.md 2.4: 2.5 + 1.5
        (9_000, 45, "1.5"),
        (9_000, 15, "1.0"),
        (10_000, 0, "0.5"),  # 5/6, rounded down
        (10_000, 10, "1.0"),
        (0, 120, "2.0"),  # a recorded webinar of two hours
        (12_000, 0, "1.0"),  # three lessons of 4,000 words: added as Decimals they would make 0.5
        (11_999, 0, "0.5"),
        (5_999, 0, "0.0"),
        (6_000, 0, "0.5"),
        (0, 0, "0.0"),
    ],
)
def test_hours_by_our_own_count(words, media_minutes, hours):
    counted = own_count(words=words, media_seconds=media_minutes * MINUTE)
    assert (counted, str(counted)) == (Decimal(hours), hours)


@given(words=st.integers(0, 10**7), seconds=st.integers(0, 10**6))
def test_our_own_count_is_never_more_than_the_study_time_and_less_than_half_an_hour_under_it(words, seconds):
    counted = own_count(words=words, media_seconds=seconds)
    exact = Decimal(words) / 12_000 + Decimal(seconds) / 3_600
    assert Decimal("-0.0000001") < exact - counted < Decimal("0.5000001")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (4800, "usd", "$48.00"),
        (4800, "USD", "$48.00"),
        (1, "usd", "$0.01"),
        (123_456_789, "usd", "$1,234,567.89"),
        (-500, "usd", "-$5.00"),
        (0, "usd", "$0.00"),
        (500, "jpy", "¥500"),
        (4800, "bhd", "BHD 4.800"),
        (123_400, "rsd", "RSD 1,234.00"),
        (4800, "all", "ALL 48.00"),
        (500, "isk", "ISK 5"),
        (550, "isk", "ISK 5.50"),
    ],
)
def test_money_is_said_with_the_places_of_its_currency(amount, currency, said):
    assert money.display(amount, currency).replace("\N{NO-BREAK SPACE}", " ") == said


STRIPE = {
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf": (0, 1),
    "bhd jod kwd omr tnd": (3, 10),
    "isk ugx": (2, 100),
    "usd eur all rsd lak lbp mmk yer afn huf twd cop": (2, 1),
}
"""Decimal places and smallest step, from docs.stripe.com/currencies; the last line is mostly where CLDR differs."""


@pytest.mark.parametrize(
    ("currency", "counted"), [(code, counted) for codes, counted in STRIPE.items() for code in codes.split()]
)
def test_a_currency_is_counted_as_stripe_counts_it(currency, counted):
    assert (money.exponent(currency), money.step(currency), currency in money.KNOWN) == (*counted, True)
    assert money.as_decimal(123_450, currency) == Decimal(123_450) / 10 ** counted[0]


@pytest.mark.parametrize(
    ("written", "currency", "amount", "below", "above"),
    [
        ("48", "usd", 4800, "48.00", "48.01"),
        ("48.005", "usd", None, "48.00", "48.01"),
        ("0.5", "jpy", None, "0", "1"),
        ("5.12", "bhd", 5120, "5.120", "5.130"),
        ("5.124", "bhd", None, "5.120", "5.130"),
        ("5", "isk", 500, "5.00", "6.00"),
        ("5.5", "ugx", None, "5.00", "6.00"),
        ("1E+3", "usd", 100_000, "1000.00", "1000.01"),
    ],
)
def test_a_price_that_cannot_be_charged_has_one_below_and_one_above(written, currency, amount, below, above):
    value = Decimal(written)
    assert money.as_minor(value, currency) == amount
    assert [str(near) for near in money.around(value, currency)] == [below, above]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        ("0.5", "half an hour"),
        ("1.0", "1 hour"),
        ("1.5", "1.5 hours"),
        ("6.0", "6 hours"),
        ("10", "10 hours"),
    ],
)
def test_hours_are_said_as_people_say_them(value, said):
    assert amounts.hours(value and Decimal(value)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (0, ""),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (150, "2 hours 30 minutes"),
    ],
)
def test_minutes_are_said_as_people_say_them(value, said):
    assert amounts.minutes(value) == said


def test_nothing_to_pay_is_free_and_an_amount_of_nothing_is_an_amount():
    assert (amounts.price(0, "usd"), amounts.amount_in(0, "usd")) == ("Free", "$0.00")


def test_equal_facts_have_equal_hashes_in_whatever_order_they_were_written():
    one = {"name": "Léna", "hours": Decimal("1.5"), "on": date(2026, 3, 1), "lines": [1, 2]}
    other = {"lines": [1, 2], "on": date(2026, 3, 1), "hours": Decimal("1.5"), "name": "Léna"}
    assert freeze.digest(one) == freeze.digest(other)


def test_order_within_a_list_counts():
    assert freeze.digest([1, 2]) != freeze.digest([2, 1])


def test_the_canonical_text_is_plain_json_that_keeps_letters_as_they_are():
    facts = {"b": "é", "a": [Decimal("1.50"), datetime(2026, 3, 1, 12, tzinfo=UTC)]}
    assert freeze.canonical(facts) == '{"a":["1.50","2026-03-01T12:00:00Z"],"b":"é"}'


@pytest.mark.parametrize("value", [1.5, {"a": 1.5}, [1, [2.0]], {"a": ({"b": float("nan")},)}])
def test_a_float_is_refused_wherever_it_hides(value):
    with pytest.raises(TypeError, match="must not hold a float"):
        freeze.digest(value)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        (None, 1),
        ("", 1),
        ("7", 7),
        ("0", 1),
        ("-1", 1),
        ("1e9", 1),
        ("nan", 1),
        ("١", 1),
        ("²", 1),
        ("9" * 20, 1),
        ("999999", 999_999),
        ("1\x00", 1),
    ],
)
def test_a_page_number_is_a_small_whole_number_or_the_first_page(typed, page):
    assert page_number(typed) == page


@pytest.mark.parametrize(
    ("typed", "read"),
    [("  hold  ", "hold"), ("a\x00b", "a b"), ("\x00", ""), ("x" * 1_000_000, "x" * 200), ('")', '")'), ("", "")],
)
def test_a_search_is_trimmed_short_and_without_nul(typed, read):
    assert search_text(typed) == read


@pytest.mark.parametrize(
    ("typed", "number"),
    [("7", 7), ("123456789", 123_456_789), ("1234567890", None), ("²", None), ("٣", None), ("-1", None), ("", None),
     (None, None), ("1 ", None), ("abc", None)],
)  # fmt: skip
def test_a_number_from_an_address_is_digits_or_nothing(typed, number):
    assert whole_number(typed) == number
