"""Questions of QTI 1.2 that are answered in writing or by matching: short answer, numerical, matching."""

from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.markup import line_of
from quizzes.interchange.taking import Responses, Trial, Unsupported
from quizzes.questions import numbers

from .canvas_item import Question, only_response
from .declarations import number
from .pairs import MATCHINGS, in_public, matching_parts, tried
from .written import interval_answer, numeric_form, text_form

LOWEST, HIGHEST = ("vargte", "vargt"), ("varlte", "varlt")


def short_answer(asked: Question) -> Parsed:
    """A text against a list; capitals do not count, as in Canvas."""
    place = only_response(asked).get("ident", "")
    texts = list(dict.fromkeys((one.text or "").strip() for rule in asked.rules() for one in rule.iter("varequal")))
    shares = asked.shares([{place: (text,)} for text in texts])
    remarks = asked.remarks()
    lines = [(text, share, remarks.get(text, "")) for text, share in zip(texts, shares, strict=True)]
    form = text_form(asked, lines, case_counts=False)
    return asked.parsed("short_text", {**form, "stem": asked.stem(), "feedback": asked.feedback()}, points=asked.points)


def numerical(asked: Question) -> Parsed:
    """Numbers, each exact or in a range."""
    place = only_response(asked).get("ident", "")
    ranges = [_range(asked, rule) for rule in asked.rules()]
    if not ranges:
        message = "no answer earns any points"
        raise Unsupported(message)
    middles: list[Responses] = [{place: (numbers.plainly((low + high) / 2),)} for low, high in ranges]
    shares = asked.shares(middles)
    answers = [interval_answer(low, high, share) for (low, high), share in zip(ranges, shares, strict=True)]
    form = numeric_form(asked, answers)
    return asked.parsed("numeric", {**form, "stem": asked.stem(), "feedback": asked.feedback()}, points=asked.points)


def _range(asked: Question, rule: Element) -> tuple[Fraction, Fraction]:
    """The one interval that a condition means. A number named beside its range must lie in it."""
    exact = [number((one.text or "").strip(), one) for one in rule.iter("varequal")]
    low = [number((one.text or "").strip(), one) for tag in LOWEST for one in rule.iter(tag)]
    high = [number((one.text or "").strip(), one) for tag in HIGHEST for one in rule.iter(tag)]
    if any(next(rule.iter(tag), None) is not None for tag in ("vargt", "varlt")):
        asked.warn("A number exactly on the border of its range counts here; in the file it did not.")
    if not low and not high and len(exact) == 1:
        return exact[0], exact[0]
    if len(low) != 1 or len(high) != 1 or any(not low[0] <= one <= high[0] for one in exact) or low[0] > high[0]:
        message = "the range of its number cannot be read"
        raise Unsupported(message, line_of(rule))
    return low[0], high[0]


def matching(asked: Question) -> Parsed:
    """Each place for an answer is a stem; all choose from one list."""
    places = asked.responses
    stems = {place.get("ident", ""): asked.text(place, "a line to be matched") for place in places}
    options = {
        label.get("ident", ""): asked.text(label, "an option")
        for place in places
        for label in place.iter("response_label")
    }
    right: dict[str, str] = {}
    for stem in stems:
        earning = [option for option in options if asked.score({stem: (option,)}) > 0]
        if len(earning) != 1:
            message = f'"{stems[stem][:60]}" has {len(earning)} right answers, not one'
            raise Unsupported(message)
        right[stem] = earning[0]
    if asked.remarks():
        asked.warn("Feedback on a single option of a matching is not kept.")
    base = {"stem": asked.stem(), "feedback": asked.feedback(), **matching_parts(asked, stems, options, right)}
    trials: list[Trial] = [
        ({stem: (option,) for stem, option in answer.items()}, in_public(stems, options, answer))
        for answer in tried(right, list(options))
    ]
    forms = ({**base, "policy": policy} for policy in MATCHINGS)
    return asked.parsed("matching", asked.agreeing("matching", forms, trials), points=asked.points)
