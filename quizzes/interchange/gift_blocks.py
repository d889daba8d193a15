"""A GIFT file taken apart into its blocks: comments, categories, one text per question.

A blank line ends a question, also inside braces; comments stand at the start of a line; ``[id:...]`` and ``[tag:...]``
are read from them (QUIZZES.md section 14, after the importer of Moodle 4.5.6).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .texts import lines_of

CATEGORY = "$CATEGORY:"
# The end is optional, and asked for afterwards: with a search for it, many beginnings without an end would take time
# in the square of their number.
_NAMED = re.compile(r"\[(id|tag):((?:\\\]|[^\]\x00-\x1f\x7f])+)(\]?)")

# Escaped characters wait as noncharacters, so that the signs left in the text are all signs of the format.
_ESCAPES = {":": "\ufdd0", "#": "\ufdd1", "=": "\ufdd2", "{": "\ufdd3", "}": "\ufdd4", "~": "\ufdd5", "n": "\ufdd6"}
_BACKSLASH = "\ufdd7"
_MEANT = str.maketrans({waiting: letter for letter, waiting in _ESCAPES.items()} | {"\ufdd6": "\n", "\ufdd7": "\\"})


@dataclass(frozen=True)
class Block:
    """One question as it stands in the file, its escapes protected. ``problem`` says why it cannot be one."""

    line: int
    text: str
    ident: str = ""
    tags: tuple[str, ...] = ()
    category: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class _Open:
    """The block that is being read."""

    lines: list[str] = field(default_factory=list)
    first: int = 0
    depth: int = 0
    comments: list[str] = field(default_factory=list)


def protect(text: str) -> str:
    """Escaped signs become letters that no file holds; two backslashes first."""
    return re.sub(r"\\([\\:#={}~n])", lambda match: _ESCAPES.get(match[1], _BACKSLASH), text)


def meant(text: str) -> str:
    """Protected text as its author meant it."""
    return text.translate(_MEANT)


def blocks(text: str) -> list[Block]:
    """The questions of the file in order, each with the category that stands above it."""
    return list(_closed(list(_split(text))))


def _split(text: str) -> Iterator[Block]:
    current, category, loose = _Open(), "", False
    for number, line in enumerate([*lines_of(text), ""], start=1):
        written = line.strip()
        if written.startswith("//"):
            current.comments.append(written)
            continue
        heads = written.startswith(CATEGORY) and current.depth <= 0
        if written and not heads:
            current.first = current.first or number
            current.lines.append(line)
            meant_as_signs = protect(line)
            current.depth += meant_as_signs.count("{") - meant_as_signs.count("}")
            continue
        if current.lines:
            yield _finished(current, category, loose)
            loose = False
        else:
            loose = loose or _names_something(current.comments)
        current = _Open()
        if heads:
            category = _category(written)


def _names_something(comments: list[str]) -> bool:
    return any(name == "id" for name, _ in _named(comments))


def _named(comments: list[str]) -> Iterator[tuple[str, str]]:
    """The ("id" or "tag", text) pairs that stand in brackets in these comments."""
    for comment in comments:
        yield from ((name, text.replace("\\]", "]").strip()) for name, text, end in _NAMED.findall(comment) if end)


def _finished(current: _Open, category: str, loose: bool) -> Block:
    named = list(_named(current.comments))
    notes = ("A comment with [id:...] above it stands apart by a blank line, and was not taken.",) if loose else ()
    return Block(
        line=current.first,
        text=protect("\n".join(current.lines).strip()),
        ident=next((text for name, text in named if name == "id"), ""),
        tags=tuple(dict.fromkeys(text for name, text in named if name == "tag")),
        category=category,
        notes=notes,
    )


def _category(line: str) -> str:
    """A path of categories; Moodle's own roots say nothing here."""
    path = line.removeprefix(CATEGORY).strip()
    path = re.sub(r"^\$(?:course|system|cat|module)\$/?", "", path)
    return re.sub(r"^top(?:/|$)", "", path)


def _closed(found: list[Block]) -> Iterator[Block]:
    """Answers that a blank line cut off must not be shown to learners as a text of their own."""
    place = 0
    while place < len(found):
        block = found[place]
        place += 1
        if block.text.count("{") <= block.text.count("}"):
            yield block
            continue
        end = _end_of(found, place)
        if end is None:
            yield replace(block, problem="The braces of its answers are opened and not closed.")
            continue
        line = found[place].line - 1
        place = end + 1
        yield replace(block, problem=f"A blank line inside its braces ends the question: take out line {line}.")


def _end_of(found: list[Block], start: int) -> int | None:
    """The block that closes what an earlier one opened."""
    for place in range(start, min(start + 50, len(found))):
        text = found[place].text
        if text.startswith("::") or "{" in text.partition("}")[0]:
            return None
        if "}" in text:
            return place
    return None
