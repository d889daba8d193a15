"""Hotspot: point at the right place of a picture, or choose it from a list of places (QUIZZES.md 5.2 and 12).

Both ways are marked by the same function. Where the areas lie stays in the key: the page holds the picture and the
areas' neutral names, and a point is judged on the server.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import areas, zones
from .authoring import critical_block, feedback_block, general_feedback, stem_of
from .base import (
    AnswerError,
    Choosable,
    Draft,
    Json,
    Lookup,
    MakeItem,
    QuestionType,
    Result,
    exactly,
    state_of,
    texts_in,
    to_ppm,
)
from .neutral_names import name_problems

ALL_OR_NOTHING, RIGHT_MINUS_WRONG = "all_or_nothing", "right_minus_wrong"
POLICIES = {
    RIGHT_MINUS_WRONG: "Right minus wrong: a wrong area or a point outside takes away what a right one gives",
    ALL_OR_NOTHING: "All or nothing",
}
MAX_POINTS = 20


class HotspotBlock(areas.PictureQuestionBlock):
    """The author's form of a question that is answered by pointing."""

    zones = areas.areas_block(areas.AnswerAreaBlock())
    many = blocks.BooleanBlock(required=False, label="More than one area may be chosen")
    policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=RIGHT_MINUS_WRONG, label="Marking")
    feedback = feedback_block()
    critical = critical_block()

    class Meta:
        icon = "crosshairs"
        label = "Point at the picture"
        description = "A place on a figure, by pointing or from a list."


