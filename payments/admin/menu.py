"""The sales menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup

from payments.admin.events import EventViewSet
from payments.admin.offers import OfferViewSet
from payments.admin.orders import OrderViewSet
from payments.admin.periods import MAY_SEE
from payments.models import Order

MANY = 100


class SalesItem(MenuItem):
    """For those who may see orders."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Who sees orders sees what became of their money."""
        return bool(request.user.has_perm(MAY_SEE))


class ReviewItem(SalesItem):
    """Says how many orders wait for a person."""

    def render_component(self, request: HttpRequest) -> Any:
        """With the count, up to a number that nobody reads exactly."""
        waiting = Order.objects.needing_review().order_by()[:MANY].count()
        more = "" if not waiting else f" ({waiting})" if waiting < MANY else f" ({MANY}+)"
        return LinkMenuItem(self.name, f"{self.label}{more}", self.url, icon_name=self.icon_name)


class SalesGroup(ModelViewSetGroup):
    """The sales menu."""

    menu_label = "Sales"
    menu_icon = "tag"
    menu_order = 350
    items = (OrderViewSet(), OfferViewSet(), EventViewSet())

    def get_submenu_items(self) -> list[MenuItem]:
        """What waits for a person first, then the lists, then the money."""
        pages = (
            ("Disputes", "disputes", "warning", 10),
            ("Ledger", "ledger", "table", 11),
            ("Payouts", "payouts", "download", 12),
            ("Revenue", "revenue", "order", 13),
            ("Reconciliation", "reconciliation", "resubmit", 14),
            ("Payment health", "health", "circle-check", 15),
        )
        review = ReviewItem("To review", reverse_lazy("sales:review"), name="sales-review", icon_name="help", order=0)
        return [
            review,
            *super().get_submenu_items(),
            *(
                SalesItem(label, reverse_lazy(f"sales:{name}"), name=f"sales-{name}", icon_name=icon, order=order)
                for label, name, icon, order in pages
            ),
        ]
