"""Certificates in Wagtail's admin."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy

from certificates.admin import CertificateGroup
from certificates.models import Certificate, CertificateRequest
from core.records import ReadOnlyPolicy

register_permission_policy(Certificate, ReadOnlyPolicy(Certificate))
register_permission_policy(CertificateRequest, ReadOnlyPolicy(CertificateRequest))


@hooks.register("register_admin_viewset")
def certificates_menu() -> CertificateGroup:
    """What was issued, and what waits."""
    return CertificateGroup()
