"""Who may look at an order: its buyer, and staff who may see orders."""

from typing import Any

from django.db.models import Model, QuerySet

from core.access import Action
from payments.models import Order

VIEW_PERMISSION = "payments.view_order"


class PaymentPolicy:
    """Orders only."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        """Only this app's things; everything else is somebody else's to say."""
        if not isinstance(obj, Order):
            return None
        if action != "view" or not user.is_authenticated:
            return False
        return obj.user_id == user.pk or bool(user.has_perm(VIEW_PERMISSION))

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The same rule for lists."""
        if queryset.model is not Order:
            return None
        if action != "view" or not user.is_authenticated:
            return queryset.none()
        return queryset if user.has_perm(VIEW_PERMISSION) else queryset.filter(user=user)
