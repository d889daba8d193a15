"""What a file of questions would do to a bank, question by question. Nothing is stored here."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from core.freeze import digest
from library.pictures import picture_facts
from quizzes.grading import publishing_problems
from quizzes.interchange.base import Media, Outcome, Parsed, lasting_id
from quizzes.interchange.sameness import essence
from quizzes.models import Question, QuestionBank, QuestionVersion, Tag
from quizzes.questions import BY_KIND
from quizzes.questions.base import Lookup, SpecError
from quizzes.questions.freezing import Frozen, freeze, in_language
from quizzes.questions.pictures import named_pictures
from quizzes.services.interchange_pictures import BadPicture, Checked, Shelf, check

IMPORTED, DRAFT, UNCHANGED, REFUSED = "imported", "draft", "unchanged", "refused"
STATUSES = (IMPORTED, DRAFT, UNCHANGED, REFUSED)
CHANGED = "It is in the bank already and has been changed: the change waits as a draft until somebody publishes it."
UNREVIEWED = "It waits as a draft until somebody who may publish has looked at it."
Tick = Callable[[int, int], None]
_CHUNK = 500
_MAX_ID = 200


@dataclass
class Incoming:
    """One question of the file on its way into the bank."""

    number: int
    name: str
    kind: str
    status: str = ""
    reason: str = ""
    warnings: list[str] = field(default_factory=list)
    parsed: Parsed | None = None
    external_id: str = ""
    stream: list[dict[str, Any]] = field(default_factory=list)
    spec: Frozen | None = None
    tags: list[Tag] = field(default_factory=list)
    pictures: dict[str, Checked] = field(default_factory=dict)
    existing: Question | None = None

    def settle(self, status: str, reason: str = "") -> None:
        """What becomes of it."""
        self.status, self.reason = status, reason

    def row(self) -> dict[str, Any]:
        """Its entry in the report (DESIGN.md section 5)."""
        return {
            "number": self.number,
            "name": self.name,
            "kind": self.kind,
            "status": self.status,
            "reason": self.reason,
            "warnings": self.warnings,
            "spec": in_language(self.spec.public, settings.LANGUAGE_CODE) if self.spec else {},
            "key": self.spec.key if self.spec else {},
        }


def incoming(outcomes: Sequence[Outcome]) -> list[Incoming]:
    """The questions with their pictures checked."""
    return [_arrived(outcome) for outcome in outcomes]


def _arrived(outcome: Outcome) -> Incoming:
    one = Incoming(outcome.number, outcome.name, outcome.kind)
    if not isinstance(outcome, Parsed):
        where = f" (line {outcome.line})" if outcome.line and "Row " not in outcome.reason else ""
        one.settle(REFUSED, f"{outcome.reason}{where}")
        return one
    one.parsed, one.warnings = outcome, list(outcome.warnings)
    if outcome.kind not in BY_KIND:
        one.settle(REFUSED, f'Questions of the kind "{outcome.kind}" are not known here.')
        return one
    if not _storable([outcome.name, outcome.external_id, list(outcome.tags), outcome.category, dict(outcome.value)]):
        one.settle(REFUSED, "It holds characters that cannot be stored.")
        return one
    for place, media in outcome.pictures.items():
        _take_picture(one, place, media)
    one.external_id = _identity(outcome, one.pictures)
    return one


def _storable(value: Any) -> bool:
    """Whether every text can stand in a database column: no NUL, no half of a character."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, Mapping):
        return all(_storable(key) and _storable(part) for key, part in value.items())
    return all(_storable(part) for part in value) if isinstance(value, list) else True


def _take_picture(one: Incoming, place: str, media: Media) -> None:
    try:
        one.pictures[place] = check(media)
    except BadPicture as refusal:
        one.warnings.append(str(refusal))
        one.reason = "A picture is missing: it could not be taken."


def _identity(parsed: Parsed, pictures: Mapping[str, Checked]) -> str:
    """The id that its file gives, else the hash of what it says."""
    if parsed.external_id and len(parsed.external_id) <= _MAX_ID:
        return parsed.external_id
    if parsed.external_id:
        return f"sha256:{digest(parsed.external_id)}"
    shown = {place: one.facts()["sha256"] for place, one in pictures.items()}
    return f"sha256:{digest({'kind': parsed.kind, 'value': dict(parsed.value), 'pictures': shown})}"


