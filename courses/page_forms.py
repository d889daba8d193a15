"""The page form: it refuses to publish what must not be published, and asks what kind of change it is."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm

from core.publishing import publish_problems


class GatedPageForm(WagtailAdminPageForm):
    """First of the three gates of DESIGN.md's seam 5: nothing is stored, the text is kept, the reasons are shown.

    `clean()` runs before child rows reach the page, so the question is asked after validation, on the page as it would be.
    """

    def is_valid(self) -> bool:
        valid = bool(super().is_valid())
        if not valid or "action-publish" not in self.data:
            return valid
        page = self.save(commit=False)
        for problem in publish_problems(page):
            self.add_error(None, problem)
        return not self.errors


class EditionPageForm(GatedPageForm):
    """For pages below a course: the person who publishes says what kind of change it is."""

    publish_as = forms.ChoiceField(
        label="This change is",
        required=False,
        initial="content",
        choices=[
            ("content", "a change of content: approvals must be confirmed again before it carries credit"),
            ("typo", "a correction of spelling or form"),
            ("safety", "a safety correction that every learner must see"),
        ],
        help_text="Decides whether course approvals carry over to the new edition. Learners always read the newest text.",
    )

    def save(self, commit: bool = True) -> Any:
        # The page carries the answer into its revision, because publishing works on the revision's object.
        self.instance.change_kind = self.cleaned_data.get("publish_as") or "content"
        return super().save(commit)
