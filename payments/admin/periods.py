"""Which days and which currency a page of money is about."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from payments.models import Order
from payments.services.ledger import WORDS, Period, last_months

MAY_SEE = "payments.view_order"
MONTHS = 12
FIRST = date(2000, 1, 1)


class PeriodForm(forms.Form):
    """From, to, currency. What does not make sense is said, and the last twelve months are shown."""

    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    currency = forms.ChoiceField(label="Currency", required=False)

    def __init__(self, asked: QueryDict) -> None:
        usual = last_months(MONTHS, today=timezone.localdate())
        super().__init__({"first": usual.first, "last": usual.last, **asked.dict()})
        used = Order.objects.order_by("currency").values_list("currency", flat=True).distinct()
        currency: Any = self.fields["currency"]
        currency.choices = [("", "All"), *((code, code.upper()) for code in used)]

    def clean(self) -> dict[str, Any]:
        """A period has a first and a last day, in this order, in this century."""
        found: dict[str, Any] = super().clean() or {}
        usual = last_months(MONTHS, today=timezone.localdate())
        first, last = found.get("first") or usual.first, found.get("last") or usual.last
        if not FIRST <= first <= last or last.year > usual.last.year + 1:
            message = "The first day comes before the last."
            raise forms.ValidationError(message)
        return found | {"period": Period(first, last)}

    def period(self) -> Period:
        """As it was asked for, else the last twelve months."""
        if not self.is_valid():
            return last_months(MONTHS, today=timezone.localdate())
        found: Period = self.cleaned_data["period"]
        return found

    def chosen(self, name: str) -> str:
        """A choice of the form; empty: all."""
        return str(self.cleaned_data.get(name) or "") if self.is_valid() else ""


class LedgerForm(PeriodForm):
    """The ledger also by what it was."""

    kind = forms.ChoiceField(
        label="What", required=False, choices=[("", "All"), *((kind.value, word) for kind, word in WORDS.items())]
    )


def may_see_money(request: HttpRequest) -> None:
    """Raises PermissionDenied, which the back office answers."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied


def query_without(request: HttpRequest, *names: str) -> str:
    """The address's question without these; to go on from page to page."""
    asked = request.GET.copy()
    for name in names:
        asked.pop(name, None)
    return asked.urlencode()
