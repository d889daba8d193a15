"""Published questions as Moodle XML. What it cannot say is named; what would change a mark leaves the question out."""

import base64
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from html import escape
from xml.etree.ElementTree import Element, indent, tostring

from quizzes.questions import numbers

from .base import Exported, NotCarried, Written
from .leaving import CRITICAL, CannotSay, decimals, missing_parts, part, percent_of, reach, weights_of
from .markup import as_html
from .moodle_cloze_writer import cloze_text
from .moodle_entry import PLUGIN_FILE
from .moodle_kinds import ORDERINGS
from .weights import evened, percent_text, share

GRADINGS = {ours: theirs for theirs, ours in ORDERINGS.items()}
TYPES = {
    "single_choice": "multichoice",
    "multiple_response": "multichoice",
    "true_false": "truefalse",
    "short_text": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "cloze": "cloze",
    "essay": "essay",
    "description": "description",
}


def write(questions: Sequence[Exported]) -> Written:
    """The Moodle XML file."""
    root = Element("quiz")
    missing: list[NotCarried] = []
    category = ""
    for question in questions:
        made = Element("question")
        try:
            _question(made, question)
        except CannotSay as reason:
            missing.append(NotCarried(question.number, question.name, str(reason)))
            continue
        if question.category != category:
            category = question.category
            heading = part(root, "question", type="category")
            part(part(heading, "category"), "text", f"$course$/top/{category}" if category else "$course$/top")
        root.append(made)
        missing += [NotCarried(question.number, question.name, one, whole=False) for one in _left_out(question)]
    indent(root)
    return Written(b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8"), tuple(missing))


def _left_out(question: Exported) -> list[str]:
    found = missing_parts(question, ("matching", "cloze"))
    if question.kind != "true_false" and any(one.get("fixed") for one in question.public.get("options", ())):
        found.append("Moodle XML cannot keep an option in its place.")
    return found


def _question(made: Element, question: Exported) -> None:
    if question.kind not in TYPES:
        message = f'Moodle XML has no questions of the kind "{question.kind}".'
        raise CannotSay(message)
    if question.key.get("critical"):
        raise CannotSay(CRITICAL)
    made.set("type", TYPES[question.kind])
    part(part(made, "name"), "text", " ".join(question.name.split()))
    _stem(made, question)
    part(part(made, "generalfeedback", format="html"), "text", question.feedback.get("general", ""))
    points = Fraction(1) if question.points is None else question.points
    part(made, "defaultgrade", "0" if question.kind == "description" else decimals(points))
    if question.external_id:
        part(made, "idnumber", question.external_id)
    if question.tags:
        tags = part(made, "tags")
        for tag in question.tags:
            part(part(tags, "tag"), "text", tag)
    WRITERS[question.kind](made, question)


def _stem(made: Element, question: Exported) -> None:
    text = question.public["stem"]
    if question.kind == "cloze":
        text += cloze_text(question)
    picture = question.pictures.get("illustration")
    if picture:
        text += f'<p><img src="{PLUGIN_FILE}{escape(picture.name)}" alt="{escape(picture.alt)}"></p>'
    stem = part(made, "questiontext", format="html")
    part(stem, "text", text)
    if picture:
        part(stem, "file", base64.b64encode(picture.content).decode(), name=picture.name, encoding="base64")


def _answer(made: Element, percent: str, text: str, remark: str, written: str) -> Element:
    answer = part(made, "answer", fraction=percent, format=written)
    part(answer, "text", as_html(text) if written == "html" else text)
    part(part(answer, "feedback", format="html"), "text", as_html(remark))
    return answer


def _single_choice(made: Element, question: Exported) -> None:
    right = set(question.key["correct"])
    _options(made, question, {one["id"]: "100" if one["id"] in right else "0" for one in question.public["options"]})
    part(made, "single", "true")


def _multiple_response(made: Element, question: Exported) -> None:
    worth = weights_of(question.public, question.key)
    if worth is None:
        message = f'Moodle has no marking like "{question.public["policy"]}".'
        raise CannotSay(message)
    percents = {one: percent_text(weight) for one, weight in worth.items()}
    if evened([share(one) for one in percents.values()], list(percents.values())) != list(worth.values()):
        message = "Moodle XML cannot write its weights exactly."
        raise CannotSay(message)
    _options(made, question, percents)
    part(made, "single", "false")


def _options(made: Element, question: Exported, percents: Mapping[str, str]) -> None:
    part(made, "shuffleanswers", "true")
    part(made, "answernumbering", "none")
    for one in question.public["options"]:
        _answer(made, percents[one["id"]], one["text"], question.feedback.get(f"option:{one['id']}", ""), "html")


def _true_false(made: Element, question: Exported) -> None:
    if question.public.get("reasons"):
        message = "Moodle cannot mark a statement together with its reason."
        raise CannotSay(message)
    for side in ("true", "false"):
        percent = "100" if question.key["correct"] == [side] else "0"
        _answer(made, percent, side, question.feedback.get(f"option:{side}", ""), "moodle_auto_format")


def _short_text(made: Element, question: Exported) -> None:
    key = question.key
    if key["one_slip"]:
        message = "Moodle cannot forgive a slip."
        raise CannotSay(message)
    part(made, "usecase", "1" if key["case_counts"] else "0")
    for one in sorted(key["accepted"], key=lambda line: set(line["text"]) == {"*"}):
        remark = question.feedback.get(f"answer:{one['id']}", "")
        _answer(made, str(percent_of(one)), one["text"], remark, "moodle_auto_format")


def _numeric(made: Element, question: Exported) -> None:
    public, key = question.public, question.key
    if public["locale"] != numbers.POINT_LOCALE:
        message = "Moodle XML cannot say that answers have a decimal comma."
        raise CannotSay(message)
    for one in sorted(key["answers"], key=lambda accepted: -accepted["fraction_ppm"]):
        value, tolerance = reach(one)
        remark = question.feedback.get(f"answer:{one['id']}", "")
        answer = _answer(made, str(percent_of(one)), value, remark, "moodle_auto_format")
        part(answer, "tolerance", tolerance)
    _units(made, public["unit_mode"], key)


def _units(made: Element, mode: str, key: Mapping[str, object]) -> None:
    units, penalty = key["units"], key["unit_penalty_ppm"]
    if mode == "optional" and penalty:
        message = "Moodle takes nothing off an unknown unit where a unit is optional."
        raise CannotSay(message)
    part(made, "showunits", "3" if mode == "none" else "0")
    part(made, "unitgradingtype", "2" if mode == "required" else "0")
    part(made, "unitpenalty", decimals(Fraction(int(str(penalty)), 1_000_000)))
    if mode == "none" or not isinstance(units, Mapping):
        return
    listed = part(made, "units")
    for name, factor in units.items():
        read = numbers.parse(factor)
        if read is None or not read.value:
            message = f'The unit "{name}" has no factor.'
            raise CannotSay(message)
        unit = part(listed, "unit")
        part(unit, "multiplier", decimals(1 / read.value))
        part(unit, "unit_name", name)


def _matching(made: Element, question: Exported) -> None:
    if question.public["policy"] != "per_stem":
        message = "Moodle marks each pair for itself."
        raise CannotSay(message)
    part(made, "shuffleanswers", "true")
    options = {one["id"]: one["text"] for one in question.public["options"]}
    pairs = question.key["pairs"]
    lines = [(one["text"], options[pairs[one["id"]]]) for one in question.public["stems"]]
    lines += [("", text) for one, text in options.items() if one not in pairs.values()]
    for stem, match in lines:
        line = part(made, "subquestion", format="html")
        part(line, "text", as_html(stem))
        part(part(line, "answer"), "text", match)


def _ordering(made: Element, question: Exported) -> None:
    texts = {one["id"]: one["text"] for one in question.public["items"]}
    part(made, "layouttype", "VERTICAL")
    part(made, "selecttype", "ALL")
    part(made, "gradingtype", GRADINGS[question.public["policy"]])
    for place, one in enumerate(question.key["order"], start=1):
        _answer(made, str(place), texts[one], question.feedback.get(f"item:{one}", ""), "html")


def _essay(made: Element, question: Exported) -> None:
    part(made, "responseformat", "plain")
    part(made, "responserequired", "1")
    part(made, "attachments", "0")
    for name in ("minimum", "maximum"):
        if question.public[name]:
            part(made, {"minimum": "minwordlimit", "maximum": "maxwordlimit"}[name], str(question.public[name]))
    part(part(made, "graderinfo", format="html"), "text", as_html(question.key["notes"]))


def _nothing_more(made: Element, question: Exported) -> None:
    """Everything is in the text."""


WRITERS: Mapping[str, Callable[[Element, Exported], None]] = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _nothing_more,
    "essay": _essay,
    "description": _nothing_more,
}
