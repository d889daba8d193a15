"""Which file goes into which bank, and which questions into which file."""

from typing import Any

from django import forms

from core.access import visible
from quizzes.interchange.formats import LABELS, PARSERS, WRITERS, WRITTEN_AS
from quizzes.interchange.recognition import MAX_BYTES, guess_format
from quizzes.interchange.texts import ENCODINGS, UTF8
from quizzes.models import QuestionBank, Tag

GUESS = ""


class BankField(forms.ModelChoiceField):  # type: ignore[type-arg] # Django's own cannot be subscripted
    """A bank with the course that it belongs to."""

    def label_from_instance(self, bank: Any) -> str:
        course = bank.course.title if bank.course else "the school"
        return bank.name if bank.name == course else f"{bank.name} ({course})"


class ImportForm(forms.Form):
    """A file for one of the person's banks."""

    file = forms.FileField(
        label="File", help_text=f"At most {MAX_BYTES // 1024 // 1024} MiB. Packages (zip) may hold pictures."
    )
    bank = BankField(label="Into the bank", queryset=QuestionBank.objects.none(), empty_label=None)
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[(GUESS, "Find out from the file"), *((name, LABELS[name]) for name in PARSERS)],
    )
    encoding = forms.ChoiceField(
        label="Letters of a text file",
        required=False,
        choices=[(name, name) for name in ENCODINGS],
        help_text="GIFT, Aiken and CSV only. Old Windows programs write windows-1252.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        banks = visible(user, "edit", QuestionBank.objects.select_related("course"))
        self.fields["bank"].queryset = banks  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Not larger than a file may be, asked before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            message = f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB."
            raise forms.ValidationError(message)
        return file

    def given(self) -> dict[str, Any]:
        """What the services ask for."""
        file = self.cleaned_data["file"]
        content = file.read()
        return {
            "bank": self.cleaned_data["bank"],
            "name": file.name,
            "content": content,
            "format": self.cleaned_data["format"] or guess_format(file.name, content),
            "encoding": self.cleaned_data["encoding"] or UTF8,
        }


class ExportForm(forms.Form):
    """Published questions of one of the person's banks."""

    bank = BankField(label="From the bank", queryset=QuestionBank.objects.none(), empty_label=None)
    tags = forms.ModelMultipleChoiceField(
        label="Only with all of these tags",
        queryset=Tag.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    format = forms.ChoiceField(label="As", choices=[(name, WRITTEN_AS[name]) for name in WRITERS])

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        banks = visible(user, "edit", QuestionBank.objects.select_related("course"))
        self.fields["bank"].queryset = banks  # type: ignore[attr-defined]
        used = Tag.objects.filter(questions__bank__in=banks).distinct()
        self.fields["tags"].queryset = used  # type: ignore[attr-defined]
        if not used.exists():
            del self.fields["tags"]
