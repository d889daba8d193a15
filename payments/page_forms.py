"""The form of an offer: staff write prices as people do, and are told which ones can be charged."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from core import money

UNKNOWN = "Stripe takes no payments in this currency. Write a code such as usd, eur or cad."
MONTHLY_FOR_ONE = "Monthly payments are for one seat: let 1 seat be the most in one order, or take 1 payment."
MONTHLY_OF_NOTHING = "A free offer has no monthly payments: take 1 payment."


class PricedForm(WagtailAdminModelForm):
    """48 or 48.00 becomes 4800 cents, in whatever decimals the currency has."""

    may_be_free = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit_amount" not in self.fields:
            return
        words = "As people write it: 48 or 48.00." + (" 0 is free." if self.may_be_free else "")
        self.fields["unit_amount"] = forms.DecimalField(label="Price", min_value=0, max_digits=12, help_text=words)
        if self.instance.pk:
            self.initial["unit_amount"] = money.as_decimal(self.instance.unit_amount, self.instance.currency)

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be charged: a currency that Stripe does not take, half a cent."""
        cleaned: dict[str, Any] = super().clean()
        price, currency = cleaned.get("unit_amount"), cleaned.get("currency")
        if currency and currency not in money.KNOWN:
            self.add_error("currency", UNKNOWN)
        elif price is not None and currency:
            amount = money.as_minor(price, currency)
            if amount is None:
                below, above = money.around(price, currency)
                self.add_error("unit_amount", f"This currency has no such small part. Write {below} or {above}.")
            elif amount == 0 and not self.may_be_free:
                self.add_error("unit_amount", "Write a price above 0.")
            else:
                cleaned["unit_amount"] = amount
        return cleaned

    def refuse_what_cannot_be_parted(self, parts: int) -> None:
        """Monthly payments are equal, and each of them can be charged."""
        if not self.is_valid_so_far("unit_amount", "currency"):
            return
        amount, currency = self.cleaned_data["unit_amount"], self.cleaned_data["currency"]
        if amount % (parts * money.step(currency)):
            near = " or ".join(money.display(one, currency) for one in _can_be_parted(amount, currency, parts))
            said = money.display(amount, currency)
            self.add_error("unit_amount", f"{said} cannot be parted into {parts} equal payments; take {near}.")

    def is_valid_so_far(self, *names: str) -> bool:
        """These fields hold what was written, and nothing was wrong with it."""
        return all(name in self.cleaned_data and name not in self.errors for name in names)


class OfferForm(PricedForm):
    """The offer's own price, those beside it, and whether they can be parted into monthly payments."""

    may_be_free = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formsets["items"].error_messages["too_few_forms"] = "Choose at least one course."
        prices = self.formsets["prices"]
        # Wagtail gives no say in the form of the rows below; theirs is made of ours before the first row is.
        prices.form = type(prices.form)("FurtherPriceForm", (PricedForm, prices.form), {})

    def clean(self) -> dict[str, Any]:
        """Every price can be paid in so many equal parts, by one person."""
        cleaned = super().clean()
        parts = cleaned.get("instalments") or 1
        if parts == 1:
            return cleaned
        if cleaned.get("most_seats", 1) > 1:
            self.add_error("instalments", MONTHLY_FOR_ONE)
        if cleaned.get("unit_amount") == 0:
            self.add_error("instalments", MONTHLY_OF_NOTHING)
        prices = self.formsets["prices"]
        for form in (self, *(row for row in prices.forms if row not in prices.deleted_forms)):
            form.refuse_what_cannot_be_parted(parts)
        return cleaned


def _can_be_parted(amount: int, currency: str, parts: int) -> list[int]:
    """The nearest prices that can, with whole payments (3 x $99.00) where the price is large enough for them."""
    whole = parts * 10 ** money.exponent(currency)
    unit = whole if amount >= whole else parts * money.step(currency)
    below = amount // unit * unit
    return [one for one in (below, below + unit) if one]
