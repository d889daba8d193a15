"""The certificates menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import policy_registry

from certificates.access import VIEW_PERMISSION
from certificates.admin.certificates import CertificateViewSet
from certificates.admin.requests import RequestViewSet
from certificates.models import CertificateDesign
from certificates.services.flags import before_staff

MANY = 100


class WaitingItem(MenuItem):
    """Says how many wait for a person."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For those who may see certificates."""
        return bool(request.user.has_perm(VIEW_PERMISSION))

    def render_component(self, request: HttpRequest) -> Any:
        """With the count, up to a number that nobody reads exactly."""
        waiting = before_staff().order_by()[:MANY].count()
        more = "" if not waiting else f" ({waiting})" if waiting < MANY else f" ({MANY}+)"
        return LinkMenuItem(self.name, f"{self.label}{more}", self.url, icon_name=self.icon_name)


class DesignItem(MenuItem):
    """How certificates look; it stands under Settings too."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For those who may change it."""
        return bool(policy_registry.get_by_type(CertificateDesign).user_has_permission(request.user, "change"))


class CertificateGroup(ModelViewSetGroup):
    """The certificates menu."""

    menu_label = "Certificates"
    menu_icon = "doc-full-inverse"
    menu_order = 400
    items = (CertificateViewSet("certificates"), RequestViewSet("certificate_requests"))

    def get_submenu_items(self) -> list[MenuItem]:
        """What waits for a person first, then the lists, then the look."""
        waiting = reverse_lazy("certificate_desk:before_staff")
        design = reverse_lazy("wagtailsettings:edit", args=["certificates", "certificatedesign"])
        return [
            WaitingItem("Put before staff", waiting, name="certificates-before-staff", icon_name="help", order=0),
            *super().get_submenu_items(),
            DesignItem("Design", design, name="certificates-design", icon_name="view", order=20),
        ]
