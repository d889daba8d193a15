"""Plots: what is drawn is what the figures say, and those who do not see it get the same."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from defusedxml import ElementTree
from django.template import Context, Template

from core.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    Bar,
    Bin,
    Dot,
    Mark,
    Plot,
    bar_chart,
    histogram,
    line_chart,
    scatter,
    ticks,
)

HOSTILE = '<script>alert("1")</script>'
SVG = "{http://www.w3.org/2000/svg}"


def a_histogram(**more: Any) -> Plot:
    parts = {
        "ident": "totals", "title": "Totals", "description": "How many reached what.", "counted": "Tries",
        "x": Axis("Points", 0, 100), "bins": [Bin(0, 50, 1), Bin(50, 100, 4)],
    }  # fmt: skip
    return histogram(**{**parts, **more})


def every_plot(words: str = "a word") -> list[Plot]:
    base = {"ident": "one", "title": words, "description": words}
    axis = Axis(words, 0, 10)
    return [
        a_histogram(title=words, description=words, counted=words, x=axis, mark=Mark(5, words, 1)),
        bar_chart(**base, x=words, y=axis, bars=[Bar(words, 3), Bar("b", 10)]),
        line_chart(**base, x=words, y=axis, points=[(words, 1), ("b", 2), ("c", 10)]),
        scatter(**base, x=axis, y=axis, dots=[Dot(1, 2, words), Dot(3, 4, "b", stands_out=True)], named=words),
    ]


def page(plot: Plot) -> str:
    return Template("{{ plot }}").render(Context({"plot": plot}))


def drawn(plot: Plot) -> Any:
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", page(plot))[0])


def shapes(plot: Plot, css: str) -> list[dict[str, str]]:
    return [dict(one.attrib) for one in drawn(plot).iter() if css in one.attrib.get("class", "").split()]


@pytest.mark.parametrize("plot", every_plot(), ids=["histogram", "bars", "line", "points"])
def test_a_plot_is_one_picture_with_title_and_description(plot: Plot) -> None:
    svg = drawn(plot)
    names = {one.attrib["id"]: one.text for one in svg if one.tag in ("title", "desc")}
    assert svg.attrib["role"] == "img"
    assert [names[ident] for ident in svg.attrib["aria-labelledby"].split()] == ["a word", "a word"]


@pytest.mark.parametrize("plot", every_plot(HOSTILE), ids=["histogram", "bars", "line", "points"])
def test_words_stay_words(plot: Plot) -> None:
    assert "<script" not in page(plot)
    assert page(plot).count("&lt;script&gt;") >= 4


@pytest.mark.parametrize("plot", every_plot(), ids=["histogram", "bars", "line", "points"])
def test_there_is_no_style_script_or_event_in_a_plot(plot: Plot) -> None:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            found.extend([tag, *(name for name, _ in attrs)])

    Reader().feed(page(plot))
    assert {one for one in found if one in ("style", "script", "fill", "stroke") or one.startswith("on")} == set()
    assert len(found) > 20


@pytest.mark.parametrize("plot", every_plot(), ids=["histogram", "bars", "line", "points"])
def test_nothing_is_drawn_beyond_the_picture(plot: Plot) -> None:
    for one in drawn(plot).iter():
        for name, limit in (("x", WIDTH), ("cx", WIDTH), ("y", HEIGHT), ("cy", HEIGHT)):
            assert 0 <= float(one.attrib.get(name, 0)) <= limit


def test_bars_are_as_high_as_their_counts() -> None:
    bars = shapes(a_histogram(bins=[Bin(0, 50, 1), Bin(50, 75, 0), Bin(75, 100, 4)]), "plot-bar")
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    assert [(float(bar["width"]), float(bar["height"])) for bar in bars] == [(wide / 2, high / 4), (wide / 4, high)]
    assert [float(bar["y"]) + float(bar["height"]) for bar in bars] == [HEIGHT - BOTTOM] * 2


def test_a_mark_stands_where_it_decides_with_its_band_behind_it() -> None:
    plot = a_histogram(mark=Mark(80, "Pass mark", reach=5))
    place = LEFT + 0.8 * (WIDTH - LEFT - RIGHT)
    (mark,), (band,) = shapes(plot, "plot-mark"), shapes(plot, "plot-band")
    assert float(re.match(r"M([\d.]+) ", mark["d"])[1]) == pytest.approx(place, abs=0.1)
    assert float(band["x"]) + float(band["width"]) / 2 == pytest.approx(place, abs=0.1)
    assert shapes(a_histogram(mark=Mark(80, "Pass mark")), "plot-band") == []


def test_a_line_goes_through_its_points() -> None:
    plot = line_chart(
        ident="a", title="a", description="a", x="Month", y=Axis("Dollars", 0, 10), points=[("May", 0), ("June", 10)]
    )
    (line,) = shapes(plot, "plot-line")
    assert line["points"] == f"{LEFT}.0,{HEIGHT - BOTTOM}.0 {WIDTH - RIGHT}.0,{TOP}.0"
    assert plot.rows == [("May", "0"), ("June", "10")]


def test_what_stands_out_has_another_shape_and_always_its_name() -> None:
    dots = [Dot(number, number, f"q{number}", stands_out=number == 7) for number in range(20)]
    axis = Axis("x", 0, 20)
    plot = scatter(ident="a", title="a", description="a", x=axis, y=axis, dots=dots, named="Question")
    circles = [one for one in drawn(plot).iter() if one.tag.endswith("circle")]
    assert (len(circles), len(shapes(plot, "plot-out"))) == (19, 1)
    assert [one.text for one in drawn(plot).iter() if (one.text or "").startswith("q")] == ["q7"]
    assert len(plot.rows) == 20


def test_the_table_holds_the_same_figures() -> None:
    text = page(a_histogram(x=Axis("Points", 0, 100, lambda value: f"{value:g}%")))
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", text)
    assert cells == ["Points", "Tries", "0% to 50%", "1", "50% to 100%", "4"]


def test_nothing_to_show_is_an_empty_picture() -> None:
    base = {"ident": "a", "title": "a", "description": "a"}
    axis = Axis("x", 0, 0)
    empty = [
        a_histogram(bins=[], x=axis),
        bar_chart(**base, x="x", y=axis, bars=[]),
        line_chart(**base, x="x", y=axis, points=[]),
        scatter(**base, x=axis, y=axis, dots=[], named="x"),
    ]
    for plot in empty:
        assert [shapes(plot, css) for css in ("plot-bar", "plot-line", "plot-dot")] == [[], [], []]


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (-25, 100, [-25, 0, 25, 50, 75, 100]),
        (0, 4, [0, 1, 2, 3, 4]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 7, [0, 2, 4, 6]),
        (0, 12345, [0, 2500, 5000, 7500, 10000]),
        (5, 5, [5]),
    ],
)
def test_axes_carry_a_few_round_values(lower: float, upper: float, expected: list[float]) -> None:
    assert ticks(lower, upper) == expected


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [0, 1]), (3, [0, 1, 2, 3]), (12, [0, 5, 10]), (30, [0, 10, 20, 30])]
)
def test_what_is_counted_has_no_halves(most: int, expected: list[int]) -> None:
    assert ticks(0, most, whole=True) == expected
