"""Until when completing a course earns a board's credit, and when somebody must be told. Pure: days in, days out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MARKS = (90, 30, 7)
"""Days before an approval ends on which staff and learners are reminded."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One approval of one board: first and last day, its own and the school's taken together."""

    approval: int = 0
    """Which one, for whoever asked."""
    first: date
    last: date
    gives: bool = True
    """It is active, and so is the school's approval."""
    taken_back: bool = False
    """It, or the school's, was marked as lapsed or revoked."""


def last_day(terms: Iterable[Term], *, on: date) -> date | None:
    """The last day of unbroken approval from a day on; None: none holds that day. A renewal goes on where one ends."""
    last: date | None = None
    for term in sorted((term for term in terms if term.gives), key=lambda term: term.first):
        reached = on if last is None else last + A_DAY
        if term.first <= reached and term.last >= reached:
            last = term.last
    return last


def mark_of(last: date, *, on: date) -> int | None:
    """The reminder that is due: the nearest mark passed, so that a sweep that was down catches up with one mail.

    >>> [mark_of(date(2026, 12, 31), on=date(2026, 12, 31) - timedelta(days)) for days in (91, 90, 88, 30, 5, 0)]
    [None, 90, 90, 30, 7, 7]
    """
    left = (last - on).days
    return min((mark for mark in MARKS if 0 <= left <= mark), default=None)


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that does not hold any more: by which approval it was made, and until when."""

    approval: int
    until: date


def broken_promises(
    boards: Iterable[Iterable[Term]], *, enrolled: tuple[date, date], promised: date | None, on: date
) -> list[Broken]:
    """The same of every board whose approvals cover an edition.

    A term that was cut to a day before somebody enrolled, while their order promised a day, broke that promise too.
    """
    known = [list(terms) for terms in boards]
    broken = [broken_promise(terms, enrolled=enrolled, promised=promised, on=on) for terms in known]
    found = [one for one in broken if one]
    if found or promised is None or promised < on:
        return found
    if any(_overlap(one, enrolled) for terms in known for one in terms if one.gives or one.taken_back):
        return []
    before = [one for terms in known for one in terms if one.gives and one.last < enrolled[0]]
    cut = max(before, key=lambda one: one.last, default=None)
    return [Broken(cut.approval, promised)] if cut else []


def broken_promise(
    terms: Iterable[Term], *, enrolled: tuple[date, date], promised: date | None, on: date
) -> Broken | None:
    """What one board's credit was promised for to somebody, or to those who enrolled from one day to another.

    `promised` is what the buyer read. An approval that was taken back had promised its own term to everybody. A day
    that is over was kept: who did not finish by then knew it. A renewal keeps the promise.
    """
    known = list(terms)
    made = [one for one in known if (one.gives or one.taken_back) and _overlap(one, enrolled)]
    taken_back = [one for one in made if one.taken_back]
    until = max([one.last for one in taken_back] + ([promised] if promised and made else []), default=on - A_DAY)
    last = last_day(known, on=on)
    if until < on or (last is not None and last >= until):
        return None
    return Broken(max(taken_back or made, key=lambda one: one.last).approval, until)


def _overlap(term: Term, days: tuple[date, date]) -> bool:
    return term.first <= days[1] and days[0] <= term.last
