"""The catalogue's filters."""

from django import forms

from courses.models import CoursePage, Topic

PRICES = [("", "Any price"), ("free", "Free"), ("50", "Up to 50"), ("150", "Up to 150"), ("400", "Up to 400")]
HOURS = [
    ("", "Any number"),
    ("0.5", "Half an hour or more"),
    ("3", "3 or more"),
    ("6", "6 or more"),
    ("12", "12 or more"),
]
SORTS = [
    ("title", "Title"),
    ("price", "Price, lowest first"),
    ("hours", "CE hours, most first"),
    ("new", "Newest first"),
]


class CatalogueForm(forms.Form):
    """A GET form: every choice may be left open, and an address somebody made up is an empty filter with a message."""

    level = forms.ChoiceField(required=False, choices=[("", "Any level"), *CoursePage.Level.choices])
    format = forms.ChoiceField(required=False, choices=[("", "Any format"), *CoursePage.Format.choices])
    topic = forms.ChoiceField(required=False)
    price = forms.ChoiceField(required=False, choices=PRICES)
    hours = forms.ChoiceField(label="CE hours", required=False, choices=HOURS)
    sort = forms.ChoiceField(label="Sorted by", required=False, choices=SORTS)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        topics = [(slug, name) for slug, name in Topic.objects.values_list("slug", "name")]
        self.fields["topic"].choices = [("", "Any topic"), *topics]  # type: ignore[attr-defined]
