"""Automatic tax with invented sample rates: what an address adds to each line. Pure: no rows and no clock.

The rates are made up for trying things out. They are nobody's tax advice and are not kept up to date.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

NO_SALES_TAX = ("AK", "DE", "MT", "NH", "OR")
US_RATE = Decimal(8)
VAT = {"AT": Decimal(20), "CH": Decimal("8.1"), "DE": Decimal(19), "FR": Decimal(20), "GB": Decimal(20)}
GST = {"AU": Decimal(10), "CA": Decimal(5), "NZ": Decimal(15)}
NONTAXABLE = "txcd_00000000"  # docs.stripe.com/tax/tax-codes: Nontaxable


@dataclass(frozen=True)
class Rate:
    """What a place takes: a percentage, its name, and Stripe's word for why."""

    percent: Decimal
    name: str
    reason: str
    country: str
    state: str | None = None

    @property
    def id(self) -> str:
        return f"txr_1sandbox{self.country}{self.state or ''}"


def rate_for(address: Json, tax_code: str | None) -> Rate:
    country, state = address["country"], address.get("state")
    if tax_code == NONTAXABLE:
        return Rate(Decimal(0), "Sales tax", "product_exempt", country, state)
    if country == "US":
        percent = Decimal(0) if state in NO_SALES_TAX else US_RATE
        return Rate(percent, "Sales tax", "standard_rated" if percent else "not_subject_to_tax", country, state)
    if country in VAT:
        return Rate(VAT[country], "VAT", "standard_rated", country)
    if country in GST:
        return Rate(GST[country], "GST", "standard_rated", country)
    return Rate(Decimal(0), "VAT", "not_collecting", country)


def tax_of(amount: int, rate: Rate, *, inclusive: bool) -> int:
    """The tax on an amount after discount, or the tax that is in it."""
    share = rate.percent / 100
    exact = amount * share / (1 + share) if inclusive else amount * share
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def line_tax(amount: int, behavior: str, rate: Rate) -> Json:
    """One entry of an invoice line's `taxes`; an unspecified behavior counts as exclusive, as on a US account."""
    inclusive = behavior == "inclusive"
    tax = tax_of(amount, rate, inclusive=inclusive)
    return {
        "amount": tax,
        "tax_behavior": "inclusive" if inclusive else "exclusive",
        "tax_rate_details": {"tax_rate": rate.id},
        "taxability_reason": rate.reason,
        "taxable_amount": amount - tax if inclusive else amount,
        "type": "tax_rate_details",
    }


def total_taxes(lines: list[list[Json]]) -> list[Json]:
    """The lines' taxes summed by rate and behavior, as an invoice shows them."""
    sums: dict[tuple[str, str, str], Json] = {}
    for tax in (tax for line in lines for tax in line):
        key = (tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"], tax["taxability_reason"])
        if key in sums:
            sums[key]["amount"] += tax["amount"]
            sums[key]["taxable_amount"] += tax["taxable_amount"]
        else:
            sums[key] = {**tax}
    return list(sums.values())


def rate_object(rate: Rate, *, inclusive: bool, now: int) -> Json:
    """The rate as a Stripe object, where a breakdown names it."""
    return {
        "id": rate.id,
        "object": "tax_rate",
        "active": True,
        "country": rate.country,
        "created": now,
        "description": "An invented sample rate",
        "display_name": rate.name,
        "effective_percentage": float(rate.percent),
        "flat_amount": None,
        "inclusive": inclusive,
        "jurisdiction": rate.state or rate.country,
        "jurisdiction_level": "state" if rate.state else "country",
        "livemode": False,
        "metadata": {},
        "percentage": float(rate.percent),
        "rate_type": "percentage",
        "state": rate.state,
        "tax_type": {"Sales tax": "sales_tax", "VAT": "vat", "GST": "gst"}[rate.name],
    }
