"""Kinds whose answers are written: what they ask of the words around them, and what they give to others."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping

from .base import Json, QuestionType


class WrittenType(QuestionType):
    """A kind with accepted wordings. Freezing hands it the known words of the trade when it forgives slips."""

    @abstractmethod
    def forgives(self, raw: Mapping[str, Json]) -> bool:
        """Whether this form forgives a slip anywhere, so that known words matter."""

    @abstractmethod
    def wordings(self, raw: Mapping[str, Json]) -> Iterable[str]:
        """The wordings that this form accepts: known words for the other questions of its bank."""
