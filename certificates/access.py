"""Who may open a certificate's files. The check page is public by design; the full paper is its holder's.

"view" is the full paper, "download" any copy of it: the holder may let anybody with the number have the public copy,
as long as the certificate stands.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet

from certificates.models import Certificate
from core.access import Action

VIEW_PERMISSION = "certificates.view_certificate"


class CertificatePolicy:
    """Holder, or staff with the permission to see certificates; for the copy, whoever the holder shares it with."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        """Only this app's things; everything else is somebody else's to say."""
        if not isinstance(obj, Certificate):
            return None
        if action not in {"view", "download"}:
            return False
        if action == "download" and obj.is_shared and obj.status == Certificate.Status.ISSUED:
            return True
        return user.is_authenticated and (obj.learner_id == user.pk or bool(user.has_perm(VIEW_PERMISSION)))

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The same rule for lists."""
        if queryset.model is not Certificate:
            return None
        if action not in {"view", "download"}:
            return queryset.none()
        if user.is_authenticated and user.has_perm(VIEW_PERMISSION):
            return queryset
        own = Q(learner=user) if user.is_authenticated else Q(pk__in=[])
        if action == "download":
            own |= Q(is_shared=True, status=Certificate.Status.ISSUED)
        return queryset.filter(own)
