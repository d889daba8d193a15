"""Markup of other systems: XML without document types, and HTML brought down to what a question may be written in.

A file from outside may declare entities that grow without end or name files of the server; defusedxml refuses every
document type (QUIZZES.md section 14). What would be visible and cannot be kept is named, never dropped in silence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from quizzes.questions.html import TAGS, clean_html

from .base import UnreadableFile

MAX_BYTES = 50 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
_LINE = "\x00line"

LONGEST_HTML = 100_000
"""Characters; no question is longer."""

BREAKING = {"div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "pre", "tr", "table", "hr",
            "figure", "figcaption", "dl", "dt", "dd", "center", "address", "tbody", "thead"}  # fmt: skip
LOST = {"table": "a table (its cells are kept as text)", "a": "a link (its words are kept)", "audio": "a sound",
        "video": "a film", "object": "an embedded object", "embed": "an embedded object", "iframe": "an embedded page",
        "math": "a formula in MathML", "svg": "a drawing"}  # fmt: skip
UNSEEN = {"script", "style", "math", "svg", "title", "head", "template", "object", "iframe", "audio", "video"}
_LOW = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_HIGH = str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾")


class _Reader(DefusedXMLParser):
    """Names without namespaces, each element with its line, depth and size bounded."""

    def __init__(self) -> None:
        super().__init__(forbid_dtd=True)
        self._depth = self._count = 0

    def _start(self, tag: str, attributes: list[str]) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            message = f"The file is nested deeper than {MAX_DEPTH} or holds more than {MAX_ELEMENTS} elements."
            raise UnreadableFile(message)
        element: Element = super()._start(_bare(tag), [])
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            element.set(_bare(name), value)
        element.set(_LINE, str(self.parser.CurrentLineNumber))
        return element

    def _end(self, tag: str) -> Element:
        self._depth -= 1
        ended: Element = super()._end(_bare(tag))
        return ended


def _bare(name: str) -> str:
    """A name without its namespace; that of QTI 3 ("qti-simple-choice") in the spelling of QTI 2 ("simpleChoice")."""
    name = name.rpartition("}")[2]
    if name.startswith("qti-"):
        name = name.removeprefix("qti-")
        return _camel(name)
    return name


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


def read_tree(content: bytes) -> Element:
    """The root of a well-formed file without a document type. Raises ``UnreadableFile``."""
    if len(content) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB."
        raise UnreadableFile(message)
    reader = _Reader()
    try:
        reader.feed(content)
        root: Element = reader.close()
    except ParseError as error:
        line, column = error.position
        message = f"This is not well-formed XML: line {line}, column {column + 1}."
        raise UnreadableFile(message) from error
    except DefusedXmlException as error:
        message = "The file declares a document type or entities; such files are not opened. Remove the DOCTYPE."
        raise UnreadableFile(message) from error
    except (ValueError, LookupError) as error:
        if isinstance(error, UnreadableFile):
            raise
        message = "The encoding that the file names is not known."
        raise UnreadableFile(message) from error
    return root


def line_of(element: Element) -> int | None:
    """The line on which an element begins."""
    line = element.get(_LINE)
    return int(line) if line else None


def attribute(element: Element, name: str, default: str = "") -> str:
    """An attribute by its QTI 2 name, in either spelling ("baseType", "base-type")."""
    kebab = re.sub(r"([A-Z])", lambda match: f"-{match[1].lower()}", name)
    return (element.get(name) or element.get(kebab) or default).strip()


def inner_html(element: Element, skip: frozenset[str] = frozenset()) -> str:
    """What stands inside an element, as HTML. Elements named in ``skip`` are left out; what follows them is kept."""
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        if child.tag not in skip:
            parts += _outer(child, skip)
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def _outer(element: Element, skip: frozenset[str]) -> Iterator[str]:
    named = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items() if name != _LINE)
    yield f"<{element.tag}{named}>"
    if element.tag not in {"img", "br", "hr"}:
        yield inner_html(element, skip)
        yield f"</{element.tag}>"


@dataclass(frozen=True)
class Text:
    """HTML brought down to the tags of a question; the pictures it showed (source, alt), and what was lost."""

    html: str
    images: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


@dataclass
class _State:
    parts: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class _Tidier(HTMLParser):
    """Blocks that are no paragraph become line breaks, so that words on either side do not run together."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.state, self._unseen = _State(), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.state.images.append((named.get("src", ""), named.get("alt", "").strip()))
            return
        if tag in LOST and LOST[tag] not in self.state.lost:
            self.state.lost.append(LOST[tag])
        if tag in UNSEEN:
            self._unseen += 1
        elif not self._unseen:
            self._open(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in {"img", "br", "hr"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif not self._unseen:
            if tag in BREAKING:
                self._break()
            elif tag in {"td", "th"}:
                self.state.parts.append(" ")
            elif tag in TAGS:
                self.state.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.state.parts.append(escape(data, quote=False))

    def _open(self, tag: str) -> None:
        if tag in BREAKING:
            self._break()
        elif tag in TAGS:
            self.state.parts.append(f"<{tag}>")

    def _break(self) -> None:
        written = "".join(self.state.parts[-3:]).rstrip()
        if written and not written.endswith(("<br>", "</p>", "<p>", "</ul>", "</ol>", "<li>", "</li>")):
            self.state.parts.append("<br>")


def tidy(source: str) -> Text:
    """HTML as another system wrote it, in the tags of a question.

    Python's parser needs time in the square of the length for tags that never end, and so does every parser for lists
    within lists: what follows the last ">" is text, and a text beyond any that a person formats is taken as it stands.
    """
    if len(source) > LONGEST_HTML:
        return Text(as_html(source), (), ("the form of a text that is too long to be read as HTML",))
    end = source.rfind(">") + 1
    reader = _Tidier()
    reader.feed(source[:end] + source[end:].replace("<", "&lt;"))
    reader.close()
    html = clean_html("".join(reader.state.parts).replace("\xa0", " "))
    html = re.sub(r"(\s*<br>)+$", "", re.sub(r"<(p|li)>\s*(<br>)*\s*</\1>", "", html)).strip()
    return Text(html, tuple(reader.state.images), tuple(reader.state.lost))


def plain(source: str) -> Text:
    """The same for a field that takes text only. Figures set low or high keep their place (H₂O)."""
    found = tidy(source)
    lost = list(found.lost)
    text = re.sub(r"<(sub|sup)>([^<]*)</\1>", lambda match: _placed(match[1], match[2], lost), found.html)
    text = re.sub(r"</(p|li|ul|ol)>|<br>", "\n", text)
    if re.search(r"<(b|strong|i|em)>", text):
        lost.append("bold or italic type in a text that takes none")
    text = unescaped(re.sub(r"<[^>]*>", "", text))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return Text("\n".join(line for line in lines if line), found.images, tuple(lost))


def _placed(tag: str, text: str, lost: list[str]) -> str:
    placed = text.translate(_LOW if tag == "sub" else _HIGH)
    if placed == text and text.strip():
        lost.append("letters set low or high in a text that takes none")
    return placed


def unescaped(text: str) -> str:
    """Cleaned HTML without tags, as the text that it shows."""
    for name, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(name, letter)
    return text


def as_html(text: str) -> str:
    """Plain text, as HTML that shows the same."""
    return "<br>".join(escape(line, quote=False) for line in text.strip().splitlines())
