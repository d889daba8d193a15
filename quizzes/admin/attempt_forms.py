"""What staff may do to one attempt, as forms: each fits some states and calls one service."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from quizzes.models import Attempt
from quizzes.services.supervision import extend_attempt, reopen_attempt, void_attempt

A_DAY = 24 * 60
REASON = "Kept in the log. The learner reads it."


class ActionForm(forms.Form):
    """One act with its reason."""

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    states: ClassVar[tuple[str, ...]]
    verb: ClassVar[Callable[..., Attempt]]
    """The service that does it; it takes what the form asks for, by the same names."""

    reason = forms.CharField(max_length=500, help_text=REASON, widget=forms.Textarea(attrs={"rows": 2}))

    def fits(self, attempt: Attempt) -> bool:
        """Whether it can be done to an attempt in this state."""
        return attempt.state in self.states

    def act(self, attempt: Attempt, by: Any) -> None:
        """Do it. Raises SupervisionRefused."""
        type(self).verb(attempt=attempt, by=by, **self.cleaned_data)


class ExtendForm(ActionForm):
    """More time while it runs."""

    name, title, button = "extend", "Add time", "Add time"
    about = "The learner's page shows the new end at its next save."
    done = "The time was added."
    states = (Attempt.State.IN_PROGRESS,)
    verb = staticmethod(extend_attempt)
    minutes = forms.IntegerField(min_value=1, max_value=A_DAY, help_text="Minutes after the present end.")
    field_order = ("minutes", "reason")

    def fits(self, attempt: Attempt) -> bool:
        """Only where there is an end."""
        return super().fits(attempt) and attempt.deadline_at is not None


class ReopenForm(ActionForm):
    """Go on where it ended."""

    name, title, button = "reopen", "Open it again", "Open it again"
    about = (
        "The learner goes on where it ended. Marks so far stay in the log. It is refused while another try is open, "
        "and once this try has completed its unit."
    )
    done = "The try is open again, and the learner is told."
    states = (Attempt.State.OVERDUE, Attempt.State.ABANDONED, *Attempt.FINISHED)
    verb = staticmethod(reopen_attempt)
    minutes = forms.IntegerField(min_value=0, max_value=30 * A_DAY, help_text="Minutes from now. 0: no limit.")
    field_order = ("minutes", "reason")


class VoidForm(ActionForm):
    """Out of the count."""

    name, title, button = "void", "Take it out of the count", "Take it out of the count"
    about = (
        "The try uses none up, passes nothing and leaves the statistics. A unit that it has completed stays completed, "
        "and a certificate stands: that is decided under Certificates."
    )
    done = "The try no longer counts, and the learner is told."
    states = tuple(state for state in Attempt.State if state != Attempt.State.VOIDED)
    verb = staticmethod(void_attempt)


FORMS: dict[str, type[ActionForm]] = {form.name: form for form in (ExtendForm, ReopenForm, VoidForm)}
