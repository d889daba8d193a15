"""Forms of the courses' back office."""

from typing import Any

from django import forms

from accounts.models import User
from courses.models import CoursePage


class NewCourseForm(forms.Form):
    """A course begins with its title; everything else is written on its own page."""

    title = forms.CharField(
        label="Title of the course",
        max_length=255,
        help_text="As learners will read it. It can be changed until it is approved.",
    )

    def clean_title(self) -> str:
        """One line, with letters in it: the address is made from it."""
        title = " ".join(self.cleaned_data["title"].split())
        if not any(char.isalnum() for char in title):
            raise forms.ValidationError("Write the title with letters.")
        return title


class AssignForm(forms.Form):
    """Somebody who shall teach and edit this course."""

    email = forms.EmailField(
        label="E-mail address of the instructor", help_text="The person needs an account on this site."
    )

    def clean_email(self) -> str:
        """Somebody we know, and who can log in."""
        person = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if person is None:
            raise forms.ValidationError("Nobody has an account with this address. Ask them to sign up first.")
        self.person = person
        return str(self.cleaned_data["email"])


class RemoveForm(forms.Form):
    """Which of the course's instructors no longer teaches it."""

    user = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, course: CoursePage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(teaches__course=course)  # type: ignore[attr-defined]
