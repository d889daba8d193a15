"""The free form of the calculator: figures and an agenda as they are typed."""

import re
from datetime import time
from typing import Any

from django import forms

from accreditation.rules.calculator import KINDS, AgendaLine, Work

MOST_WORDS, MOST_MINUTES, MOST_LINES = 5_000_000, 100_000, 500
LINE = re.compile(
    r"^(?:(?P<day>\d{1,2})\s+)?(?P<kind>[a-z]+)\s+(?P<starts>\d{1,2}:\d{2})\s*(?:-|–|to)\s*(?P<ends>\d{1,2}:\d{2})$",
    re.ASCII,
)
SHAPE = "1 instruction 09:00-10:30"


class WorkForm(forms.Form):
    """What there is to count. Everything may stay empty."""

    words = forms.IntegerField(label="Words to read", required=False, min_value=0, max_value=MOST_WORDS)
    minutes = forms.DecimalField(
        label="Minutes of audio and video", required=False, min_value=0, max_value=MOST_MINUTES, decimal_places=2
    )
    assignments = forms.IntegerField(
        label="Minutes of verified assignments", required=False, min_value=0, max_value=MOST_MINUTES
    )
    agenda = forms.CharField(
        label="Agenda of live days",
        required=False,
        max_length=MOST_LINES * 40,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=f"One line each: day, kind, from-to. For example: {SHAPE}. Kinds: {', '.join(KINDS)}.",
    )

    def clean_agenda(self) -> tuple[AgendaLine, ...]:
        """Each line by itself: what cannot be read is named with its number."""
        found, problems = [], []
        for number, text in enumerate(self.cleaned_data["agenda"].splitlines(), 1):
            if not text.strip():
                continue
            line = _line(text)
            if line is None:
                problems.append(f"Line {number} cannot be read: write it like “{SHAPE}”.")
            else:
                found.append(line)
        if problems:
            raise forms.ValidationError(problems)
        return tuple(found)

    def work(self) -> Work:
        """For the calculator."""
        data = self.cleaned_data
        return Work(
            words=data["words"] or 0,
            media_seconds=int((data["minutes"] or 0) * 60),
            agenda=data["agenda"],
            assignment_minutes=data["assignments"] or 0,
        )


def typed(work: Work) -> dict[str, Any]:
    """The same work as somebody would type it."""
    minutes = work.media_seconds / 60
    return {
        "words": work.words,
        "minutes": f"{minutes:.2f}".rstrip("0").rstrip("."),
        "assignments": work.assignment_minutes,
        "agenda": "\n".join(f"{one.day} {one.kind} {one.starts:%H:%M}-{one.ends:%H:%M}" for one in work.agenda),
    }


def _line(text: str) -> AgendaLine | None:
    found = LINE.match(text.strip().lower())
    if found is None or found["kind"] not in KINDS:
        return None
    try:
        starts, ends = (time.fromisoformat(found[name].zfill(5)) for name in ("starts", "ends"))
    except ValueError:
        return None
    return AgendaLine(int(found["day"] or 1), found["kind"], starts, ends)
