"""A file that shows something: checked by its first bytes, small enough, kept where nobody else can open it."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accreditation.rules.uploads import kind_of

MOST_BYTES = 10 * 1024 * 1024
TOO_LARGE = "The file is larger than 10 MB. Make the picture smaller, or upload one page."
WRONG_KIND = "This is no PDF, JPG or PNG. Save it as one of these, and choose it again."
ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class EvidenceField(forms.FileField):
    """PDF, JPG or PNG of at most 10 MB; the name of the file says nothing and is given anew."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPTED}))
        kwargs.setdefault("help_text", "PDF, JPG or PNG, up to 10 MB. Only you and the school can open it.")
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """What it is decides, not what it is called."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile):
            if (file.size or 0) > MOST_BYTES:
                raise forms.ValidationError(TOO_LARGE, code="too_large")
            kind = kind_of(file.read(16))
            file.seek(0)
            if not kind:
                raise forms.ValidationError(WRONG_KIND, code="wrong_kind")
            file.name = f"evidence.{kind}"
        return file
