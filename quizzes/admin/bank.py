"""The question bank in Wagtail's admin. Every door that names a question or a bank asks whose it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views import generic
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet, SnippetChosenView
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from accounts.models import User
from core.access import allowed_or_404, can, visible
from core.validation import whole_number
from quizzes.admin.authoring import QuestionCreateView
from quizzes.models import Question, QuestionBank, Tag

View = Callable[..., HttpResponse]


class BankPermissionPolicy(BasePermissionPolicy):
    """What one's role allows, in one's own banks. Nothing that a paper may point at is deleted, by anyone."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """On some instance."""
        name = get_permission_codename(action, self.model._meta)
        return action != "delete" and bool(user.is_active and user.has_perm(f"quizzes.{name}"))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Model) -> bool:
        """On this one."""
        return self.user_has_permission(user, action) and can(user, "edit", instance)

    def user_has_any_permission_for_instance(self, user: Any, actions: list[str], instance: Model) -> bool:
        """On this one, any of these."""
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: list[str]) -> QuerySet[Any]:
        """Those of the person's own banks."""
        allowed = any(self.user_has_permission(user, action) for action in actions)
        return visible(user, "edit", self.model.objects.all()) if allowed else self.model.objects.none()

    def users_with_any_permission(self, actions: list[str]) -> QuerySet[User]:
        """Who works with questions."""
        return User.objects.filter(is_staff=True, is_active=True)


def own_bank_only(view: View, model: type[Model]) -> View:
    """Wagtail's views ask about the model, not about the object (PLATFORM.md section 8): this asks for each."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "pk" in kwargs:
            pk = whole_number(unquote(str(kwargs["pk"])))
            allowed_or_404(request.user, "edit", get_object_or_404(model, pk=pk) if pk else None)
        return view(request, *args, **kwargs)

    return guarded


class UsableOnly:
    """For choosers: only what the person may use in a quiz."""

    request: HttpRequest
    model_class: type[Model]

    def get_object_list(self) -> QuerySet[Any]:
        """What is offered."""
        return visible(self.request.user, "view", self.model_class._default_manager.all())

    def get_object(self, pk: Any) -> Model:
        """What can be picked."""
        return get_object_or_404(self.get_object_list(), pk=whole_number(str(pk)))


class UsableChooseView(UsableOnly, ChooseView):
    """The list to choose from."""


class UsableChooseResultsView(UsableOnly, ChooseResultsView):
    """The same list, searched."""


class UsableChosenView(UsableOnly, SnippetChosenView):
    """The one chosen."""


class NothingIsMadeHere(generic.View):
    """Questions are written in their own form, with preview and publishing. Wagtail's create tab has no form here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Not a door."""
        raise Http404


class UsableChooserViewSet(SnippetChooserViewSet):
    """A chooser that offers only what the person may use."""

    create_view_class = NothingIsMadeHere

    choose_view_class = UsableChooseView
    choose_results_view_class = UsableChooseResultsView
    chosen_view_class = UsableChosenView


class BankBoundViewSet(SnippetViewSet):
    """Lists and doors narrowed to the person's own banks."""

    chooser_viewset_class = UsableChooserViewSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own."""
        return visible(request.user, "edit", self.model.objects.all())

    def get_urlpatterns(self) -> list[Any]:
        """Every pattern that names an object is guarded."""
        patterns = list(super().get_urlpatterns())
        for pattern in patterns:
            pattern.callback = own_bank_only(pattern.callback, self.model)
        return patterns


class QuestionFilterSet(WagtailFilterSet):
    """By bank, kind, tag, and whether it is published."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["bank"].queryset = visible(self.request.user, "edit", QuestionBank.objects.all())

    class Meta:
        model = Question
        fields: ClassVar[list[str]] = ["bank", "kind", "tags", "live"]


class QuestionViewSet(BankBoundViewSet):
    """Questions. They are archived by unpublishing, never deleted."""

    model = Question
    icon = "help"
    menu_label = "Questions"
    filterset_class = QuestionFilterSet
    add_view_class = QuestionCreateView
    list_display: ClassVar[list[Any]] = [
        "title",
        Column("get_kind_display", label="Kind", sort_key="kind"),
        "bank",
        LiveStatusTagColumn(),
        UpdatedAtColumn(),
    ]
    search_fields: ClassVar[list[str]] = ["title", "external_id"]
    copy_view_enabled = False
    list_per_page = 50


class QuestionBankViewSet(BankBoundViewSet):
    """Banks: one per course, and the school's."""

    model = QuestionBank
    icon = "folder-open-1"
    menu_label = "Banks"
    list_display: ClassVar[list[str]] = ["name", "course"]
    search_fields: ClassVar[list[str]] = ["name"]
    copy_view_enabled = False


class TagViewSet(SnippetViewSet):
    """The controlled list of competencies."""

    model = Tag
    icon = "tag"
    menu_label = "Tags"
    list_display: ClassVar[list[str]] = ["slug", "name"]
    search_fields: ClassVar[list[str]] = ["slug", "name"]
    copy_view_enabled = False


class QuestionGroup(SnippetViewSetGroup):
    """One menu for what can be asked."""

    menu_label = "Questions"
    menu_icon = "help"
    menu_order = 310
    submenu_hook = "register_questions_menu_item"
    items = (QuestionViewSet, QuestionBankViewSet, TagViewSet)
