"""orderInteraction and matchInteraction: things in their order, things with their partners."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, permutations
from typing import Any
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Parsed
from quizzes.interchange.markup import attribute, line_of
from quizzes.interchange.taking import Ruled, Trial, Unsupported
from quizzes.questions.choices import MAX_OPTIONS
from quizzes.questions.matching import MAX_STEMS
from quizzes.questions.ordering import MAX_ITEMS

from .declarations import Response
from .reading import Reading

ALL_ORDERS = 5
"""Up to so many items every order is tried; beyond, those one move away from the right one, and a few far away."""

ORDERINGS = ("exact", "position", "adjacent_pair", "longest_subset")
MATCHINGS = ("per_stem", "all_or_nothing")


def read_order(reading: Reading, interaction: Element) -> Parsed:
    """All items, in the one right order."""
    response = reading.response(interaction)
    choices = {attribute(one, "identifier"): one for one in interaction.iterfind("simpleChoice")}
    right = list(response.correct)
    if len(right) < 2 or sorted(right) != sorted(choices):
        message = "it does not name the right order of all its items"
        raise Unsupported(message, line_of(interaction))
    if len(right) > MAX_ITEMS:
        message = f"it has more than {MAX_ITEMS} items"
        raise Unsupported(message, line_of(interaction))
    items = [
        reading.entry(
            f"item {name}", {"text": reading.text(choices[name], "an item"), "remark": reading.remark(choices[name])}
        )
        for name in right
    ]
    ids = {name: one["id"] for name, one in zip(right, items, strict=True)}
    trials: list[Trial] = [
        ({response.identifier: order}, {"o": [ids[name] for name in order]} if order else None)
        for order in ((), *_orders(right))
    ]
    base = {"stem": reading.stem(interaction), "items": items, "feedback": reading.feedback()}
    form = reading.agreeing("ordering", ({**base, "policy": policy} for policy in ORDERINGS), trials)
    return reading.parsed("ordering", form)


def _orders(right: list[str]) -> Iterator[tuple[str, ...]]:
    if len(right) <= ALL_ORDERS:
        yield from permutations(right)
        return
    yield tuple(right)
    yield tuple(reversed(right))
    for one in range(len(right)):
        yield (*right[one:], *right[:one])
        moved = right[:one] + right[one + 1 :]
        for place in range(len(right)):
            yield (*moved[:place], right[one], *moved[place:])


def read_match(reading: Reading, interaction: Element) -> Parsed:
    """Two sets: each line of one has its partner in the other."""
    response = reading.response(interaction)
    sets = [
        {attribute(one, "identifier"): one for one in each.iterfind("simpleAssociableChoice")}
        for each in interaction.iterfind("simpleMatchSet")
    ]
    if len(sets) != 2 or not all(sets):
        message = "it does not have two sets to match"
        raise Unsupported(message, line_of(interaction))
    pairs = right_pairs(reading, response)
    turned = _turned(pairs, sets[0], sets[1])
    stems, options = (sets[1], sets[0]) if turned else (sets[0], sets[1])
    right = {second if turned else first: first if turned else second for first, second in pairs}
    said = {name: reading.text(one, "a line to be matched") for name, one in stems.items()}
    offered = {name: reading.text(one, "an option") for name, one in options.items()}

    def given(answer: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        pairs = (f"{option} {stem}" if turned else f"{stem} {option}" for stem, option in answer.items())
        return {response.identifier: tuple(pairs)}

    base = {"stem": reading.stem(interaction), "feedback": reading.feedback()}
    base |= matching_parts(reading, said, offered, right)
    trials: list[Trial] = [(given(one), in_public(said, offered, one)) for one in tried(right, list(offered))]
    form = reading.agreeing("matching", ({**base, "policy": policy} for policy in MATCHINGS), trials)
    return reading.parsed("matching", form)


def right_pairs(reading: Reading, response: Response) -> list[tuple[str, str]]:
    """The pairs that are right: those named as correct, else those that the mapping rewards."""
    named = response.correct
    if not named and response.mapping:
        named = tuple(key for key, value in response.mapping.values.items() if value > 0)
    if not named:
        message = "it does not name what belongs together"
        raise Unsupported(message, line_of(reading.root))
    pairs = [tuple(one.split(" ")) for one in named]
    if any(len(one) != 2 for one in pairs):
        message = "what belongs together is not named in pairs"
        raise Unsupported(message, line_of(reading.root))
    return [(one[0], one[1]) for one in pairs]


def _turned(pairs: Sequence[tuple[str, str]], first: Mapping[str, Element], second: Mapping[str, Element]) -> bool:
    """Whether the lines stand in the second set: each line has exactly one partner."""
    lefts, rights = [left for left, _ in pairs], [right for _, right in pairs]
    if not set(lefts) <= set(first) or not set(rights) <= set(second):
        message = "a right pair names something that stands in neither set"
        raise Unsupported(message)
    if sorted(lefts) == sorted(first):
        return False
    if sorted(rights) == sorted(second):
        return True
    message = "some of its lines have no partner, or several"
    raise Unsupported(message)


def matching_parts(
    ruled: Ruled, stems: Mapping[str, str], options: Mapping[str, str], right: Mapping[str, str]
) -> dict[str, Any]:
    """Pairs and what belongs to nothing. Texts must differ, or nobody could tell them apart."""
    if len(stems) > MAX_STEMS or len(options) > MAX_OPTIONS:
        message = f"it has more than {MAX_STEMS} lines or {MAX_OPTIONS} options"
        raise Unsupported(message)
    for texts in (list(stems.values()), [text.casefold() for text in options.values()]):
        if not all(texts) or len(set(texts)) != len(texts):
            message = "a line or an option has no words (is it a picture?), or the same as another"
            raise Unsupported(message)
    return {
        "pairs": [
            ruled.entry(f"pair {stem}", {"text": text, "match": options[right[stem]], "remark": ""})
            for stem, text in stems.items()
        ],
        "distractors": [
            ruled.entry(f"distractor {option}", {"text": text})
            for option, text in options.items()
            if option not in right.values()
        ],
    }


def tried(right: Mapping[str, str], options: Sequence[str]) -> list[dict[str, str]]:
    """Answers to a matching that show how it is marked."""
    answers: list[dict[str, str]] = [{}, dict(right)]
    for stem in right:
        others = [option for option in options if option != right[stem]]
        answers += [{**right, stem: option} for option in others[:3]]
        answers += [{one: right[one] for one in right if one != stem}, {stem: right[stem]}]
    for one, other in pairwise(right):
        answers.append({**right, one: right[other], other: right[one]})
    return answers


def in_public(stems: Mapping[str, str], options: Mapping[str, str], answer: Mapping[str, str]) -> Any:
    """The same answer with the ids of the frozen question, which are made when it is frozen."""

    def made(public: Mapping[str, Any]) -> Any:
        lines = {one["text"]: one["id"] for one in public["stems"]}
        choices = {one["text"].casefold(): one["id"] for one in public["options"]}
        return {"m": {lines[stems[stem]]: choices[options[option].casefold()] for stem, option in answer.items()}}

    return made
