"""The form of an offer: staff write the price as people do."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from core import money


class OfferForm(WagtailAdminModelForm):
    """48 or 48.00 becomes 4800 cents, in whatever decimals the currency has."""

    unit_amount = forms.DecimalField(
        label="Price", min_value=0, max_digits=12, help_text="As people write it: 48 or 48.00. 0 is free."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formsets["items"].error_messages["too_few_forms"] = "Choose at least one course."
        if self.instance.pk:
            self.initial["unit_amount"] = money.as_decimal(self.instance.unit_amount, self.instance.currency)

    def clean(self) -> dict[str, Any]:
        """Refuse a half cent."""
        cleaned: dict[str, Any] = super().clean()
        price, currency = cleaned.get("unit_amount"), cleaned.get("currency")
        if price is not None and currency:
            amount = price.scaleb(money.exponent(currency))
            if amount != int(amount):
                self.add_error("unit_amount", "This currency has no such small part.")
            cleaned["unit_amount"] = int(amount)
        return cleaned
