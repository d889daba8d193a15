"""Ordering: items to be put in their right order, marked in one of four ways (QUIZZES.md 5.2).

The answer is ``{"o": [...]}``, the items by place. An order that is not finished is kept as far as it goes: ``null`` is
a place without an item, a list inside holds the items that were all given one place. The learner is told while it can
be mended; handed in like that, the items that have a place of their own are marked, the others earn nothing.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

from wagtail import blocks

from .authoring import QuestionBlock, feedback_block, general_feedback, stem_of
from .base import (
    AnswerError,
    Choosable,
    Draft,
    Json,
    Lookup,
    MakeItem,
    Options,
    QuestionType,
    Result,
    exactly,
    state_of,
    to_ppm,
)
from .html import is_blank
from .stored import list_items, said

MAX_ITEMS = 20

EXACT, POSITION, ADJACENT_PAIR, LONGEST_SUBSET = "exact", "position", "adjacent_pair", "longest_subset"
POLICIES = {
    POSITION: "By place: every item in its place earns its share",
    EXACT: "All or nothing",
    ADJACENT_PAIR: "By neighbors: every item followed by the right one earns a share",
    LONGEST_SUBSET: "By the longest run in the right order, gaps allowed",
}


class ItemBlock(blocks.StructBlock):
    """One item of the order."""

    text = blocks.TextBlock(rows=2)
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who put it elsewhere, once the quiz allows feedback."
    )

    class Meta:
        icon = "list-ol"
        label = "Item"


class OrderingBlock(QuestionBlock):
    """The author's form of an ordering."""

    items = blocks.ListBlock(
        ItemBlock(),
        max_num=MAX_ITEMS,
        default=[{"text": "", "remark": ""}] * 3,
        label="Items",
        help_text="In the right order. Learners never meet them in it.",
    )
    policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=POSITION, label="Marking")
    feedback = feedback_block()

    class Meta:
        icon = "list-ol"
        label = "Ordering"
        description = "Items to be put in their right order."


def _exact(right: Sequence[str], placed: Sequence[str | None]) -> Fraction:
    return Fraction(list(placed) == list(right))


def _position(right: Sequence[str], placed: Sequence[str | None]) -> Fraction:
    return Fraction(sum(one == other for one, other in zip(right, placed, strict=True)), len(right))


def _adjacent_pair(right: Sequence[str], placed: Sequence[str | None]) -> Fraction:
    wanted = set(pairwise(right))
    return Fraction(sum(pair in wanted for pair in pairwise(placed)), len(right) - 1)


def _longest_subset(right: Sequence[str], placed: Sequence[str | None]) -> Fraction:
    """The longest increasing run, not contiguous, by patience sorting. A single item is no order."""
    place = {one: number for number, one in enumerate(right)}
    ends: list[int] = []
    for one in placed:
        if one is not None:
            at = bisect_left(ends, place[one])
            ends[at : at + 1] = [place[one]]
    return Fraction(len(ends) if len(ends) > 1 else 0, len(right))


MARKING: Mapping[str, Callable[[Sequence[str], Sequence[str | None]], Fraction]] = {
    EXACT: _exact,
    POSITION: _position,
    ADJACENT_PAIR: _adjacent_pair,
    LONGEST_SUBSET: _longest_subset,
}


