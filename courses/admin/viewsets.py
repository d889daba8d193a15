"""Topics, profiles, policies and teams in the back office."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy

from courses.models import InstructorProfile, PolicyVersion, Technique, Topic


class PolicyPermissions(ModelPermissionPolicy):
    """A text that has come into force stays as it is: editions and orders quote it, boards ask for it."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: PolicyVersion) -> bool:
        """Only a coming version may be changed or deleted."""
        in_force = instance.effective_from <= timezone.localdate()
        if action in ("change", "delete") and in_force:
            return False
        return bool(super().user_has_permission_for_instance(user, action, instance))


class AskedForInstance:
    """Wagtail asks whether somebody may change such things at all; here it matters which one."""

    permission_required: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused as Wagtail refuses."""
        view: Any = self
        if not view.user_has_permission_for_instance(self.permission_required, view.get_object()):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class PolicyEditView(AskedForInstance, generic.EditView):
    """Changing a coming version."""


class PolicyDeleteView(AskedForInstance, generic.DeleteView):
    """Taking back a coming version."""


class PolicyIndexView(generic.IndexView):
    """A version in force leads to its text, a coming one to its form."""

    def get_edit_url(self, instance: PolicyVersion) -> str | None:
        """None where nothing may be changed."""
        return super().get_edit_url(instance) if self._may("change", instance) else None

    def get_delete_url(self, instance: PolicyVersion) -> str | None:
        """None where nothing may be deleted."""
        return super().get_delete_url(instance) if self._may("delete", instance) else None

    def _may(self, action: str, instance: PolicyVersion) -> bool:
        return bool(self.user_has_permission_for_instance(action, instance))


class PolicyViewSet(ModelViewSet):
    """Dated policies."""

    model = PolicyVersion
    icon = "doc-full"
    menu_label = "Policies"
    url_prefix = "policies"
    list_display = ("kind", "effective_from", "summary")
    list_filter = ("kind", "effective_from")
    exclude_form_fields = ()
    index_view_class = PolicyIndexView
    edit_view_class = PolicyEditView
    delete_view_class = PolicyDeleteView
    inspect_view_enabled = True
    inspect_view_fields = ("kind", "effective_from", "summary", "text")


class TopicViewSet(ModelViewSet):
    """What the catalogue's filter offers."""

    model = Topic
    icon = "tag"
    menu_label = "Topics"
    url_prefix = "topics"
    list_display = ("name", "slug")
    exclude_form_fields = ()


class TechniqueViewSet(ModelViewSet):
    """What lessons name so that the rules of a state about it are told there."""

    model = Technique
    icon = "tag"
    menu_label = "Techniques"
    url_prefix = "techniques"
    list_display = ("name", "slug")
    exclude_form_fields = ()


class ProfileViewSet(ModelViewSet):
    """How instructors are presented on course pages."""

    model = InstructorProfile
    icon = "user"
    menu_label = "Instructors"
    url_prefix = "instructors"
    list_display = ("name", "credentials")
    search_fields = ("name", "credentials", "user__email")
    search_backend_name = None
    exclude_form_fields = ()


class SchoolGroup(ModelViewSetGroup):
    """What belongs to the school as a whole."""

    menu_label = "School"
    menu_icon = "home"
    menu_order = 340
    items: ClassVar[tuple[Any, ...]] = (
        PolicyViewSet("policies"),
        ProfileViewSet("instructors"),
        TopicViewSet("topics"),
        TechniqueViewSet("techniques"),
    )
