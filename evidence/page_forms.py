"""Forms of the register: short names fill themselves, and nobody signs in another person's name."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminModelForm

KEY_LENGTH = 80


class KeyedForm(WagtailAdminModelForm):
    """An entry has a short name by which messages and content files call it."""

    key = forms.CharField(
        label="Short name",
        required=False,
        max_length=KEY_LENGTH,
        help_text="Messages and content files call it so, like dural-tube. Empty: made from the words.",
    )

    def clean(self) -> dict[str, Any]:
        """Small letters and hyphens, whatever was typed."""
        cleaned: dict[str, Any] = super().clean()
        if "key" in cleaned:
            named = self.instance.named_by
            cleaned["key"] = slugify(cleaned["key"]) or self.instance.key or self._free(str(cleaned.get(named) or ""))
        return cleaned

    def _free(self, words: str) -> str:
        base = slugify(words)[: KEY_LENGTH - 5].strip("-") or "entry"
        taken = set(type(self.instance)._default_manager.filter(key__startswith=base).values_list("key", flat=True))
        return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)


class ReviewedForm(KeyedForm):
    """Who reviews, signs for oneself (DESIGN.md rule 9); the fields are left out for those who may only suggest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reviewed_by" in self.fields and self.for_user:
            field: Any = self.fields["reviewed_by"]
            field.queryset = field.queryset.filter(pk__in=[self.for_user.pk, self.instance.reviewed_by_id or 0])

    def clean(self) -> dict[str, Any]:
        """A day that is past, and the next one after it."""
        cleaned = super().clean()
        on, due = cleaned.get("reviewed_on"), cleaned.get("review_due")
        if on and on > timezone.localdate():
            self.add_error("reviewed_on", "This day is still to come.")
        if on and due and due <= on:
            self.add_error("review_due", "Choose a day after the review.")
        if bool(on) != bool(cleaned.get("reviewed_by")) and "reviewed_on" in self.fields:
            self.add_error("reviewed_on", "A review has a name and a day: fill in both, or neither.")
        return cleaned
