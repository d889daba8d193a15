"""What a renewal asks for, and what somebody's hours fill of it. Pure: the rule is an argument (DOMAIN.md 2.2)."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from accreditation.rules.allocation import greatest
from core.months import months_later

NONE = Decimal(0)
PartKind = Literal["total", "requirement", "beside", "limit", "free"]
"""beside: its hours count for another requirement too; free: the room for hours of any subject."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of the hours that must be of a kind (`min_hours`), or a limit on a kind (`max_hours`)."""

    name: str
    subjects: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    hands_on: bool = False
    min_hours: Decimal | None = None
    max_hours: Decimal | None = None
    overlaps: bool = False
    once_only: bool = False
    in_first_cycle: bool = True

    @property
    def asks(self) -> bool:
        """It has a minimum or a limit."""
        return bool(self.min_hours) or self.max_hours is not None

    def fits(self, credit: "Credit") -> bool:
        """Hours of this kind; nothing named = any."""
        return (
            (not self.subjects or credit.subject in self.subjects)
            and (not self.modes or credit.mode in self.modes)
            and (credit.hands_on or not self.hands_on)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """What one profession needs in one jurisdiction to renew, as its row says."""

    total_hours: Decimal
    cycle_months: int = 24
    fixed: tuple[int, int] | None = None
    """Month and day on which everybody renews; None: the day that stands on the license."""
    parity: Literal["", "odd", "even"] = ""
    first_cycle: Literal["full", "none", "flat", "per_month"] = "full"
    first_cycle_hours: Decimal | None = None
    buckets: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """Hours of one kind, earned on a day."""

    hours: Decimal
    subject: str
    mode: str
    hands_on: bool
    on: date


@dataclass(frozen=True, slots=True)
class Cycle:
    """From one renewal to the next, first and last day. `known` is false where no renewal date was given."""

    start: date
    end: date
    is_first: bool
    months: int
    known: bool = True

    def holds(self, day: date) -> bool:
        """The day is one of its days."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Part:
    """One requirement or limit: what it asks, what counts toward it, what is missing."""

    name: str
    required: Decimal
    counted: Decimal
    missing: Decimal
    limit: Decimal | None = None
    kind: PartKind = "requirement"
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands in a cycle. `unused`: hours of this cycle that nothing asks for or a limit cuts off."""

    total: Part
    parts: tuple[Part, ...] = ()
    unused: Decimal = NONE


# --- the cycle ---------------------------------------------------------------


def cycle_of(
    rule: Rule,
    *,
    on: date,
    expires_on: date | None = None,
    issued_on: date | None = None,
    first_cycle: bool = False,
) -> Cycle:
    """The cycle in which a day lies. A license that was never renewed begins its first one on the day of issue."""
    began = issued_on if first_cycle else None
    own = expires_on or (months_later(began, rule.cycle_months) if began and began <= on else None)
    end = _end(rule, on=on, own=own)
    before = months_later(end, -rule.cycle_months)
    renewed_since = began is not None and began <= before if rule.fixed else own is not None and own < end
    first = first_cycle and not renewed_since
    known = rule.fixed is not None or own is not None
    if first and began is not None and began <= end:
        return Cycle(began, end, True, _months_or_parts(began, end), known)
    start = before + timedelta(days=1) if known else months_later(on, -rule.cycle_months)
    return Cycle(start, end, first, rule.cycle_months, known)


def _end(rule: Rule, *, on: date, own: date | None) -> date:
    """The last day: the fixed one, or the license's own, moved by whole cycles; without any, a cycle from the day."""
    if rule.fixed:
        days = _fixed_days(rule, on)
        return own if own in days else days[0]
    if own is None:
        return months_later(on, rule.cycle_months)
    months_off = (on.year - own.year) * 12 + on.month - own.month
    cycles = months_off // rule.cycle_months - 1
    while months_later(own, cycles * rule.cycle_months) < on:
        cycles += 1
    return months_later(own, cycles * rule.cycle_months)


def _fixed_days(rule: Rule, on: date) -> list[date]:
    """The renewal days from a day on, within one cycle (at least the next one), in years of the right parity."""
    month, day = rule.fixed or (1, 1)
    years = range(on.year, on.year + max(2, rule.cycle_months // 12) + 1)
    days = [
        date(year, month, min(day, monthrange(year, month)[1]))
        for year in years
        if not rule.parity or (year % 2 == 1) == (rule.parity == "odd")
    ]
    return [one for one in days if one >= on]


def _months_or_parts(start: date, end: date) -> int:
    """Months from one day to another, a part of a month as a whole one (64B7-28.009 counts so)."""
    months = 1
    while months_later(start, months) <= end:
        months += 1
    return months


# --- the hours ---------------------------------------------------------------


def evaluate(rule: Rule, credits: Sequence[Credit], cycle: Cycle) -> Standing:
    """What somebody's hours fill of what this cycle asks, assigned as well as they can be.

    An hour counts in one requirement at most, in those that overlap besides; what is over, and what fits none, goes
    into the free room (the total less all those minimums); limits cap what counts toward the total.
    """
    asked = _asked(rule, cycle)
    if asked <= 0:
        return Standing(Part("All hours", NONE, NONE, NONE, kind="total"))
    buckets = [one for one in rule.buckets if one.asks and (one.in_first_cycle or not cycle.is_first)]
    earlier = [credit for credit in credits if credit.on < cycle.start]
    wanted = {at: _wanted(bucket, earlier) for at, bucket in enumerate(buckets) if bucket.min_hours}
    least = sum((hours for at, hours in wanted.items() if not buckets[at].overlaps), NONE)
    free = max(asked, least) - least
    kinds = _by_kind([credit for credit in credits if cycle.holds(credit.on)])
    filled = _assign(kinds, buckets, wanted, free)
    parts = [_part(bucket, wanted.get(at), filled.hours[at]) for at, bucket in enumerate(buckets)]
    if free and any(part.kind == "requirement" for part in parts):
        parts.append(_met("Any subject", free, filled.free, kind="free"))
    unused = sum((kind.hours for kind in kinds), NONE) - filled.counted
    return Standing(_met("All hours", least + free, filled.counted, kind="total"), tuple(parts), unused)


def _asked(rule: Rule, cycle: Cycle) -> Decimal:
    """Hours in all; a first cycle may ask for none, a fixed number, or so many for each month or part of one."""
    if not cycle.is_first or rule.first_cycle == "full" or rule.total_hours == 0:
        return rule.total_hours
    if rule.first_cycle == "none":
        return NONE
    hours = rule.first_cycle_hours or NONE
    return hours if rule.first_cycle == "flat" else min(hours * cycle.months, rule.total_hours)


def _wanted(bucket: Bucket, earlier: Sequence[Credit]) -> Decimal:
    """What a requirement asks in this cycle: one that is met once in a career is not asked again."""
    before = sum((credit.hours for credit in earlier if bucket.fits(credit)), NONE) if bucket.once_only else NONE
    return max(NONE, (bucket.min_hours or NONE) - before)


def _by_kind(credits: Sequence[Credit]) -> list[Credit]:
    """One line for all hours of a kind, whenever they were earned."""
    kinds: dict[tuple[str, str, bool], Credit] = {}
    for one in credits:
        kind = (one.subject, one.mode, one.hands_on)
        kinds[kind] = replace(one, hours=one.hours + (kinds[kind].hours if kind in kinds else NONE))
    return list(kinds.values())


@dataclass(frozen=True, slots=True)
class _Filled:
    """The best assignment: hours in each bucket (under each limit), in the free room, and all that count."""

    hours: tuple[Decimal, ...]
    free: Decimal
    counted: Decimal


def _assign(kinds: Sequence[Credit], buckets: Sequence[Bucket], wanted: dict[int, Decimal], free: Decimal) -> _Filled:
    """Asks the linear program: how many hours of each kind lie in each room, and how many count beside.

    A requirement gains more than the free room, and an earlier one more than a later one: so one more credit never
    takes hours out of a requirement that was filled without it.
    """
    any_room = len(buckets)
    rooms = {at: hours for at, hours in wanted.items() if not buckets[at].overlaps} | {any_room: free}
    beside = [at for at in wanted if buckets[at].overlaps]
    fits = [[bucket.fits(kind) for kind in kinds] for bucket in buckets] + [[True] * len(kinds)]
    places = [(which, at) for at in rooms for which in range(len(kinds)) if fits[at][which]]

    def row(chosen: Iterable[bool], *, extra: int | None = None, factor: int = 1) -> list[int]:
        return [factor * one for one in chosen] + [int(at == extra) for at in beside]

    def under(at: int) -> list[bool]:
        return [fits[at][which] for which, _ in places]

    lines = [(row(which == one for one, _ in places), kind.hours) for which, kind in enumerate(kinds)]
    lines += [(row(at == one for _, one in places), hours) for at, hours in rooms.items()]
    lines += [(row(under(at)), one.max_hours) for at, one in enumerate(buckets) if one.max_hours is not None]
    lines += [(row(under(at), extra=at, factor=-1), NONE) for at in beside]
    lines += [(row([False] * len(places), extra=at), wanted[at]) for at in beside]
    gains = [1 + 2 * (any_room - at) for _, at in places] + [1] * len(beside)
    amounts = greatest(gains, [line for line, _ in lines], [Fraction(bound) for _, bound in lines])
    placed = list(zip(places, amounts, strict=False))

    def filled(at: int) -> Decimal:
        if at in beside:
            return _hours(amounts[len(places) + beside.index(at)])
        if at in rooms:
            return _hours(sum((hours for (_, one), hours in placed if one == at), Fraction(0)))
        return _hours(sum((hours for (which, _), hours in placed if fits[at][which]), Fraction(0)))

    counted = _hours(sum((hours for _, hours in placed), Fraction(0)))
    return _Filled(tuple(filled(at) for at in range(any_room)), filled(any_room), counted)


def _hours(amount: Fraction) -> Decimal:
    """To the hundredth, never rounded up."""
    return Decimal(int(amount * 100)).scaleb(-2)


def _part(bucket: Bucket, wanted: Decimal | None, filled: Decimal) -> Part:
    """A requirement with what lies in it, or a limit with what counts under it."""
    if wanted is None:
        return Part(bucket.name, NONE, filled, NONE, bucket.max_hours, "limit", bucket)
    least = bucket.min_hours or NONE
    kind: PartKind = "beside" if bucket.overlaps else "requirement"
    return Part(bucket.name, least, least - wanted + filled, wanted - filled, bucket.max_hours, kind, bucket)


def _met(name: str, required: Decimal, counted: Decimal, *, kind: PartKind) -> Part:
    """The total, or the free room."""
    return Part(name, required, counted, required - counted, kind=kind)
