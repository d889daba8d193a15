"""The question types. A new one is a file here, a name in ``QUESTION_TYPES`` and a test."""

from .base import QuestionType
from .multiple_response import MultipleResponse
from .numeric import Numeric
from .single_choice import SingleChoice
from .true_false import TrueFalse

QUESTION_TYPES: tuple[type[QuestionType], ...] = (SingleChoice, MultipleResponse, TrueFalse, Numeric)

BY_KIND: dict[str, QuestionType] = {question_type.kind: question_type() for question_type in QUESTION_TYPES}

KINDS = [(question_type.kind, question_type.label) for question_type in QUESTION_TYPES]


def question_type(kind: str) -> QuestionType:
    """The type by its name in records."""
    return BY_KIND[kind]
