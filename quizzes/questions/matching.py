"""Matching: each stem gets the option that belongs to it; options may be shared or belong to none (QUIZZES.md 5.2)."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
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
    pairs_in,
    state_of,
    to_ppm,
)
from .choices import MAX_OPTIONS
from .html import is_blank
from .stored import list_items, said

MAX_STEMS = 20
NAMESPACE = uuid.UUID("8c5b0c55-6a35-5c0e-9a38-9c7e0d5d3c02")

PER_STEM, ALL_OR_NOTHING = "per_stem", "all_or_nothing"
POLICIES = {
    PER_STEM: "Per line: each right match earns its share",
    ALL_OR_NOTHING: "All or nothing",
}
MARKING: Mapping[str, Callable[[int, int], Fraction]] = {
    PER_STEM: lambda right, stems: Fraction(right, stems),
    ALL_OR_NOTHING: lambda right, stems: Fraction(right == stems),
}


class PairBlock(blocks.StructBlock):
    """A stem and what belongs to it."""

    text = blocks.TextBlock(rows=2, label="To be matched")
    match = blocks.TextBlock(
        rows=2, label="Belongs to", help_text="Write the same words in several lines that share an answer."
    )
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who matched it wrong, once the quiz allows feedback."
    )

    class Meta:
        icon = "link"
        label = "Pair"


class DistractorBlock(blocks.StructBlock):
    """An option that belongs to nothing."""

    text = blocks.TextBlock(rows=2)

    class Meta:
        icon = "list-ul"
        label = "Option without a partner"


class MatchingBlock(QuestionBlock):
    """The author's form of a matching."""

    pairs = blocks.ListBlock(
        PairBlock(), max_num=MAX_STEMS, default=[{"text": "", "match": "", "remark": ""}] * 3, label="Pairs"
    )
    distractors = blocks.ListBlock(
        DistractorBlock(), max_num=20, default=[], label="Options without a partner", help_text="One or two are enough."
    )
    policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=PER_STEM, label="Marking")
    feedback = feedback_block()

    class Meta:
        icon = "link"
        label = "Matching"
        description = "Things on the left, what belongs to them from a list."


