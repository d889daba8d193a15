"""Example data for `/styleguide/`, which shows every component with words that a page would really hold."""

import datetime
from typing import Any

from django import forms, template
from django.core.paginator import Paginator
from django.utils.html import format_html

from core.templatetags.ui import ICONS

register = template.Library()


class ExampleForm(forms.Form):
    """One field of each kind, one of them wrong."""

    name = forms.CharField(label="Legal name", help_text="As it shall stand on your certificates.")
    email = forms.EmailField(label="E-mail", initial="learner@example")
    state = forms.ChoiceField(label="State", choices=[("", "Choose a state"), ("FL", "Florida"), ("WA", "Washington")])
    delivery = forms.ChoiceField(
        label="How do you want to learn?",
        choices=[("home", "At home, at my own pace"), ("live", "With others, on a fixed day")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Anything we should know", widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label="I have read the policies")


class ExampleFilters(forms.Form):
    """What the catalogue filters by."""

    level = forms.ChoiceField(label="Level", required=False, choices=[("", "Any"), ("foundation", "Foundation")])
    price = forms.ChoiceField(label="Price", required=False, choices=[("", "Any"), ("free", "Free")])


HALLER = {"citation": "Haller 2020, BMC Musculoskelet Disord 21:1", "url": "https://doi.org/10.1186/s12891-019-3017-y"}
GUILLAUD = {"citation": "Guillaud 2016, PLoS One 11:e0167823", "url": "https://doi.org/10.1371/journal.pone.0167823"}
UNITS = [
    {"title": "Scope and law", "href": "#a", "kind": "lesson", "minutes": 40, "state": "done", "preview": True},
    {"title": "Screening and red flags", "href": "#b", "kind": "lesson", "minutes": 45, "state": "done"},
    {"title": "Consent, draping, notes", "href": "#c", "kind": "lesson", "minutes": 40, "state": "current"},
    {"title": "Reading evidence, speaking honestly", "href": "#d", "kind": "lesson", "minutes": 50, "state": "open"},
    {"title": "Safety first", "href": "#e", "kind": "quiz", "minutes": 25, "state": "open"},
]
LOCKED_UNITS = [
    {"title": "The bones of the skull", "href": "", "kind": "lesson", "minutes": 45, "state": "locked"},
    {"title": "The dural tube", "href": "", "kind": "lesson", "minutes": 45, "state": "locked"},
]

EXAMPLES: dict[str, Any] = {
    "sources": [HALLER, GUILLAUD],
    "one_source": [{"citation": "Downey 2006, rabbits: 5 to 20 g moved no suture"}],
    "checked": datetime.date(2026, 11, 3),
    "stop_signs": [
        "A headache that begins or grows",
        "Dizziness, nausea, tingling",
        "The client says stop, or stops talking",
    ],
    "emergency": [
        {
            "presentation": "The worst headache of a life, at its peak within a minute.",
            "action": "Call emergency services.",
        },
        {
            "presentation": "A drooping face, a weak arm, slurred speech.",
            "action": "Call emergency services and note the time.",
        },
    ],
    "clear_first": [
        {
            "presentation": "Concussion in the last weeks.",
            "action": "Ask for a clinician's word first.",
            "source": "Professional knowledge",
        }
    ],
    "why": format_html("<p>{}</p>", "No trial shows it. An honest rewrite: some people feel calmer after a session."),
    "facts": [("Hours", "6 CE hours"), ("Access", "12 months from the day you enroll"), ("Refund", "14 days, in full")],
    "row_facts": ["6 CE hours", "Self-paced", "Foundation"],
    "modules": [
        {
            "number": 1,
            "title": "Safety, scope, honest evidence",
            "summary": "What must stand before the first touch.",
            "units": UNITS,
        },
        {
            "number": 2,
            "title": "Anatomy",
            "locked_reason": "Opens when you have passed “Safety, scope, honest evidence”.",
            "units": LOCKED_UNITS,
        },
    ],
    "units": [*UNITS, LOCKED_UNITS[0]],
    "active_filters": [{"label": "Foundation", "remove_url": "#"}, {"label": "Free", "remove_url": "#"}],
    "page": Paginator(range(60), 12).page(2),
    "breadcrumbs": [
        {"title": "Courses", "href": "#"},
        {"title": "Foundations", "href": "#"},
        {"title": "Scope and law"},
    ],
    "steps": [
        {"label": "Account", "state": "done"},
        {"label": "Confirm e-mail", "state": "current"},
        {"label": "Enroll", "state": "open"},
    ],
    "receipt": [("Foundations of Craniosacral Bodywork", "$148.00"), ("Tax", "$0.00")],
    "headers": ["Course", "Completed", "Hours", "Reported"],
    "rows": [
        ["Foundations of Craniosacral Bodywork", "Nov 3, 2026", "6.0", "Nov 5, 2026"],
        ["Introduction to Craniosacral Touch", "Sep 12, 2026", "1.5", "Not reported by us"],
    ],
    "questions": [
        {
            "id": "q1",
            "number": 1,
            "template": "quizzes/questions/single_choice.html",
            "points": "1 point",
            "text": format_html(
                "A client says: {} What do you do <strong>first</strong>?",
                "\u201cThe worst headache of my life came on an hour ago.\u201d",
            ),
            "saved_at": "10:42",
            "parts": {
                "options": [
                    {"id": "a", "label": "Begin with a very light hold of the occiput and watch"},
                    {"id": "b", "label": "Call emergency services and stay with the client", "checked": True},
                    {"id": "c", "label": "Ask the client to book again when the headache is gone"},
                ]
            },
        },
        {
            "id": "q2",
            "number": 2,
            "template": "quizzes/questions/multiple_response.html",
            "points": "2 points",
            "text": "Where does the dura attach?",
            "hint": "Choose every right answer.",
            "flagged": True,
            "parts": {
                "options": [
                    {"id": "a", "label": "Foramen magnum", "checked": True},
                    {"id": "b", "label": "Second and third neck vertebrae"},
                    {"id": "c", "label": "Seventh rib"},
                ]
            },
        },
        {
            "id": "q3",
            "number": 3,
            "template": "quizzes/questions/numeric.html",
            "text": "How much does a nickel weigh?",
            "error": "We cannot read this number. Write it like 3.5, and choose the unit beside it.",
            "parts": {"value": "5 gr", "units": ["g", "mg", "kg"]},
        },
    ],
    "icons": list(ICONS),
}


@register.simple_tag
def example(name: str) -> Any:
    """The example data of that name."""
    return EXAMPLES[name]


@register.simple_tag
def example_form(kind: str) -> forms.Form:
    """A form as it comes back with errors, or the catalogue's filters."""
    if kind == "filters":
        return ExampleFilters({"level": "foundation"})
    return ExampleForm({"email": "learner@example", "delivery": "home", "name": ""})
