"""Status sort: statements, each to be placed as established, taught or contested (DOMAIN.md section 6).

The three words and their lines are those of the whole site (LOOK.md section 1): solid, dashed, dotted.
"""

from collections.abc import Mapping, Sequence
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
from .html import is_blank
from .stored import list_items, said

ESTABLISHED, TAUGHT, CONTESTED = "established", "taught", "contested"
STATUSES: Mapping[str, tuple[str, str]] = {
    ESTABLISHED: ("Established", "good sources agree on this"),
    TAUGHT: ("Taught", "part of how this work is passed on; good studies have not shown it"),
    CONTESTED: ("Contested", "studies disagree, or speak against it"),
}
"""The evidence statuses with their words, as the evidence badge says them."""

PER_STATEMENT, ALL_OR_NOTHING = "per_statement", "all_or_nothing"
POLICIES = [
    (PER_STATEMENT, "A share for each statement in its place"),
    (ALL_OR_NOTHING, "All or nothing"),
]
MAX_STATEMENTS = 24


class StatementBlock(blocks.StructBlock):
    """A statement, where it belongs, and why."""

    text = blocks.TextBlock(rows=2, help_text="One assertion, without a word that gives its status away.")
    status = blocks.ChoiceBlock(choices=[(status, words[0]) for status, words in STATUSES.items()], label="It is")
    remark = blocks.TextBlock(required=False, rows=2, help_text="Why. Secret until the quiz allows it.")
    source = blocks.CharBlock(required=False, max_length=250, help_text="Where it can be looked up. Secret likewise.")

    class Meta:
        icon = "openquote"
        label = "Statement"


class StatusSortBlock(QuestionBlock):
    """The author's form of a status sort."""

    statements = blocks.ListBlock(StatementBlock(), max_num=MAX_STATEMENTS)
    policy = blocks.ChoiceBlock(choices=POLICIES, default=PER_STATEMENT, label="Marking")
    feedback = feedback_block()

    class Meta:
        icon = "list-ol"
        label = "Status sort"
        description = "Place statements as established, taught or contested."


