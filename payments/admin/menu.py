"""The sales menu."""

from wagtail.admin.viewsets.model import ModelViewSetGroup

from payments.admin.events import EventViewSet
from payments.admin.offers import OfferViewSet
from payments.admin.orders import OrderViewSet


class SalesGroup(ModelViewSetGroup):
    """The sales menu."""

    menu_label = "Sales"
    menu_icon = "tag"
    menu_order = 350
    items = (OrderViewSet(), OfferViewSet(), EventViewSet())
