"""Who may open what of credit: licenses, awards and files are their owner's; staff who report credit see them too."""

from typing import Any

from django.db.models import Model, QuerySet

from accreditation.models import BoardReport, CreditAward, ExternalCredit, LicenseEndorsement, ProfessionalLicense
from core.access import Action

SEEN_BY = {
    ProfessionalLicense: ("user_id", "user", "accreditation.view_professionallicense"),
    LicenseEndorsement: ("license.user_id", "license__user", "accreditation.view_professionallicense"),
    CreditAward: ("user_id", "user", "accreditation.view_creditaward"),
    ExternalCredit: ("user_id", "user", ""),
}
"""Model: where its owner stands (attribute, lookup), and the permission with which staff see it; none: nobody else."""


class CreditPolicy:
    """Owner, or staff with the permission. Reports belong to staff only."""

    def can(self, user: Any, action: Action, obj: Model) -> bool | None:
        """Only this app's things; everything else is somebody else's to say."""
        if isinstance(obj, BoardReport):
            return action in {"view", "download"} and bool(user.has_perm("accreditation.view_boardreport"))
        if type(obj) not in SEEN_BY:
            return None
        if action not in {"view", "download", "edit"} or not user.is_authenticated:
            return False
        attribute, _, permission = SEEN_BY[type(obj)]
        owner: Any = obj
        for part in attribute.split("."):
            owner = getattr(owner, part)
        if action == "edit" and isinstance(obj, CreditAward):
            return False
        return owner == user.pk or (action != "edit" and bool(permission) and bool(user.has_perm(permission)))

    def visible(self, user: Any, action: Action, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """The same rule for lists."""
        model = queryset.model
        if model is BoardReport:
            return queryset if self.can(user, action, BoardReport()) else queryset.none()
        if model not in SEEN_BY:
            return None
        if action not in {"view", "download", "edit"} or not user.is_authenticated:
            return queryset.none()
        _, lookup, permission = SEEN_BY[model]
        if action == "edit" and model is CreditAward:
            return queryset.none()
        if action != "edit" and permission and user.has_perm(permission):
            return queryset
        return queryset.filter(**{lookup: user})
