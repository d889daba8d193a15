"""What a course would give toward one renewal: the hours that count, where, and why the others do not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from accreditation.rules.renewal import Credit, Cycle, Part, Rule, Standing, evaluate
from accreditation.rules.vocabulary import Mode

Verdict = Literal["yes", "partly", "unknown", "no"]
TAUGHT = {
    frozenset({Mode.LIVE_IN_PERSON.value}): "in person",
    frozenset({Mode.LIVE_IN_PERSON.value, Mode.LIVE_ONLINE.value}): "live",
    frozenset({Mode.LIVE_ONLINE.value}): "by webinar",
    frozenset({Mode.SELF_PACED.value}): "of home study",
}


@dataclass(frozen=True, slots=True)
class Toward:
    """What the course would give toward one requirement."""

    part: Part
    """As it would stand after the course."""
    hours: Decimal

    @property
    def name(self) -> str:
        """The requirement, as its row names it."""
        return self.part.name

    @property
    def said(self) -> str:
        """5 of 5; 0 of 12, 3 before it."""
        had = self.part.counted - self.hours
        before = f", {number(had)} before it" if had else ""
        return f"{number(self.hours)} of {number(self.part.required)}{before}"


@dataclass(frozen=True, slots=True)
class Count:
    """A course against one cycle. `reasons`: why hours are left out; `asked`: hours of the whole renewal."""

    hours: Decimal
    counted: Decimal
    asked: Decimal
    towards: tuple[Toward, ...] = ()
    not_taught_so: tuple[str, ...] = ()
    """Requirements of a way of teaching that the course does not have: 12 in person."""
    reasons: tuple[str, ...] = ()

    @property
    def left_out(self) -> Decimal:
        """Hours of the course that this cycle cannot use."""
        return self.hours - self.counted

    @property
    def verdict(self) -> Verdict:
        """Yes only where every hour counts."""
        if self.counted == 0:
            return "no"
        return "yes" if self.left_out == 0 else "partly"

    @property
    def sentence(self) -> str:
        """5 of these 6 hours count, as hours of any subject; none toward the 12 in person."""
        if self.asked == 0:
            return "This renewal asks for no continuing education."
        if self.counted == 0:
            said = f"None of {_these(self.hours)} counts in this renewal"
        else:
            many = f"{number(self.counted)} of {_these(self.hours)}" if self.left_out else _all(self.hours)
            said = f"{many} count{'s' if self.counted == 1 else ''}{self._where()}"
        without = "".join(f"; none toward the {what}" for what in self.not_taught_so)
        return f"{said}{without}."

    def _where(self) -> str:
        """`, as hours of any subject`; `: 2 for Ethics and 4 as hours of any subject`; of them besides for another."""
        main = [_gain(one) for one in self.towards if one.hours and one.part.kind in ("requirement", "free")]
        beside = [_gain(one) for one in self.towards if one.hours and one.part.kind == "beside"]
        if not main:
            said = ""
        elif len(main) == 1:
            said = ", " + main[0].partition(" ")[2]
        else:
            said = ": " + joined(main)
        return said + (f"; of them {joined(beside)}" if beside else "")


def count(rule: Rule, cycle: Cycle, offered: Sequence[Credit], earned: Sequence[Credit] = ()) -> Count:
    """The difference that a course makes to what somebody has already."""
    before = evaluate(rule, earned, cycle)
    after = evaluate(rule, [*earned, *offered], cycle)
    hours = sum((credit.hours for credit in offered), Decimal(0))
    towards = tuple(
        Toward(now, now.counted - was.counted)
        for was, now in zip(before.parts, after.parts, strict=True)
        if now.kind != "limit"
    )
    counted = after.total.counted - before.total.counted
    left_out = after.total.required > 0 and counted < hours
    return Count(
        hours=hours,
        counted=counted,
        asked=after.total.required,
        towards=towards,
        not_taught_so=tuple(_not_taught_so(towards, offered)),
        reasons=tuple(_reasons(before, after, offered)) if left_out else (),
    )


def _not_taught_so(towards: Iterable[Toward], offered: Sequence[Credit]) -> Iterable[str]:
    """A requirement of hours in person gets nothing from home study: said even where all hours count elsewhere."""
    modes = {credit.mode for credit in offered}
    for one in towards:
        wanted = one.part.bucket.modes if one.part.bucket else frozenset()
        if wanted and not one.hours and one.part.missing and not wanted & modes:
            yield f"{number(one.part.required)} {TAUGHT.get(wanted, 'taught otherwise')}"


def _reasons(before: Standing, after: Standing, offered: Sequence[Credit]) -> Iterable[str]:
    """Limits that cut the course off, requirements of its kind that are full, and the room for the rest."""
    fitting = [part for part in after.parts if part.bucket and any(part.bucket.fits(credit) for credit in offered)]
    for part in fitting:
        if part.limit is not None and (part.kind != "limit" or part.counted == part.limit):
            yield f"At most {_hours(part.limit)} of {part.name} count."
    room = next((part for part in after.parts if part.kind == "free"), after.total)
    if room.missing:
        return
    for part in fitting:
        if part.kind == "requirement" and not part.missing:
            yield f"{part.name} asks for {_hours(part.required)}."
    had = next((part for part in before.parts if part.kind == "free"), before.total).counted
    filled = f", and you have {number(had)} of them" if had else ""
    if room.kind == "free":
        yield f"Only {_hours(room.required)} of any subject count{filled}."
    else:
        yield f"This renewal asks for {_hours(room.required)} in all{filled}."


def number(hours: Decimal) -> str:
    """6, 1.5."""
    return f"{hours.normalize():f}"


def joined(parts: Sequence[str]) -> str:
    """One, two and three."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _hours(hours: Decimal) -> str:
    return f"{number(hours)} hour{'' if hours == 1 else 's'}"


def _these(hours: Decimal) -> str:
    return "this hour" if hours == 1 else f"these {_hours(hours)}"


def _all(hours: Decimal) -> str:
    return "This hour" if hours == 1 else f"All {_hours(hours)}"


def _gain(one: Toward) -> str:
    if one.part.kind == "free":
        return f"{number(one.hours)} as hours of any subject"
    return f"{number(one.hours)} for {one.name}{' too' if one.part.kind == 'beside' else ''}"
