"""What templates ask of reports and of CE Broker."""

from django import template

from accreditation.models import ProfessionalLicense
from accreditation.services.reporting import can_check

register = template.Library()


@register.filter
def can_be_asked(license: ProfessionalLicense) -> bool:
    """Whether its number can be looked up at CE Broker: set up, a US state, a known code of the profession."""
    return not can_check(license)
