"""Reading the content folder: Markdown with front matter and TOML, turned into plain values. No database here.

The format is described in docs/how-to/write-content.md.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parent / "content"
FENCE = re.compile(r"^:::([a-z_]+)\s*$")


@dataclass(frozen=True)
class Lesson:
    """One lesson file: its front matter, and its body as (kind, value) pairs in order."""

    path: Path
    meta: dict[str, Any]
    blocks: list[tuple[str, Any]]


@dataclass(frozen=True)
class Module:
    """One module folder."""

    meta: dict[str, Any]
    lessons: list[Lesson]
    quizzes: list[dict[str, Any]]


@dataclass(frozen=True)
class Course:
    """One course folder."""

    meta: dict[str, Any]
    modules: list[Module] = field(default_factory=list)


def load_toml(path: Path) -> dict[str, Any]:
    """A TOML file; an error names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from error


def evidence_rows(kind: str, pattern: str) -> list[dict[str, Any]]:
    """All rows of a kind over all files of `evidence/` that fit the pattern: "claims*.toml", kind "claim"."""
    return [row for path in sorted((CONTENT / "evidence").glob(pattern)) for row in load_toml(path).get(kind, [])]


def figure_rows() -> list[dict[str, Any]]:
    """The words of our drawings."""
    return list(load_toml(CONTENT / "figures.toml")["figure"])


def read_courses() -> list[Course]:
    """Every course folder, the free introduction first."""
    folders = sorted(path.parent for path in CONTENT.glob("*/course.toml"))
    courses = [_read_course(folder) for folder in folders]
    return sorted(courses, key=lambda course: course.meta["price_cents"])


def _read_course(folder: Path) -> Course:
    modules = [_read_module(path.parent) for path in sorted(folder.glob("*/module.toml"))]
    return Course(meta=load_toml(folder / "course.toml"), modules=modules)


def _read_module(folder: Path) -> Module:
    return Module(
        meta=load_toml(folder / "module.toml"),
        lessons=[read_lesson(path) for path in sorted(folder.glob("[0-9]*.md"))],
        quizzes=[load_toml(path) for path in sorted(folder.glob("quiz*.toml"))],
    )


def read_lesson(path: Path) -> Lesson:
    """Split front matter from body, and the body into text and fenced blocks."""
    _, front, body = path.read_text(encoding="utf-8").split("+++", 2)
    return Lesson(path=path, meta=tomllib.loads(front), blocks=_blocks(body, path.name))


def _blocks(body: str, name: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    text: list[str] = []
    inside: str | None = None
    for line in body.splitlines():
        opening = FENCE.match(line)
        if inside is None and opening:
            _close_text(text, found)
            inside = opening.group(1)
        elif inside is not None and line.strip() == ":::":
            try:
                found.append((inside, tomllib.loads("\n".join(text))))
            except tomllib.TOMLDecodeError as error:
                raise ValueError(f"{name}, block {inside}: {error}") from error
            text.clear()
            inside = None
        else:
            text.append(line)
    if inside is not None:
        raise ValueError(f"{name}: the block {inside} is not closed")
    _close_text(text, found)
    return found


def _close_text(text: list[str], found: list[tuple[str, Any]]) -> None:
    words = "\n".join(text).strip()
    if words:
        found.append(("prose", words))
    text.clear()
