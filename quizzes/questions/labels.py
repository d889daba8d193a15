"""Labels on a picture: each name is put on one of the numbered areas (QUIZZES.md 5.1 and 12).

Areas without a label and labels without an area are allowed. The areas are shown to everyone: they are where things can
be put, and say nothing of what belongs there.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from wagtail import blocks

from . import areas, zones
from .authoring import feedback_block, general_feedback, stem_of
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
from .neutral_names import name_problems
from .stored import list_items, said

PER_LABEL, ALL_OR_NOTHING = "per_label", "all_or_nothing"
POLICIES = {
    PER_LABEL: "Per label: each one in its place counts; one that belongs nowhere takes as much away",
    ALL_OR_NOTHING: "All or nothing",
}
MAX_LABELS = 30


class LabelBlock(blocks.StructBlock):
    """A label."""

    text = blocks.CharBlock(required=False, max_length=80)
    remark = blocks.TextBlock(
        required=False, rows=2, help_text="Shown to those who used it, once the quiz allows feedback."
    )

    class Meta:
        icon = "tag"
        label = "Label"


class LabeledAreaBlock(areas.AreaBlock):
    """An area and what belongs on it."""

    labels = blocks.ListBlock(
        LabelBlock(), max_num=5, default=[], help_text="What belongs here. None: the area stays empty."
    )


class LabelsBlock(areas.PictureQuestionBlock):
    """The author's form of labels on a picture."""

    zones = areas.areas_block(LabeledAreaBlock())
    extra = blocks.ListBlock(
        LabelBlock(), max_num=10, default=[], label="Labels that belong nowhere", help_text="Optional distractors."
    )
    policy = blocks.ChoiceBlock(choices=list(POLICIES.items()), default=PER_LABEL, label="Marking")
    feedback = feedback_block()

    class Meta:
        icon = "tag"
        label = "Labels on a picture"
        description = "Names that are put on numbered areas of a figure."


