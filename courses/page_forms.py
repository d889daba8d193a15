"""The page form: it refuses to publish what must not be published, and asks what kind of change it is."""

from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.coreutils import find_available_slug
from wagtail.models import Page, ReferenceIndex

from core.publishing import publish_problems
from library.access import FILES, works_with


class GatedPageForm(WagtailAdminPageForm):
    """First of the three gates of DESIGN.md's seam 5: nothing is stored, the text is kept, the reasons are shown.

    `clean()` runs before child rows reach the page, so the question is asked after validation, of the page as it
    would be.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._files_before = _files_in(self.instance) if self.is_bound else set()

    def is_valid(self) -> bool:
        valid = bool(super().is_valid())
        if valid and self.for_user:
            for problem in self._foreign_files(self.for_user):
                self.add_error(None, problem)
        if self.errors or not valid or not self._asks_to_publish():
            return valid and not self.errors
        page = self.save(commit=False)
        for problem in publish_problems(page):
            self.add_error(None, problem)
        return not self.errors

    def _foreign_files(self, user: Any) -> list[str]:
        """A page opens its files to its readers: a posted number of somebody else's file is no permission."""
        return [
            f"{file._meta.verbose_name.capitalize()} {file.pk} is not among the files that you may use."
            for model, pk in sorted(_files_in(self.instance) - self._files_before, key=str)
            for file in model.objects.filter(pk=pk)
            if not works_with(user, file)
        ]

    def _asks_to_publish(self) -> bool:
        """The publish button, or a reviewer's approval: after the last task of a workflow it publishes."""
        approves = "action-workflow-action" in self.data and self.data.get("workflow-action-name") == "approve"
        return "action-publish" in self.data or approves


def _files_in(page: Page) -> set[tuple[Any, int]]:
    """The pictures, documents and recordings that a page shows: in blocks, in rich text, in fields."""
    models = {ContentType.objects.get_for_model(model).pk: model for model in FILES}
    found = ReferenceIndex._extract_references_from_object(page)
    return {(models[kind], int(pk)) for kind, pk, _, _ in found if kind in models}


class EditionPageForm(GatedPageForm):
    """For pages below a course: the person who publishes says what kind of change it is."""

    publish_as = forms.ChoiceField(
        label="This change is",
        required=False,
        initial="content",
        widget=forms.RadioSelect,
        choices=[
            ("content", "a change of content: approvals must be confirmed again before it carries credit"),
            ("typo", "a correction of spelling or form"),
            ("safety", "a safety correction that every learner must see"),
        ],
        help_text="Decides whether approvals carry over to the new edition. Learners always read the newest text.",
    )

    def save(self, commit: bool = True) -> Any:
        # The page carries the answer into its revision, because publishing works on the revision's object.
        self.instance.change_kind = self.cleaned_data.get("publish_as") or "content"
        return super().save(commit)


class DraftCopyForm(CopyForm):
    """A copy is a draft, however live its original is: Wagtail's "publish copies" asks none of the gates.

    An alias would be a course, lesson or quiz whose content nobody published there, so that is no choice either.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("publish_copies", None)
        self.fields.pop("alias", None)
        self.fields["new_slug"].required = False
        self.fields["new_slug"].label = ""
        self.fields["new_slug"].widget = forms.HiddenInput()
        self.initial["new_slug"] = ""
        self.fields["new_slug"].initial = ""
        self.fields["new_title"].label = "Title of the copy"
        self.fields["new_parent_page"].label = "Where the copy goes"
        self.fields["new_parent_page"].help_text = "It becomes the last thing in there."
        if "copy_subpages" in self.fields:
            self.fields["copy_subpages"].label = "With everything in it"

    def clean(self) -> dict[str, Any]:
        """The address follows the title, and gives way to what is there already."""
        parent = self.cleaned_data.get("new_parent_page") or self.page.get_parent()
        wanted = slugify(self.cleaned_data.get("new_title") or "") or self.page.slug
        self.cleaned_data["new_slug"] = find_available_slug(parent, wanted)
        cleaned: dict[str, Any] = super().clean()
        return cleaned
