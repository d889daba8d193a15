"""True or false: a statement, judged, with a remark for each side, and with a reason where the author asks for one."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import choices
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

SIDES = ("true", "false")

HALF, ALL_OR_NOTHING = "half", "all_or_nothing"
POLICIES = {
    HALF: "The right side alone earns half, with the right reason all",
    ALL_OR_NOTHING: "Only the right side with the right reason earns anything",
}
MARKING: Mapping[str, Callable[[bool], Fraction]] = {
    HALF: lambda reasoned: Fraction(1 + reasoned, 2),
    ALL_OR_NOTHING: lambda reasoned: Fraction(reasoned),
}
"""What the right side earns, by whether the reason is right too."""


class ReasonBlock(blocks.StructBlock):
    """One reason to choose from."""

    text = blocks.TextBlock(rows=2, help_text="It goes on after “Because”. Keep all reasons alike in length and tone.")
    correct = blocks.BooleanBlock(required=False, label="Right reason")
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who chose it, once the quiz allows feedback."
    )

    class Meta:
        icon = "list-ul"
        label = "Reason"


class TrueFalseBlock(QuestionBlock):
    """The author's form of a statement to judge."""

    answer = blocks.ChoiceBlock(choices=[("true", "True"), ("false", "False")], label="The statement is")
    remark_true = blocks.TextBlock(required=False, rows=2, label='Remark for those who say "True"')
    remark_false = blocks.TextBlock(required=False, rows=2, label='Remark for those who say "False"')
    reasons = blocks.ListBlock(
        ReasonBlock(),
        max_num=choices.MAX_OPTIONS,
        default=[],
        label="Reasons",
        help_text="Optional. With reasons, learners say true or false and choose why. "
        "Half of the points is for the side, half for the reason, unless you choose otherwise below.",
    )
    reason_policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=HALF, label="Marking with reasons")
    feedback = feedback_block()
    critical = blocks.BooleanBlock(
        required=False, label="Safety-critical", help_text="The wrong answer fails the whole quiz, whatever the score."
    )

    class Meta:
        icon = "check"
        label = "True or false"
        description = "A statement to judge, with a remark for each side; with a reason if you like."


