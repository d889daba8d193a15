"""Rubrics: rows with levels that a marker chooses from, and what the choice is worth.

Titles, descriptions and points are shown to the learner beside the question; what a full answer holds is the marker's
alone. Rows and levels are found by their ids inside the frozen version, so an edit of the rubric never meets a mark
that was given before it (edx-ora2#542, QUIZZES.md section 11).
"""

from collections.abc import Mapping
from fractions import Fraction

from wagtail import blocks

from .base import Json, MakeItem
from .stored import list_items, said

MAX_ROWS, MAX_LEVELS, MAX_POINTS = 12, 8, 1000


class RubricError(ValueError):
    """A choice of levels that is no mark: a row left out, or a row or level that this rubric does not have."""


class LevelBlock(blocks.StructBlock):
    """One level of a row."""

    title = blocks.CharBlock(max_length=200, help_text='What such an answer does: "Names two studies, with doubt."')
    points = blocks.IntegerBlock(min_value=0, max_value=MAX_POINTS, default=0)

    class Meta:
        icon = "order"
        label = "Level"


class RubricRowBlock(blocks.StructBlock):
    """One thing that is looked at."""

    title = blocks.CharBlock(max_length=120, help_text="What is looked at. The learner reads it.")
    description = blocks.TextBlock(required=False, rows=2, help_text="The learner reads it.")
    note = blocks.TextBlock(
        required=False, rows=2, label="For markers", help_text="What a full answer holds here. Only markers read it."
    )
    levels = blocks.ListBlock(LevelBlock(), max_num=MAX_LEVELS, help_text="Two or more, each with its points.")

    class Meta:
        icon = "list-ul"
        label = "Row"


def rubric_fraction(rubric: Json, chosen: Mapping[str, str]) -> Fraction:
    """The share of the points that these levels are worth, exactly: chosen points / best points of all rows.

    ``rubric`` is the list of rows, or the public part of a version that holds one; ``chosen`` has a level for every
    row. Raises ``RubricError``.
    """
    rows = rubric.get("rubric", []) if isinstance(rubric, Mapping) else rubric
    if not rows or set(chosen) != {row["id"] for row in rows}:
        message = "Choose a level in every row of the rubric."
        raise RubricError(message)
    earned = best = 0
    for row in rows:
        points = {level["id"]: level["points"] for level in row["levels"]}
        if chosen[row["id"]] not in points:
            message = f'"{row["title"]}" has no such level.'
            raise RubricError(message)
        earned += points[chosen[row["id"]]]
        best += max(points.values())
    if not best:
        message = "This rubric gives no points."
        raise RubricError(message)
    return Fraction(earned, best)


def read_rubric(raw: Json) -> tuple[list[dict[str, Json]], dict[str, str]]:
    """The rows as they are shown, and the markers' notes by row. Raises ``SpecError`` for an item without an id."""
    rows: list[dict[str, Json]] = []
    notes: dict[str, str] = {}
    for ident, value in list_items(raw, "Rubric"):
        rows.append(
            {
                "id": ident,
                "title": said(value, "title"),
                "description": said(value, "description"),
                "levels": [
                    {"id": level, "title": said(of, "title"), "points": int(of.get("points") or 0)}
                    for level, of in list_items(value.get("levels"), "Levels")
                ],
            }
        )
        if note := said(value, "note"):
            notes[ident] = note
    return rows, notes


def rubric_from_content(rows: Json, make: MakeItem) -> list[dict[str, Json]]:
    """The rubric of the content format: rows of title, description, note and levels of title and points."""
    return [
        make(
            f"row {row['title']}",
            {
                "title": row["title"].strip(),
                "description": row.get("description", "").strip(),
                "note": row.get("note", "").strip(),
                "levels": [
                    make(
                        f"row {row['title']} level {level['title']}",
                        {"title": level["title"].strip(), "points": int(level["points"])},
                    )
                    for level in row["levels"]
                ],
            },
        )
        for row in rows
    ]


def rubric_problems(rows: list[Mapping[str, Json]]) -> list[str]:
    """Why nobody could mark by this rubric; a question without one is marked directly."""
    found = []
    titles = [row["title"].casefold() for row in rows]
    if len(rows) > MAX_ROWS:
        found.append(f"Give the rubric at most {MAX_ROWS} rows.")
    if not all(titles) or len(set(titles)) != len(titles):
        found.append("Give each row of the rubric a title of its own.")
    for row in rows:
        found += _level_problems(row["title"] or "A row", row["levels"])
    return found


def _level_problems(row: str, levels: list[Mapping[str, Json]]) -> list[str]:
    titles, points = [level["title"].casefold() for level in levels], [level["points"] for level in levels]
    found = []
    if not 2 <= len(levels) <= MAX_LEVELS:
        found.append(f'Rubric, "{row}": give it two to {MAX_LEVELS} levels.')
    if not all(titles) or len(set(titles)) != len(titles):
        found.append(f'Rubric, "{row}": give each level a title of its own.')
    if not all(0 <= number <= MAX_POINTS for number in points) or not any(points):
        found.append(f'Rubric, "{row}": points are whole numbers from 0 to {MAX_POINTS}, and one level is above 0.')
    return found
