"""What somebody who regrades chooses: which quiz, what is done, and why."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings

from quizzes.models import Question, QuizPage, Regrade
from quizzes.questions.freezing import in_language
from quizzes.rules.regrading import ACCEPTS, params_problems

EVERYWHERE = "all"


class RegradeForm(forms.Form):
    """A change of marking, to be looked at first."""

    may_lower = forms.BooleanField(
        label="Results may become lower",
        required=False,
        help_text="Otherwise everyone keeps the better result. A completed unit and a certificate stay in any case.",
    )
    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Learners whose result changes read it.",
    )

    def __init__(
        self, *args: Any, question: Question, quizzes: Sequence[QuizPage], everywhere: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.question, self.quizzes = question, {str(quiz.pk): quiz for quiz in quizzes}
        where = [(str(quiz.pk), quiz.title) for quiz in quizzes]
        where += [(EVERYWHERE, "All quizzes that ask it")] if everywhere else []
        actions = [one for one in Regrade.Action.choices if one[0] != Regrade.Action.ACCEPT or question.kind in ACCEPTS]
        self.fields["quiz"] = forms.ChoiceField(label="In", choices=where)
        self.fields["action"] = forms.ChoiceField(label="What is done", choices=actions, widget=forms.RadioSelect)
        self.options = options_of(question)
        self._add_params(ACCEPTS.get(question.kind, ""))
        self.order_fields(["quiz", "action", "option", "text", "value", "tolerance", "may_lower", "reason"])

    def _add_params(self, wanted: str) -> None:
        """What names the further answer, by the kind of question."""
        if wanted == "option":
            self.fields["option"] = forms.ChoiceField(
                label="Accepted too", choices=[("", "Choose"), *self.options], required=False
            )
        elif wanted == "text":
            self.fields["text"] = forms.CharField(
                label="Accepted too", max_length=200, required=False, help_text="Exactly this text, stars included."
            )
        elif wanted == "value":
            self.fields["value"] = forms.CharField(label="Accepted too", max_length=60, required=False)
            self.fields["tolerance"] = forms.CharField(label="Give or take", max_length=60, required=False, initial="0")

    def clean(self) -> dict[str, Any]:
        """A further answer is named, and lowering names its reason (which is asked for in any case)."""
        found = super().clean() or {}
        options = [ident for ident, _ in self.options]
        for problem in params_problems(found.get("action", ""), self.question.kind, options, self.params):
            self.add_error(ACCEPTS.get(self.question.kind), problem)
        return found

    @property
    def params(self) -> dict[str, str]:
        """The further answer, where one is added."""
        if self.cleaned_data.get("action") != Regrade.Action.ACCEPT:
            return {}
        names = ("option", "text", "value", "tolerance")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    @property
    def chosen_quiz(self) -> QuizPage | None:
        """One quiz, or None for all."""
        return self.quizzes.get(self.cleaned_data["quiz"])


def options_of(question: Question) -> list[tuple[str, str]]:
    """The options of every version, the newest words of each."""
    found: dict[str, str] = {}
    for version in question.versions.order_by("number"):
        public = in_language(version.public, settings.LANGUAGE_CODE)
        found |= {option["id"]: option["text"] for option in public.get("options", ()) if "text" in option}
    return list(found.items())


def initial_from(query: Any) -> dict[str, str]:
    """What a link from the item report fills in: `?action=accept&text=dura+matter`."""
    names = ("quiz", "action", "option", "text", "value", "tolerance", "reason")
    return {name: query.get(name, "")[:200] for name in names if query.get(name)}
