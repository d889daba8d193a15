"""People in the back office: nobody is deleted here, and only the operator touches the operator."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages

from accounts.models import User
from accounts.services import settle_back_office

KEPT = "People are not deleted: their records stay. Switch off “active” instead, and they can no longer log in."


@hooks.register("before_delete_user")
def nobody_is_deleted(request: HttpRequest, user: User) -> HttpResponse:
    """Records of learning, money and credentials point at people (DESIGN.md section 3)."""
    messages.error(request, KEPT)
    return redirect("wagtailusers_users:edit", user.pk)


@hooks.register("before_bulk_action")
def people_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> HttpResponse | None:
    """The same for many at once."""
    if not objects or not isinstance(objects[0], User):
        return None
    if action_type == "delete":
        messages.error(request, KEPT)
        return redirect(action.next_url)
    if any(person.is_superuser for person in objects) and not getattr(request.user, "is_superuser", False):
        messages.error(request, "Only the operator changes an operator's account.")
        return redirect(action.next_url)
    return None


@hooks.register("after_bulk_action")
def roles_in_bulk(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    """Roles given to many at once open the back office too."""
    for person in objects:
        if isinstance(person, User):
            settle_back_office(user=person)
