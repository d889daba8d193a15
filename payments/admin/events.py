"""The diary of webhooks in the back office."""

from typing import ClassVar

from wagtail.admin.viewsets.model import ModelViewSet

from core.records import RecordIndexView
from payments.models import StripeEvent


class EventViewSet(ModelViewSet):
    """What Stripe sent."""

    model = StripeEvent
    icon = "history"
    menu_label = "Webhooks"
    name = "stripe_events"
    url_prefix = "sales/webhooks"
    index_view_class = RecordIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    exclude_form_fields = ()
    list_display: ClassVar[list[str]] = ["type", "last_seen_at", "count", "outcome", "order", "error"]
    list_filter: ClassVar[list[str]] = ["type", "outcome"]
    search_fields: ClassVar[list[str]] = ["id", "object_id", "order__number"]
    search_backend_name = None
    add_to_reference_index = False
