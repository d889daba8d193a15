"""Questions on their way out and in again: as a writer gets them, and the same answer in the ids of the other side."""

import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from quizzes.interchange.base import Exported, Media, Outcome, Parsed
from quizzes.questions.base import Lookup
from quizzes.questions.freezing import Frozen, freeze

Json = Any


def png(width: int = 540, height: int = 468) -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "PNG")
    return made.getvalue()


PICTURE = Media("skull.png", png(), "A skull from the left side.")


def exported(question: Frozen, number: int = 1, **more: Any) -> Exported:
    """A frozen question as a writer gets it."""
    pictures = {"image": PICTURE} if question.public["en"].get("image") else {}
    usual = {
        "pictures": pictures,
        "external_id": f"id-{number}",
        "points": Fraction(1),
        "feedback": question.key["feedback"]["en"],
    }
    return Exported(
        number=number,
        name=f"Question {number}",
        kind=question.kind,
        public=question.public["en"],
        key=question.key,
        **(usual | more),
    )


def frozen_again(found: Outcome) -> Frozen:
    """What publishing the imported question would freeze."""
    assert isinstance(found, Parsed), found
    return freeze(kind=found.kind, raw=found.value, language="en", lookup=Lookup())


def ids(question: Frozen) -> list[str]:
    """The ids that an answer may name, in an order that both sides share."""
    public = question.public["en"]
    return READ_IDS.get(question.kind, lambda public: [])(public)


def _by_text(*names: str) -> Callable[[Json], list[str]]:
    return lambda public: [one["id"] for name in names for one in sorted(public[name], key=lambda one: one["text"])]


def _in_order(*names: str) -> Callable[[Json], list[str]]:
    return lambda public: [one["id"] for name in names for one in public[name]]


def _cloze(public: Json) -> list[str]:
    gaps = {one["id"]: one for one in public["gaps"]}
    placed = [gaps[one["gap"]] for one in public["segments"] if "gap" in one]
    options = [sorted(one.get("options", ()), key=lambda option: option["text"]) for one in placed]
    return [one["id"] for one in placed] + [option["id"] for each in options for option in each]


READ_IDS: dict[str, Callable[[Json], list[str]]] = {
    "single_choice": _in_order("options"),
    "multiple_response": _in_order("options"),
    "matching": lambda public: _in_order("stems")(public) + _by_text("options")(public),
    "ordering": _by_text("items"),
    "cloze": _cloze,
    "hotspot": _in_order("zones"),
    "labels": lambda public: _in_order("zones")(public) + _by_text("labels")(public),
}


def translated(answer: Json, before: Frozen, after: Frozen) -> Json:
    """The same answer to the question that came back. A cloze of one written gap comes back as a short text."""
    if answer is None:
        return None
    if before.kind == after.kind:
        names = dict(zip(ids(before), ids(after), strict=True))
        return {member: _renamed(value, names) for member, value in answer.items()}
    (text,) = answer["g"].values() or ("",)
    return {"short_text": {"t": text}, "numeric": {"v": text, "u": ""}}[after.kind]


def _renamed(value: Json, names: dict[str, str]) -> Json:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value)


def answers(question: Frozen) -> st.SearchStrategy[Json]:
    """Answers to a question: right, half right, wrong and empty ones."""
    return st.none() | ANSWERS[question.kind](question.public["en"])


def _some(listed: Json, most: int | None = None) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([one["id"] for one in listed]), unique=True, max_size=most)


def _gap(gap: Json) -> st.SearchStrategy[str]:
    if gap["kind"] == "select":
        return st.sampled_from([one["id"] for one in gap["options"]])
    return st.sampled_from(["atlas", "ATLAS", "sphenoid", "2.5", "3", "2.6", "2,5", "none", ""])


ANSWERS: dict[str, Callable[[Json], st.SearchStrategy[Json]]] = {
    "single_choice": lambda public: _some(public["options"], 1).map(lambda chosen: {"c": chosen}),
    "multiple_response": lambda public: _some(public["options"]).map(lambda chosen: {"c": chosen}),
    "true_false": lambda public: st.sampled_from([{"c": ["true"]}, {"c": ["false"]}]),
    "numeric": lambda public: st.builds(
        lambda value, unit: {"v": str(value), "u": unit},
        st.decimals(-10_001, 10_001, places=3) | st.sampled_from(["5000", "0", "2,5"]),
        st.sampled_from(["", "g", "mg", "x"]),
    ),
    "short_text": lambda public: st.sampled_from(
        ["sphenoid", "SPHENOID", "sphd", "adduction", "abduction", "T4", "t4", "50 %", "*", "x", "vagus  nerve"]
    ).map(lambda text: {"t": text}),
    "matching": lambda public: st.dictionaries(
        st.sampled_from([one["id"] for one in public["stems"]]),
        st.sampled_from([one["id"] for one in public["options"]]),
    ).map(lambda chosen: {"m": chosen}),
    "ordering": lambda public: st.permutations([one["id"] for one in public["items"]]).map(lambda order: {"o": order}),
    "cloze": lambda public: st.fixed_dictionaries(
        {}, optional={one["id"]: _gap(one) for one in public["gaps"]}
    ).map(lambda filled: {"g": filled}),
    "essay": lambda public: st.sampled_from([{"h": "A text."}]),
    "description": lambda public: st.none(),
    "hotspot": lambda public: _some(public["zones"], None if public["many"] else 1).map(lambda chosen: {"z": chosen}),
    "labels": lambda public: st.dictionaries(
        st.sampled_from([one["id"] for one in public["labels"]]),
        st.sampled_from([one["id"] for one in public["zones"]]),
    ).map(lambda placed: {"d": placed}),
}  # fmt: skip
