"""Numeric: a number, exact or within a tolerance, with or without a unit (QUIZZES.md 5.3)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import numbers
from .authoring import QuestionBlock, feedback_block, general_feedback, stem_of
from .base import (
    INVALID,
    WHOLE,
    AnswerError,
    Draft,
    Json,
    Lookup,
    MakeItem,
    QuestionType,
    Result,
    exactly,
    short_text,
    state_of,
    to_ppm,
)
from .html import is_blank
from .numeric_problems import accepted_problems, unit_problems
from .stored import credit_of, list_items, locale_of, said

NO_UNIT, OPTIONAL, REQUIRED = "none", "optional", "required"
DEFAULT_PENALTY_PPM = 100_000
MAX_UNIT = 20

TOLERANCES = [
    (numbers.NOMINAL, "Plus or minus this number"),
    (numbers.RELATIVE, "Plus or minus this share of the value (0.1 is 10 %)"),
    (numbers.GEOMETRIC, "This share below or above, by ratio"),
]


class AcceptedBlock(blocks.StructBlock):
    """A number that earns points."""

    value = blocks.CharBlock(max_length=60, help_text="In the base unit, with a decimal point: 5, 0.25, 3e8.")
    tolerance = blocks.CharBlock(max_length=60, required=False, default="0")
    tolerance_kind = blocks.ChoiceBlock(choices=TOLERANCES, default=numbers.NOMINAL)
    percent = blocks.IntegerBlock(default=100, min_value=0, max_value=100, label="Credit in percent")
    remark = blocks.TextBlock(required=False, rows=2)

    class Meta:
        icon = "tick"
        label = "Accepted number"


class UnitBlock(blocks.StructBlock):
    """A unit and how many base units one of it is."""

    name = blocks.CharBlock(max_length=MAX_UNIT, help_text="g, mg, mm")
    factor = blocks.CharBlock(
        max_length=30, help_text="Base units in one of these: 1 for the base unit; 0.001 for mg if g is."
    )

    class Meta:
        icon = "cog"
        label = "Unit"


class NumericBlock(QuestionBlock):
    """The author's form of a numeric question."""

    answers = blocks.ListBlock(AcceptedBlock(), max_num=20, label="Accepted numbers")
    unit_mode = blocks.ChoiceBlock(
        choices=[
            (NO_UNIT, "No unit: writing one makes the answer invalid"),
            (OPTIONAL, "A unit may be given"),
            (REQUIRED, "A unit must be given"),
        ],
        default=NO_UNIT,
        label="Unit",
    )
    units = blocks.ListBlock(UnitBlock(), max_num=20, default=[])
    unit_penalty_percent = blocks.IntegerBlock(
        default=10, min_value=0, max_value=100, help_text="Taken off a right number with a missing or unknown unit."
    )
    locale = blocks.ChoiceBlock(
        choices=[(numbers.POINT_LOCALE, "Decimal point: 2.5"), (numbers.COMMA_LOCALE, "Decimal comma: 2,5")],
        default=numbers.POINT_LOCALE,
        label="Decimals are written with",
    )
    feedback = feedback_block()

    class Meta:
        icon = "decimal"
        label = "Number"
        description = "A number within a tolerance, with or without a unit."


