"""Items of QTI 2.1, 2.2 and 3.0: by their interaction, each with its reader.

The element names of 3.0 differ only by "qti-" and kebab case, which reading the file has already taken away.
"""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Outcome, Parsed, Refused
from quizzes.interchange.markup import attribute, line_of
from quizzes.interchange.packages import Package
from quizzes.interchange.taking import Unsupported

from .choice import read_choice
from .gaps import read_gap_match, read_inline
from .pairs import read_match, read_order
from .pictures import read_graphic_gap_match, read_hotspot, read_select_point
from .reading import Reading
from .text import read_extended_text, read_nothing, read_text_entry

READERS: dict[str, Callable[[Reading, Element], Parsed]] = {
    "choiceInteraction": read_choice,
    "orderInteraction": read_order,
    "matchInteraction": read_match,
    "textEntryInteraction": read_text_entry,
    "extendedTextInteraction": read_extended_text,
    "gapMatchInteraction": read_gap_match,
    "hotspotInteraction": read_hotspot,
    "selectPointInteraction": read_select_point,
    "graphicGapMatchInteraction": read_graphic_gap_match,
}

INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
"""Any number of these in one text are the gaps of a cloze; a single text entry is a question of its own."""

NAMES = ("definition", "class", "customInteractionTypeIdentifier", "module")

NOT_CARRIED = {
    "templateDeclaration": "it is a template whose numbers change with every learner",
    "templateProcessing": "it is a template whose numbers change with every learner",
    "portableCustomInteraction": "it needs a portable custom interaction",
    "customOperator": "its scoring uses a custom operator",
    "customInteraction": "it needs a custom interaction",
    "includeFragment": "it takes parts of its text from another file",
    "include": "it takes parts of its text from another file",
}


def read_item(root: Element, number: int, *, package: Package | None = None, path: str = "") -> Outcome:
    """One assessment item: a question, or why it is none of ours."""
    name = attribute(root, "title") or attribute(root, "identifier") or f"Question {number}"
    try:
        _check(root)
        return _read(Reading.of(root, number, package, path))
    except Unsupported as error:
        return Refused(number, name[:200], f"Not imported: {error}.", error.line or line_of(root), _interactions(root))
    except RecursionError:
        return Refused(number, name[:200], "Not imported: it is nested too deeply.", line_of(root))


def _read(reading: Reading) -> Parsed:
    found = [element for element in reading.body.iter() if element.tag.endswith("Interaction")]
    tags = list(dict.fromkeys(element.tag for element in found))
    unknown = [tag for tag in tags if tag not in READERS and tag not in INLINE]
    if unknown:
        message = f"the interaction {unknown[0]} is not carried"
        raise Unsupported(message, line_of(found[0]))
    if found and tags != ["extendedTextInteraction"] and not (reading.processing and reading.processing.exists):
        message = "it does not say how an answer is scored"
        raise Unsupported(message, line_of(reading.root))
    if not found:
        return read_nothing(reading)
    if set(tags) <= INLINE and (len(found) > 1 or tags == ["inlineChoiceInteraction"]):
        return read_inline(reading, found)
    if len(found) > 1:
        message = f"it asks {len(found)} things at once ({', '.join(tags)})"
        raise Unsupported(message, line_of(found[0]))
    return READERS[tags[0]](reading, found[0])


def _check(root: Element) -> None:
    if attribute(root, "adaptive") == "true":
        message = "it is adaptive: it changes with what was answered before"
        raise Unsupported(message, line_of(root))
    for element in root.iter():
        if element.tag in NOT_CARRIED:
            named = next((attribute(element, name) for name in NAMES if attribute(element, name)), "")
            reason = NOT_CARRIED[element.tag] + (f' "{named[:60]}"' if named else "")
            raise Unsupported(reason, line_of(element))


def _interactions(root: Element) -> str:
    return ", ".join(dict.fromkeys(one.tag for one in root.iter() if one.tag.endswith("Interaction")))[:100]
