"""The verbs of certificates."""

from certificates.services.issuing import confirm_name, issue, issue_pending, nudge, retry
from certificates.services.requests import request_certificates

__all__ = ["confirm_name", "issue", "issue_pending", "nudge", "request_certificates", "retry"]
