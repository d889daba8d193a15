"""What is on sale, in the back office."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from courses.services import rebuild_catalogue
from payments.models import Offer
from payments.services import tell_catalogue


class OfferCreateView(generic.CreateView):
    """A new offer shows in the catalogue at once."""

    def save_instance(self) -> Any:
        """Then tell the catalogue."""
        offer = super().save_instance()
        tell_catalogue(offer=offer)
        return offer


class OfferEditView(generic.EditView):
    """So does a changed one."""

    def save_instance(self) -> Any:
        """Then tell the catalogue."""
        offer = super().save_instance()
        tell_catalogue(offer=offer)
        return offer


class OfferDeleteView(generic.DeleteView):
    """An offer that nobody ordered may go; the catalogue forgets its price."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was ordered stays on record."""
        if self.object.is_ordered():
            messages.error(request, "This offer has been ordered, so it stays on record. Close it instead.")
            return HttpResponseRedirect(reverse(self.index_url_name), status=303)
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def delete_action(self) -> None:
        """Then tell the catalogue."""
        courses = [item.course for item in self.object.items.select_related("course")]
        super().delete_action()
        for course in courses:
            rebuild_catalogue(course=course)


class OfferViewSet(ModelViewSet):
    """What is on sale."""

    model = Offer
    icon = "tag"
    menu_label = "Offers"
    name = "offers"
    url_prefix = "sales/offers"
    add_view_class = OfferCreateView
    edit_view_class = OfferEditView
    delete_view_class = OfferDeleteView
    copy_view_enabled = False
    exclude_form_fields = ()
    list_display: ClassVar[list[str]] = ["name", "price", "opens_at", "closes_at", "refund_days"]
    list_filter: ClassVar[list[str]] = ["items__course", "currency"]
    search_fields: ClassVar[list[str]] = ["name"]
    search_backend_name = None
