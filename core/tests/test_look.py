"""The look keeps its word: contrast of every pair in light and dark, roles instead of raw colors, small files.

Ratios are WCAG 2.2's: (lighter + .05) / (darker + .05) of relative luminance.
"""

import gzip
import re
from pathlib import Path

import pytest

from core.templatetags.ui import ICONS

STATIC = Path(__file__).resolve().parents[2] / "static"
# admin.css dresses Wagtail's back office, which has tokens of its own.
CSS = sorted(path for path in (STATIC / "css").rglob("*.css") if path.name != "admin.css")
APPS = [path for path in STATIC.parent.glob("*/static/*") if path.parent.parent.name != "stripe_sandbox"]
TOKENS = (STATIC / "css" / "tokens.css").read_text()
GROUNDS = ("paper", "sheet", "sunk", "good-wash", "care-wash", "stop-wash", "note-wash", "mark")
TEXTS = ("ink", "quiet", "action", "action-deep", "good", "care", "stop")
TIMES = ("day", "night")
# The back office has Wagtail's own icons.
TEMPLATES = [
    path for path in (STATIC.parent / "templates").rglob("*.html") if not {"admin", "wagtailadmin"} & set(path.parts)
]


def used_icons(page: Path) -> set[str]:
    """Icons that a template asks for by name, itself or through a component's `icon`."""
    return set(re.findall(r'(?:{% icon |[ "]icon=)"([a-z-]+)"', page.read_text()))


def palette(time: str) -> dict[str, str]:
    """Each role's color by day or by night, as its `light-dark()` names it."""
    private = dict(re.findall(r"--_([a-z-]+): (#[0-9A-F]{6});", TOKENS.split("@media print")[0]))
    roles = re.findall(r"--color-([a-z-]+): light-dark\(var\(--_([a-z-]+)\), var\(--_([a-z-]+)\)\);", TOKENS)
    return {role: private[day if time == "day" else night] for role, day, night in roles}


def luminance(color: str) -> float:
    """Relative luminance of `#RRGGBB`."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colors."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def zipped(paths: list[Path]) -> int:
    """Bytes that a browser receives for these files, each sent by itself."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("time", TIMES)
def test_every_role_has_a_color(time: str) -> None:
    assert set(palette(time)) == {*GROUNDS, *TEXTS, "hair", "edge", "on-action", "focus"}


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_ground(text: str, ground: str, time: str) -> None:
    colors = palette(time)
    assert contrast(colors[text], colors[ground]) >= 4.5


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("button", ["action", "action-deep"])
def test_a_button_is_readable(button: str, time: str) -> None:
    colors = palette(time)
    assert contrast(colors["on-action"], colors[button]) >= 7


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_focus_is_seen_on_every_ground(ground: str, time: str) -> None:
    colors = palette(time)
    assert contrast(colors["focus"], colors[ground]) >= 3


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("ground", [ground for ground in GROUNDS if ground != "mark"])
def test_the_border_of_a_control_is_seen(ground: str, time: str) -> None:
    colors = palette(time)
    assert contrast(colors["edge"], colors[ground]) >= 3


@pytest.mark.parametrize(
    ("text", "ground", "by_day", "by_night"),
    [
        ("ink", "paper", 14.4, 14.7),
        ("quiet", "mark", 5.6, 4.7),
        ("stop", "stop-wash", 6.5, 7.7),
        ("action", "sunk", 7.2, 10.2),
    ],
)
def test_contrast_is_what_the_design_computed(text: str, ground: str, by_day: float, by_night: float) -> None:
    day, night = palette("day"), palette("night")
    assert (
        round(contrast(day[text], day[ground]), 1),
        round(contrast(night[text], night[ground]), 1),
    ) == (by_day, by_night)


@pytest.mark.parametrize("path", [path for path in CSS if path.name != "tokens.css"], ids=lambda path: path.name)
def test_only_the_tokens_name_a_color(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    named = re.compile(
        r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color-mix|light-dark)\(|var\(--_", re.IGNORECASE
    )
    assert named.findall(rules) == []


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_a_style_sheet_opens_by_saying_what_it_holds(path: Path) -> None:
    assert path.read_text().startswith("/* ")


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_every_rule_stands_in_a_layer(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/|@font-face \{.*?\n\}|@layer [a-z, ]+;", "", path.read_text(), flags=re.DOTALL)
    outside = re.sub(
        r"^@layer (?:reset|tokens|base|layout|components|utilities) \{\n.*?\n\}$",
        "",
        rules,
        flags=re.DOTALL | re.MULTILINE,
    )
    assert outside.strip() == ""


def linked(*templates: str) -> list[Path]:
    """The style sheets and scripts of our own that these templates link."""
    texts = [(STATIC.parent / "templates" / name).read_text() for name in templates]
    names = {name for text in texts for name in re.findall(r'{% static "([^"]+\.(?:css|js))" %}', text)}
    places = [STATIC, *(folder.parent for folder in APPS)]
    return sorted(place / name for name in names for place in places if (place / name).is_file())


FRAME = ("components/head_assets.html", "base.html")
QUESTIONS = sorted(
    str(path.relative_to(STATIC.parent / "templates"))
    for path in (STATIC.parent / "templates" / "quizzes" / "questions").glob("*.html")
)
PAGES = {
    "any page": (*FRAME, "components/page_styles.html"),
    "a paper with every kind of question": (*FRAME, "quizzes/paper_styles.html", "quizzes/attempt.html", *QUESTIONS),
}


def test_every_style_sheet_is_linked_from_the_frame() -> None:
    assert [path for path in linked(*PAGES["any page"]) if path.suffix == ".css"] == CSS


@pytest.mark.parametrize("page", PAGES)
def test_styles_of_a_page_weigh_at_most_12_kilobytes(page: str) -> None:
    assert zipped([path for path in linked(*PAGES[page]) if path.suffix == ".css"]) <= 12 * 1024


@pytest.mark.parametrize("page", PAGES)
def test_own_scripts_of_a_page_weigh_at_most_8_kilobytes(page: str) -> None:
    assert zipped([path for path in linked(*PAGES[page]) if path.suffix == ".js"]) <= 8 * 1024


@pytest.mark.parametrize("name", sorted({name for page in TEMPLATES for name in used_icons(page)}))
def test_an_icon_that_a_template_names_exists(name: str) -> None:
    assert name in ICONS


def test_the_preloaded_font_weighs_at_most_15_kilobytes() -> None:
    assert (STATIC / "fonts" / "alegreya-medium-latin.woff2").stat().st_size <= 15_000
