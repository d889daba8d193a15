"""Giving money back in the back office: looked at, confirmed, decided once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from accounts.requests import OwnRequest
from core import money
from payments.models import Order, OrderItem, RefundRequest
from payments.services import (
    RefundRefused,
    StripeDownError,
    approve_refund,
    give_back,
    refundable,
    refuse_refund,
)

MAY_REFUND = "payments.refund_order"
SENT_LATER = "Stripe did not answer. The refund is decided and goes out with the next sweep."


class GiveBackForm(forms.Form):
    """How much of an order, and why."""

    parts = forms.MultipleChoiceField(label="Parts", required=False, widget=forms.CheckboxSelectMultiple)
    amount = forms.DecimalField(
        label="Amount", required=False, min_value=0, max_digits=12, help_text="Empty: the chosen parts, or all of it."
    )
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, order: Order, parts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        choices: Any = self.fields["parts"]
        choices.choices = parts
        if len(parts) < 2:
            del self.fields["parts"]

    def clean_amount(self) -> int | None:
        """In the smallest unit; a part of it is refused."""
        written = self.cleaned_data["amount"]
        if written is None:
            return None
        amount = money.as_minor(written, self.order.currency)
        if amount is None:
            message = "This currency has no such small part."
            raise forms.ValidationError(message)
        return amount

    def chosen(self) -> list[OrderItem]:
        """The parts as rows of this order."""
        return list(self.order.items.filter(pk__in=self.cleaned_data.get("parts") or []))


@require_http_methods(["GET", "POST"])
def refund_page(request: OwnRequest, pk: int) -> HttpResponse:
    """What can be given back, a form, a last look, and then once."""
    order = _order(request, pk)
    can = refundable(order=order)
    form = GiveBackForm(request.POST or None, order=order, parts=_parts(order, can.by_item))
    ready = request.method == "POST" and form.is_valid()
    if ready and "confirmed" in request.POST:
        try:
            give_back(
                order=order,
                by=request.user,
                reason=form.cleaned_data["reason"],
                items=form.chosen(),
                amount=form.cleaned_data["amount"],
                left=_left_as_shown(request),
            )
        except RefundRefused as refusal:
            form.add_error(None, str(refusal))
            ready = False
        except StripeDownError:
            messages.warning(request, SENT_LATER)
            return _back(order)
        else:
            messages.success(request, "The money is on its way back.")
            return _back(order)
    context = {
        "order": order,
        "can": can,
        "left": money.display(can.left, order.currency),
        "form": form,
        "ready": ready,
        "amount": _amount_in_words(form, order, can.by_item, can.left) if ready else "",
    }
    return render(request, "payments/admin/refund.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
def decide(request: OwnRequest, pk: int) -> HttpResponse:
    """Yes or no to what a buyer asked for."""
    wanted = get_object_or_404(RefundRequest.objects.select_related("order"), pk=pk)
    order = _order(request, wanted.order_id)
    text = request.POST.get("text", "")[:2000]
    try:
        if "approve" in request.POST:
            approve_refund(request=wanted, by=request.user, text=text)
            messages.success(request, "Approved. The money is on its way back.")
        else:
            refuse_refund(request=wanted, by=request.user, text=text)
            messages.success(request, "Refused. The buyer reads why.")
    except RefundRefused as refusal:
        messages.error(request, str(refusal))
    except StripeDownError:
        messages.warning(request, SENT_LATER)
    return _back(order)


def _order(request: HttpRequest, pk: int) -> Order:
    if not request.user.has_perm(MAY_REFUND):
        raise PermissionDenied
    return get_object_or_404(Order.objects.select_related("user", "offer"), pk=pk)


def _parts(order: Order, by_item: dict[int, int]) -> list[tuple[str, str]]:
    return [
        (str(item.pk), f"{item.label}: {money.display(by_item[item.pk], order.currency)}")
        for item in order.items.select_related("course")
        if by_item.get(item.pk)
    ]


def _amount_in_words(form: GiveBackForm, order: Order, by_item: dict[int, int], left: int) -> str:
    chosen = sum(by_item.get(item.pk, 0) for item in form.chosen())
    return money.display(form.cleaned_data["amount"] or chosen or left, order.currency)


def _left_as_shown(request: HttpRequest) -> int | None:
    """What could be given back on the page that was confirmed."""
    shown = request.POST.get("left", "")
    return int(shown) if shown.isdecimal() else None


def _back(order: Order) -> HttpResponse:
    return HttpResponseRedirect(reverse("orders:inspect", args=[order.pk]), status=303)


urlpatterns: list[URLPattern] = [
    path("refund/<int:pk>/", refund_page, name="refund"),
    path("decide/<int:pk>/", decide, name="decide_refund"),
]
