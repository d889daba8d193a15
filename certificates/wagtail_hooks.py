"""Certificates in Wagtail's admin."""

from wagtail import hooks
from wagtail.permissions import register_permission_policy

from certificates.admin import CertificateGroup
from certificates.models import Certificate, CertificateRequest
from certificates.services.order_evidence import certificates_as_evidence
from core.records import ReadOnlyPolicy

register_permission_policy(Certificate, ReadOnlyPolicy(Certificate))
register_permission_policy(CertificateRequest, ReadOnlyPolicy(CertificateRequest))


@hooks.register("register_admin_viewset")
def certificates_menu() -> CertificateGroup:
    """What was issued, and what waits."""
    return CertificateGroup()


hooks.register("order_evidence", certificates_as_evidence, order=20)
