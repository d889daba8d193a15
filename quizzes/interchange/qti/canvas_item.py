"""One item of QTI 1.2: its texts, its feedback, and what its rules ask for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import inner_html
from quizzes.interchange.taking import Responses, Ruled, Unsupported

from .conditions import score
from .declarations import number

FILE_BASE = re.compile(r"^(?:\$|%24)IMS[-_]CC[-_]FILE[-_]?BASE(?:\$|%24)/?", re.IGNORECASE)
PLACES = ("", "web_resources/")


@dataclass
class Question(Ruled):
    """One item of QTI 1.2."""

    root: Element = field(default_factory=lambda: Element("item"))

    def score(self, responses: Responses) -> Fraction:
        return score(self.root, responses)

    def picture(self, place: str, source: str, alt: str) -> None:
        """Canvas names files from the base of its cartridge, or from the folder of the course's files."""
        bare = FILE_BASE.sub("", source)
        for folder in PLACES:
            if self.package and bare != source and self.package.find(folder + bare):
                self.path, path = "", self.path
                super().picture(place, folder + bare, alt)
                self.path = path
                return
        super().picture(place, bare, alt)

    @property
    def points(self) -> Fraction | None:
        """What it is worth, where the file says so; a score of 100 is a percentage."""
        written = metadata(self.root, "points_possible")
        if written:
            return number(written)
        most = {one.get("maxvalue") for one in self.root.iterfind("resprocessing/outcomes/decvar")}
        return Fraction(1) if "100" in most else None

    def rules(self) -> list[Element]:
        """The conditions that give points."""
        return [
            rule
            for rule in self.root.iterfind("resprocessing/respcondition")
            if any(number((change.text or "").strip(), change) > 0 for change in rule.iterfind("setvar"))
        ]

    def remarks(self) -> dict[str, str]:
        """Feedback on single answers, by the answer."""
        found: dict[str, str] = {}
        for rule in self.root.iterfind("resprocessing/respcondition"):
            answers, shown = list(rule.iter("varequal")), rule.find("displayfeedback")
            if len(answers) == 1 and shown is not None and rule.find("setvar") is None:
                text = self.words(self.remark_source(shown.get("linkrefid", "")), "a remark")
                found |= {(answers[0].text or "").strip(): text} if text else {}
        return found

    def right(self) -> frozenset[str]:
        """What a rule that gives points asks for."""
        found: set[str] = set()
        for rule in self.rules():
            unwanted = {id(one) for part in rule.iter("not") for one in part.iter("varequal")}
            found |= {(one.text or "").strip() for one in rule.iter("varequal") if id(one) not in unwanted}
        return frozenset(found)

    @property
    def responses(self) -> list[Element]:
        """The places for answers."""
        presentation = self.root.find("presentation")
        found = [] if presentation is None else presentation.iter()
        return [one for one in found if one.tag.startswith("response_") and one.tag != "response_label"]

    def stem(self) -> str:
        """The question: all material that stands outside of the places for answers."""
        return self.rich(self.source(), "the question")

    def source(self) -> str:
        """The same, as the file writes it."""
        presentation = self.root.find("presentation")
        return "" if presentation is None else "".join(_material(presentation))

    def text(self, element: Element, what: str) -> str:
        """The words of a label."""
        return self.words("".join(_material(element)), what)

    def feedback(self) -> str:
        """The feedback for everyone; that by the score is named."""
        if any(self.remark_source(name) for name in ("correct_fb", "general_incorrect_fb")):
            self.warn("Feedback that depends on the score is not kept.")
        return self.rich(self.remark_source("general_fb"), "the feedback")

    def remark(self, name: str) -> str:
        """What those who chose this read."""
        return self.words(self.remark_source(f"{name}_fb"), "a remark")

    def remark_source(self, name: str) -> str:
        """One of the item's feedback texts."""
        found = (one for one in self.root.iterfind("itemfeedback") if one.get("ident") == name)
        return "".join(text for one in found for text in _material(one))


def metadata(root: Element, label: str) -> str:
    """A field of the item's own metadata; the first one counts."""
    for one in root.iterfind("itemmetadata//qtimetadatafield"):
        if (one.findtext("fieldlabel") or "").strip() == label:
            return (one.findtext("fieldentry") or "").strip()
    return ""


def _material(element: Element) -> Iterator[str]:
    """The texts of an element as HTML, without those of the responses in it."""
    for child in element:
        if child.tag == "mattext":
            yield _mattext(child)
        elif child.tag == "matimage":
            yield f'<img src="{escape(child.get("uri", ""))}" alt="{escape(child.get("label", ""))}">'
        elif child.tag == "math":
            yield "<math></math>"
        elif not child.tag.startswith(("response_", "render_")):
            yield from _material(child)


def _mattext(element: Element) -> str:
    written = element.text or ""
    if "html" not in element.get("texttype", "text/html") and not len(element):
        return f"<p>{escape(written)}</p>" if written.strip() else ""
    return written + inner_html(element)[len(escape(written, quote=False)) :]


def only_response(asked: Question) -> Element:
    """The one place for an answer."""
    places = asked.responses
    if len(places) != 1:
        message = f"it has {len(places)} places for an answer, not one"
        raise Unsupported(message)
    return places[0]