class Labels(QuestionType):
    """Each label goes to one area or stays off the picture. Several labels may lie on one area."""

    kind: ClassVar[str] = "labels"
    label: ClassVar[str] = "Labels on a picture"
    block: ClassVar[type[blocks.StructBlock]] = LabelsBlock
    template: ClassVar[str] = "quizzes/questions/labels.html"

    hint: ClassVar[str] = "Choose an area for each label. The areas have their numbers in squares."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: bones on the side of the head",
        "text": "Put each name on its bone.",
        "figure": "lateral-skull",
        "alt": "A skull from the left side with four areas to be named.",
        "zones": [
            {"name": "front of the head, above the eye", "at": [1900, 1500, 1600, 1900], "labels": ["Frontal bone"]},
            {"name": "crown, above the ear", "at": [5600, 1200, 1900, 1400], "labels": ["Parietal bone"]},
            {"name": "side of the head, around the ear", "at": [4800, 4000, 1500, 1300], "labels": ["Temporal bone"]},
            {"name": "back of the head", "at": [7500, 4500, 1400, 1500], "labels": ["Occipital bone"]},
        ],
        "extra": ["Sacrum"],
        "feedback": "The sacrum is the base of the spine; it is no bone of the head.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        labels: list[dict[str, str]] = []
        right: dict[str, str] = {}
        feedback = general_feedback(raw)
        owners = [(zone, value.get("labels")) for zone, value in list_items(raw.get("zones"), "Areas")]
        for zone, listed in [*owners, ("", raw.get("extra"))]:
            for ident, value in list_items(listed, "Labels"):
                labels.append({"id": ident, "text": said(value, "text")})
                if zone:
                    right[ident] = zone
                if remark := said(value, "remark"):
                    feedback[f"label:{ident}"] = remark
        return Draft(
            public={
                "stem": stem_of(raw),
                "image": areas.read_picture(raw, lookup),
                "policy": raw.get("policy") or PER_LABEL,
                "zones": areas.read_areas(raw),
                # By their text: in the author's order they would stand as the areas do.
                "labels": sorted(labels, key=lambda label: (label["text"].casefold(), label["id"])),
            },
            key={"right": right, "critical": False},
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        form = areas.areas_from_content(spec, make)
        for item, zone in zip(form["zones"], spec["zones"], strict=True):
            for name in ("correct", "unsafe", "remark"):
                del item["value"][name]
            item["value"]["labels"] = [_label(make, label) for label in zone.get("labels", ())]
        extra = [_label(make, label) for label in spec.get("extra", ())]
        return {**form, "extra": extra, "policy": spec.get("policy", PER_LABEL)}

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        texts = [label["text"] for label in public["labels"]]
        found = areas.picture_problems(public) + areas.area_problems(public["zones"], public["image"])
        found += name_problems(public["zones"], [public["stem"], *texts])
        if public["policy"] not in POLICIES:
            found.append("Choose how the question is marked.")
        if not key["right"]:
            found.append("Write at least one label that belongs on an area.")
        if len(texts) > MAX_LABELS:
            found.append(f"Give at most {MAX_LABELS} labels.")
        if not all(texts):
            found.append("A label is empty.")
        if len({text.casefold() for text in texts}) != len(texts):
            found.append("Two labels say the same: nobody could tell which goes where.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        named = {name.partition(".")[2]: values for name, values in fields.items() if name.startswith("d.")}
        placed = {label: next(iter(values), "") or None for label, values in named.items()}
        return {"d": placed} if any(placed.values()) else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [(f"d.{label}", zone or "") for label, zone in (answer or {}).get("d", {}).items()]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        placed = (answer or {}).get("d", {})
        texts = {label["id"]: label["text"] for label in public["labels"]}
        picture = public["image"]
        return {
            "picture": picture,
            "height": zones.view_height(picture) if picture else zones.GRID,
            "areas": areas.numbered(public["zones"], picture),
            "labels": [{"id": one, "text": texts[one], "zone": placed.get(one) or ""} for one in order or texts],
        }

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        placed = exactly(answer, "d").get("d", {})
        known = {zone["id"] for zone in public["zones"]}
        labels = [label["id"] for label in public["labels"]]
        if not isinstance(placed, dict) or not set(placed) <= set(labels):
            message = "The answer names a label that this question does not have."
            raise AnswerError(message)
        if not all(zone is None or (isinstance(zone, str) and zone in known) for zone in placed.values()):
            message = "A label lies on an area that this picture does not have."
            raise AnswerError(message)
        kept = {label: placed.get(label) for label in labels}
        return {"d": kept} if any(kept.values()) else None

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        placed, right = answer["d"], key["right"]
        parts = [{"id": label["id"], "right": placed[label["id"]] == right.get(label["id"])}
                 for label in public["labels"]]  # fmt: skip
        if (policy or public["policy"]) == ALL_OR_NOTHING:
            share = Fraction(all(part["right"] for part in parts))
        else:
            in_place = sum(placed.get(label) == zone for label, zone in right.items())
            astray = sum(bool(zone) and label not in right for label, zone in placed.items())
            share = Fraction(in_place - astray, len(right) or 1)
        ppm = to_ppm(share)
        used = [f"label:{label['id']}" for label in public["labels"] if placed[label["id"]]]
        return Result(ppm, state_of(ppm), tuple(parts), (*used, "general"), normalized=answer)

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        return (
            {"d": {label["id"]: key["right"].get(label["id"]) for label in public["labels"]}} if key["right"] else None
        )

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        placed, names = (answer or {}).get("d", {}), areas.in_words(public["zones"])
        lines = [(label["text"], names.get(placed.get(label["id"]) or "")) for label in public["labels"]]
        return [f"{text}: {name[0].lower()}{name[1:]}" for text, name in lines if name]

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(label["id"] for label in public["labels"]))

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        """Every label on every area: which way a label goes astray is what its author wants to see."""
        return [
            Choosable(
                _pair(label["id"], zone["id"]),
                f"{label['text']} on area {number}",
                key["right"].get(label["id"]) == zone["id"],
            )
            for label in public["labels"]
            for number, zone in enumerate(public["zones"], start=1)
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return tuple(_pair(label, zone) for label, zone in pairs_in(answer, "d") if zone)

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        texts = {label["id"]: label["text"] for label in public["labels"]}
        return texts.get(ref.partition(":")[2], "A label")


def _pair(label: str, zone: str) -> str:
    return f"{label}:{zone}"


def _label(make: MakeItem, label: Any) -> dict[str, Json]:
    """A text, or a table with text and feedback."""
    spec = {"text": label} if isinstance(label, str) else label
    text = spec["text"].strip()
    return make(f"label {text}", {"text": text, "remark": spec.get("feedback", "").strip()})
