"""Plots as SVG made by the server: bars, a histogram, a line, points. No script, no style attribute.

Each comes with a title and a description for those who do not see it, and with its figures as a table, for those who
want them exactly. Colors, light and dark, are the sheet's (`core/plots.css`). A shape is drawn as the figures say; a
figure that matters is also written.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = int | float
Rows = Sequence[Sequence[str]]

WIDTH, HEIGHT = 352, 232
"""The width of a phone's column, so that the words in it are 14 pixels high there and larger elsewhere."""

LEFT, RIGHT, TOP, BOTTOM = 44, 22, 24, 44
STEPS = (1, 2, 2.5, 5, 10, 20, 25, 50, 100)
TINY = 1e-9
MOST_TICKS = 6
LETTER = 8
"""About as wide as a letter; to see how many words fit below an axis."""


@dataclass(frozen=True)
class Axis:
    """What is measured along it, from where to where."""

    label: str
    lower: Number
    upper: Number
    show: Callable[[Number], str] = "{:g}".format
    whole: bool = False
    """Of things that are counted there is no half."""


@dataclass(frozen=True)
class Bar:
    """A bar and what stands below it."""

    label: str
    value: Number


@dataclass(frozen=True)
class Bin:
    """A bar of a histogram: how many lie from `lower` up to `upper`."""

    lower: Number
    upper: Number
    count: int


@dataclass(frozen=True)
class Mark:
    """A line across the plot where something is decided, with its word. `reach` shades so much on both sides."""

    at: Number
    label: str
    reach: Number = 0


@dataclass(frozen=True)
class Dot:
    """A point, its short name in the plot, and whether it needs a look."""

    x: Number
    y: Number
    label: str
    stands_out: bool = False


@dataclass(frozen=True)
class Plot:
    """A finished plot. In a template it writes itself: the picture, and below it the table."""

    ident: str
    title: str
    description: str
    shapes: SafeString
    head: Sequence[str]
    rows: Rows

    def __str__(self) -> SafeString:
        """As it stands in a page."""
        svg = format_html(
            '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
            '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
            *(WIDTH, HEIGHT, self.ident, self.ident, self.ident, self.title, self.ident, self.description),
            self.shapes,
        )
        return format_html(
            '<figure class="plot-figure"><figcaption class="plot-title">{}</figcaption>{}'
            '<details class="plot-table"><summary>{}<span class="w-sr-only visually-hidden">: {}</span></summary>'
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></details></figure>",
            self.title,
            svg,
            "The figures as a table",
            self.title,
            format_html_join("", '<th scope="col">{}</th>', ((word,) for word in self.head)),
            format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in self.rows)),
        )


def bar_chart(*, ident: str, title: str, description: str, x: str, y: Axis, bars: Sequence[Bar]) -> Plot:
    """One bar for each of a few things that have no order of size between them."""
    across = Axis(x, 0, max(1, len(bars)))
    drawn = [_bar(_Scale(across, y), place + 0.12, place + 0.88, bar.value) for place, bar in enumerate(bars)]
    every = 1 + max((len(bar.label) for bar in bars), default=0) * LETTER * len(bars) // (WIDTH - LEFT - RIGHT)
    words = [(place + 0.5, bar.label) for place, bar in enumerate(bars) if place % every == 0]
    shapes = _frame(_Scale(across, y), words) + _join(drawn)
    rows = [(bar.label, y.show(bar.value)) for bar in bars]
    return Plot(ident, title, description, SafeString(shapes), (x, y.label), rows)


def histogram(
    *,
    ident: str,
    title: str,
    description: str,
    x: Axis,
    bins: Sequence[Bin],
    counted: str,
    mark: Mark | None = None,
) -> Plot:
    """How many lie where. The bars touch, because the values run on from one to the next."""
    most = max((one.count for one in bins), default=0)
    scale = _Scale(x, Axis(counted, 0, max(1, most), whole=True))
    bars = [_bar(scale, one.lower, one.upper, one.count) for one in bins if one.count]
    shapes = _frame(scale, _ticked(x)) + _mark(scale, mark, behind=True) + _join(bars) + _mark(scale, mark)
    rows = [(f"{x.show(one.lower)} to {x.show(one.upper)}", str(one.count)) for one in bins]
    return Plot(ident, title, description, SafeString(shapes), (x.label, counted), rows)


def line_chart(
    *, ident: str, title: str, description: str, x: str, y: Axis, points: Sequence[tuple[str, Number]]
) -> Plot:
    """How something went on, from one point in time to the next."""
    across = Axis(x, 0, max(1, len(points) - 1))
    scale = _Scale(across, y)
    path = " ".join(f"{scale.x(place)},{scale.y(value)}" for place, (_, value) in enumerate(points))
    every = 1 + max((len(word) for word, _ in points), default=0) * LETTER * len(points) // (WIDTH - LEFT - RIGHT)
    words = [(float(place), word) for place, (word, _) in enumerate(points) if place % every == 0]
    line = format_html('<polyline class="plot-line" points="{}"/>', path) if len(points) > 1 else ""
    dots = [_dot(scale, place, value, "plot-dot") for place, (_, value) in enumerate(points)]
    shapes = _frame(scale, words) + line + _join(dots)
    return Plot(
        ident, title, description, SafeString(shapes), (x, y.label), [(word, y.show(value)) for word, value in points]
    )


def scatter(
    *, ident: str, title: str, description: str, x: Axis, y: Axis, dots: Sequence[Dot], named: str, all_named: int = 12
) -> Plot:
    """Two figures of each thing. Few are all named; of many those that stand out are."""
    scale = _Scale(x, y)
    shapes = _frame(scale, _ticked(x)) + _join([_named_dot(scale, dot, len(dots) <= all_named) for dot in dots])
    rows = [(dot.label, x.show(dot.x), y.show(dot.y)) for dot in dots]
    return Plot(ident, title, description, SafeString(shapes), (named, x.label, y.label), rows)


