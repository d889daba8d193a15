"""Texts of question files: their encoding, the formats that GIFT names, and what of them a question can keep."""

import re
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it import MarkdownIt

from quizzes.questions.html import TAGS

from . import markup
from .base import UnreadableFile

UTF8, WINDOWS = "utf-8", "windows-1252"
ENCODINGS = (UTF8, WINDOWS)
"""What a text file may be read as. Nothing is guessed: a wrong guess shows as wrong letters in an exam."""

HTML, MARKDOWN, PLAIN, MOODLE = "html", "markdown", "plain", "moodle"
FORMATS = (HTML, MARKDOWN, PLAIN, MOODLE)
DEEPEST = 100

_MARKDOWN = MarkdownIt("commonmark")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)>")
_BEGINNING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,20});")
_UNSTORABLE = re.compile("[\x00\ufdd0-\ufdef]")
_BLOCKS = re.compile(r"<(?:p|div|ul|ol|h[1-6]|table|pre|blockquote)\b", re.IGNORECASE)
_READ = TAGS | markup.BREAKING | set(markup.LOST) | {"img", "td", "th"}
_ALONE = {"br", "hr", "img", "p", "li", "td", "th", "tr", "dt", "dd", "input", "wbr"}
_KNOWN = TAGS | _ALONE | {
    "a", "abbr", "audio", "blockquote", "body", "caption", "center", "cite", "code", "div", "dl", "font", "h1", "h2",
    "h3", "h4", "h5", "h6", "iframe", "kbd", "mark", "object", "pre", "q", "s", "small", "span", "strike", "style",
    "table", "tbody", "thead", "tt", "u", "video",
}  # fmt: skip


def as_utf8(content: bytes, encoding: str) -> bytes:
    """A text file of another encoding, in the one that the parsers read. Raises ``UnreadableFile``."""
    return content if encoding == UTF8 else _decoded(content, encoding).encode()


def decode(content: bytes) -> str:
    """A UTF-8 text file; a byte order mark is allowed. Raises ``UnreadableFile`` by line and byte."""
    text = _decoded(content.removeprefix(b"\xef\xbb\xbf"), UTF8)
    if found := _UNSTORABLE.search(text):
        message = f"Line {_line(text[: found.start()])} holds a character that no text has. Is this a text file?"
        raise UnreadableFile(message)
    return text


def lines_of(text: str) -> list[str]:
    """Lines by LF, CRLF or CR, and by nothing else."""
    return re.split("\r\n|\r|\n", text)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = _line(before.decode("latin-1"))
        place = error.start - max(before.rfind(b"\n"), before.rfind(b"\r"))
        name = encoding.upper() if encoding == UTF8 else encoding
        message = f"The file is not {name}: line {line}, byte {place} of the line."
        if encoding == UTF8:
            message += f" If it comes from an older Windows program, read it as {WINDOWS}."
        raise UnreadableFile(message) from error


def _line(before: str) -> int:
    return len(lines_of(before))


@dataclass(frozen=True)
class Phrase:
    """A text with the format that its file names for it."""

    text: str
    format: str = PLAIN

    @property
    def blank(self) -> bool:
        """Whether nothing is written."""
        return not self.text.strip()


class Losses:
    """Reads the texts of one question and remembers what of them could not be kept."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence per thing that was visible and is not kept."""
        return tuple(self._found)

    def note(self, warning: str) -> None:
        """Something else that the person should know."""
        self._found[warning] = None

    def rich(self, phrase: Phrase, where: str) -> str:
        """For a field that takes paragraphs and emphasis."""
        if phrase.blank:
            return ""
        source = _source(phrase)
        if source is None:
            return _paragraphs(phrase.text)
        found = markup.tidy(source)
        self._remember(found, where)
        return found.html if not found.html or _BLOCKS.search(found.html) else f"<p>{found.html}</p>"

    def plain(self, phrase: Phrase, where: str) -> str:
        """For a field that takes text only."""
        source = None if phrase.blank else _source(phrase)
        if source is None:
            return phrase.text.strip()
        found = markup.plain(source)
        self._remember(found, where)
        return found.html

    def _remember(self, found: markup.Text, where: str) -> None:
        for lost in found.lost:
            self.note(f"Not kept in {where}: {lost}.")
        for source, alt in found.images:
            name = source.rpartition("/")[2][:80] or alt[:80] or "without a name"
            self.note(f"Not kept in {where}: the picture {name}, which is not in the file.")


def _source(phrase: Phrase) -> str | None:
    """The text as HTML, or None where it is to be taken as it stands."""
    if len(phrase.text) > markup.LONGEST_HTML:
        return None
    if phrase.format == HTML:
        return _well_formed(phrase.text)
    if phrase.format == MARKDOWN:
        return _well_formed(_MARKDOWN.render(phrase.text))
    if phrase.format == MOODLE and _reads_as_html(phrase.text):
        broken = phrase.text if _BLOCKS.search(phrase.text) else re.sub(r"\r\n|\r|\n", "<br>", phrase.text.strip())
        return _well_formed(broken)
    return None


def _well_formed(source: str) -> str:
    """HTML with every tag closed. Python's own parser needs time in the square of the length for tags that are not.

    So does every parser for lists within lists within lists: beyond any depth that a person writes, a text is no HTML.
    """
    if _depth(source) > DEEPEST:
        source = escape(source, quote=False)
    return nh3.clean(source, tags=_READ, attributes={"img": {"src", "alt"}}, link_rel=None)


def _depth(source: str) -> int:
    """How many tags are open at most, of those that must be closed."""
    depth = deepest = 0
    for closing, name in _BEGINNING.findall(source):
        if name.lower() not in _ALONE:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    return deepest


def _reads_as_html(text: str) -> bool:
    """Whether its author wrote HTML, or a text about it: "<a>" and "the <style> tag" are answers, not markup."""
    tags = _TAG.findall(text)
    if not tags:
        return bool(_ENTITY.search(text))
    open_tags: list[str] = []
    for closing, written, _ in tags:
        name = written.lower()
        if name not in _KNOWN:
            return False
        if not closing and name not in _ALONE:
            open_tags.append(name)
        elif closing and name not in _ALONE and (not open_tags or open_tags.pop() != name):
            return False
    if open_tags:
        return False
    shown = markup.tidy(_well_formed(text))
    return bool(shown.html or shown.images)


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", "\n".join(lines_of(text.strip())))
    return "".join(f"<p>{escape(part.strip(), quote=False).replace(chr(10), '<br>')}</p>" for part in parts)
