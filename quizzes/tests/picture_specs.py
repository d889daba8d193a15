"""Small questions on pictures, as the author's form stores them, and hypothesis strategies over them."""

from typing import Any

from hypothesis import strategies as st

from quizzes.questions.base import Lookup
from quizzes.questions.freezing import Frozen, freeze

SKULL = {
    "source": "figure",
    "ref": "lateral-skull",
    "sha256": "0" * 64,
    "width": 540,
    "height": 468,
    "alt": "A skull from the left side.",
    "description": "canary-description: 1 frontal bone; 2 parietal bone.",
}
LOOKUP = Lookup(pictures={("figure", 1): SKULL})
NAMES = ("front", "crown", "back", "low", "beside the ear", "around the eye", "chin", "throat")


def item(value: dict[str, Any], ident: str) -> dict[str, Any]:
    """One entry of a stored list."""
    return {"type": "item", "id": ident, "value": value}


def zone(number: int, *, name: str | None = None, shape: str = "rect", at: str = "", **more: Any) -> dict[str, Any]:
    """Area `z<number>`: without coordinates of its own a square in row `number // 4`, clear of all others."""
    place = at or f"{number % 4 * 2500} {number // 4 * 2500} 2000 2000"
    named = NAMES[number] if name is None else name
    return item({"name": named, "shape": shape, "at": place, **more}, f"z{number}")


def picture_raw(*zones: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A question on the skull."""
    return {"stem": "<p>Where?</p>", "image": {"figure": 1, "picture": None}, "zones": list(zones), **more}


def frozen(kind: str, raw: dict[str, Any]) -> Frozen:
    """The version that this form becomes."""
    return freeze(kind=kind, raw=raw, language="en", lookup=LOOKUP)


def hotspot(*right: int, count: int = 4, unsafe: tuple[int, ...] = (), **more: Any) -> Frozen:
    """A question of `count` areas that is answered by pointing."""
    areas = [zone(n, correct=n in right, unsafe=n in unsafe, remark=f"remark {n}") for n in range(count)]
    return frozen("hotspot", picture_raw(*areas, many=len(right) != 1, critical=bool(unsafe), **more))


def label(ident: str, text: str = "") -> dict[str, Any]:
    """A label."""
    return item({"text": text or f"Label {ident}", "remark": f"remark {ident}"}, ident)


def labeled(*owned: str, extra: str = "", **more: Any) -> Frozen:
    """Areas with the labels of each: `labeled("a", "bc", "")` has an area of one, one of two and one of none."""
    areas = [zone(n, labels=[label(ident) for ident in idents]) for n, idents in enumerate(owned)]
    return frozen("labels", picture_raw(*areas, extra=[label(ident) for ident in extra], **more))


def touch_raw(**more: Any) -> dict[str, Any]:
    """A contact in full. Right: area 1, hand h0, 5 g (+- 1, unsafe above 50), d0, 30 s (+- 5), s0 and s1."""

    def options(letter: str, right: str, unsafe: str = "") -> list[dict[str, Any]]:
        return [
            item({"text": f"Way {letter}{n}", "correct": str(n) in right, "unsafe": str(n) in unsafe}, f"{letter}{n}")
            for n in range(3)
        ]

    areas = [zone(0), zone(1, correct=True), zone(2, unsafe=True)]
    whole = {
        "hand": options("h", "0", "2"),
        "pressure": {"value": "5", "tolerance": "1", "limit": "50"},
        "direction": options("d", "0"),
        "duration": {"value": "30", "tolerance": "5"},
        "stop": options("s", "01", "02"),
        "landmark_points": 2,
        "critical": True,
    }
    return picture_raw(*areas, **(whole | more))


def touch(**more: Any) -> Frozen:
    """The same, frozen."""
    return frozen("anatomy_touch", touch_raw(**more))


RIGHT_TOUCH = {"z": "z1", "hand": "h0", "g": "5", "dir": "d0", "sec": "30", "stop": ["s0", "s1"]}


@st.composite
def hotspots(draw: st.DrawFn) -> Frozen:
    """Any publishable hotspot."""
    count = draw(st.integers(2, 8))
    right = draw(st.sets(st.integers(0, count - 1), min_size=1))
    unsafe = draw(st.sets(st.integers(0, count - 1))) - right
    policy = draw(st.sampled_from(["all_or_nothing", "right_minus_wrong"]))
    return hotspot(*right, count=count, unsafe=tuple(unsafe), policy=policy)


@st.composite
def labelings(draw: st.DrawFn) -> Frozen:
    """Any publishable question with labels."""
    owned = draw(st.lists(st.integers(0, 3), min_size=2, max_size=8).filter(any))
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    places = ["".join(next(letters) for _ in range(count)) for count in owned]
    extra = "123"[: draw(st.integers(0, 3))]
    return labeled(*places, extra=extra, policy=draw(st.sampled_from(["per_label", "all_or_nothing"])))


@st.composite
def touches(draw: st.DrawFn) -> Frozen:
    """Any publishable touch question: every part but the place may be left out."""
    nothing = {"hand": [], "direction": [], "stop": [], "pressure": {}, "duration": {}}
    left_out = {name: empty for name, empty in nothing.items() if draw(st.booleans())}
    return touch(**left_out, stop_points=draw(st.integers(1, 5)))


def picture_questions() -> st.SearchStrategy[Frozen]:
    """Any publishable question on a picture."""
    return st.one_of(hotspots(), labelings(), touches())


def near_answers(leaves: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Members of answers that come near to those of the kinds above."""
    ids = st.sampled_from(["z0", "z1", "z9", "a", "b", "h0", "s0", "s1", "d0"]) | leaves
    numbers = st.integers(-1, 10_001) | leaves
    return {
        "z": ids | st.lists(ids, max_size=5),
        "p": st.lists(st.lists(numbers, max_size=3), max_size=5) | leaves,
        "d": st.dictionaries(st.sampled_from(["a", "b", "c", "x"]), ids, max_size=4) | leaves,
        "g": st.sampled_from(["5", "5 g", "0.005 kg", "five"]) | leaves,
        "sec": st.sampled_from(["30", "0.5 min"]) | leaves,
        "dir": ids,
        "hand": ids,
        "stop": st.lists(ids, max_size=4) | leaves,
    }
