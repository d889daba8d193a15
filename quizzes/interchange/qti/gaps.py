"""Gaps in a text: inlineChoiceInteraction and textEntryInteraction among words, and gapMatchInteraction."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.cloze_forms import cloze_form, gap, line, unmarked, whole_points
from quizzes.interchange.markup import attribute, inner_html, line_of
from quizzes.interchange.taking import Responses, Trial, Unsupported
from quizzes.questions.cloze import MAX_GAPS
from quizzes.questions.numbers import NOMINAL

from .declarations import Response
from .expressions import NUMERIC
from .pairs import right_pairs
from .reading import ASIDE, Reading
from .text import NOBODY_WRITES, accepted_numbers, accepted_texts, number_trials, spellings
from .written import whole_percent, written

WORDS = frozenset({"gapText", "gapImg"})

Fill = tuple[str, str]
"""What is put into a gap: by the file, and by the words of our option or as it is typed."""

KEPT_OPEN = "\ue000{}\ue001"


class Gap:
    """One gap while it is read: the response that it sets, and everything that may be put into it."""

    def __init__(self, mark: str, kind: str, fills: list[Fill], responses: Callable[[str], Responses]) -> None:
        self.mark, self.kind, self.fills, self.responses = mark, kind, fills, responses
        self.case_counts, self.tolerance = False, "0"
        self.shares: dict[str, Fraction] = {}
        self.tried: list[str] = []


def read_inline(reading: Reading, interactions: list[Element]) -> Parsed:
    """inlineChoice and textEntry interactions in one text."""
    places: dict[Element, str] = {}
    gaps = []
    for mark, one in enumerate(interactions, start=1):
        places[one] = str(mark)
        gaps.append(_inline(reading, one, str(mark)))
    return _cloze(reading, gaps, _passage(reading.body, places))


def _inline(reading: Reading, interaction: Element, mark: str) -> Gap:
    response = reading.response(interaction)

    def responses(value: str) -> Responses:
        return {response.identifier: (value,)}

    if interaction.tag == "inlineChoiceInteraction":
        fills = [
            (attribute(one, "identifier"), " ".join(reading.text(one, "an answer of a gap").split()))
            for one in interaction.iterfind("inlineChoice")
        ]
        return Gap(mark, "select", fills, responses)
    if response.base in NUMERIC:
        return _number_gap(reading, response, mark, responses)
    texts = accepted_texts(reading, response)
    made = Gap(mark, "text", [(text, text) for text in texts], responses)
    made.case_counts = any(
        reading.score(responses(other)) < reading.score(responses(text))
        for text in texts
        for other in spellings([text])
        if other not in texts
    )
    return made


def _number_gap(reading: Reading, response: Response, mark: str, responses: Callable[[str], Responses]) -> Gap:
    accepted = accepted_numbers(reading, response)
    if len({(near, kind) for _, near, kind in accepted}) > 1 or accepted[0][2] != NOMINAL:
        message = f"gap {mark} has numbers with different tolerances"
        raise Unsupported(message, line_of(reading.root))
    made = Gap(mark, "number", [(written(value), written(value)) for value, _, _ in accepted], responses)
    made.tolerance = written(accepted[0][1])
    made.tried = number_trials(accepted)
    return made


def _passage(body: Element, places: Mapping[Element, str]) -> str:
    """The body as HTML with a mark in the place of each gap."""
    texts: list[tuple[Element, str | None]] = []
    for element, mark in places.items():
        texts.append((element, element.tail))
        element.tail = KEPT_OPEN.format(mark) + (element.tail or "")
    html = inner_html(body, ASIDE | WORDS | {element.tag for element in places})
    for element, tail in texts:
        element.tail = tail
    return html


def _cloze(reading: Reading, gaps: list[Gap], source: str) -> Parsed:
    """The cloze whose marks come out equal, if there is one."""
    if len(gaps) > MAX_GAPS:
        message = f"its text has more than {MAX_GAPS} gaps"
        raise Unsupported(message, line_of(reading.root))
    if not all(one.fills for one in gaps):
        message = "a gap has no answers"
        raise Unsupported(message, line_of(reading.root))
    best = [_best(reading, one) for one in gaps]
    full = _together([one.responses(fill[0]) for one, fill in zip(gaps, best, strict=True)])
    whole = reading.score(full)
    if whole <= 0:
        message = "no answer earns any points"
        raise Unsupported(message, line_of(reading.root))
    points = _points(reading, gaps, best, whole)
    for one in gaps:
        _weigh(reading, one, whole)
    passage = reading.rich(unmarked(reading, source), "the text").replace("\ue000", "[[").replace("\ue001", "]]")
    if not all(f"[[{one.mark}]]" in passage for one in gaps):
        message = "a gap stands in a part of its text that is not shown"
        raise Unsupported(message, line_of(reading.root))
    form = cloze_form(
        passage,
        [_form(reading, one, count) for one, count in zip(gaps, points, strict=True)],
        reading.feedback(),
    )
    return reading.parsed("cloze", reading.agreeing("cloze", [form], _trials(gaps, best)))


def _best(reading: Reading, one: Gap) -> Fill:
    return max(one.fills, key=lambda fill: reading.score(one.responses(fill[0])))


def _points(reading: Reading, gaps: list[Gap], best: list[Fill], whole: Fraction) -> list[int]:
    """What each gap counts: what is lost when it alone stays empty."""
    lost = []
    filled = [one.responses(fill[0]) for one, fill in zip(gaps, best, strict=True)]
    for place in range(len(gaps)):
        others = filled[:place] + filled[place + 1 :]
        lost.append((whole - reading.score(_together(others))) / whole)
    return whole_points(lost)


def _together(parts: list[Responses]) -> Responses:
    joined: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, values in part.items():
            joined[name] = (*joined.get(name, ()), *values)
    return joined


def _weigh(reading: Reading, one: Gap, whole: Fraction) -> None:
    scores = {given: reading.score(one.responses(given)) for given, _ in one.fills}
    best = max(scores.values())
    one.shares = {given: max(Fraction(0), score / best) if best > 0 else Fraction(0) for given, score in scores.items()}


def _form(reading: Reading, one: Gap, points: int) -> dict[str, Any]:
    lines = [
        line(whole_percent(reading, one.shares[given], said), said, star=one.kind == "text")
        for given, said in one.fills
        if one.kind == "select" or one.shares[given] > 0
    ]
    more = {"points": points, "case_counts": one.case_counts, "tolerance": one.tolerance}
    return gap(reading, one.mark, one.kind, lines, **more)


def _trials(gaps: list[Gap], best: list[Fill]) -> list[Trial]:
    """The full key, nothing, each gap alone, and everything else that each gap may hold beside the right others."""
    chosen: list[dict[int, Fill]] = [{}, dict(enumerate(best))]
    for place, one in enumerate(gaps):
        fills = list(one.fills)
        if one.kind == "text":
            fills += [(text, text) for text in spellings([given for given, _ in one.fills])]
            fills.append((NOBODY_WRITES, NOBODY_WRITES))
        fills += [(text, text) for text in one.tried]
        chosen += [{**dict(enumerate(best)), place: fill} for fill in fills] + [{place: fill} for fill in fills]
    return [
        (_together([gaps[place].responses(fill[0]) for place, fill in one.items()]), _in_public(gaps, one))
        for one in chosen
    ]


def _in_public(gaps: list[Gap], chosen: Mapping[int, Fill]) -> Any:
    def made(public: Mapping[str, Any]) -> Any:
        by_place = [part["gap"] for part in public["segments"] if "gap" in part]
        marks = sorted(range(len(gaps)), key=lambda place: int(gaps[place].mark))
        frozen = dict(zip(marks, by_place, strict=True))
        options = {one["id"]: {each["text"]: each["id"] for each in one.get("options", ())} for one in public["gaps"]}
        return {"g": {frozen[place]: options[frozen[place]].get(fill[1], fill[1]) for place, fill in chosen.items()}}

    return made


def read_gap_match(reading: Reading, interaction: Element) -> Parsed:
    """Words dragged into gaps: each gap chooses from all of them."""
    response = reading.response(interaction)
    if interaction.find("gapImg") is not None:
        message = "its gaps are filled with pictures"
        raise Unsupported(message, line_of(interaction))
    words = {
        attribute(one, "identifier"): " ".join(reading.text(one, "a word for a gap").split())
        for one in interaction.iterfind("gapText")
    }
    found = list(interaction.iter("gap"))
    right = {place: word for word, place in right_pairs(reading, response)}
    if len(right) != len(response.correct or right) or set(right) != {attribute(one, "identifier") for one in found}:
        message = "some of its gaps have no right word, or several"
        raise Unsupported(message, line_of(interaction))
    gaps = [
        Gap(str(mark), "select", list(words.items()), _paired(response, attribute(one, "identifier")))
        for mark, one in enumerate(found, start=1)
    ]
    places = {one: str(mark) for mark, one in enumerate(found, start=1)}
    prompt = interaction.find("prompt")
    before = "" if prompt is None else f"<p>{inner_html(prompt)}</p>"
    around = inner_html(reading.body, ASIDE | {"gapMatchInteraction"})
    source = around + before + _passage(interaction, places)
    reading.warn("Each word could be used once or as often as the file says; here any gap can take any word.")
    return _cloze(reading, gaps, source)


def _paired(response: Response, place: str) -> Callable[[str], Responses]:
    return lambda word: {response.identifier: (f"{word} {place}",)}
