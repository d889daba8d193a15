"""The evaluation form: one field for each question."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accreditation.models import EvaluationQuestion
from accreditation.rules.evaluating import AGREEMENT

LONGEST = 2000


class EvaluationForm(forms.Form):
    """Ratings as groups of radio buttons, in words; texts may stay empty."""

    def __init__(self, questions: Sequence[EvaluationQuestion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[self._name(question)] = self._field(question)

    def answers(self) -> dict[int, Any]:
        """By the question's id: a rating as a number, words as they are."""
        return {one.pk: self.cleaned_data[self._name(one)] for one in self.questions}

    @staticmethod
    def _name(question: EvaluationQuestion) -> str:
        return f"question_{question.pk}"

    @staticmethod
    def _field(question: EvaluationQuestion) -> forms.Field:
        if question.kind == EvaluationQuestion.Kind.TEXT:
            return forms.CharField(
                label=question.text, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
            )
        return forms.TypedChoiceField(
            label=question.text,
            choices=AGREEMENT,
            coerce=int,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose one of the five."},
        )
