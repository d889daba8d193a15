"""Anatomy touch: a contact in full, marked by part. Where, how the hand rests, grams, direction, seconds, when to stop.

Too much pressure, an unsafe place or a missed reason to stop fails the whole quiz where its author says so.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import areas, numbers, touch_form, zones
from .authoring import general_feedback, stem_of
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
    short_text,
    state_of,
    texts_in,
    to_ppm,
)
from .touch_form import AMOUNTS, DIRECTION, GRAMS, HAND, LISTS, ORDER, PLACE, SECONDS, STOP
from .touch_problems import touch_problems

UNITS = {
    GRAMS: {"": Fraction(1), "g": Fraction(1), "gram": Fraction(1), "grams": Fraction(1), "mg": Fraction(1, 1000),
            "kg": Fraction(1000)},
    SECONDS: {"": Fraction(1), "s": Fraction(1), "sec": Fraction(1), "second": Fraction(1), "seconds": Fraction(1),
              "min": Fraction(60), "minute": Fraction(60), "minutes": Fraction(60)},
}  # fmt: skip
WORDS = {
    PLACE: "Place",
    HAND: "Hand",
    GRAMS: "Pressure",
    DIRECTION: "Direction",
    SECONDS: "Duration",
    STOP: "Stop when",
}
UNREADABLE = {
    GRAMS: "We cannot read the pressure. Write grams as a number, like 5.",
    SECONDS: "We cannot read the duration. Write seconds as a number, like 30.",
}
BASE = {GRAMS: "g", SECONDS: "s"}


class AnatomyTouch(QuestionType):
    """Each part earns its own points; a part left open earns none."""

    kind: ClassVar[str] = "anatomy_touch"
    label: ClassVar[str] = "Anatomy touch"
    block: ClassVar[type[blocks.StructBlock]] = touch_form.AnatomyTouchBlock
    template: ClassVar[str] = "quizzes/questions/anatomy_touch.html"

    hint: ClassVar[str] = "Every part counts on its own. The areas have their numbers in squares."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: a hand at the back of the head",
        "text": "Describe a first, resting contact below the back of the head, as this course teaches it.",
        "figure": "lateral-skull",
        "alt": "A skull from the left side with three areas to choose from.",
        "zones": [
            {"name": "lower jaw", "at": [2600, 6800, 2200, 1600]},
            {"name": "low at the rear of the skull", "at": [7200, 4600, 1600, 1900], "correct": True},
            {"name": "around the eye", "at": [2100, 4200, 1700, 1500], "unsafe": True,
             "feedback": "No contact is taught there."},
        ],
        "hand": [
            {"text": "Palms up, fingers soft and slightly apart", "correct": True},
            {"text": "Fingertips, pressing upward"},
        ],
        "pressure": {"value": 5, "tolerance": 1, "limit": 50,
                     "feedback": "About five grams, the weight of a US nickel (5.000 g, United States Mint)."},
        "direction": [
            {"text": "None: the hand rests and follows", "correct": True},
            {"text": "A steady pull toward the crown"},
        ],
        "duration": {"value": 180, "tolerance": 60, "feedback": "Three minutes, or less if the client wishes."},
        "stop": [
            {"text": "The client asks you to stop", "correct": True, "unsafe": True},
            {"text": "A sudden, severe headache", "correct": True, "unsafe": True},
            {"text": "The client takes a deep breath"},
        ],
        "part_points": {"landmark": 2, "stop": 2},
        "critical": True,
        "feedback": "A resting contact asks for nothing. It ends at the client's word and at any warning sign.",
    }  # fmt: skip

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        key, remarks = areas.right_and_unsafe(raw)
        options, of_options = touch_form.read_options(raw)
        amounts = touch_form.read_amounts(raw)
        return Draft(
            public={
                "stem": stem_of(raw),
                "image": areas.read_picture(raw, lookup),
                "zones": areas.read_areas(raw),
                "options": options,
                "points": touch_form.read_points(raw, {PLACE, *options, *amounts}),
            },
            key={
                "correct": key["correct"] + of_options["correct"],
                "unsafe": key["unsafe"] + of_options["unsafe"],
                "amounts": amounts,
                "critical": bool(raw.get("critical")),
            },
            feedback=general_feedback(raw) | remarks | touch_form.read_remarks(raw),
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return touch_form.form_from_content(spec, make)

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return touch_problems(public, key)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        given: dict[str, Json] = {}
        for part in ORDER:
            values = [value for value in fields.get(part, ()) if value.strip()]
            if values:
                given[part] = values if part == STOP else values[0]
        return given or None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        given = answer or {}
        single = [(part, given[part]) for part in ORDER if part in given and part != STOP]
        return single + [(STOP, option) for option in given.get(STOP, ())]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        given, picture = answer or {}, public["image"]
        place = {ident: number for number, ident in enumerate(order)}

        def options(part: str) -> list[dict[str, Json]]:
            listed = sorted(public["options"].get(part, ()), key=lambda one: place.get(one["id"], 0))
            chosen = given.get(part, ())
            return [{**one, "checked": one["id"] in chosen if part == STOP else one["id"] == chosen} for one in listed]

        shapes = areas.numbered(public["zones"], picture)
        return {
            "picture": picture,
            "height": zones.view_height(picture) if picture else zones.GRID,
            "areas": [{**one, "checked": one["id"] == given.get(PLACE)} for one in shapes],
            **{LISTS[part]: options(part) for part in LISTS},
            **{name: {"asked": part in public["points"], "value": given.get(part, "")}
               for part, name in AMOUNTS.items()},
        }  # fmt: skip

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        answer = exactly(answer, *public["points"])
        kept: dict[str, Json] = {}
        for part in _asked(public):
            value = _clean_part(public, part, answer.get(part))
            if value:
                kept[part] = value
        return kept or None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        shares = {part: _share(public, key, part, answer.get(part)) for part in _asked(public)}
        total = sum(public["points"].values())
        earned = sum((share * public["points"][part] for part, share in shares.items()), Fraction(0))
        ppm = to_ppm(earned / (total or 1))
        met = [f"zone:{answer[PLACE]}"] if PLACE in answer else []
        met += [f"option:{ident}" for ident in self.chosen(answer)[len(met) :]]
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": part, "right": share == 1, "fraction_ppm": to_ppm(share)}
                        for part, share in shares.items()),
            feedback_refs=(*met, *(f"part:{part}" for part in AMOUNTS if part in key["amounts"]), "general"),
            normalized=answer,
            critical_failed=key["critical"] and _unsafe(public, key, answer),
        )  # fmt: skip

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        right = set(key["correct"])
        best: dict[str, Json] = {}
        for part, listed in ({PLACE: public["zones"]} | public["options"]).items():
            ids = [one["id"] for one in listed if one["id"] in right]
            if ids:
                best[part] = ids if part == STOP else ids[0]
        best |= {part: amount["value"] for part, amount in key["amounts"].items() if amount["value"]}
        return {part: best[part] for part in _asked(public) if part in best} or None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        given, texts = answer or {}, self._texts(public)
        lines = []
        for part in (one for one in ORDER if one in given):
            value = given[part]
            if part in AMOUNTS:
                words = f"{value} {BASE[part]}" if value[-1:].isdigit() else value
            else:
                words = "; ".join(texts.get(one, "") for one in (value if part == STOP else [value]))
            lines.append(f"{WORDS[part]}: {words}")
        return lines

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        given = answer or {}
        return " ".join(
            words for part, words in UNREADABLE.items() if part in given and amount(part, given[part]) is None
        )

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(one["id"] for part in LISTS for one in public["options"].get(part, ())))

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        return [Choosable(ident, text, ident in key["correct"]) for ident, text in self._texts(public).items()]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        given = answer if isinstance(answer, dict) else {}
        single = [one for part in (PLACE, HAND, DIRECTION) if isinstance(one := given.get(part), str)]
        return (*single, *texts_in(answer, STOP))

    def unsafe_in_words(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        texts, right = self._texts(public), set(key["correct"])
        found = [f"Leaving out: {texts[one]}" if one in right else texts[one] for one in texts if one in key["unsafe"]]
        limit = key["amounts"].get(GRAMS, {}).get("limit")
        return [*found, f"More than {limit} g"] if limit else found

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        ident = ref.partition(":")[2]
        return WORDS.get(ident) or self._texts(public).get(ident, "An answer")

    def _texts(self, public: Mapping[str, Json]) -> dict[str, str]:
        """Everything that can be chosen, in words."""
        options = [one for part in LISTS for one in public["options"].get(part, ())]
        return areas.in_words(public["zones"]) | {one["id"]: one["text"] for one in options}


def amount(part: str, text: str) -> Fraction | None:
    """A pressure in grams or a duration in seconds, whatever unit it was written in; None for no number."""
    quantity = numbers.parse(text)
    factor = UNITS[part].get(quantity.unit.casefold()) if quantity else None
    return quantity.value * factor if quantity and factor else None


def _asked(public: Mapping[str, Json]) -> list[str]:
    """The parts of this question, in the order in which they are asked."""
    return [part for part in ORDER if part in public["points"]]


def _clean_part(public: Mapping[str, Json], part: str, value: Json) -> Json:
    """One part in its stored form; None for nothing answered."""
    if value is None:
        return None
    if part in AMOUNTS:
        return short_text(value, numbers.MAX_LENGTH, WORDS[part]).strip() or None
    listed = public["zones"] if part == PLACE else public["options"][part]
    known = [one["id"] for one in listed]
    chosen = value if part == STOP else [value]
    plain = isinstance(chosen, list) and all(isinstance(one, str) for one in chosen)
    if not plain or len(set(chosen)) != len(chosen) or not set(chosen) <= set(known):
        message = f"{WORDS[part]}: the answer names something that cannot be chosen, or one thing twice."
        raise AnswerError(message)
    return [one for one in known if one in chosen] if part == STOP else value


def _share(public: Mapping[str, Json], key: Mapping[str, Json], part: str, value: Json) -> Fraction:
    """How much of one part is right, 0 to 1."""
    if value is None:
        return Fraction(0)
    if part in AMOUNTS:
        wanted, given = key["amounts"][part], amount(part, value)
        nominal, tolerance = amount(part, wanted["value"]), amount(part, wanted["tolerance"])
        if nominal is None or tolerance is None or given is None:
            return Fraction(0)
        return Fraction(numbers.within(wanted=nominal, given=given, tolerance=tolerance))
    if part != STOP:
        return Fraction(value in key["correct"])
    right = {one["id"] for one in public["options"][STOP]} & set(key["correct"])
    chosen = set(value)
    return max(Fraction(0), Fraction(len(chosen & right) - len(chosen - right), len(right) or 1))


def _unsafe(public: Mapping[str, Json], key: Mapping[str, Json], answer: Mapping[str, Json]) -> bool:
    """Whether somebody could be harmed: a place or way marked as unsafe, too much pressure, a stop sign got wrong."""
    unsafe, right = set(key["unsafe"]), set(key["correct"])
    if any(answer.get(part) in unsafe for part in (PLACE, HAND, DIRECTION)):
        return True
    limit, given = key["amounts"].get(GRAMS, {}).get("limit"), answer.get(GRAMS)
    most, pressed = (amount(GRAMS, limit) if limit else None), (amount(GRAMS, given) if given else None)
    if most is not None and pressed is not None and pressed > most:
        return True
    chosen = set(answer.get(STOP, ()))
    return any((one["id"] in chosen) != (one["id"] in right)
               for one in public["options"].get(STOP, ()) if one["id"] in unsafe)  # fmt: skip
