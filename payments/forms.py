"""What a buyer writes: what to buy, who the receipt is for, and why money shall go back."""

from typing import Any

from django import forms

from payments.models import Order, OrderItem


class RefundForm(forms.Form):
    """Why, and of a purchase of several which parts."""

    parts = forms.MultipleChoiceField(
        label="Which part?", required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: all of it."
    )
    reason = forms.CharField(
        label="Why do you want your money back?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text="A sentence is enough. The school reads it.",
    )

    def __init__(self, *args: Any, parts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not parts:
            del self.fields["parts"]
        else:
            choices: Any = self.fields["parts"]
            choices.choices = parts

    def chosen(self, order: Order) -> list[OrderItem]:
        """The parts as rows of this order."""
        return list(order.items.filter(pk__in=self.cleaned_data.get("parts") or []))


class SeatForm(forms.Form):
    """Whom a seat's link goes to."""

    email = forms.EmailField(max_length=254)


class PurchaseForm(forms.Form):
    """How many seats, and of which offer. The price is never read from a form."""

    seats = forms.IntegerField(min_value=1, max_value=200, required=False)
    offer = forms.IntegerField(min_value=1, max_value=2**31, required=False)
    pay_in = forms.RegexField(r"^[a-z]{3}\Z", required=False)
    monthly = forms.BooleanField(required=False)


class BillingForm(forms.Form):
    """Who bought, as it shall stand on the receipt. Nothing of it goes to Stripe."""

    name = forms.CharField(
        label="Name or business", max_length=150, required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    address = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 4, "autocomplete": "street-address"}),
        help_text="Each part on its own line.",
    )
    profession = forms.CharField(max_length=100, required=False, help_text="For example: licensed massage therapist.")
    license_number = forms.CharField(max_length=60, required=False, widget=forms.TextInput({"autocomplete": "off"}))
    license_state = forms.CharField(
        label="State of the license",
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
