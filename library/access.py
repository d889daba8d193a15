"""Who works with a file in the back office. Wagtail keeps that at the file's collection."""

from typing import Any

from django.db.models import QuerySet
from wagtail.permissions import policy_registry

from library.models import Handout, Picture, Recording

FILES = (Handout, Picture, Recording)
WORKS = ["change", "choose", "delete"]


def works_with(user: Any, item: Handout | Picture | Recording) -> bool:
    """Whether this person may use the file in a page, or change it."""
    if not user.is_authenticated or not user.is_staff:
        return False
    return bool(policy_registry.get_by_type(type(item)).user_has_any_permission_for_instance(user, WORKS, item))


def files_of(user: Any, model: type[Any]) -> QuerySet[Any]:
    """The set form of `works_with`."""
    if not user.is_authenticated or not user.is_staff:
        return model.objects.none()
    found: QuerySet[Any] = policy_registry.get_by_type(model).instances_user_has_any_permission_for(user, WORKS)
    return found
