"""Areas of a picture: exact at the border, in whole numbers, whatever the shape."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.questions import zones

GRID = st.integers(0, zones.GRID)
RECT = {"id": "r", "shape": "rect", "at": [1000, 2000, 3000, 1000]}
ELLIPSE = {"id": "e", "shape": "ellipse", "at": [1000, 2000, 3000, 1000]}
ARROW = {"id": "a", "shape": "polygon", "at": [0, 0, 4000, 2000, 0, 4000, 1000, 2000]}


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (1000, 2000, True),
        (4000, 3000, True),
        (2500, 2500, True),
        (999, 2500, False),
        (4001, 2500, False),
        (2500, 1999, False),
        (2500, 3001, False),
    ],
)
def test_a_point_on_the_border_of_a_rectangle_is_inside(x: int, y: int, inside: bool) -> None:
    assert zones.holds(RECT, x, y) is inside


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (1000, 2500, True),  # the four ends of its axes
        (4000, 2500, True),
        (2500, 2000, True),
        (2500, 3000, True),
        (999, 2500, False),
        (1000, 2000, False),  # a corner of its box
        (1001, 2500, True),
        (1001, 2520, False),
    ],
)
def test_a_point_on_the_border_of_an_ellipse_is_inside(x: int, y: int, inside: bool) -> None:
    assert zones.holds(ELLIPSE, x, y) is inside


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (0, 0, True),
        (2000, 1000, True),  # on a side
        (4000, 2000, True),
        (1000, 2000, True),  # the notch's corner
        (999, 2000, False),  # in the notch
        (500, 1000, True),  # on the side of the notch
        (499, 1000, False),
        (2000, 999, False),
        (1500, 2000, True),
        (4001, 2000, False),
        (0, 4000, True),
    ],
)
def test_a_polygon_holds_its_sides_and_corners_and_not_its_notch(x: int, y: int, inside: bool) -> None:
    assert zones.holds(ARROW, x, y) is inside


@given(x=GRID, y=GRID, left=st.integers(0, 9000), top=st.integers(0, 9000), data=st.data())
def test_a_rectangle_drawn_as_a_polygon_holds_the_same_points(x: int, y: int, left: int, top: int, data: Any) -> None:
    width, height = data.draw(st.integers(1, 10_000 - left)), data.draw(st.integers(1, 10_000 - top))
    right, bottom = left + width, top + height
    drawn = {"id": "p", "shape": "polygon", "at": [left, top, right, top, right, bottom, left, bottom]}
    box = {"id": "r", "shape": "rect", "at": [left, top, width, height]}
    assert zones.holds(drawn, x, y) is zones.holds(box, x, y)


@given(x=GRID, y=GRID)
def test_an_ellipse_is_what_its_equation_says(x: int, y: int) -> None:
    left, top, width, height = ELLIPSE["at"]
    across = (Fraction(x) - left - Fraction(width, 2)) / Fraction(width, 2)
    down = (Fraction(y) - top - Fraction(height, 2)) / Fraction(height, 2)
    assert zones.holds(ELLIPSE, x, y) is (across**2 + down**2 <= 1)


@given(st.lists(GRID, min_size=6, max_size=20).filter(lambda at: len(at) % 2 == 0), GRID, GRID, st.integers(0, 9))
def test_a_polygon_is_the_same_from_whichever_corner_it_is_drawn(at: list[int], x: int, y: int, start: int) -> None:
    turn = 2 * start % len(at)
    backwards = [number for corner in reversed(zones.corners(at)) for number in corner]
    drawn = [{"id": "p", "shape": "polygon", "at": one} for one in (at, at[turn:] + at[:turn], backwards)]
    assert len({zones.holds(one, x, y) for one in drawn}) == 1


@pytest.mark.parametrize(
    ("shape", "text", "at"),
    [
        ("rect", "0 0 10000 10000", [0, 0, 10000, 10000]),
        ("rect", " 10,20 ; 30\n40 ", [10, 20, 30, 40]),
        ("ellipse", "1 2 3 4", [1, 2, 3, 4]),
        ("polygon", "0 0 10 0 10 10", [0, 0, 10, 0, 10, 10]),
        ("rect", "1 2 3", []),
        ("rect", "1 2 0 4", []),
        ("rect", "9999 0 2 5", []),
        ("rect", "-1 0 2 5", []),
        ("rect", "1.5 0 2 5", []),
        ("rect", "", []),
        ("rect", "a b c d", []),
        ("rect", "١ ٢ ٣ ٤", []),
        ("polygon", "0 0 10 0", []),
        ("polygon", "0 0 10 0 20 0", []),  # flat
        ("polygon", "0 0 10 0 10", []),
        ("polygon", "0 0 10 0 10 10001", []),
        ("polygon", " ".join(["0 0 10 0 10 10"] * 20), []),
        ("circle", "1 2 3 4", []),
    ],
)
def test_coordinates_are_read_or_refused(shape: str, text: str, at: list[int]) -> None:
    assert zones.read_at(shape, text) == at


def test_of_two_areas_one_above_the_other_the_first_counts() -> None:
    whole = {"id": "whole", "shape": "rect", "at": [0, 0, 10000, 10000]}
    assert [zones.hit([RECT, whole], 1500, 2500), zones.hit([whole, RECT], 1500, 2500)] == ["r", "whole"]
    assert zones.hit([RECT], 0, 0) is None
    assert [zones.reachable([RECT, whole], whole), zones.reachable([whole, RECT], RECT)] == [True, False]


def test_a_number_stands_in_its_area_even_where_the_middle_of_the_box_is_outside() -> None:
    hook = {"id": "h", "shape": "polygon", "at": [0, 0, 8000, 0, 8000, 8000, 7000, 8000, 7000, 1000, 0, 1000]}
    assert [zones.holds(each, *zones.middle(each)) for each in (RECT, ELLIPSE, ARROW, hook)] == [True] * 4


def test_a_drawing_keeps_the_proportions_of_the_picture() -> None:
    picture = {"width": 540, "height": 468}
    assert zones.view_height(picture) == 8666
    assert zones.drawn(RECT, 540, 468) == {
        "shape": "rect", "x": 1000, "y": 1733, "width": 3000, "height": 866, "cx": 2500, "cy": 2166
    }  # fmt: skip


def test_sides_that_cross_are_seen() -> None:
    bow = {"id": "b", "shape": "polygon", "at": [0, 0, 10, 10, 10, 0, 0, 10]}
    assert [zones.crosses_itself(one) for one in (bow, ARROW, RECT)] == [True, False, False]
