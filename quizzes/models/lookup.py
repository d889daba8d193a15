"""What freezing knows beyond the author's form: the files that it names, and the words of the trade."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from evidence.models import GlossaryTerm
from library.pictures import picture_facts, recording_facts
from quizzes.questions import QUESTION_TYPES, question_type
from quizzes.questions.base import Lookup
from quizzes.questions.pictures import named_pictures
from quizzes.questions.recordings import named_recordings
from quizzes.questions.terms import WrittenType

WRITTEN = tuple(kept.kind for kept in QUESTION_TYPES if issubclass(kept, WrittenType))


def lookup_for(kind: str, raw: Mapping[str, Any], bank: Any) -> Lookup:
    """For a form of this kind among the other published questions of its bank. Two queries, where words matter."""
    kept = question_type(kind)
    forgives = isinstance(kept, WrittenType) and kept.forgives(raw)
    return Lookup(
        terms=frozenset(_known_terms(bank)) if forgives else frozenset(),
        salt=salted_hmac("quizzes.models.lookup", "ids").hexdigest(),
        pictures=picture_facts(named_pictures(raw)),
        recordings=recording_facts(named_recordings(raw)),
    )


def _known_terms(bank: Any) -> Iterator[str]:
    """What a slip of the pen must not be mistaken for: the glossary, and what the bank's questions accept."""
    yield from GlossaryTerm.objects.values_list("term", flat=True)
    for kind, body in bank.filter(kind__in=WRITTEN).order_by().values_list("kind", "body"):
        kept = question_type(kind)
        if isinstance(kept, WrittenType):
            yield from (text for block in body.raw_data for text in kept.wordings(block["value"]))
