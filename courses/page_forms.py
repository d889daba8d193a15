"""The page form: it refuses to publish what must not be published, and asks what kind of change it is."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm

from core.publishing import publish_problems


class GatedPageForm(WagtailAdminPageForm):
    """First of the three gates of DESIGN.md's seam 5: nothing is stored, the text is kept, the reasons are shown.

    `clean()` runs before child rows reach the page, so the question is asked after validation, of the page as it
    would be.
    """

    def is_valid(self) -> bool:
        valid = bool(super().is_valid())
        if not valid or not self._asks_to_publish():
            return valid
        page = self.save(commit=False)
        for problem in publish_problems(page):
            self.add_error(None, problem)
        return not self.errors

    def _asks_to_publish(self) -> bool:
        """The publish button, or a reviewer's approval: after the last task of a workflow it publishes."""
        approves = "action-workflow-action" in self.data and self.data.get("workflow-action-name") == "approve"
        return "action-publish" in self.data or approves


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
        self.fields["new_slug"].label = "Its address"
        self.fields["new_title"].label = "Title of the copy"
        self.fields["new_parent_page"].label = "Where the copy goes"
        if "copy_subpages" in self.fields:
            self.fields["copy_subpages"].label = "With everything in it"
