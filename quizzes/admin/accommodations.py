"""What single learners are granted beyond a quiz's terms: for who runs the school. No reason is asked for or kept."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput

from accounts.models import User
from core.records import RecordIndexView
from courses.models import CoursePage
from quizzes.models import Accommodation, QuizPage
from quizzes.services.supervision import reach_running_attempts

CHANGE = "quizzes.change_accommodation"


class QuizField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Quizzes named with their course: several courses have one called "Final"."""

    courses: dict[str, str]

    def label_from_instance(self, obj: QuizPage) -> str:
        """Course, then quiz."""
        if not hasattr(self, "courses"):
            self.courses = dict(CoursePage.objects.values_list("path", "title"))
        course = next((title for path, title in self.courses.items() if obj.path.startswith(path)), "")
        return f"{course}: {obj.title}" if course else str(obj.title)


class AccommodationForm(WagtailAdminModelForm):
    """One grant. The learner is named by e-mail address."""

    email = forms.EmailField(
        label="E-mail address of the learner", help_text="The person needs an account on this site."
    )
    quiz = QuizField(
        queryset=QuizPage.objects.order_by("path"),
        required=False,
        help_text="Empty: in every quiz.",
        empty_label="Every quiz",
    )
    field_order = ("email", "quiz", "time_percent", "extra_minutes", "extra_attempts", "untimed")

    class Meta:
        model = Accommodation
        fields: ClassVar[list[str]] = [
            *("quiz", "time_percent", "extra_minutes", "extra_attempts", "untimed", "valid_from", "valid_to"),
        ]
        widgets: ClassVar[dict[str, Any]] = {"valid_from": AdminDateInput, "valid_to": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["email"].initial = self.instance.learner.email
            self.fields["email"].disabled = True

    def clean_email(self) -> str:
        """Somebody we know."""
        email = str(self.cleaned_data["email"])
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise forms.ValidationError("Nobody has an account with this address.")
        self.instance.learner = person
        return email

    def clean(self) -> dict[str, Any]:
        """A grant gives something, and ends after it begins."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        gives = (
            data.get("time_percent", 100) > 100
            or data.get("extra_minutes")
            or data.get("extra_attempts")
            or data.get("untimed")
        )
        if not gives and not self.errors:
            raise forms.ValidationError("Grant more time, more tries, or no time limit.")
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", "It ends before it begins.")
        return data


class ReachesRunningAttempts:
    """Saving a grant moves the attempts of this learner that are under way."""

    form: Any
    request: Any

    def save_instance(self) -> Any:
        """Store it, then move them."""
        saved = super().save_instance()  # type: ignore[misc]
        reach_running_attempts(grant=saved, by=self.request.user)
        return saved


class GrantView(ReachesRunningAttempts, generic.CreateView):
    """A new grant."""


class ChangeGrantView(ReachesRunningAttempts, generic.EditView):
    """A changed one."""


class AccommodationIndexView(RecordIndexView):
    """Everybody's grants."""

    def get_base_queryset(self) -> Any:
        """With what each line shows."""
        return Accommodation.objects.select_related("learner", "quiz")


class AccommodationViewSet(ModelViewSet):
    """More time or more tries for one learner. Who marks does not see it, and no certificate shows it."""

    model = Accommodation
    icon = "time"
    menu_label = "Accommodations"
    name = "accommodations"
    url_prefix = "quizzes/accommodations"
    index_view_class = AccommodationIndexView
    add_view_class = GrantView
    edit_view_class = ChangeGrantView
    list_display: ClassVar[list[Any]] = [
        TitleColumn("learner", label="Learner", sort_key="learner__legal_name", url_name="accommodations:edit"),
        Column("quiz", label="Quiz", accessor=lambda one: one.quiz or "Every quiz", sort_key="quiz__title"),
        Column("time_percent", label="Time", accessor=lambda one: f"{one.time_percent}%", sort_key="time_percent"),
        Column("extra_minutes", label="Extra minutes", sort_key="extra_minutes"),
        Column("extra_attempts", label="Extra tries", sort_key="extra_attempts"),
        BooleanColumn("untimed", label="Untimed", sort_key="untimed"),
        Column("valid_from", label="From", accessor=lambda one: one.valid_from or "", sort_key="valid_from"),
        Column("valid_to", label="To", accessor=lambda one: one.valid_to or "", sort_key="valid_to"),
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "quiz": ["exact"],
        "untimed": ["exact"],
        "valid_to": ["gte", "lte"],
    }
    list_export: ClassVar[list[str]] = [
        *("learner.email", "learner.legal_name", "quiz.title", "time_percent", "extra_minutes", "extra_attempts"),
        *("untimed", "valid_from", "valid_to"),
    ]
    export_filename = "accommodations"
    search_fields: ClassVar[list[str]] = ["learner__email", "learner__legal_name"]
    search_backend_name = None
    copy_view_enabled = False
    add_to_reference_index = False

    def get_edit_handler(self) -> None:
        """The form below says it all."""
        return

    def get_form_class(self, for_update: bool = False) -> type[AccommodationForm]:
        """One form for both."""
        return AccommodationForm


class AccommodationsItem(MenuItem):
    """For who runs the school."""

    def is_shown(self, request: Any) -> bool:
        """Whoever may change grants."""
        return bool(request.user.has_perm(CHANGE))


def accommodations_item() -> MenuItem:
    """Grants to single learners."""
    return AccommodationsItem(
        "Accommodations", reverse_lazy("accommodations:index"), name="accommodations", icon_name="time", order=600
    )
