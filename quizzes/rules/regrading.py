"""What a regrade would change, as a pure function of plain rows (QUIZZES.md section 11).

A regrade takes a question as it was asked and marks it in another way. Nothing is lowered unless that was chosen; a
mark that a person gave is lowered or raised only by what reaches everyone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quizzes import grading
from quizzes.questions import numbers
from quizzes.questions.base import CORRECT, INVALID, NEEDS_HUMAN, WHOLE, Json
from quizzes.questions.wording import normalize

KEY, ACCEPT, FULL, VOID = "key", "accept", "full", "void"
TAKEN_OUT = "void"
"""The state of an item whose points left the maximum."""

BY_PERSON, UNREADABLE, BETTER, OWN = "by_person", "unreadable", "better", "own"
KEPT = {
    OWN: "nobody marks their own answers: somebody else has to ask for this paper",
    BY_PERSON: "a person gave this mark",
    UNREADABLE: "the newest version cannot read this answer",
    BETTER: "the mark that stands is better",
}

OPTION_KINDS = ("single_choice", "true_false")
ACCEPTS = {**dict.fromkeys(OPTION_KINDS, "option"), "short_text": "text", "numeric": "value"}
"""Kinds to which a further answer can be added, and what names it."""


@dataclass(frozen=True)
class Version:
    """A question as it is asked, and its key."""

    kind: str
    public: Json
    key: Json


@dataclass(frozen=True)
class Change:
    """What is to be done to everyone's marks for one question."""

    action: str
    newest: Version
    params: Mapping[str, str]
    may_lower: bool


@dataclass(frozen=True)
class Mark:
    """What an item has."""

    state: str
    fraction_ppm: int
    critical_failed: bool


@dataclass(frozen=True)
class Asked:
    """The question in one paper, with the answer and the mark that stands."""

    item: int
    version: Version
    points_m: int
    answer: Json
    mark: Mark
    by_person: bool


@dataclass(frozen=True)
class Rest:
    """The rest of a paper, added up."""

    score_m: int
    max_m: int
    critical_failed: bool
    waits: bool


@dataclass(frozen=True)
class Outcome:
    """What a paper comes to. `passed` is None while something of it waits for a person."""

    score_m: int
    max_m: int
    passed: bool | None
    critical_failed: bool

    def worse_than(self, other: "Outcome") -> bool:
        """A smaller share, an unsafe answer that was none, or a pass that is lost."""
        return (
            self.score_m * other.max_m < other.score_m * self.max_m
            or self.critical_failed > other.critical_failed
            or (other.passed is True and self.passed is not True)
        )


@dataclass(frozen=True)
class Paper:
    """One attempt, as far as the question concerns it."""

    attempt: int
    asked: tuple[Asked, ...]
    rest: Rest
    pass_mark: int

    def outcome(self, asked: Iterable[Asked]) -> Outcome:
        """What it comes to with these marks."""
        counted = [one for one in asked if one.mark.state != TAKEN_OUT]
        rows = [
            (one.points_m, grading.points(one.points_m, one.mark.fraction_ppm), one.mark.critical_failed)
            for one in counted
        ]
        rest = self.rest
        total = grading.total([(rest.max_m, rest.score_m, rest.critical_failed), *rows], self.pass_mark)
        waits = rest.waits or any(one.mark.state == NEEDS_HUMAN for one in counted)
        return Outcome(total.score_m, total.max_m, None if waits else total.passed, total.critical_failed)


@dataclass(frozen=True)
class Line:
    """What becomes of one paper: before and after, the marks that change, and why something stays."""

    attempt: int
    before: Outcome
    after: Outcome
    marks: Mapping[int, tuple[Mark, Mark]]
    kept: str = ""


def plan(paper: Paper, change: Change) -> Line:
    """What the change does to one paper."""
    before, kept = paper.outcome(paper.asked), ""
    remarked = []
    for one in paper.asked:
        mark, reason = _remark(one, change)
        remarked.append(replace(one, mark=mark))
        kept = kept or reason
    after = paper.outcome(remarked)
    if after.worse_than(before) and not change.may_lower:
        return Line(paper.attempt, before, before, {}, BETTER)
    pairs = zip(paper.asked, remarked, strict=True)
    marks = {old.item: (old.mark, new.mark) for old, new in pairs if old.mark != new.mark}
    return Line(paper.attempt, before, after, marks, kept)


def _remark(asked: Asked, change: Change) -> tuple[Mark, str]:
    """The mark of one item after the change, and why it stays where it does."""
    stands = asked.mark
    if stands.state == TAKEN_OUT:
        return stands, ""
    if change.action == VOID:
        return Mark(TAKEN_OUT, stands.fraction_ppm, critical_failed=False), ""
    if change.action == FULL:
        return Mark(CORRECT, WHOLE, critical_failed=False), ""
    if stands.state == NEEDS_HUMAN:
        return stands, ""
    if asked.by_person:
        return stands, BY_PERSON
    return _accept(asked, change.params) if change.action == ACCEPT else _by_key(asked, change.newest)


def _by_key(asked: Asked, newest: Version) -> tuple[Mark, str]:
    """By the newest version, which must be able to read what was answered."""
    if newest.kind != asked.version.kind:
        return asked.mark, UNREADABLE
    result = grading.grade(newest.kind, newest.public, newest.key, asked.answer, None)
    if result.needs_human or (result.state == INVALID and asked.mark.state != INVALID):
        return asked.mark, UNREADABLE
    return Mark(result.state, result.fraction_ppm, result.critical_failed), ""


def _accept(asked: Asked, params: Mapping[str, str]) -> tuple[Mark, str]:
    """The better of the mark that stands and what the further answer earns."""
    earned = _earned(asked.version, asked.answer, params)
    stands = asked.mark
    if earned < stands.fraction_ppm or not earned:
        return stands, ""
    return Mark(CORRECT if earned == WHOLE else "partial", earned, critical_failed=False), ""


def _earned(version: Version, answer: Any, params: Mapping[str, str]) -> int:
    """What the further answer is worth to this one, in millionths."""
    if not isinstance(answer, dict):
        return 0
    if version.kind in OPTION_KINDS:
        return WHOLE if answer.get("c") == [params["option"]] else 0
    if version.kind == "short_text":
        counts = bool(version.key["case_counts"])
        said = normalize(str(answer.get("t", "")), case_counts=counts)
        return WHOLE if said == normalize(params["text"], case_counts=counts) else 0
    if version.kind == "numeric":
        accepted = {
            "id": "accepted",
            "value": params["value"],
            "tolerance": params.get("tolerance") or "0",
            "tolerance_kind": numbers.NOMINAL,
            "fraction_ppm": WHOLE,
        }
        key = {**version.key, "answers": [accepted]}
        return grading.grade(version.kind, version.public, key, answer, None).fraction_ppm
    return 0


def params_problems(action: str, kind: str, options: Sequence[str], params: Mapping[str, str]) -> list[str]:
    """Why these parameters name no further answer to a question of this kind."""
    if action != ACCEPT:
        return []
    wanted = ACCEPTS.get(kind)
    if wanted is None:
        return [
            "No single answer can be added to this kind of question. Publish it with the right key and mark by that."
        ]
    given = params.get(wanted, "")
    if wanted == "option":
        return [] if given in options else ["Choose the option that is accepted."]
    if wanted == "text":
        return [] if given.strip() else ["Write the answer that is accepted."]
    return [] if _is_number(given) and _is_number(params.get("tolerance") or "0") else ["Write a number, such as 2.5."]


def _is_number(text: str) -> bool:
    found = numbers.parse(text)
    return found is not None and not found.unit
