"""Certificates in Wagtail's admin."""

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.urls import URLPattern, URLResolver, include, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from certificates.admin import urls
from certificates.admin.designs import DesignEditView
from certificates.admin.menu import CertificateGroup
from certificates.models import Certificate, CertificateRequest
from certificates.services.order_evidence import certificates_as_evidence
from core.records import ReadOnlyPolicy

register_permission_policy(Certificate, ReadOnlyPolicy(Certificate))
register_permission_policy(CertificateRequest, ReadOnlyPolicy(CertificateRequest))


@hooks.register("register_admin_viewset")
def certificates_menu() -> CertificateGroup:
    """What was issued, and what waits."""
    return CertificateGroup()


@hooks.register("register_admin_urls")
def certificate_pages() -> list[URLResolver]:
    """What was put before staff, and the published designs: pages of our own."""
    return [path("certificates/", include(urls))]


@hooks.register("register_admin_urls", order=-1)
def design_with_its_preview() -> list[URLPattern]:
    """Before Wagtail's own page of the setting."""
    return [path("settings/certificates/certificatedesign/<int:pk>/", DesignEditView.as_view())]


@hooks.register("register_permissions")
def rights_of_a_role() -> QuerySet[Permission]:
    """So that the operator can make a role that corrects and does not revoke."""
    records = Q(codename__in=["view_certificate", "change_certificate", "revoke_certificate"])
    waiting = Q(codename__in=["view_certificaterequest", "change_certificaterequest"])
    return Permission.objects.filter(records | waiting, content_type__app_label="certificates")


hooks.register("order_evidence", certificates_as_evidence, order=20)