class Hotspot(QuestionType):
    """Point at it. A point on the border is inside; every point outside all areas is one wrong choice."""

    kind: ClassVar[str] = "hotspot"
    label: ClassVar[str] = "Point at the picture"
    block: ClassVar[type[blocks.StructBlock]] = HotspotBlock
    template: ClassVar[str] = "quizzes/questions/hotspot.html"

    hint: ClassVar[str] = "Choose from the list below the picture."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the squamous suture",
        "text": "Where is the squamous suture?",
        "figure": "lateral-skull",
        "alt": "A skull from the left side, its bones and sutures marked with numbers.",
        "zones": [
            {
                "name": "upper front, from the crown to the temple",
                "at": [3900, 1300, 1400, 2200],
                "feedback": "That is the coronal suture, between the frontal and the parietal bones.",
            },
            {
                "name": "middle of the side, an arch above the ear",
                "at": [5300, 3000, 1700, 1500],
                "correct": True,
                "feedback": "Yes: between the temporal and the parietal bone.",
            },
            {
                "name": "back of the head, upper part",
                "at": [7600, 2400, 1500, 2000],
                "feedback": "That is the lambdoid suture, between the parietal and the occipital bone.",
            },
        ],
        "feedback": "The squamous suture runs in an arch between the temporal and the parietal bone.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        drawn = areas.read_areas(raw)
        key, remarks = areas.right_and_unsafe(raw)
        return Draft(
            public={
                "stem": stem_of(raw),
                "image": areas.read_picture(raw, lookup),
                "many": bool(raw.get("many")),
                "policy": raw.get("policy") or RIGHT_MINUS_WRONG,
                "zones": [{"id": area["id"], "name": area["name"]} for area in drawn],
            },
            key={
                **key,
                "critical": bool(raw.get("critical")),
                "zones": [{"id": area["id"], "shape": area["shape"], "at": area["at"]} for area in drawn],
            },
            feedback=general_feedback(raw) | remarks,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        right = sum(bool(zone.get("correct")) for zone in spec["zones"])
        return {
            **areas.areas_from_content(spec, make),
            "many": bool(spec.get("many", right > 1)),
            "policy": spec.get("policy", RIGHT_MINUS_WRONG),
            "critical": bool(spec.get("critical")),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        whole = [{**name, **place} for name, place in zip(public["zones"], key["zones"], strict=True)]
        found = areas.picture_problems(public) + areas.area_problems(whole, public["image"])
        found += name_problems(whole, [public["stem"]])
        if public["policy"] not in POLICIES:
            found.append("Choose how the question is marked.")
        if not key["correct"]:
            found.append("Mark the right answer: no area is marked as right.")
        elif not public["many"] and len(key["correct"]) > 1:
            found.append("Several areas are right, but only one may be chosen: allow more than one.")
        elif public["many"] and len(key["correct"]) > MAX_POINTS:
            found.append(f"At most {MAX_POINTS} areas can be right.")
        return found + unsafe_problems(key)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        chosen = [value for value in fields.get("z", ()) if value]
        if chosen:  # the list decides: only a page without script sends both, and there the list was used last
            return {"z": chosen}
        points = [_pair(value) for value in fields.get("p", ()) if value]
        return {"p": points} if points else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        given = answer or {}
        return [("z", zone) for zone in given.get("z", ())] + [("p", f"{x},{y}") for x, y in given.get("p", ())]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        given = answer or {}
        chosen = set(given.get("z", ()))
        picture = public["image"]
        height = zones.view_height(picture) if picture else zones.GRID
        return {
            "picture": picture,
            "many": public["many"],
            "height": height,
            "areas": [{**one, "checked": one["id"] in chosen} for one in areas.numbered(public["zones"], picture)],
            "points": [
                {"number": number, "x": x, "y": y, "cy": y * height // zones.GRID, "words": _place(x, y)}
                for number, (x, y) in enumerate(given.get("p", ()), start=1)
            ],
        }

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        answer = exactly(answer, "p", "z")
        if len(answer) > 1:
            message = "Point at the picture or choose from the list, not both."
            raise AnswerError(message)
        if "p" in answer:
            return _clean_points(public, answer["p"])
        return clean_zones(public, answer.get("z", []), at_most=None if public["many"] else 1)

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        hits = [zones.hit(key["zones"], x, y) for x, y in answer["p"]] if "p" in answer else list(answer["z"])
        chosen, outside = {zone for zone in hits if zone}, hits.count(None)
        right = set(key["correct"])
        if (policy or public["policy"]) == ALL_OR_NOTHING:
            share = Fraction(bool(right) and chosen == right and not outside)
        else:
            share = Fraction(len(chosen & right) - len(chosen - right) - outside, len(right) or 1)
        ppm = to_ppm(share)
        met = [zone["id"] for zone in public["zones"] if zone["id"] in chosen]
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": zone["id"], "right": (zone["id"] in chosen) == (zone["id"] in right)}
                        for zone in public["zones"]),
            feedback_refs=(*(f"zone:{zone}" for zone in met), "general"),
            normalized={"z": met, "outside": outside},
            critical_failed=key["critical"] and not chosen.isdisjoint(key["unsafe"]),
        )  # fmt: skip

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return {"z": list(key["correct"])} if key["correct"] else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        given, names = answer or {}, areas.in_words(public["zones"])
        return [names[zone] for zone in names if zone in given.get("z", ())] + [
            f"A point {_place(x, y)}" for x, y in given.get("p", ())
        ]

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        right = set(key["correct"])
        return [Choosable(zone, words, zone in right) for zone, words in areas.in_words(public["zones"]).items()]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return texts_in(answer, "z")

    def chose(self, key: Mapping[str, Json], answer: Json) -> tuple[str, ...]:
        points = answer.get("p") if isinstance(answer, dict) else None
        if not isinstance(points, list):
            return self.chosen(answer)
        hits = (zones.hit(key["zones"], *point) for point in points if _on_grid(point))
        return tuple(dict.fromkeys(zone for zone in hits if zone))

    def unsafe_in_words(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return [words for zone, words in areas.in_words(public["zones"]).items() if zone in key["unsafe"]]

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        return areas.in_words(public["zones"]).get(ref.partition(":")[2], "An area")


def clean_zones(public: Mapping[str, Json], chosen: Json, *, at_most: int | None) -> Json:
    """The areas chosen from the list, in the author's order."""
    known = [zone["id"] for zone in public["zones"]]
    if not isinstance(chosen, list) or not all(isinstance(zone, str) for zone in chosen):
        message = "The choice must be a list of areas."
        raise AnswerError(message)
    if len(set(chosen)) != len(chosen) or not set(chosen) <= set(known):
        message = "The choice names an area that this picture does not have, or one of them twice."
        raise AnswerError(message)
    if at_most is not None and len(chosen) > at_most:
        message = "Choose one area."
        raise AnswerError(message)
    return {"z": [zone for zone in known if zone in set(chosen)]} if chosen else None


def unsafe_problems(key: Mapping[str, Json]) -> list[str]:
    """Unsafe areas and the flag of the question belong together."""
    found = []
    if set(key["unsafe"]) & set(key["correct"]):
        found.append("An area is marked as right and as unsafe.")
    if key["critical"] and not key["unsafe"]:
        found.append("A safety-critical question needs at least one area marked as unsafe.")
    if key["unsafe"] and not key["critical"]:
        found.append("An area is marked as unsafe, but the question is not marked as safety-critical.")
    return found


def _clean_points(public: Mapping[str, Json], points: Json) -> Json:
    """Points on the grid; pointing twice at the same spot is pointing once."""
    if not isinstance(points, list) or len(points) > MAX_POINTS:
        message = f"Point at no more than {MAX_POINTS} places."
        raise AnswerError(message)
    kept: list[list[int]] = []
    for point in points:
        if not _on_grid(point):
            message = "A point lies outside the picture."
            raise AnswerError(message)
        if point not in kept:
            kept.append(list(point))
    if not public["many"] and len(kept) > 1:
        message = "Point at one place."
        raise AnswerError(message)
    return {"p": kept} if kept else None


def _on_grid(point: Json) -> bool:
    """Whether it is a point of the picture: two whole numbers of the grid."""
    whole = isinstance(point, list) and len(point) == 2 and all(type(number) is int for number in point)
    return whole and all(0 <= number <= zones.GRID for number in point)


def _pair(text: str) -> Json:
    """ "4210,3377" as two numbers; anything else stays what it is and is refused."""
    parts = text.split(",")
    plain = len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts)
    return [int(part) for part in parts] if plain else text[:20]


def _place(x: int, y: int) -> str:
    """A point as one says it."""
    return f"{x // 100} % from the left, {y // 100} % from the top"
