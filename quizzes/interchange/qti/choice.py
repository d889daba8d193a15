"""Choices: one option, or any number of them. The same for choiceInteraction and for QTI 1.2."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.gift_answers import PARTLY
from quizzes.interchange.markup import attribute, line_of
from quizzes.interchange.taking import Ruled, Trial, Unsupported
from quizzes.interchange.weights import weight_text
from quizzes.questions.choices import MAX_OPTIONS

from .declarations import Response
from .reading import Reading

ALL_SUBSETS = 8
"""Up to so many options every set of them is tried; beyond, small sets, and those near the key and near the whole."""

POLICIES = ("right_minus_wrong", "all_or_nothing", "per_option")


@dataclass(frozen=True)
class Choice:
    """One option of the file."""

    name: str
    text: str
    remark: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Asked:
    """A choice question of the file: which response takes the answer, and how many options it may hold."""

    response: str
    stem: str
    feedback: str
    choices: Sequence[Choice]
    single: bool
    most: int = 0
    right: frozenset[str] = frozenset()
    worth: Callable[[str], Fraction] | None = None
    points: Fraction | None = None
    all_or_nothing: bool = False
    sides: bool = False

    @property
    def names(self) -> list[str]:
        """The options by their names in the file."""
        return [choice.name for choice in self.choices]

    def common(self) -> dict[str, Any]:
        """The parts of the form that do not depend on the marking."""
        return {"stem": self.stem, "feedback": self.feedback, "critical": False}


def read_choice(reading: Reading, interaction: Element) -> Parsed:
    """choiceInteraction."""
    response = reading.response(interaction)
    choices = [
        Choice(
            attribute(one, "identifier"),
            reading.text(one, "an option"),
            reading.remark(one),
            fixed=attribute(one, "fixed") == "true" or attribute(interaction, "shuffle") == "false",
        )
        for one in interaction.iterfind("simpleChoice")
    ]
    if not choices:
        message = "it has no options to choose from"
        raise Unsupported(message, line_of(interaction))
    most = attribute(interaction, "maxChoices", "0")
    asked = Asked(
        response.identifier,
        reading.stem(interaction),
        reading.feedback(),
        choices,
        single=response.single,
        most=int(most) if most.isdecimal() else 0,
        right=frozenset(response.correct),
        worth=_mapped(reading, response),
    )
    return choice_question(reading, asked)


def choice_question(taken: Ruled, asked: Asked) -> Parsed:
    """The question of the kind that marks it as the file does."""
    if len(set(asked.names)) != len(asked.names):
        message = "two of its options have the same identifier"
        raise Unsupported(message)
    if len(asked.names) > MAX_OPTIONS:
        message = f"it has more than {MAX_OPTIONS} options"
        raise Unsupported(message)
    return _single(taken, asked) if asked.single else _multiple(taken, asked)


def _mapped(reading: Reading, response: Response) -> Callable[[str], Fraction] | None:
    processing = reading.processing
    used = processing and (processing.template == "map_response" or "mapResponse" in processing.uses)
    return response.mapping.worth if used and response.mapping else None


def _options(taken: Ruled, asked: Asked, right: frozenset[str]) -> list[dict[str, Any]]:
    return [
        taken.entry(
            f"option {choice.name}",
            {
                "text": choice.text,
                "correct": choice.name in right,
                "remark": choice.remark,
                "unsafe": False,
                "fixed": choice.fixed,
            },
        )
        for choice in asked.choices
    ]


def _single(taken: Ruled, asked: Asked) -> Parsed:
    shares = taken.shares([{asked.response: (name,)} for name in asked.names])
    if taken.score({asked.response: ()}) > 0:
        message = "an answer left empty earns points"
        raise Unsupported(message)
    best = [name for name, share in zip(asked.names, shares, strict=True) if share == 1]
    if sum(share > 0 for share in shares) > 1:
        return _partly(taken, asked, shares)
    sides = {choice.text.casefold(): choice for choice in asked.choices}
    if set(sides) == {"true", "false"} and (asked.sides or set(asked.names) == set(sides)):
        remarks = {f"remark_{side}": choice.remark for side, choice in sides.items()}
        answer = next(side for side, choice in sides.items() if choice.name == best[0])
        return taken.parsed("true_false", {**asked.common(), "answer": answer, **remarks}, points=asked.points)
    form = {**asked.common(), "options": _options(taken, asked, frozenset(best))}
    return taken.parsed("single_choice", form, points=asked.points)


def _partly(taken: Ruled, asked: Asked, shares: Sequence[Fraction]) -> Parsed:
    """Several options earn something, but one could be chosen: each keeps what it earned, and a person decides."""
    right = frozenset(name for name, share in zip(asked.names, shares, strict=True) if share > 0)
    options = [
        _weighed(option, weight_text(share.limit_denominator(1000)))
        for option, share in zip(_options(taken, asked, right), shares, strict=True)
    ]
    taken.draft(PARTLY)
    form = {**asked.common(), "policy": "weights", "options": options}
    return taken.parsed("multiple_response", form, points=asked.points)


def _multiple(taken: Ruled, asked: Asked) -> Parsed:
    most = asked.most or len(asked.choices)
    if most < len(asked.choices):
        taken.warn(f"At most {most} options could be chosen; here any number can.")
    right = asked.right & set(asked.names) or frozenset(
        name for name in asked.names if taken.score({asked.response: (name,)}) > 0
    )
    asked = replace(asked, right=right, most=most)
    options = _options(taken, asked, right)
    ids = {name: option["id"] for name, option in zip(asked.names, options, strict=True)}
    if asked.all_or_nothing:
        form = {**asked.common(), "policy": "all_or_nothing", "options": [_weighed(option, "") for option in options]}
        return taken.parsed("multiple_response", form, points=asked.points)
    trials: list[Trial] = [
        ({asked.response: one}, {"c": [ids[name] for name in one]} if one else None)
        for one in dict.fromkeys(_subsets(asked))
    ]
    chosen = taken.agreeing("multiple_response", _forms(taken, asked, options), trials)
    return taken.parsed("multiple_response", chosen, points=asked.points)


def _subsets(asked: Asked) -> Iterator[tuple[str, ...]]:
    """Answers to try, each in the order of the options, none with more than may be chosen."""
    names, count = asked.names, len(asked.names)
    if count <= ALL_SUBSETS:
        yield from chain.from_iterable(combinations(names, size) for size in range(asked.most + 1))
        return
    near_key = [asked.right ^ set(change) for size in range(3) for change in combinations(names, size)]
    small = [set(one) for size in range(3) for one in combinations(names, size)]
    for chosen in (*near_key, *small, *(set(names) - one for one in small)):
        if len(chosen) <= asked.most:
            yield tuple(name for name in names if name in chosen)


def _forms(taken: Ruled, asked: Asked, options: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same question under each of the four ways of marking."""
    for policy in POLICIES:
        yield {**asked.common(), "policy": policy, "options": [_weighed(option, "") for option in options]}
    weights = [_weight(taken, asked, name) for name in asked.names]
    for fineness in (1_000, 99_999):
        near = [weight_text(weight.limit_denominator(fineness)) for weight in weights]
        weighed = [_weighed(option, weight) for option, weight in zip(options, near, strict=True)]
        yield {**asked.common(), "policy": "weights", "options": weighed}


def _weighed(option: dict[str, Any], weight: str) -> dict[str, Any]:
    return {**option, "value": {**option["value"], "weight": weight}}


def _weight(taken: Ruled, asked: Asked, name: str) -> Fraction:
    """What choosing an option adds to the share: by the mapping, else by the difference that it makes to the key."""
    if asked.worth is not None:
        more = asked.worth(name)
    else:
        others = tuple(one for one in asked.names if one in asked.right and one != name)
        more = taken.score({asked.response: (*others, name)}) - taken.score({asked.response: others})
    return max(Fraction(-1), min(Fraction(1), more / taken.best))
