"""The back office of study: who is in which course, how far, and what suspends access. Services change it."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from accounts.models import User
from core.records import RecordIndexView, RecordInspectView
from courses.models import CoursePage
from courses.routing import address
from enrollments.models import AccessHold, Enrollment
from enrollments.services import EnrollmentRefused, close_hold, enroll, open_hold
from notifications.services import record_mail

VIEW, CHANGE = "enrollments.view_enrollment", "enrollments.change_enrollment"
BY_STAFF = "staff"
LONGEST_REASON = 200
LABELS = {
    "user": "Learner",
    "source": "How",
    "access_until": "Access ends",
    "completed_on": "Completed",
    "closed_at": "Closed",
}


class EnrollmentPermissions(ModelPermissionPolicy):
    """The provider sees everybody, instructors those in their own courses; what changes an enrollment is a service."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Seeing, of some enrollment."""
        return action == "view" and user.is_active and bool(user.has_perm(VIEW) or _teaches(user).exists())

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Enrollment) -> bool:
        """Seeing, of this one."""
        own = _teaches(user).filter(course_id=instance.course_id).exists()
        return action == "view" and user.is_active and bool(user.has_perm(VIEW) or own)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Enrollment]:
        """The list."""
        if "view" not in actions or not user.is_active:
            return Enrollment.objects.none()
        if user.has_perm(VIEW):
            return Enrollment.objects.all()
        return Enrollment.objects.filter(course__in=_teaches(user).values("course"))