class Reader:
    """Decides about each question, with what the bank holds read once."""

    def __init__(self, *, bank: QuestionBank, shelf: Shelf, found: list[Incoming], publish: bool) -> None:
        self.bank, self.shelf, self.publish = bank, shelf, publish
        self.open = [one for one in found if not one.status]
        self.tags = {tag.slug: tag for tag in Tag.objects.all()}
        self.known = self._known([one.external_id for one in self.open])
        self.said = self._said()
        self._first: dict[str, Incoming] = {}
        self._categories: set[str] = set()

    def decide(self, tick: Tick | None = None) -> None:
        """The status of each question that could be read. ``tick`` is told how many are done, of how many."""
        for done, one in enumerate(self.open, start=1):
            if tick:
                tick(done, len(self.open))
            self._read(one)
            if one.status != REFUSED:
                self._decide(one)

    def _known(self, ids: Sequence[str]) -> dict[str, Question]:
        """The bank's questions by where they came from, or by their own uid where the file is an export of ours."""
        found: dict[str, Question] = {}
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            uids = [uid for uid in map(_uuid, chunk) if uid]
            rows = self.bank.questions.filter(Q(external_id__in=chunk) | Q(uid__in=uids, external_id=""))
            for question in rows.select_related("latest_revision"):
                found[question.external_id or str(question.uid)] = question
        return found

    def _said(self) -> dict[int, set[str]]:
        """What each known question says or said: in its versions, as it is stored, and in its newest draft."""
        said: dict[int, set[str]] = {question.pk: set() for question in self.known.values()}
        pks = list(said)
        for start in range(0, len(pks), _CHUNK):
            rows = QuestionVersion.objects.filter(question__in=pks[start : start + _CHUNK]).order_by()
            for pk, kind, public, key in rows.values_list("question_id", "kind", "public", "key"):
                said[pk].add(_essence(kind, public, key))
        bodies = [(question.pk, block) for question in self.known.values() for block in _bodies(question)]
        lookup = Lookup(pictures=picture_facts(name for _, block in bodies for name in named_pictures(block["value"])))
        for pk, block in bodies:
            if frozen := _frozen(block, lookup):
                said[pk].add(_essence(frozen.kind, frozen.public, frozen.key))
        return said

    def _read(self, one: Incoming) -> None:
        parsed = one.parsed
        if parsed is None:
            return
        value = dict(parsed.value)
        for place, picture in one.pictures.items():
            value[place] = {"figure": None, "picture": self.shelf.places[picture.sha1]}
            if not picture.media.alt and place == "illustration":
                one.reason = one.reason or f"Describe the picture {picture.title} for those who do not see it."
        one.stream = [{"type": parsed.kind, "id": lasting_id(one.external_id, "body"), "value": value}]
        lookup = Lookup(pictures=self.shelf.facts)
        try:
            one.spec = freeze(kind=parsed.kind, raw=value, language=settings.LANGUAGE_CODE, lookup=lookup)
        except SpecError as refusal:
            one.settle(REFUSED, str(refusal))
        self._note_tags(one, parsed)
        self._note_rest(one, parsed)

    def _note_tags(self, one: Incoming, parsed: Parsed) -> None:
        for written in parsed.tags:
            slug = "/".join("-".join(part.casefold().split()) for part in written.split("/"))
            if slug in self.tags:
                one.tags.append(self.tags[slug])
            else:
                one.warnings.append(f'The tag "{written}" is not in our list of tags and is left out.')

    def _note_rest(self, one: Incoming, parsed: Parsed) -> None:
        if parsed.category and parsed.category not in self._categories:
            self._categories.add(parsed.category)
            one.warnings.append(f'The category "{parsed.category}" is not kept: the questions go into this bank.')
        if parsed.points is not None and parsed.points != 1:
            one.warnings.append(f"It is worth {parsed.points} points there; here a quiz says what a question is worth.")

    def _decide(self, one: Incoming) -> None:
        frozen, parsed = one.spec, one.parsed
        if frozen is None or parsed is None:
            return
        essence_of = _essence(frozen.kind, frozen.public, frozen.key)
        first = self._first.setdefault(one.external_id, one)
        if first is not one:
            self._again(one, first, essence_of)
            return
        one.existing = self.known.get(one.external_id)
        if one.existing and essence_of in self.said[one.existing.pk]:
            one.settle(UNCHANGED)
            return
        missing = [one.reason] if one.reason else []
        problems = missing + list(parsed.draft_reasons)
        problems += publishing_problems(frozen.kind, in_language(frozen.public, settings.LANGUAGE_CODE), frozen.key)
        if one.existing:
            one.warnings += problems
            one.settle(DRAFT, CHANGED)
        elif problems:
            one.settle(DRAFT, " ".join(dict.fromkeys(missing + list(parsed.draft_reasons) or problems)))
            one.warnings += [problem for problem in dict.fromkeys(problems) if problem not in one.warnings]
        elif not self.publish:
            one.settle(DRAFT, UNREVIEWED)
        else:
            one.settle(IMPORTED)

    def _again(self, one: Incoming, first: Incoming, essence_of: str) -> None:
        before = first.spec
        if before and _essence(before.kind, before.public, before.key) == essence_of:
            one.settle(UNCHANGED, f"It is the same as question {first.number} of this file.")
        else:
            one.settle(REFUSED, f'Its id "{one.external_id[:80]}" belongs to question {first.number} of this file.')


def _essence(kind: str, public: Mapping[str, Any], key: Mapping[str, Any]) -> str:
    feedback = in_language(key.get("feedback", {"": {}}), settings.LANGUAGE_CODE)
    return essence(kind, in_language(public, settings.LANGUAGE_CODE), {**key, "feedback": feedback})


def _bodies(question: Question) -> Iterable[Mapping[str, Any]]:
    """The stored form of a question, and that of its newest draft."""
    yield from (dict(block) for block in question.body.raw_data)
    if question.latest_revision:
        yield from json.loads(question.latest_revision.content.get("body") or "[]")


def _frozen(block: Mapping[str, Any], lookup: Lookup) -> Frozen | None:
    try:
        return freeze(kind=block["type"], raw=block["value"], language=settings.LANGUAGE_CODE, lookup=lookup)
    except (SpecError, KeyError):
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