class TrueFalse(QuestionType):
    """A statement is true or false. The two sides always stand in this order; reasons are shuffled.

    A version without reasons has no trace of them: it freezes and is marked as before there were any.
    """

    kind: ClassVar[str] = "true_false"
    label: ClassVar[str] = "True or false"
    block: ClassVar[type[blocks.StructBlock]] = TrueFalseBlock
    template: ClassVar[str] = "quizzes/questions/true_false.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: a certificate is no license",
        "text": "A certificate of continuing education entitles its holder to practice.",
        "answer": False,
        "feedback_true": "Only the license of a state board does.",
        "feedback_false": "Right: it shows that a course was completed, nothing more.",
        "reasons": [
            {
                "text": "the right to practice comes from a license, and a board grants it.",
                "correct": True,
                "feedback": "Yes. The certificate is evidence for the board, not a permission.",
            },
            {
                "text": "a certificate is valid only in the state where the course was held.",
                "feedback": "A certificate gives no right to practice in any state.",
            },
            {
                "text": "a certificate needs two years of practice before it counts.",
                "feedback": "No length of practice turns a certificate into a license.",
            },
        ],
        "feedback": "Whether one may practice is decided by the board that licenses.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        answer = raw.get("answer")
        critical = bool(raw.get("critical"))
        feedback = general_feedback(raw)
        for side in SIDES:
            if remark := said(raw, f"remark_{side}"):
                feedback[f"option:{side}"] = remark
        draft = Draft(
            public={
                "stem": stem_of(raw),
                "options": [{"id": side, "text": side.capitalize(), "fixed": True} for side in SIDES],
            },
            key={
                "correct": [answer] if answer in SIDES else [],
                "unsafe": [side for side in SIDES if side != answer] if critical and answer in SIDES else [],
                "critical": critical,
            },
            feedback=feedback,
        )
        if reasons := list_items(raw.get("reasons"), "Reasons"):
            draft.public["reasons"] = [{"id": ident, "text": said(value, "text")} for ident, value in reasons]
            draft.public["policy"] = raw.get("reason_policy") or HALF
            draft.key["reasons"] = [ident for ident, value in reasons if value.get("correct")]
            draft.feedback.update(
                {f"reason:{ident}": remark for ident, value in reasons if (remark := said(value, "remark"))}
            )
        return draft

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        value: dict[str, Json] = {
            "answer": "true" if spec["answer"] else "false",
            "remark_true": spec.get("feedback_true", "").strip(),
            "remark_false": spec.get("feedback_false", "").strip(),
            "critical": bool(spec.get("critical")),
        }
        if reasons := spec.get("reasons"):
            value["reasons"] = [
                make(
                    f"reason {one['text']}",
                    {
                        "text": one["text"].strip(),
                        "correct": bool(one.get("correct")),
                        "remark": one.get("feedback", "").strip(),
                    },
                )
                for one in reasons
            ]
            value["reason_policy"] = spec.get("policy", HALF)
        return value

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the statement."] if is_blank(public["stem"]) else []
        if not key["correct"]:
            found.append("Say whether the statement is true or false.")
        return found + (_reason_problems(public, key) if "reasons" in public else [])

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        answer = choices.chosen_from_form(fields) or {}
        why = next(iter(fields.get("why", ())), "")
        return {**answer, **({"why": why} if why else {})} or None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return choices.chosen_fields(answer) + ([("why", answer["why"])] if answer and "why" in answer else [])

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        given = answer or {}
        sides = choices.shown_options(public, given, ())
        texts = {one["id"]: one["text"] for one in public.get("reasons", ())}
        reasons = [{"id": one, "label": texts[one], "checked": one == given.get("why")} for one in order or texts]
        return {**sides, "reasons": reasons}

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None or "reasons" not in public:
            return choices.clean_choice(public, answer, at_most=1)
        given = exactly(answer, "c", "why")
        sides = choices.clean_choice(public, {"c": given.get("c", [])}, at_most=1) or {}
        why = given.get("why")
        if why is None or why == "":
            return sides or None
        if why not in [one["id"] for one in public["reasons"]]:
            message = "The answer names a reason that this question does not have."
            raise AnswerError(message)
        return {**sides, "why": why}

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        side, why = answer.get("c", []), answer.get("why")
        right = side == key["correct"]
        earned, reasoned = Fraction(right), why in key.get("reasons", ())
        if right and "reasons" in public:
            earned = MARKING[policy or public["policy"]](reasoned)
        ppm = to_ppm(earned)
        parts: list[dict[str, Json]] = [{"id": side[0], "right": right}] if side else []
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=(*parts, {"id": why, "right": reasoned}) if why else tuple(parts),
            feedback_refs=(
                *(f"option:{one}" for one in side),
                *([f"reason:{why}"] if why else []),
                "general",
            ),
            normalized=answer,
            critical_failed=key["critical"] and bool(side) and not right,
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        if not key["correct"]:
            return None
        reasons = key.get("reasons", [])
        return {"c": list(key["correct"]), **({"why": reasons[0]} if reasons else {})}

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        why = (answer or {}).get("why")
        reasons = [f"Because {one['text']}" for one in public.get("reasons", ()) if one["id"] == why]
        return choices.chosen_in_words(public, answer) + reasons

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        if not answer or "reasons" not in public:
            return ""
        if "c" not in answer:
            return "Say whether the statement is true or false, too."
        return "" if "why" in answer else "Choose the reason, too."

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(one["id"] for one in public.get("reasons", ())))

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        reasons = [
            Choosable(one["id"], f"Because {one['text']}", one["id"] in key["reasons"])
            for one in public.get("reasons", ())
        ]
        return super().choosables(public, key) + reasons

    def chosen(self, answer: Json) -> tuple[str, ...]:
        why = answer.get("why") if isinstance(answer, dict) else None
        return (*super().chosen(answer), *([why] if why and isinstance(why, str) else []))

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        texts = {f"reason:{one['id']}": f"Because {one['text']}" for one in public.get("reasons", ())}
        return texts.get(ref) or super().remark_on(public, ref)


def _reason_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    found = []
    texts = [one["text"].casefold() for one in public["reasons"]]
    if len(texts) < 2:
        found.append("Give at least two reasons, or none.")
    if not all(texts):
        found.append("A reason is empty.")
    if len(set(texts)) != len(texts):
        found.append("Two reasons say the same.")
    if len(key["reasons"]) != 1:
        found.append("Mark the one right reason.")
    if public["policy"] not in MARKING:
        found.append("Choose how the reason is marked.")
    return found