class Ordering(QuestionType):
    """Items to be put in order. They are stored by id, so that the stored order tells nothing."""

    kind: ClassVar[str] = "ordering"
    label: ClassVar[str] = "Ordering"
    block: ClassVar[type[blocks.StructBlock]] = OrderingBlock
    template: ClassVar[str] = "quizzes/questions/ordering.html"
    starts_wrong: ClassVar[bool] = True

    hint: ClassVar[str] = "Give every item its place, from the first to the last."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: from the skull to the brain",
        "text": "Put the layers in order, from the outside to the inside.",
        "items": [
            {"text": "Bone of the skull"},
            {"text": "Dura mater", "feedback": "The dura lines the bone from within."},
            {"text": "Arachnoid mater", "feedback": "It lies against the inside of the dura."},
            {"text": "Pia mater", "feedback": "The pia lies on the brain itself."},
        ],
        "policy": "position",
        "feedback": "Between arachnoid and pia lies the subarachnoid space with the cerebrospinal fluid.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        feedback, items = general_feedback(raw), []
        for ident, value in list_items(raw.get("items"), "Items"):
            items.append({"id": ident, "text": said(value, "text")})
            if remark := said(value, "remark"):
                feedback[f"item:{ident}"] = remark
        return Draft(
            public={
                "stem": stem_of(raw),
                "policy": raw.get("policy") or POSITION,
                "items": sorted(items, key=lambda one: one["id"]),
            },
            key={"order": [one["id"] for one in items]},
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        given = [one if isinstance(one, dict) else {"text": one} for one in spec["items"]]
        return {
            "items": [
                make(f"item {one['text']}", {"text": one["text"].strip(), "remark": one.get("feedback", "").strip()})
                for one in given
            ],
            "policy": spec.get("policy", POSITION),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        texts = [one["text"] for one in public["items"]]
        if len(texts) < 2:
            found.append("Give at least two items.")
        if len(texts) > MAX_ITEMS:
            found.append(f"Give at most {MAX_ITEMS} items.")
        if not all(texts):
            found.append("An item is empty.")
        if len({text.casefold() for text in texts}) != len(texts):
            found.append("Two items say the same, so that nobody could tell their order.")
        if public["policy"] not in MARKING:
            found.append("Choose how the question is marked.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        places: dict[int, list[str]] = {}
        for name, values in fields.items():
            place = values[0].strip() if name.startswith("o.") and values else ""
            if place and not re.fullmatch("[1-9][0-9]?", place):
                return {"o": place}  # no list offers it: refused, and kept word for word in the log
            if place:
                places.setdefault(int(place), []).append(name[2:])
        return {"o": [_one_or_all(places.get(place, [])) for place in range(1, max(places) + 1)]} if places else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(f"o.{one}", str(place)) for one, place in _places(answer).items()]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        texts = {one["id"]: one["text"] for one in public["items"]}
        places = _places(answer)
        finished = sorted(places.values()) == list(range(1, len(texts) + 1))
        arranged = sorted(texts, key=lambda one: places[one]) if finished else order or list(texts)
        return {
            "items": [{"id": one, "text": texts[one], "place": places.get(one)} for one in arranged],
            "places": list(range(1, len(texts) + 1)),
            "finished": finished,
        }

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        given = exactly(answer, "o").get("o", [])
        known = [one["id"] for one in public["items"]]
        if not isinstance(given, list) or len(given) > len(known):
            message = f"An order has the places 1 to {len(known)}."
            raise AnswerError(message)
        places = [one if isinstance(one, list) else [] if one is None else [one] for one in given]
        named = [one for place in places for one in place]
        if not all(isinstance(one, str) for one in named) or not set(named) <= set(known):
            message = "The order names an item that this question does not have."
            raise AnswerError(message)
        if len(set(named)) != len(named):
            message = "The order names an item twice."
            raise AnswerError(message)
        while places and not places[-1]:
            places.pop()
        return {"o": [_one_or_all(place) for place in places]} if places else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        right = key["order"]
        placed = [one if isinstance(one, str) else None for one in answer["o"]]
        placed += [None] * (len(right) - len(placed))
        ppm = to_ppm(MARKING[policy or public["policy"]](right, placed))
        elsewhere = [one for one, other in zip(right, placed, strict=True) if one != other and one in _places(answer)]
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": one, "right": one == other} for one, other in zip(right, placed, strict=True)),
            feedback_refs=(*(f"item:{one}" for one in elsewhere), "general"),
            normalized=answer,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"o": list(key["order"])} if key["order"] else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        texts = {one["id"]: one["text"] for one in public["items"]}
        return [f"{place}. {texts[one]}" for one, place in _places(answer).items()]

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        if answer is None:
            return ""
        twice = [str(place) for place, one in enumerate(answer["o"], start=1) if isinstance(one, list)]
        if twice:
            return f"Two items cannot share a place: {', '.join(twice)}. Saved as it is; give each one its own."
        missing = len(public["items"]) - len(_places(answer))
        if missing:
            count = "One item has" if missing == 1 else f"{missing} items have"
            return f"{count} no place yet."
        return ""

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(one["id"] for one in public["items"]))

    def settled_order(self, key: Mapping[str, Json], order: list[str]) -> list[str]:
        if order != key["order"]:
            return order
        first, second, *others = order
        return [second, first, *others]

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        texts = {one["id"]: one["text"] for one in public["items"]}
        return [
            Choosable(f"{one}:{place}", f"{texts[one]}: place {place}", key["order"][place - 1] == one)
            for one in key["order"]
            for place in range(1, len(texts) + 1)
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return tuple(f"{one}:{place}" for one, place in _places(answer).items())

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        texts = {one["id"]: one["text"] for one in public["items"]}
        return f"{texts.get(ref.partition(':')[2], 'An item')}, put elsewhere"


def _one_or_all(items: Sequence[str]) -> Json:
    """What stands at one place: nothing, an item, or all that were put there."""
    return (items[0] if len(items) == 1 else sorted(items)) if items else None


def _places(answer: Json) -> dict[str, int]:
    """The place of every item that has one."""
    given = answer.get("o") if isinstance(answer, dict) else None
    return {
        one: place
        for place, there in enumerate(given if isinstance(given, list) else (), start=1)
        for one in (there if isinstance(there, list) else [there])
        if isinstance(one, str)
    }
