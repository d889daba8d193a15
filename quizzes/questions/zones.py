"""Areas of a picture on a grid of whole numbers, 0 to 10000 in both directions (QUIZZES.md sections 4 and 5.2).

The grid is stretched over the picture, so an area keeps its place at every size. All arithmetic is in integers: a point
on the border is inside, exactly.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from .base import Json

GRID = 10_000
RECT, ELLIPSE, POLYGON = "rect", "ellipse", "polygon"
SHAPES = {RECT: "Rectangle", ELLIPSE: "Ellipse", POLYGON: "Polygon"}
MAX_CORNERS = 40
SMALLEST = 400
"""Of the picture's width: about 22 of a figure's 540 units. Less is not hit by a finger."""

Zone = Mapping[str, Json]
"""``{"id", "shape", "at"}``: at is x, y, width, height; for a polygon x, y of each corner."""

Corner = tuple[int, int]


def read_at(shape: str, text: str) -> list[int]:
    """The coordinates as their author wrote them; empty where they are no area of the grid."""
    numbers = re.split(r"[\s,;]+", text.strip())
    if not all(re.fullmatch(r"[0-9]{1,5}", number) for number in numbers):
        return []
    at = [int(number) for number in numbers]
    if shape == POLYGON:
        valid = 6 <= len(at) <= 2 * MAX_CORNERS and len(at) % 2 == 0 and max(at) <= GRID and _twice_area(at) != 0
        return at if valid else []
    if len(at) != 4 or shape not in SHAPES:
        return []
    x, y, width, height = at
    return at if width > 0 and height > 0 and x + width <= GRID and y + height <= GRID else []


def holds(zone: Zone, x: int, y: int) -> bool:
    """Whether the point lies in the area or on its border."""
    at = zone["at"]
    if not at:
        return False
    if zone["shape"] == POLYGON:
        return _in_polygon(corners(at), x, y)
    left, top, width, height = at
    if zone["shape"] == RECT:
        return bool(left <= x <= left + width and top <= y <= top + height)
    across, down = 2 * (x - left) - width, 2 * (y - top) - height
    return bool((across * height) ** 2 + (down * width) ** 2 <= (width * height) ** 2)


def hit(zones: Sequence[Zone], x: int, y: int) -> str | None:
    """The area that a point means: of several that hold it the one named first, as in QTI's area mapping."""
    return next((str(zone["id"]) for zone in zones if holds(zone, x, y)), None)


def box(zone: Zone) -> tuple[int, int, int, int]:
    """Left, top, width and height of the smallest rectangle around the area."""
    at = zone["at"]
    if zone["shape"] != POLYGON:
        return at[0], at[1], at[2], at[3]
    across, down = at[::2], at[1::2]
    return min(across), min(down), max(across) - min(across), max(down) - min(down)


def reachable(zones: Sequence[Zone], zone: Zone) -> bool:
    """Whether some point means this area, so that it does not lie wholly below those before it."""
    return next(_points_of(zones, zone), None) is not None


def middle(zone: Zone) -> Corner:
    """A point of the area for its number: the middle of its box where that is inside, else a point that is."""
    left, top, width, height = box(zone)
    centre = left + width // 2, top + height // 2
    return centre if holds(zone, *centre) else next(_points_of([zone], zone), centre)


def crosses_itself(zone: Zone) -> bool:
    """Whether two sides of a polygon cross: what is inside of such a shape cannot be seen."""
    if zone["shape"] != POLYGON:
        return False
    points = corners(zone["at"])
    sides = list(pairwise([*points, points[0]]))
    last = len(sides) - 1
    return any(
        _cross(*sides[one], *sides[two])
        for one in range(len(sides))
        for two in range(one + 2, len(sides))
        if (one, two) != (0, last)
    )


def drawn(zone: Zone, width: int, height: int) -> dict[str, Json]:
    """The area for an SVG whose view is 10000 wide and as high as the picture is in proportion."""

    def down(value: int) -> int:
        return value * height // max(1, width)

    x, y = middle(zone)
    found: dict[str, Json] = {"shape": zone["shape"], "cx": x, "cy": down(y)}
    if zone["shape"] == POLYGON:
        return {**found, "points": " ".join(f"{across},{down(depth)}" for across, depth in corners(zone["at"]))}
    left, top, wide, high = zone["at"]
    if zone["shape"] == RECT:
        return {**found, "x": left, "y": down(top), "width": wide, "height": down(high)}
    return {**found, "rx": wide // 2, "ry": down(high) // 2}


def view_height(picture: Mapping[str, Json]) -> int:
    """How high a view of width 10000 is over this picture."""
    return GRID * int(picture["height"]) // max(1, int(picture["width"]))


def corners(at: Sequence[int]) -> list[Corner]:
    """The corners of a polygon."""
    return list(zip(at[::2], at[1::2], strict=True))


def _in_polygon(points: list[Corner], x: int, y: int) -> bool:
    """Even-odd rule over the sides, after the border."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (turn > 0) == (y2 > y1):
            inside = not inside
    return inside


def _points_of(zones: Sequence[Zone], zone: Zone) -> Iterator[Corner]:
    """Points that mean the area, from a lattice over its box."""
    left, top, width, height = box(zone)
    steps = 40
    for down, across in product(range(steps + 1), repeat=2):
        x, y = left + width * across // steps, top + height * down // steps
        if holds(zone, x, y) and hit(zones, x, y) == zone["id"]:
            yield x, y


def _twice_area(at: Sequence[int]) -> int:
    points = corners(at)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*points, points[0]]))


def _turn(a: Corner, b: Corner, c: Corner) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _cross(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
