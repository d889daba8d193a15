"""The verbs of certificates."""

from certificates.services.designs import publish_design
from certificates.services.flags import put_before_staff
from certificates.services.issuing import confirm_name, issue, issue_pending, nudge, resume, retry
from certificates.services.life import (
    LifeRefused,
    correct_name,
    issue_again,
    may_correct_own_name,
    renew,
    revoke,
    share,
)
from certificates.services.requests import request_certificates

__all__ = [
    "LifeRefused",
    "confirm_name",
    "correct_name",
    "issue",
    "issue_again",
    "issue_pending",
    "may_correct_own_name",
    "nudge",
    "publish_design",
    "put_before_staff",
    "renew",
    "request_certificates",
    "resume",
    "retry",
    "revoke",
    "share",
]
