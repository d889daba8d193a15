"""The question types. A new one is a file here, a name in ``QUESTION_TYPES`` and a test."""

from .anatomy_touch import AnatomyTouch
from .base import QuestionType
from .case import Case
from .cloze import Cloze
from .description import Description
from .dialogue import Dialogue
from .essay import Essay
from .hotspot import Hotspot
from .labels import Labels
from .matching import Matching
from .multiple_response import MultipleResponse
from .numeric import Numeric
from .ordering import Ordering
from .short_text import ShortText
from .single_choice import SingleChoice
from .status_sort import StatusSort
from .true_false import TrueFalse
from .video import Video

QUESTION_TYPES: tuple[type[QuestionType], ...] = (
    SingleChoice,
    MultipleResponse,
    TrueFalse,
    Numeric,
    Matching,
    Ordering,
    Cloze,
    ShortText,
    Essay,
    StatusSort,
    Dialogue,
    Case,
    Description,
    Hotspot,
    Labels,
    AnatomyTouch,
    Video,
)

BY_KIND: dict[str, QuestionType] = {question_type.kind: question_type() for question_type in QUESTION_TYPES}

KINDS = [(question_type.kind, question_type.label) for question_type in QUESTION_TYPES]


def question_type(kind: str) -> QuestionType:
    """The type by its name in records."""
    return BY_KIND[kind]
