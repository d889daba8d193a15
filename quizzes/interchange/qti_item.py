"""A QTI item while it is written, in the names of QTI 2."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from .base import Exported
from .leaving import UNWRITABLE, UNWRITABLE_LETTERS, CannotSay, part
from .qti_rules import Rules

TAGS_OF_HTML = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "sub", "sup", "div", "span", "img", "object"}


class Item:
    """An item while it is written."""

    def __init__(self, question: Exported, identifier: str, pictures: Mapping[str, str]) -> None:
        self.question, self.pictures = question, pictures
        named = {"identifier": identifier, "title": " ".join(question.name.split())}
        self.root = part(Element("document"), "assessmentItem", **named, adaptive="false", timeDependent="false")
        self.body = Element("itemBody")
        self.rules = Rules(self.root)

    @property
    def right(self) -> list[str]:
        """The ids of what is right."""
        return list(self.question.key["correct"])

    def stem(self) -> None:
        """The text of the question and the picture beside it."""
        add_html(self.body, self.question.public["stem"])
        source, media = self.pictures.get("illustration"), self.question.pictures.get("illustration")
        if source and media:
            part(part(self.body, "p"), "img", src=source, alt=media.alt)

    def interaction(self, tag: str, **attributes: str) -> Element:
        """The place for the answer."""
        return part(self.body, tag, responseIdentifier="RESPONSE", **attributes)

    def remark(self, choice: Element, ref: str, identifier: str) -> None:
        """What those who chose this read."""
        remark = self.question.feedback.get(ref, "")
        if remark:
            attributes = {"outcomeIdentifier": "FEEDBACK", "identifier": identifier, "showHide": "show"}
            part(choice, "feedbackInline", remark, **attributes)
            self.rules.repeats_response = True


def add_html(parent: Element, html: str) -> None:
    """Cleaned HTML, as elements. It was written by the sanitizer, so it is well-formed but for empty tags."""
    if UNWRITABLE.search(html):
        raise CannotSay(UNWRITABLE_LETTERS)
    source = html.replace("<br>", "<br/>").replace("&nbsp;", "\u00a0")
    parent.append(fromstring(f"<div>{source}</div>", forbid_dtd=True))