class Numeric(QuestionType):
    """A number. What cannot be read as one earns nothing, and the learner is told while it can still be mended."""

    kind: ClassVar[str] = "numeric"
    label: ClassVar[str] = "Number"
    block: ClassVar[type[blocks.StructBlock]] = NumericBlock
    template: ClassVar[str] = "quizzes/questions/numeric.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the weight of a light touch",
        "text": "The course teaches a touch of about the weight of a nickel (the US coin). How heavy is that?",
        "value": "5",
        "tolerance": "0",
        "unit_mode": "required",
        "units": {"g": "1", "mg": "0.001"},
        "feedback": "A US nickel weighs 5.000 g (United States Mint).",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        answers, feedback = [], general_feedback(raw)
        for ident, value in list_items(raw.get("answers"), "Accepted numbers"):
            answers.append(
                {
                    "id": ident,
                    "value": said(value, "value"),
                    "tolerance": str(value.get("tolerance") or "0").strip(),
                    "tolerance_kind": value.get("tolerance_kind") or numbers.NOMINAL,
                    "fraction_ppm": credit_of(value),
                }
            )
            if remark := said(value, "remark"):
                feedback[f"answer:{ident}"] = remark
        mode = raw.get("unit_mode") or NO_UNIT
        units = [value for _, value in list_items(raw.get("units"), "Units")] if mode != NO_UNIT else []
        penalty = raw.get("unit_penalty_percent")
        return Draft(
            public={
                "stem": stem_of(raw),
                "locale": locale_of(raw),
                "unit_mode": mode,
                "units": _choosable(units),
            },
            key={
                "answers": answers,
                "units": {said(unit, "name"): said(unit, "factor") for unit in units},
                "unit_count": len(units),
                "unit_penalty_ppm": DEFAULT_PENALTY_PPM if penalty is None else int(penalty) * 10_000,
                "critical": False,
            },
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        accepted = {
            "value": str(spec["value"]),
            "tolerance": str(spec.get("tolerance", "0")),
            "tolerance_kind": spec.get("tolerance_kind", numbers.NOMINAL),
            "percent": 100,
            "remark": "",
        }
        units = {str(name): str(factor) for name, factor in spec.get("units", {}).items()}
        if spec.get("unit") and not units:
            units = {spec["unit"]: "1"}
        return {
            "answers": [make("answer", accepted)],
            "unit_mode": spec.get("unit_mode", NO_UNIT),
            "units": [make(f"unit {name}", {"name": name, "factor": factor}) for name, factor in units.items()],
            "unit_penalty_percent": 10,
            "locale": spec.get("locale", "en"),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        found += [problem for answer in key["answers"] for problem in accepted_problems(answer)]
        if not any(answer["fraction_ppm"] == WHOLE for answer in key["answers"]):
            found.append("Give an accepted number that earns 100 %.")
        return found + unit_problems(public, key)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        value = next(iter(fields.get("v", ())), "")
        return {"v": value, "u": next(iter(fields.get("u", ())), "")} if value.strip() else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(name, answer[name]) for name in ("v", "u") if answer and name in answer]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        given = answer or {}
        return {"value": given.get("v", ""), "unit": given.get("u", ""), "units": public.get("units", [])}

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        answer = exactly(answer, "v", "u")
        value = short_text(answer.get("v", ""), numbers.MAX_LENGTH, "The number").strip()
        unit = short_text(answer.get("u", ""), MAX_UNIT, "The unit").strip()
        if unit and "v" not in answer:
            message = "A unit stands beside a number."
            raise AnswerError(message)
        return {"v": value, "u": unit} if value else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        quantity = _read_quantity(public, answer)
        if quantity is None:
            return Result(0, INVALID, feedback_refs=("general",), normalized=answer)
        factor, penalty = _apply_unit(public, key, quantity.unit)
        best, accepted = 0, None
        for candidate in key["answers"]:
            if candidate["fraction_ppm"] > best and _matches(candidate, quantity.value * factor):
                best, accepted = candidate["fraction_ppm"], candidate["id"]
        ppm = to_ppm(Fraction(max(0, best - penalty), WHOLE))
        refs = (f"answer:{accepted}", "general") if accepted else ("general",)
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=({"id": "value", "right": best == WHOLE}, {"id": "unit", "right": not penalty}),
            feedback_refs=refs,
            normalized={"v": numbers.plainly(quantity.value), "u": quantity.unit},
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        best = max(key["answers"], key=lambda answer: answer["fraction_ppm"], default=None)
        value = numbers.parse(best["value"]) if best else None
        if best is None or value is None:
            return None
        factors = {name: numbers.parse(factor) for name, factor in key["units"].items()}
        base = next((name for name, factor in factors.items() if factor and factor.value == 1), "")
        return {"v": numbers.in_locale(best["value"], public["locale"]), "u": base}

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        return "The accepted number"

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return [f"{answer['v']} {answer['u']}".strip()] if answer else []

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        if answer is None:
            return ""
        quantity = _read_quantity(public, answer)
        if quantity is None and public["unit_mode"] == NO_UNIT and numbers.parse(answer["v"], public["locale"]):
            return "Write the number without a unit."
        if quantity is None:
            example = "2.5" if public["locale"] == numbers.POINT_LOCALE else "2,5"
            return f"We cannot read this as a number. Write it like {example}."
        if public["unit_mode"] == REQUIRED and not quantity.unit:
            return "Add the unit."
        return ""


def _choosable(units: list[Mapping[str, Json]]) -> list[str]:
    """The units offered beside the number: of several names for one size the first."""
    by_factor: dict[str, str] = {}
    for unit in units:
        by_factor.setdefault(said(unit, "factor"), said(unit, "name"))
    return list(by_factor.values())


def _read_quantity(public: Mapping[str, Json], answer: Mapping[str, Json]) -> numbers.Quantity | None:
    """The number with its unit, from either field; None for no number, two units, or a unit where none may stand."""
    quantity = numbers.parse(answer["v"], public["locale"])
    if quantity is None or (quantity.unit and answer["u"] and quantity.unit != answer["u"]):
        return None
    unit = quantity.unit or answer["u"]
    return None if unit and public["unit_mode"] == NO_UNIT else numbers.Quantity(quantity.value, unit)


def _apply_unit(public: Mapping[str, Json], key: Mapping[str, Json], unit: str) -> tuple[Fraction, int]:
    """What one of this unit is in base units, and what a missing or unknown one costs."""
    if unit in key["units"]:
        quantity = numbers.parse(key["units"][unit])
        return (quantity.value if quantity else Fraction(1)), 0
    if not unit and public["unit_mode"] != REQUIRED:
        return Fraction(1), 0
    return Fraction(1), key["unit_penalty_ppm"]


def _matches(candidate: Mapping[str, Json], given: Fraction) -> bool:
    wanted, tolerance = numbers.parse(candidate["value"]), numbers.parse(candidate["tolerance"])
    if wanted is None or tolerance is None:
        return False
    kind = candidate["tolerance_kind"]
    return numbers.within(wanted=wanted.value, given=given, tolerance=tolerance.value, kind=kind)