class StatusSort(QuestionType):
    """Every statement has one place. A statement left out is one not placed rightly."""

    kind: ClassVar[str] = "status_sort"
    label: ClassVar[str] = "Status sort"
    block: ClassVar[type[blocks.StructBlock]] = StatusSortBlock
    template: ClassVar[str] = "quizzes/questions/status_sort.html"

    hint: ClassVar[str] = "Choose one status for every statement."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: how sure are we?",
        "text": "How sure are we of each of these?",
        "statements": [
            {
                "text": "The dura is the outermost of the meninges.",
                "status": ESTABLISHED,
                "feedback": "It can be seen in any dissection.",
            },
            {
                "text": "A touch of about five grams is best for this work.",
                "status": TAUGHT,
                "feedback": "A training image: no trial has compared amounts of touch.",
            },
            {
                "text": "Examiners agree on the rate of the craniosacral rhythm.",
                "status": CONTESTED,
                "feedback": "Two examiners hardly agreed.",
                "source": "Rogers 1998, Phys Ther 78:1175",
            },
        ],
        "feedback": "Taught is not wrong: it says who stands behind a sentence.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        items = list_items(raw.get("statements"), "Statements")
        feedback = general_feedback(raw)
        for ident, value in items:
            if remark := _remark(value):
                feedback[f"statement:{ident}"] = remark
        return Draft(
            public={
                "stem": stem_of(raw),
                "statements": [{"id": ident, "text": said(value, "text")} for ident, value in items],
                "policy": raw.get("policy") or PER_STATEMENT,
            },
            key={"status": {ident: str(value.get("status") or "") for ident, value in items}, "critical": False},
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {
            "statements": [
                make(
                    f"statement {one['text']}",
                    {
                        "text": one["text"].strip(),
                        "status": one["status"],
                        "remark": one.get("feedback", "").strip(),
                        "source": one.get("source", "").strip(),
                    },
                )
                for one in spec["statements"]
            ],
            "policy": spec.get("policy", PER_STATEMENT),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        texts = [one["text"].casefold() for one in public["statements"]]
        if not 2 <= len(texts) <= MAX_STATEMENTS:
            found.append(f"Give two to {MAX_STATEMENTS} statements.")
        if not all(texts):
            found.append("A statement is empty.")
        if len(set(texts)) != len(texts):
            found.append("Two statements say the same.")
        if not set(key["status"].values()) <= set(STATUSES):
            found.append("Choose a status for every statement.")
        if public["policy"] not in (PER_STATEMENT, ALL_OR_NOTHING):
            found.append("Choose how the question is marked.")
        return found

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(one["id"] for one in public["statements"]))

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        placed: dict[str, Json] = {}
        for name, values in fields.items():
            kept = [value for value in values if value]
            if name.startswith("s.") and kept:
                placed[name[2:]] = kept[0] if len(kept) == 1 else kept  # two at once: refused when it is cleaned
        return {"s": placed} if placed else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(f"s.{statement}", status) for statement, status in (answer or {}).get("s", {}).items()]

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        placed = exactly(answer, "s").get("s", {})
        known = [one["id"] for one in public["statements"]]
        if not isinstance(placed, dict) or not set(placed) <= set(known):
            message = "The answer names a statement that this question does not have."
            raise AnswerError(message)
        if not all(isinstance(status, str) and status in STATUSES for status in placed.values()):
            message = "A statement is established, taught or contested: one of the three."
            raise AnswerError(message)
        return {"s": {one: placed[one] for one in known if one in placed}} if placed else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        statuses, placed = key["status"], answer["s"]
        right = [one for one in statuses if placed.get(one) == statuses[one]]
        share = Fraction(len(right), len(statuses))
        if (policy or public["policy"]) == ALL_OR_NOTHING and share < 1:
            share = Fraction(0)
        ppm = to_ppm(share)
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": one, "right": one in right} for one in statuses),
            feedback_refs=(*(f"statement:{one}" for one in statuses), "general"),
            normalized=answer,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"s": dict(key["status"])} if key["status"] else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        placed = (answer or {}).get("s", {})
        return [
            f"{one['text']} {STATUSES[placed[one['id']]][0]}."
            for one in public["statements"]
            if placed.get(one["id"]) in STATUSES
        ]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        texts = {one["id"]: one["text"] for one in public["statements"]}
        placed = (answer or {}).get("s", {})
        return {
            "statements": [
                {
                    "id": one,
                    "text": texts[one],
                    "places": [
                        {"status": status, "label": words[0], "checked": placed.get(one) == status}
                        for status, words in STATUSES.items()
                    ],
                }
                for one in order or texts
            ],
            "waiting": self.notice(public, answer),
            "legend": [{"status": status, "label": words[0], "says": words[1]} for status, words in STATUSES.items()],
        }

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        placed, total = len((answer or {}).get("s", {})), len(public["statements"])
        return f"{placed} of {total} statements have a status so far." if 0 < placed < total else ""

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        return [
            Choosable(f"{one['id']}:{status}", f"{one['text']} {words[0]}.", key["status"][one["id"]] == status)
            for one in public["statements"]
            for status, words in STATUSES.items()
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return tuple(f"{one}:{status}" for one, status in pairs_in(answer, "s"))

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        ids = [one["id"] for one in public["statements"]]
        ident = ref.partition(":")[2]
        return f"Statement {ids.index(ident) + 1}" if ident in ids else "A statement"


def _remark(value: Mapping[str, Json]) -> str:
    """Why a statement has its status, with its source. It names the statement, because several stand in a row."""
    remark, source = said(value, "remark"), said(value, "source")
    why = " ".join(part for part in (remark, f"Source: {source}." if source else "") if part)
    return f"\u201c{said(value, 'text')}\u201d {why}" if why else ""
