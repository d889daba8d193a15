"""Amounts as pages say them, in currencies with no, two and three decimals."""

import pytest

from stripe_sandbox.checkout.totals import money


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (14800, "usd", "$148.00"),
        (-5, "usd", "-$0.05"),
        (123456789, "eur", "1,234,567.89 EUR"),
        (5000, "jpy", "5,000 JPY"),
        (12340, "kwd", "12.340 KWD"),
    ],
)
def test_an_amount_is_said_in_its_currency(amount: int, currency: str, said: str) -> None:
    assert money(amount, currency) == said
