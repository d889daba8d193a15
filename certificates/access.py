"""Who may open a certificate's file. The check page is public by design; the file is its holder's."""

from typing import Any

from django.db.models import Model, QuerySet

from certificates.models import Certificate
from core.access import Action

VIEW_PERMISSION = "certificates.view_certificate"


class CertificatePolicy:
    """Holder, or staff with the permission to see certificates."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        """Only this app's things; everything else is somebody else's to say."""
        if not isinstance(obj, Certificate):
            return None
        if action not in {"view", "download"} or not user.is_authenticated:
            return False
        return obj.learner_id == user.pk or bool(user.has_perm(VIEW_PERMISSION))

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The same rule for lists."""
        if queryset.model is not Certificate:
            return None
        if action not in {"view", "download"} or not user.is_authenticated:
            return queryset.none()
        return queryset if user.has_perm(VIEW_PERMISSION) else queryset.filter(learner=user)
