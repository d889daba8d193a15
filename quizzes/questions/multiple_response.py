"""Multiple response: any number of options is right; four named ways to give partial credit (QUIZZES.md 5.2)."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import choices
from .authoring import (
    QuestionBlock,
    WeightedOptionBlock,
    critical_block,
    feedback_block,
    options_block,
    options_from_content,
    read_options,
)
from .base import Draft, Json, Lookup, MakeItem, Result, state_of, to_ppm
from .html import is_blank
from .stored import list_items

ALL_OR_NOTHING, RIGHT_MINUS_WRONG = "all_or_nothing", "right_minus_wrong"
PER_OPTION, WEIGHTS = "per_option", "weights"
POLICIES = {
    RIGHT_MINUS_WRONG: "Right minus wrong: a wrong choice takes away what a right one gives",
    ALL_OR_NOTHING: "All or nothing",
    PER_OPTION: "Per option: every option decided rightly counts",
    WEIGHTS: "By weights that you set",
}


class MultipleResponseBlock(QuestionBlock):
    """The author's form of a multiple response."""

    options = options_block(WeightedOptionBlock())
    policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=RIGHT_MINUS_WRONG, label="Marking")
    feedback = feedback_block()
    critical = critical_block()

    class Meta:
        icon = "tick"
        label = "Multiple response"
        description = "Any number of right options, with partial credit."


def _all_or_nothing(right: frozenset[str], chosen: frozenset[str], _: Mapping[str, Json]) -> Fraction:
    return Fraction(chosen == right)


def _right_minus_wrong(right: frozenset[str], chosen: frozenset[str], _: Mapping[str, Json]) -> Fraction:
    return Fraction(len(chosen & right) - len(chosen - right), len(right)) if right else Fraction(0)


def _per_option(right: frozenset[str], chosen: frozenset[str], key: Mapping[str, Json]) -> Fraction:
    total = key["option_count"]
    return Fraction(total - len(chosen ^ right), total) if total else Fraction(0)


def _weights(right: frozenset[str], chosen: frozenset[str], key: Mapping[str, Json]) -> Fraction:
    return sum((Fraction(key["weights"].get(option, "0")) for option in chosen), Fraction(0))


MARKING: Mapping[str, Callable[[frozenset[str], frozenset[str], Mapping[str, Json]], Fraction]] = {
    ALL_OR_NOTHING: _all_or_nothing,
    RIGHT_MINUS_WRONG: _right_minus_wrong,
    PER_OPTION: _per_option,
    WEIGHTS: _weights,
}


def read_weight(text: str) -> str | None:
    """A weight as an exact fraction ("1/3"), or None where it is not a number from -1 to 1."""
    try:
        weight = Fraction(text.strip()) if len(text) <= 12 and "e" not in text.casefold() else None
    except (ValueError, ZeroDivisionError):
        return None
    return str(weight) if weight is not None and abs(weight) <= 1 else None


class MultipleResponse(choices.ChoiceType):
    """Any number of options is right. Nothing chosen is no answer and earns nothing."""

    kind: ClassVar[str] = "multiple_response"
    label: ClassVar[str] = "Multiple response"
    block: ClassVar[type[blocks.StructBlock]] = MultipleResponseBlock
    template: ClassVar[str] = "quizzes/questions/multiple_response.html"

    hint: ClassVar[str] = "Choose every answer that is right."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: layers around the brain",
        "text": "Which of these are layers of the meninges?",
        "options": [
            {"text": "Dura mater", "correct": True, "feedback": "The outer, tough layer."},
            {"text": "Arachnoid mater", "correct": True, "feedback": "The middle layer."},
            {"text": "Pia mater", "correct": True, "feedback": "The inner layer, on the brain itself."},
            {"text": "Periosteum", "feedback": "It covers bone; it is no layer of the meninges."},
        ],
        "feedback": "From outside in: dura, arachnoid, pia.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        draft = read_options(raw)
        policy = raw.get("policy") or RIGHT_MINUS_WRONG
        draft.public["policy"] = policy
        draft.key["option_count"] = len(draft.public["options"])
        if policy == WEIGHTS:
            draft.key["weights"] = {
                option: read_weight(str(value.get("weight") or "0"))
                for option, value in list_items(raw.get("options"), "Options")
            }
        return draft

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {**options_from_content(spec, make), "policy": spec.get("policy", RIGHT_MINUS_WRONG)}

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        found += choices.option_problems(public, key)
        if public["policy"] not in MARKING:
            found.append("Choose how the question is marked.")
        if public["policy"] == WEIGHTS:
            found += self._weight_problems(key)
        return found

    def _weight_problems(self, key: Mapping[str, Json]) -> list[str]:
        weights = key["weights"]
        if None in weights.values():
            return ['A weight is not a number from -1 to 1, such as "1/2" or "-0.5".']
        found = []
        right = set(key["correct"])
        if any((Fraction(weight) > 0) != (option in right) for option, weight in weights.items()):
            found.append("Right options need a weight above 0, the others one below 0.")
        elif any(Fraction(weight) == 0 for weight in weights.values()):
            found.append("A wrong option without a weight could be chosen for nothing: give it one below 0.")
        if sum((Fraction(weights[option]) for option in right), Fraction(0)) != 1:
            found.append("The weights of the right options must add up to 1.")
        return found

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        return choices.clean_choice(public, answer)

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        right, chosen = frozenset(key["correct"]), frozenset(answer["c"])
        ppm = to_ppm(MARKING[policy or public["policy"]](right, chosen, key))
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple(
                {"id": option["id"], "right": (option["id"] in chosen) == (option["id"] in right)}
                for option in public["options"]
            ),
            feedback_refs=choices.option_refs(answer),
            normalized=answer,
            critical_failed=key["critical"] and not chosen.isdisjoint(key["unsafe"]),
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"c": list(key["correct"])} if key["correct"] else None
