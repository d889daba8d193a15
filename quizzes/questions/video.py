"""Video-timed question: find the moment of a recording, answer about it, or both (QUIZZES.md, section 1 and 5).

Where the moment lies stays in the key: the page holds the recording and asks for a time, which is judged on the server.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from wagtail import blocks
from wagtailmedia.blocks import AbstractMediaChooserBlock

from . import choices, numbers
from .authoring import (
    OptionBlock,
    QuestionBlock,
    critical_block,
    feedback_block,
    options_from_content,
    read_options,
)
from .base import Draft, Json, Lookup, MakeItem, Result, exactly, short_text, state_of, to_ppm
from .html import is_blank
from .moments import clock_of, seconds_of
from .recordings import LACKS, recording_of
from .stored import said

AT, CHOICE = "at", "c"
UNREADABLE = "Write the time like 1:23 or 83.2."


class RecordingChooserBlock(AbstractMediaChooserBlock):
    """A recording of the library, of either kind."""

    def render_basic(self, value: Any, context: Any = None) -> str:
        """Its title, where revisions are compared."""
        return str(value or "")

    class Meta:
        icon = "media"


class VideoBlock(QuestionBlock):
    """The author's form of a question about a recording."""

    recording = RecordingChooserBlock(required=False, help_text="Video or audio, with captions and transcript.")
    moment_from = blocks.CharBlock(
        required=False, max_length=20, label="Right from", help_text="Like 1:23 or 83.2 (seconds). Both ends count."
    )
    moment_to = blocks.CharBlock(
        required=False, max_length=20, label="Right until", help_text="Empty, as above: no moment is asked for."
    )
    options = blocks.ListBlock(
        OptionBlock(),
        max_num=choices.MAX_OPTIONS,
        default=[],
        help_text="Optional, with one right option. Moment and choice count the same.",
    )
    feedback = feedback_block()
    critical = critical_block()

    class Meta:
        icon = "media"
        label = "Video or audio"
        description = "A moment of a recording to find, or a choice about it."


class Video(choices.ChoiceType):
    """A moment inside the closed interval earns its part, the right option the other one."""

    kind: ClassVar[str] = "video"
    label: ClassVar[str] = "Video or audio"
    block: ClassVar[type[blocks.StructBlock]] = VideoBlock
    template: ClassVar[str] = "quizzes/questions/video.html"

    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: the client says stop",
        "text": "When does the client ask to stop, and what comes next?",
        "moment": {"from": "1:20", "to": "1:26"},
        "options": [
            {"text": "The hands come off at once.", "correct": True, "feedback": "Yes: a stop is a stop."},
            {"text": "The hold is finished first.", "feedback": "A stop needs no reason and no delay."},
        ],
        "feedback": "The client decides when a contact ends.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        draft = read_options(raw)
        recording, lacks = recording_of(raw, lookup)
        first, last = said(raw, "moment_from"), said(raw, "moment_to")
        draft.public.update(recording=recording, timed=bool(first or last))
        draft.key["moment"] = {"from": first, "to": last} if first or last else None
        if lacks:  # only where it is so, as everything that old versions do not have
            draft.key["lacks"] = lacks
        return draft

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        moment = spec.get("moment", {})
        return {
            "recording": None,
            "moment_from": str(moment.get("from", "")),
            "moment_to": str(moment.get("to", "")),
            **options_from_content({"options": [], **spec}, make),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        found = ["Write the question."] if is_blank(public["stem"]) else []
        found += [LACKS[lack] for lack in key.get("lacks", ())] if public["recording"] else ["Choose a recording."]
        if not _parts(public):
            found.append("Ask for a moment, give options, or both.")
        found += _moment_problems(key["moment"]) if key["moment"] else []
        if public["options"] or key["critical"]:
            found += choices.option_problems(public, key)
        if len(key["correct"]) > 1:
            found.append("One option can be right, not several.")
        return found

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        at = next((value.strip() for value in fields.get(AT, ()) if value.strip()), "")
        return ({AT: at} if at else {}) | (choices.chosen_from_form(fields) or {}) or None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        given = answer or {}
        return ([(AT, given[AT])] if AT in given else []) + choices.chosen_fields(given)

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return {
            "recording": public["recording"],
            "timed": public["timed"],
            "at": (answer or {}).get(AT, ""),
            **choices.shown_options(public, answer, order),
        }

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        answer = exactly(answer, *_parts(public))
        at = short_text(answer.get(AT, ""), numbers.MAX_LENGTH, "The time").strip()
        chosen = choices.clean_choice(public, {CHOICE: answer[CHOICE]} if CHOICE in answer else None, at_most=1)
        return ({AT: at} if at else {}) | (chosen or {}) or None

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        at = (answer or {}).get(AT)
        return UNREADABLE if at and seconds_of(at) is None else ""

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        right = {}
        if public["timed"]:
            right[AT] = _inside(key["moment"], answer.get(AT, ""))
        if public["options"]:
            right[CHOICE] = answer.get(CHOICE) == key["correct"]
        ppm = to_ppm(Fraction(sum(right.values()), len(right) or 1))
        chosen = answer.get(CHOICE, [])
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": part, "right": one} for part, one in right.items()),
            feedback_refs=choices.option_refs({CHOICE: chosen}),
            normalized=answer,
            critical_failed=key["critical"] and not set(chosen).isdisjoint(key["unsafe"]),
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        best: dict[str, Json] = {CHOICE: key["correct"][:1]} if key["correct"] else {}
        if key["moment"]:
            first, last = _ends(key["moment"])
            best |= {AT: clock_of((first + last) / 2)} if first is not None and last is not None else {}
        return best or None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        at = (answer or {}).get(AT)
        return ([f"Time: {at}"] if at else []) + choices.chosen_in_words(public, answer)


def _parts(public: Mapping[str, Json]) -> list[str]:
    """What this question asks for."""
    return [AT] * public["timed"] + [CHOICE] * bool(public["options"])


def _ends(moment: Mapping[str, str]) -> tuple[Fraction | None, Fraction | None]:
    return seconds_of(moment["from"]), seconds_of(moment["to"])


def _inside(moment: Mapping[str, str], at: str) -> bool:
    """Whether the time lies in the closed interval."""
    (first, last), given = _ends(moment), seconds_of(at)
    return first is not None and last is not None and given is not None and first <= given <= last


def _moment_problems(moment: Mapping[str, str]) -> list[str]:
    first, last = _ends(moment)
    if first is None or last is None:
        return ["Write both ends of the moment like 1:23 or 83.2, or leave both empty."]
    return ["The moment ends before it begins."] if last < first else []