def ticks(lower: Number, upper: Number, *, whole: bool = False) -> list[float]:
    """Round values from one end of an axis to the other, few enough to be read; whole ones for what is counted."""
    if upper <= lower:
        return [float(lower)]
    decade = 10.0 ** (math.floor(math.log10(upper - lower)) - 1)
    steps = [round(decade * one, 10) for one in STEPS]
    step = next(one for one in steps if (upper - lower) / one <= MOST_TICKS - 1 and not (whole and one != round(one)))
    first = math.ceil(lower / step - TINY) * step
    return [round(first + number * step, 10) for number in range(int((upper - first) / step + TINY) + 1)]


class _Scale:
    """From what is measured to places in the picture."""

    def __init__(self, across: Axis, up: Axis) -> None:
        self.across, self.up = across, up

    def x(self, value: Number) -> float:
        return _place(value, self.across, LEFT, WIDTH - RIGHT)

    def y(self, value: Number) -> float:
        return _place(value, self.up, HEIGHT - BOTTOM, TOP)


def _place(value: Number, axis: Axis, begin: int, end: int) -> float:
    length = (axis.upper - axis.lower) or 1
    inside = min(max(value, axis.lower), axis.upper)
    return round(begin + (inside - axis.lower) / length * (end - begin), 1)


def _join(shapes: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((shape,) for shape in shapes))


def _cells(row: Sequence[str]) -> SafeString:
    return format_html(
        '<th scope="row">{}</th>{}', row[0], format_html_join("", "<td>{}</td>", ((cell,) for cell in row[1:]))
    )


def _ticked(axis: Axis) -> list[tuple[float, str]]:
    return [(value, axis.show(value)) for value in ticks(axis.lower, axis.upper, whole=axis.whole)]


def _frame(scale: _Scale, words: Sequence[tuple[float, str]]) -> SafeString:
    """Grid, axes and what stands at them."""
    below = HEIGHT - BOTTOM
    up = ticks(scale.up.lower, scale.up.upper, whole=scale.up.whole)
    grid = format_html_join(
        "", '<path class="plot-grid" d="M{} {}H{}"/>', ((LEFT, scale.y(value), WIDTH - RIGHT) for value in up)
    )
    beside = format_html_join(
        "",
        '<text class="plot-word plot-end" x="{}" y="{}">{}</text>',
        ((LEFT - 6, scale.y(value) + 5, scale.up.show(value)) for value in up),
    )
    under = format_html_join(
        "",
        '<text class="plot-word plot-middle" x="{}" y="{}">{}</text>',
        ((scale.x(place), below + 18, word) for place, word in words),
    )
    names = format_html(
        '<text class="plot-word" x="{}" y="14">{}</text><text class="plot-word plot-end" x="{}" y="{}">{}</text>',
        *(4, scale.up.label, WIDTH - RIGHT, HEIGHT - 6, scale.across.label),
    )
    axis = format_html('<path class="plot-axis" d="M{} {}H{}"/>', LEFT, below, WIDTH - RIGHT)
    return SafeString(grid + axis + beside + under + names)


def _bar(scale: _Scale, lower: Number, upper: Number, value: Number) -> SafeString:
    left, right, top = scale.x(lower), scale.x(upper), scale.y(value)
    size = (round(right - left, 1), round(scale.y(scale.up.lower) - top, 1))
    return format_html('<rect class="plot-bar" x="{}" y="{}" width="{}" height="{}"/>', left, top, *size)


def _mark(scale: _Scale, mark: Mark | None, *, behind: bool = False) -> SafeString:
    """The line with its word, or behind the bars the band around it."""
    if mark is None or (behind and not mark.reach):
        return SafeString("")
    below = HEIGHT - BOTTOM
    if behind:
        left, right = scale.x(mark.at - mark.reach), scale.x(mark.at + mark.reach)
        return format_html(
            '<rect class="plot-band" x="{}" y="{}" width="{}" height="{}"/>',
            *(left, TOP, round(right - left, 1), below - TOP),
        )
    place = scale.x(mark.at)
    side, at = ("plot-end", place - 5) if place > WIDTH / 2 else ("", place + 5)
    return format_html(
        '<path class="plot-mark" d="M{} {}V{}"/><text class="plot-word plot-strong {}" x="{}" y="{}">{}</text>',
        *(place, TOP, below, side, at, TOP - 8, mark.label),
    )


def _dot(scale: _Scale, x: Number, y: Number, css: str) -> SafeString:
    return format_html('<circle class="{}" cx="{}" cy="{}" r="5"/>', css, scale.x(x), scale.y(y))


def _named_dot(scale: _Scale, dot: Dot, named: bool) -> SafeString:
    if not dot.stands_out:
        shape = _dot(scale, dot.x, dot.y, "plot-dot")
    else:  # another shape too: nothing is said by color alone
        x, y = scale.x(dot.x), scale.y(dot.y)
        shape = format_html('<path class="plot-dot plot-out" d="M{} {}l7 7l-7 7l-7-7z"/>', x, y - 7)
    if not (named or dot.stands_out):
        return shape
    left = scale.x(dot.x) > WIDTH - 40
    return format_html(
        '{}<text class="plot-word {}" x="{}" y="{}">{}</text>',
        *(shape, "plot-end" if left else "", scale.x(dot.x) + (-9 if left else 9), scale.y(dot.y) + 5, dot.label),
    )
