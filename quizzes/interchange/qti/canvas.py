"""QTI 1.2 as Canvas and Respondus write it: the kind by ``question_type``, else by the shape of its responses.

The kinds are those of instructure/qti and of the Canvas exporter: `question_type` and `points_possible` are metadata,
right answers are ``varequal`` conditions.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Outcome, Parsed, Refused
from quizzes.interchange.markup import line_of
from quizzes.interchange.packages import Package
from quizzes.interchange.taking import Unsupported

from .canvas_answers import matching, numerical, short_answer
from .canvas_gaps import blanks, dropdowns
from .canvas_item import Question, metadata, only_response
from .choice import Asked, Choice, choice_question
from .conditions import scores_itself

NEEDS_KIND = "the file does not say which kind of question it is"


def read_questions(root: Element, numbers: Iterator[int], package: Package | None, path: str) -> list[Outcome]:
    """Every item of the file, in its order."""
    return [_read(item, next(numbers), package, path) for item in root.iter("item")]


def _read(item: Element, ordinal: int, package: Package | None, path: str) -> Outcome:
    identifier = item.get("ident", "").strip()
    name = item.get("title", "").strip() or identifier or f"Question {ordinal}"
    asked = Question(ordinal, name, identifier, package, path, root=item)
    kind = ""
    try:
        kind = metadata(item, "question_type") or _kind(asked)
        if kind not in READERS:
            message = f'the question type "{kind[:60]}" is not carried'
            raise Unsupported(message)
        return READERS[kind](asked)
    except Unsupported as error:
        return Refused(ordinal, name[:200], f"Not imported: {error}.", error.line or line_of(item), kind)


def _kind(asked: Question) -> str:
    """What the shape of the responses tells, where the file names no kind."""
    profile = metadata(asked.root, "cc_profile")
    if profile:
        return PROFILES.get(profile, profile)
    places = asked.responses
    if not places:
        return "text_only_question"
    if asked.root.find("itemproc_extension/calculated") is not None:
        return "calculated_question"
    if len(places) > 1:
        return _of_several(places)
    place = places[0]
    if f"[{place.get('ident', '').removeprefix('response_')}]" in asked.source():
        raise Unsupported(NEEDS_KIND, line_of(place))
    if place.tag == "response_lid":
        return "multiple_answers_question" if place.get("rcardinality") == "Multiple" else "multiple_choice_question"
    if place.tag == "response_num":
        return "numerical_question"
    if place.tag != "response_str" or not scores_itself(asked.root):
        return "essay_question" if place.tag == "response_str" else place.tag
    blank = place.find("render_fib")
    decimal = blank is not None and blank.get("fibtype") == "Decimal"
    return "numerical_question" if decimal else "short_answer_question"


def _of_several(places: list[Element]) -> str:
    labels = [frozenset(label.get("ident") for label in place.iter("response_label")) for place in places]
    if len(set(labels)) == 1 and all(place.tag == "response_lid" for place in places):
        return "matching_question"
    raise Unsupported(NEEDS_KIND, line_of(places[0]))


PROFILES = {
    "cc.multiple_choice.v0p1": "multiple_choice_question",
    "cc.multiple_response.v0p1": "multiple_answers_question",
    "cc.true_false.v0p1": "true_false_question",
    "cc.fib.v0p1": "short_answer_question",
    "cc.essay.v0p1": "essay_question",
}


def _choice(asked: Question) -> Parsed:
    place = only_response(asked)
    choices = [
        Choice(ident, asked.text(label, "an option"), asked.remark(ident), fixed=label.get("rshuffle") == "No")
        for label in place.iter("response_label")
        for ident in [label.get("ident", "")]
    ]
    all_or_nothing = metadata(asked.root, "scoring_algorithm") == "AllOrNothing"
    single = place.get("rcardinality", "Single") != "Multiple"
    if all_or_nothing and not single:
        asked.warn('Marked all or nothing, as its "scoring_algorithm" says.')
    question = Asked(
        place.get("ident", ""),
        asked.stem(),
        asked.feedback(),
        choices,
        single=single,
        right=asked.right(),
        points=asked.points,
        all_or_nothing=all_or_nothing,
        sides=metadata(asked.root, "question_type") == "true_false_question",
    )
    return choice_question(asked, question)


def _essay(asked: Question) -> Parsed:
    form = {"stem": asked.stem(), "minimum": 0, "maximum": 0, "notes": "", "rubric": [], "feedback": asked.feedback()}
    return asked.parsed("essay", form, points=asked.points)


def _description(asked: Question) -> Parsed:
    return asked.parsed("description", {"stem": asked.stem()}, points=Fraction(0))


READERS: dict[str, Callable[[Question], Parsed]] = {
    "multiple_choice_question": _choice,
    "true_false_question": _choice,
    "multiple_answers_question": _choice,
    "short_answer_question": short_answer,
    "numerical_question": numerical,
    "matching_question": matching,
    "fill_in_multiple_blanks_question": blanks,
    "multiple_dropdowns_question": dropdowns,
    "essay_question": _essay,
    "text_only_question": _description,
}
