"""What the other apps ask of accreditation; the verbs live in the modules beside."""

from accreditation.services.approvals import (
    approvals_for,
    hours_of,
    inherits_from,
    waiting_for_confirmation,
    why_no_credit,
)

__all__ = ["approvals_for", "hours_of", "inherits_from", "waiting_for_confirmation", "why_no_credit"]
