"""Areas of pictures: shapes in pixels as QTI names them, and the zones on our grid of 0..10000 that they become."""

from collections.abc import Sequence
from fractions import Fraction

from quizzes.interchange.taking import Unsupported

GRID = 10_000
COUNTS = {"rect": 4, "circle": 3, "ellipse": 4}
Size = tuple[Fraction, Fraction]


def inside(shape: str, coords: Sequence[Fraction], x: Fraction, y: Fraction) -> bool:
    """Whether a point lies in an area; its border counts as inside."""
    if shape == "default":
        return True
    if shape == "rect":
        left, top, right, bottom = coords
        return left <= x <= right and top <= y <= bottom
    if shape == "circle":
        middle_x, middle_y, radius = coords
        return (x - middle_x) ** 2 + (y - middle_y) ** 2 <= radius**2
    if shape == "ellipse":
        middle_x, middle_y, across, down = coords
        return ((x - middle_x) / across) ** 2 + ((y - middle_y) / down) ** 2 <= 1
    return _in_polygon(list(zip(coords[::2], coords[1::2], strict=True)), x, y)


def check(shape: str, coords: Sequence[Fraction]) -> None:
    """Raises ``Unsupported`` for a shape that is none of ours or has the wrong number of coordinates."""
    fits = len(coords) >= 6 and len(coords) % 2 == 0 if shape == "poly" else COUNTS.get(shape) == len(coords)
    if shape != "default" and not fits:
        message = f'an area has the shape "{shape[:20]}" with {len(coords)} numbers'
        raise Unsupported(message)


def center(shape: str, coords: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """A point of an area, near its middle."""
    if shape in ("circle", "ellipse"):
        return coords[0], coords[1]
    across, down = coords[::2], coords[1::2]
    middle = (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
    if inside(shape, coords, *middle):
        return middle
    return across[0], down[0]


def zone(shape: str, coords: Sequence[Fraction], size: Size) -> dict[str, str]:
    """The area as the author's form holds it: a circle in pixels is an ellipse on a grid that the picture stretches."""
    check(shape, coords)
    if shape == "default":
        return {"shape": "rect", "at": f"0 0 {GRID} {GRID}"}
    if shape == "poly":
        return {"shape": "polygon", "at": _corners(coords, size)}
    if shape in ("circle", "ellipse"):
        x, y, across = coords[:3]
        down = coords[3] if shape == "ellipse" else across
        left, top, right, bottom = x - across, y - down, x + across, y + down
    else:
        left, top, right, bottom = coords
    corner = _on_grid(left, size[0]), _on_grid(top, size[1])
    end = _on_grid(right, size[0]), _on_grid(bottom, size[1])
    drawn = "rect" if shape == "rect" else "ellipse"
    return {"shape": drawn, "at": f"{corner[0]} {corner[1]} {end[0] - corner[0]} {end[1] - corner[1]}"}


def _corners(coords: Sequence[Fraction], size: Size) -> str:
    points = list(zip(coords[::2], coords[1::2], strict=True))
    if len(points) > 3 and points[0] == points[-1]:
        points.pop()
    return " ".join(f"{_on_grid(x, size[0])} {_on_grid(y, size[1])}" for x, y in points)


def _on_grid(value: Fraction, whole: Fraction) -> int:
    return max(0, min(GRID, round(value * GRID / whole)))


def _in_polygon(points: list[tuple[Fraction, Fraction]], x: Fraction, y: Fraction) -> bool:
    found = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
        if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found