def _teaches(user: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = user.teaches.filter(user__is_staff=True)
    return rows


class EnrollmentIndexView(RecordIndexView):
    """Learners of one's courses."""

    def get_base_queryset(self) -> Any:
        """One's own, with what each line shows."""
        mine = self.permission_policy.instances_user_has_any_permission_for(self.request.user, ["view"])
        return mine.with_hold().select_related("user", "course", "edition")

    @cached_property
    def columns(self) -> list[Any]:
        """The first one leads to the enrollment."""
        columns: list[Any] = super().columns
        columns[0].label = "Learner"
        return columns

    @property
    def header_buttons(self) -> list[Any]:
        """Granting is for those who may change enrollments."""
        buttons = list(super().header_buttons)
        if self.request.user.has_perm(CHANGE):
            url = reverse("enrollments:grant")
            buttons.append(HeaderButton(label="Grant a course", url=url, icon_name="plus"))
        return buttons


class EnrollmentInspectView(RecordInspectView):
    """One enrollment with its holds and its completed units."""

    labels = LABELS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Asked of this very enrollment."""
        if not self.user_has_permission_for_instance("view", self.object):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What suspends access, what is done, and what a person may do about it."""
        one = self.object
        holds = list(one.holds.order_by("opened_at"))
        return super().get_context_data(**kwargs) | {
            "holds": holds,
            "suspended": any(hold.source == BY_STAFF and hold.closed_at is None for hold in holds),
            "completions": one.completions.select_related("unit").order_by("completed_at"),
            "may_act": self.request.user.has_perm(CHANGE) and one.closed_at is None,
        }


class EnrollmentViewSet(ModelViewSet):
    """Who studies what."""

    model = Enrollment
    icon = "group"
    menu_label = "Enrollments"
    menu_order = 345
    add_to_admin_menu = True
    name = "enrollments"
    url_prefix = "enrollments"
    index_view_class = EnrollmentIndexView
    inspect_view_class = EnrollmentInspectView
    inspect_view_enabled = True
    inspect_template_name = "enrollments/admin/inspect_enrollment.html"
    inspect_view_fields: ClassVar[list[str]] = [
        *("user", "course", "edition", "source", "reason", "enrolled_at", "access_until", "completed_on", "closed_at")
    ]
    list_display: ClassVar[list[Any]] = [
        "user",
        Column("course", label="Course", sort_key="course__title"),
        Column("source", label="How", accessor="get_source_display", sort_key="source"),
        Column("done", label="Done", accessor=lambda one: f"{one.percent}%"),
        Column("access", label="Access", accessor=lambda one: "suspended" if one.held else "open"),
        DateColumn("enrolled_at", label="Enrolled", sort_key="enrolled_at"),
        Column("completed_on", label="Completed", sort_key="completed_on"),
    ]
    list_filter: ClassVar[dict[str, list[str]]] = {
        "course": ["exact"],
        "source": ["exact"],
        "enrolled_at": ["date__gte", "date__lte"],
        "completed_on": ["gte", "lte"],
    }
    list_export: ClassVar[list[str]] = [
        *("user.email", "user.legal_name", "course.title", "edition.number", "source", "reason"),
        *("enrolled_at", "done", "completed_on", "access_until", "closed_at"),
    ]
    export_filename = "enrollments"
    search_fields: ClassVar[list[str]] = ["user__email", "user__legal_name", "course__title"]
    search_backend_name = None
    copy_view_enabled = False
    exclude_form_fields = ()
    add_to_reference_index = False

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and what a person may do."""
        return [
            *super().get_urlpatterns(),
            path("grant/", grant, name="grant"),
            path("suspend/<int:pk>/", partial(access, suspend=True), name="suspend"),
            path("release/<int:pk>/", partial(access, suspend=False), name="release"),
        ]


class GrantForm(forms.Form):
    """A course for somebody without paying, and why."""

    email = forms.EmailField(
        label="E-mail address of the learner", help_text="The person needs an account on this site."
    )
    course = forms.ModelChoiceField(queryset=CoursePage.objects.live().order_by("title"))
    reason = forms.CharField(
        max_length=120,
        label="Why",
        help_text="Kept with the enrollment, with your name. The learner does not read it.",
    )

    def clean_email(self) -> str:
        """Somebody we know."""
        person = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if person is None:
            raise forms.ValidationError("Nobody has an account with this address. Ask them to sign up first.")
        self.person = person
        return str(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """A course is given once: whoever is in it needs no grant, and gets access back otherwise."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "email" not in cleaned or "course" not in cleaned:
            return cleaned
        there = Enrollment.objects.current().filter(user=self.person, course=cleaned["course"]).first()
        if there:
            held = AccessHold.objects.suspending().filter(enrollment=there).exists()
            standing = "access is suspended" if held else "access has ended" if there.ended else "access is open"
            page = reverse("enrollments:inspect", args=[there.pk])
            self.add_error(
                "course",
                format_html(
                    'This person is enrolled already, and {}. <a href="{}">See the enrollment</a>.', standing, page
                ),
            )
        return cleaned


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest) -> HttpResponse:
    """Enroll somebody by hand. The reason is kept with the name of who gave it, and the learner gets a mail."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    form = GrantForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = _give(form, request)
        except EnrollmentRefused as refused:
            form.add_error("course", str(refused))
        else:
            messages.success(request, f"{made.user} is enrolled in {made.course}, and gets a mail.")
            return HttpResponseRedirect(reverse("enrollments:inspect", args=[made.pk]), status=303)
    return render(request, "enrollments/admin/grant.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _give(form: GrantForm, request: HttpRequest) -> Enrollment:
    data = form.cleaned_data
    reason = f"{data['reason']} (by {request.user})"[:LONGEST_REASON]
    made = enroll(user=form.person, course=data["course"], source=Enrollment.Source.GRANT, reason=reason)
    words = {
        "titles": [made.course.title],
        "granted": True,
        "button_url": settings.SITE_URL + address(made.course, request),
        "button_label": "Open the course",
    }
    record_mail(key=f"enrolled-granted-{made.pk}", user=made.user, template="enrolled", context=words)
    return made


@require_POST
def access(request: HttpRequest, pk: int, *, suspend: bool) -> HttpResponse:
    """Suspend access by staff, or give it back as far as staff suspended it."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    one = get_object_or_404(Enrollment, pk=pk, closed_at=None)
    change = open_hold if suspend else close_hold
    change(enrollment=one, reason=AccessHold.Reason.STAFF, source=BY_STAFF)
    messages.success(request, "Access is suspended." if suspend else "What staff suspended is open again.")
    return HttpResponseRedirect(reverse("enrollments:inspect", args=[pk]), status=303)
