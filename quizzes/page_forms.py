"""Forms of the back office: they refuse to publish what must not be published, and offer only what one may use."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm

from core.access import visible
from courses.page_forms import EditionPageForm
from library.access import works_with
from library.models import Picture, Recording
from quizzes.questions.pictures import named_pictures
from quizzes.questions.recordings import named_recordings
from quizzes.rules.review import (
    AFTER_CLOSE,
    AFTER_ITEM,
    AFTER_PASS_OR_LAST,
    AFTER_SUBMIT,
    ASPECTS,
    MOMENTS,
)


def asks_to_publish(data: Any) -> bool:
    """The publish button, or a reviewer's approval: after the last task of a workflow it publishes."""
    approves = "action-workflow-action" in data and data.get("workflow-action-name") == "approve"
    return "action-publish" in data or approves


class QuestionForm(WagtailAdminModelForm):
    """A question in one of the author's own banks. Publishing asks the lint first; a draft may be unfinished."""

    publish_as = forms.ChoiceField(
        label="This change is",
        required=False,
        initial="content",
        choices=[
            ("content", "a change of what is asked"),
            ("typo", "a correction of spelling or form"),
            ("key", "a change of what is right"),
        ],
        help_text="Attempts under way keep the version they began with, whatever the change.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._files_before = _files_in(self.instance.body)
        if "bank" in self.fields and self.for_user:
            banks = self.fields["bank"].queryset
            own = visible(self.for_user, "edit", banks)
            # Who is asked to review a question edits it where it stands, without a bank of their own.
            self.fields["bank"].queryset = own | banks.filter(pk=self.instance.bank_id)

    def is_valid(self) -> bool:
        valid = bool(super().is_valid())
        if valid and self.for_user and self._names_foreign_parts(self.for_user):
            self.add_error(None, "A question of the case is not in a bank that you may use.")
            return False
        if valid and self.for_user and self._names_foreign_files(self.for_user):
            self.add_error(None, "A picture or recording is not among the files that you may use.")
            return False
        if not valid or not asks_to_publish(self.data):
            return valid
        for problem in self.instance.problems():
            self.add_error(None, problem)
        return not self.errors

    def _names_foreign_parts(self, user: Any) -> bool:
        """A posted number is no permission: the form would show the title of a question that its author may not see."""
        blocks = [block.value for block in self.cleaned_data.get("body") or [] if block.block_type == "case"]
        named = {part.pk for value in blocks for part in value["parts"] if part}
        return visible(user, "view", type(self.instance).objects.filter(pk__in=named)).count() < len(named)

    def _names_foreign_files(self, user: Any) -> bool:
        """A question opens its files to those who read its bank: again, a posted number is no permission."""
        new = _files_in(self.cleaned_data.get("body")) - self._files_before
        return any(not works_with(user, file) for model, pk in new for file in model.objects.filter(pk=pk))

    def save(self, commit: bool = True) -> Any:
        # The question carries the answer into its revision, because publishing works on the revision's object.
        self.instance.change_kind = self.cleaned_data.get("publish_as") or "content"
        return super().save(commit=commit)


def _files_in(body: Any) -> set[tuple[Any, int]]:
    """The uploaded pictures and the recordings that a question names."""
    forms_of = [block["value"] for block in (body.raw_data if body else ())]
    found: set[tuple[Any, int]] = {(Recording, pk) for form in forms_of for pk in named_recordings(form)}
    return found | {(Picture, pk) for form in forms_of for source, pk in named_pictures(form) if source == "picture"}


def _moment(moment: str) -> forms.MultipleChoiceField:
    """What may be seen from one moment on."""
    return forms.MultipleChoiceField(
        label=MOMENTS[moment],
        required=False,
        choices=list(ASPECTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class QuizPageForm(EditionPageForm):
    """A quiz takes questions only from banks that its author may use; what is shown when is ticked, not typed."""

    review_after_item = _moment(AFTER_ITEM)
    review_after_submit = _moment(AFTER_SUBMIT)
    review_after_pass_or_last = _moment(AFTER_PASS_OR_LAST)
    review_after_close = _moment(AFTER_CLOSE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for moment in MOMENTS:
            self.initial[f"review_{moment}"] = self.instance.review_policy.get(moment, [])

    def is_valid(self) -> bool:
        valid = bool(super().is_valid())
        if valid and self.for_user:
            for problem in self._foreign(self.for_user):
                self.add_error(None, problem)
        return not self.errors and valid

    def save(self, commit: bool = True) -> Any:
        self.instance.review_policy = {moment: self.cleaned_data[f"review_{moment}"] for moment in MOMENTS}
        return super().save(commit=commit)

    def _foreign(self, user: Any) -> list[str]:
        """Questions and banks of courses that are not the author's: a posted number is no permission."""
        found = []
        slots = [slot for form in self._section_forms() for slot in form.formsets["slots"].forms if slot.is_valid()]
        for form in slots:
            chosen = [form.cleaned_data.get(name) for name in ("question", "bank") if name in form.changed_data]
            for thing in chosen:
                if thing and not visible(user, "view", type(thing)._default_manager.filter(pk=thing.pk)).exists():
                    found.append(f'"{thing}" is not in a bank that you may use.')
        return found

    def _section_forms(self) -> list[Any]:
        sections = self.formsets.get("sections")
        return [form for form in sections.forms if hasattr(form, "formsets")] if sections else []