class Matching(QuestionType):
    """Stems keep the author's order; the list of options is the learner's own, the same beside every stem."""

    kind: ClassVar[str] = "matching"
    label: ClassVar[str] = "Matching"
    block: ClassVar[type[blocks.StructBlock]] = MatchingBlock
    template: ClassVar[str] = "quizzes/questions/matching.html"

    hint: ClassVar[str] = "Choose for each line what belongs to it. One answer may belong to several lines, or to none."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: where cranial nerves leave the skull",
        "text": "Through which opening does each nerve leave the skull?",
        "pairs": [
            {
                "text": "Optic nerve (II)",
                "match": "Optic canal",
                "feedback": "The optic canal lies in the lesser wing of the sphenoid.",
            },
            {
                "text": "Vagus nerve (X)",
                "match": "Jugular foramen",
                "feedback": "The vagus leaves between the occipital and the temporal bone.",
            },
            {
                "text": "Accessory nerve (XI)",
                "match": "Jugular foramen",
                "feedback": "IX, X and XI share the jugular foramen.",
            },
            {
                "text": "Hypoglossal nerve (XII)",
                "match": "Hypoglossal canal",
                "feedback": "It has a canal of its own in the occipital bone.",
            },
        ],
        "distractors": ["Foramen ovale"],
        "feedback": "The foramen ovale carries the mandibular nerve (V3), which is not in this list.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        pairs = [
            (ident, said(value, "text"), said(value, "match"), said(value, "remark"))
            for ident, value in list_items(raw.get("pairs"), "Pairs")
        ]
        options: dict[str, str] = {}  # the options by their words; the smallest id of those that share them
        shown: dict[str, str] = {}
        for ident, _, match, _ in sorted(pairs):
            options.setdefault(match.casefold(), _public_id(lookup.salt, "option", ident))
            shown.setdefault(options[match.casefold()], match)
        distractors = list_items(raw.get("distractors"), "Options without a partner")
        shown |= {_public_id(lookup.salt, "option", ident): said(value, "text") for ident, value in distractors}
        policy = raw.get("policy") or PER_STEM
        feedback = general_feedback(raw)
        feedback |= {
            f"stem:{_public_id(lookup.salt, 'stem', ident)}": remark for ident, _, _, remark in pairs if remark
        }
        return Draft(
            public={
                "stem": stem_of(raw),
                "policy": policy,
                "stems": [{"id": _public_id(lookup.salt, "stem", ident), "text": text} for ident, text, _, _ in pairs],
                "options": [{"id": ident, "text": shown[ident]} for ident in sorted(shown)],
            },
            key={
                "pairs": {
                    _public_id(lookup.salt, "stem", ident): options[match.casefold()] for ident, _, match, _ in pairs
                }
            },
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {
            "pairs": [
                make(
                    f"pair {one['text']}",
                    {
                        "text": one["text"].strip(),
                        "match": one["match"].strip(),
                        "remark": one.get("feedback", "").strip(),
                    },
                )
                for one in spec["pairs"]
            ],
            "distractors": [make(f"distractor {text}", {"text": text.strip()}) for text in spec.get("distractors", ())],
            "policy": spec.get("policy", PER_STEM),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        stems = [one["text"] for one in public["stems"]]
        options = [one["text"] for one in public["options"]]
        if len(stems) < 2:
            found.append("Give at least two pairs.")
        if len(stems) > MAX_STEMS or len(options) > MAX_OPTIONS:
            found.append(f"Give at most {MAX_STEMS} pairs and {MAX_OPTIONS} options.")
        if len(options) < 2:
            found.append("All lines belong to the same answer: add an option without a partner.")
        if not all(stems) or not all(options):
            found.append("A pair or an option is empty.")
        if len({text.casefold() for text in stems}) != len(stems):
            found.append("Two lines to be matched say the same.")
        if len({text.casefold() for text in options}) != len(options):
            found.append("An option without a partner says the same as another option.")
        if public["policy"] not in MARKING:
            found.append("Choose how the question is marked.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        first = {name[2:]: values[0] for name, values in fields.items() if name.startswith("m.") and values}
        chosen = {stem: option for stem, option in first.items() if option}
        return {"m": chosen} if chosen else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(f"m.{stem}", option) for stem, option in (answer or {}).get("m", {}).items()]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        texts = {one["id"]: one["text"] for one in public["options"]}
        chosen = (answer or {}).get("m", {})
        return {
            "stems": [{**one, "chosen": chosen.get(one["id"], "")} for one in public["stems"]],
            "options": [{"id": one, "text": texts[one]} for one in order or texts],
        }

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        chosen = exactly(answer, "m").get("m", {})
        if not isinstance(chosen, dict):
            message = "A matching is a list of stems, each with its option."
            raise AnswerError(message)
        stems = [one["id"] for one in public["stems"]]
        options = {one["id"] for one in public["options"]}
        picked = [one for one in chosen.values() if one is not None]
        if not set(chosen) <= set(stems) or not all(isinstance(one, str) and one in options for one in picked):
            message = "The matching names a line or an option that this question does not have."
            raise AnswerError(message)
        cleaned = {stem: chosen[stem] for stem in stems if chosen.get(stem) is not None}
        return {"m": cleaned} if cleaned else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        pairs, chosen = key["pairs"], answer["m"]
        right = sum(chosen.get(stem) == option for stem, option in pairs.items())
        ppm = to_ppm(MARKING[policy or public["policy"]](right, len(pairs))) if pairs else 0
        wrong = [one["id"] for one in public["stems"] if chosen.get(one["id"], pairs[one["id"]]) != pairs[one["id"]]]
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple(
                {"id": one["id"], "right": chosen.get(one["id"]) == pairs[one["id"]]} for one in public["stems"]
            ),
            feedback_refs=(*(f"stem:{stem}" for stem in wrong), "general"),
            normalized=answer,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"m": dict(key["pairs"])} if key["pairs"] else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        if not answer:
            return []
        texts = {one["id"]: one["text"] for one in public["options"]}
        return [f"{one['text']}: {texts.get(answer['m'].get(one['id']), 'not matched')}" for one in public["stems"]]

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(one["id"] for one in public["options"]))

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        return [
            Choosable(
                id=f"{stem['id']}:{option['id']}",
                text=f"{stem['text']}: {option['text']}",
                right=key["pairs"].get(stem["id"]) == option["id"],
            )
            for stem in public["stems"]
            for option in public["options"]
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return tuple(f"{stem}:{option}" for stem, option in pairs_in(answer, "m"))

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        texts = {one["id"]: one["text"] for one in public["stems"]}
        return f"{texts.get(ref.partition(':')[2], 'A line')}, matched wrong"


def _public_id(salt: str, what: str, pair: str) -> str:
    """The id that learners see. A stem and its option come from one pair, and nobody can tell that from their ids: the
    pair's own id is never sent, and where an import made it guessable the school's secret is not."""
    return str(uuid.uuid5(NAMESPACE, f"{salt}{what}\n{pair}"))
