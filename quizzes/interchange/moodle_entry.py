"""One question of a Moodle XML file: its texts in their formats, its files, and what Moodle keeps that we do not."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from markdown_it import MarkdownIt

from .markup import inner_html, line_of
from .taking import Taken, Unsupported, exact
from .weights import percent_text, share

PLUGIN_FILE = "@@PLUGINFILE@@/"
MAX_PICTURE = 10 * 1024 * 1024
MARKDOWN = MarkdownIt("commonmark")

STANDARD = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
}
"""What Moodle writes into every question by itself; nobody misses it."""


@dataclass
class Entry(Taken):
    """One question element."""

    element: Element = field(default_factory=lambda: Element("question"))
    digest: str = ""
    _files: dict[str, Element] = field(default_factory=dict)

    @classmethod
    def of(cls, element: Element, number: int) -> "Entry":
        """Begin to read a question."""
        ident = (element.findtext("idnumber") or "").strip()
        digest = hashlib.sha256(inner_html(element).encode()).hexdigest()
        entry = cls(number, "", ident, element=element, digest=digest)
        named = entry.words(element.findtext("name/text") or "", "the name")
        entry.name = " ".join(named.split()) or f"Question {number}"
        entry.warnings.clear()
        entry.drafts.clear()
        return entry

    @property
    def origin(self) -> str:
        """Its id number, else its content: moving it within the file changes nothing."""
        return f"moodle id {self.identifier}" if self.identifier else f"moodle {self.digest}"

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return tuple(
            text for one in self.element.iterfind("tags/tag/text") if (text := " ".join((one.text or "").split()))
        )

    def said(self, name: str, default: str = "") -> str:
        """A setting of the question."""
        return (self.element.findtext(name) or default).strip()

    def yes(self, name: str, *, default: bool = False) -> bool:
        """A setting that is on or off."""
        written = self.said(name).casefold()
        return written in ("1", "true", "yes", "") if written or self.element.find(name) is not None else default

    def html(self, name: str, what: str) -> str:
        """One of the question's texts, with its first picture."""
        found = self.element.find(name)
        return "" if found is None else self.rich(self.source(found), what)

    def plain(self, element: Element | None, what: str) -> str:
        """A text for a field that takes text only."""
        return "" if element is None else self.words(self.source(element), what)

    def source(self, element: Element) -> str:
        """A text as HTML. Its files are remembered for the pictures in it."""
        self._files |= {one.get("name", ""): one for one in element.iterfind("file")}
        text = element.findtext("text") or ""
        written = element.get("format", "html")
        if written == "plain_text":
            return "<br>".join(escape(line, quote=False) for line in text.splitlines())
        if written == "markdown":
            return str(MARKDOWN.render(text))
        if written == "moodle_auto_format":
            return text.strip().replace("\r\n", "\n").replace("\n", "<br>")
        return text

    def picture(self, place: str, source: str, alt: str) -> None:
        """Moodle holds the files of a text beside it, in base64."""
        name = unquote(source.removeprefix(PLUGIN_FILE))
        file = self._files.get(name) if source.startswith(PLUGIN_FILE) else None
        if file is None:
            super().picture(place, source, alt)
        elif len(file.text or "") > MAX_PICTURE * 4 // 3:
            self.draft(f'The picture "{name[-80:]}" is too large.')
        else:
            self.keep_picture(place, name, self._decoded(file), alt)

    def _decoded(self, file: Element) -> bytes:
        try:
            if file.get("encoding", "base64") != "base64":
                raise ValueError
            return base64.b64decode("".join((file.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            return b""

    def note_losses(self) -> None:
        """What hangs on the question in Moodle and has no place with us."""
        by_score = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
        texts = {self._quietly(name) for name in by_score}
        if texts - STANDARD - {""}:
            self.warn("Feedback that depends on the score is not kept.")
        if any((one.findtext("text") or "").strip() for one in self.element.iterfind("hint")):
            self.warn("Hints are not kept.")

    def _quietly(self, name: str) -> str:
        words = Taken(0, "").words(self.element.findtext(f"{name}/text") or "", name)
        return " ".join(words.split())

    def fraction(self, answer: Element) -> Fraction:
        """The share of the points that an answer earns."""
        written = (answer.get("fraction") or "0").strip()
        if exact(written) is None:
            message = f'an answer is worth "{written[:40]}" percent'
            raise Unsupported(message, line_of(answer))
        worth = share(written)
        if abs(worth) > 1:
            message = f"an answer is worth {written[:40]} percent; shares go from -100 to 100"
            raise Unsupported(message, line_of(answer))
        return worth

    def percent(self, worth: Fraction, what: str) -> int:
        """Credit as our form holds it. One that is no whole percent waits for a person."""
        if worth < 0:
            self.warn("A wrong answer cost points there; here it earns nothing.")
            return 0
        if (worth * 100).denominator != 1:
            self.draft(f'"{what[:60]}" earns {percent_text(worth)} % there; here credit is a whole percent. Set it.')
        return int(worth * 100)
