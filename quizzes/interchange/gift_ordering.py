"""The ordering extension of GIFT that Moodle's ordering question reads: ``{>4 ALL VERT ABSOLUTE TRUE 123``, then items.

The words of its head stand in this order, each may be left out [Moodle 4.5, question/type/ordering]: how many items are
shown, which, their layout, how they are marked, whether marks are shown, and how they are numbered.
"""

import re

from .gift_answers import Asked, Items, NotTaken, Read

KIND = "ordering"
_HEAD = re.compile(
    r">\s*(?P<count>[0-9]{1,3})?[ \t]*(?P<select>ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?[ \t]*"
    r"(?P<layout>HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?[ \t]*"
    r"(?P<grading>ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|RELATIVE_[A-Z_]+|RELATIVE|REL|LONGEST_[A-Z_]+)?[ \t]*"
    r"(?P<shown>SHOW|TRUE|YES|1|HIDE|FALSE|NO|0)?[ \t]*(?P<numbering>none|123|abc|ABCD|iii|IIII)?[ \t]*(?:\n|$)"
)


MODES = {
    "ALL_OR_NOTHING": "exact",
    "ABSOLUTE_POSITION": "position",
    "ABSOLUTE": "position",
    "ABS": "position",
    "RELATIVE_NEXT_EXCLUDE_LAST": "adjacent_pair",
    "RELATIVE": "adjacent_pair",
    "REL": "adjacent_pair",
    "LONGEST_ORDERED_SUBSET": "longest_subset",
}
"""How Moodle names what we mark alike; its other ways have no counterpart."""


def ordering(asked: Asked) -> Read:
    """Items in their right order, one per line."""
    head = _HEAD.match(asked.answers)
    if head is None:
        first = asked.answers[1:].partition("\n")[0].strip()[:60]
        raise NotTaken(f'The words after ">" are not those of an ordering: "{first}".', KIND)
    lines = [line for line in asked.answers[head.end() :].split("\n") if line.strip()]
    items = Items(asked.origin)
    for line in lines:
        text = asked.plain(line, "an item")
        items.add(f"item {text}", {"text": text, "remark": ""})
    if len(lines) < 2:
        raise NotTaken("An ordering has two items at least, one per line.", KIND)
    policy, reasons = _marking(head["grading"])
    if head["count"] and 0 < int(head["count"]) < len(lines) and head["select"] not in (None, "ALL", "EXACT"):
        reasons.append(
            f"There {head['count']} of its {len(lines)} items are asked at a time; here all are. Take out items, or "
            "publish it with all."
        )
    return Read(KIND, {"items": items.made, "policy": policy}, tuple(reasons))


def _marking(word: str | None) -> tuple[str, list[str]]:
    if word in MODES:
        return MODES[word], []
    what = f"is marked by {word}, which we do not have" if word else "does not say how it is marked"
    return "position", [f"It {what}; it is stored as marked by place. Choose the marking."]
