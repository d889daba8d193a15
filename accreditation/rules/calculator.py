"""How many hours a board's rule makes of a piece of work, with the arithmetic in words (DOMAIN.md 2.4, NCBTMB's FAQ).

What is awarded is what a board has approved, never what is computed here; a difference is a warning to staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

INSTRUCTION, PRACTICE, ASSESSMENT, BREAK, MEAL = "instruction", "practice", "assessment", "break", "meal"
KINDS = (INSTRUCTION, PRACTICE, ASSESSMENT, BREAK, MEAL)
COUNTED = frozenset({INSTRUCTION, PRACTICE, ASSESSMENT})
"""Kinds of agenda lines that are teaching; breaks and meals are not."""
HOUR = 60
LONG_STRETCH = 2
"""Hours of teaching without a pause after which we ask whether the breaks were saved up."""


@dataclass(frozen=True, slots=True)
class Step:
    """A way to round: down to so many parts of an hour, written with so many decimals."""

    parts: int
    decimals: int
    words: str


ROUNDING = {
    "half_down": Step(2, 1, "rounded down to a half hour"),
    "quarter_down": Step(4, 2, "rounded down to a quarter hour"),
    "tenth_down": Step(10, 1, "rounded down to a tenth"),
    "none": Step(100, 2, "not rounded, cut after two decimals"),
}


@dataclass(frozen=True, slots=True)
class HourRule:
    """What an hour is for one board. An empty figure is one that we do not know: it is said, never assumed."""

    minutes_per_hour: int | None = None
    break_minutes: int | None = None
    words_per_hour: int | None = None
    counts_assignments: bool = True
    rounding: str = "half_down"


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One line of the agenda of a live day."""

    day: int
    kind: str
    starts: time
    ends: time

    @property
    def minutes(self) -> int:
        """From start to end on the same day."""
        return _minute(self.ends) - _minute(self.starts)

    def __str__(self) -> str:
        return f"{self.starts:%H:%M} to {self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to count: words and recordings to study, the agenda of live days, practice turned in and verified.

    A recorded webinar is a recording. Practice that nobody verifies is not work that counts.
    """

    words: int = 0
    media_seconds: int = 0
    agenda: tuple[AgendaLine, ...] = ()
    assignment_minutes: int = 0

    def __add__(self, other: Work) -> Work:
        """Both together: figures are added before anything is divided."""
        return Work(
            words=self.words + other.words,
            media_seconds=self.media_seconds + other.media_seconds,
            agenda=self.agenda + other.agenda,
            assignment_minutes=self.assignment_minutes + other.assignment_minutes,
        )


@dataclass(frozen=True, slots=True)
class Computation:
    """Hours, and how they come about. With an error nothing is computed: hours are 0 and `stands` is False."""

    hours: Decimal
    lines: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the hours say anything."""
        return not self.errors


@dataclass(slots=True)
class _Account:
    """The sum as it grows."""

    total: Fraction
    lines: list[str]
    errors: list[str]
    warnings: list[str]


def calculate(rule: HourRule, work: Work) -> Computation:
    """All parts as fractions, added, rounded once: thirds of an hour from three places make one hour, not half of one.

    >>> calculate(HourRule(words_per_hour=12_000), Work(words=30_000, media_seconds=5_400)).hours
    Decimal('4.0')
    """
    account = _Account(Fraction(0), [], [], [])
    _home_study(rule, work, account)
    _live(rule, work.agenda, account)
    step = ROUNDING[rule.rounding]
    hours = Decimal(0) if account.errors else _rounded(account.total, step)
    if not account.lines and not account.errors:
        account.lines.append("There is nothing to count yet.")
    elif not account.errors:
        account.lines.append(f"Together {_say(account.total)}, {step.words}: {hours}")
    return Computation(hours, tuple(account.lines), tuple(account.errors), tuple(account.warnings))


def _home_study(rule: HourRule, work: Work, account: _Account) -> None:
    """Words, an hour of recording as an hour, and what was turned in and verified."""
    if work.words and rule.words_per_hour is None:
        account.errors.append("We do not know how many words this board takes for an hour: ask the board.")
    elif work.words and rule.words_per_hour:
        _add(
            account, Fraction(work.words, rule.words_per_hour), f"Text: {work.words:,} words ÷ {rule.words_per_hour:,}"
        )
    if work.media_seconds:
        said = _say(Fraction(work.media_seconds, HOUR))
        _add(account, Fraction(work.media_seconds, HOUR * HOUR), f"Recordings: {said} minutes ÷ {HOUR}")
    if work.assignment_minutes and rule.counts_assignments:
        said = f"Verified assignments: {work.assignment_minutes:,} minutes ÷ {HOUR}"
        _add(account, Fraction(work.assignment_minutes, HOUR), said)
    elif work.assignment_minutes:
        account.lines.append(f"Assignments: {work.assignment_minutes:,} minutes; this board does not count them.")


def _live(rule: HourRule, agenda: Sequence[AgendaLine], account: _Account) -> None:
    """Teaching minutes by the rule's hour, day by day."""
    if not agenda:
        return
    if rule.minutes_per_hour is None:
        account.errors.append(
            "We do not know how many minutes of teaching this board takes for an hour: ask the board."
        )
    if rule.break_minutes is None:
        account.lines.append("We know of no rule of this board about breaks: they are not checked.")
    for day in sorted({line.day for line in agenda}):
        lines = sorted((line for line in agenda if line.day == day), key=lambda line: (line.starts, line.ends))
        wrong = _disorder(day, lines)
        account.errors += wrong
        if not wrong and rule.minutes_per_hour:
            _live_day(rule, rule.minutes_per_hour, day, lines, account)


def _disorder(day: int, lines: Sequence[AgendaLine]) -> list[str]:
    """Lines that end before they begin, or run into each other."""
    found = [f"Day {day}: {line} ends before it begins." for line in lines if line.minutes <= 0]
    if found:
        return found
    return [f"Day {day}: {one} and {two} overlap." for one, two in pairwise(lines) if two.starts < one.ends]


def _live_day(rule: HourRule, hour: int, day: int, lines: Sequence[AgendaLine], account: _Account) -> None:
    taught = sum(line.minutes for line in lines if line.kind in COUNTED)
    hours = Fraction(taught, hour)
    _add(account, hours, f"Day {day}: {taught} minutes of teaching ÷ {hour}")
    for word, kind in (("breaks", BREAK), ("meals", MEAL)):
        minutes = sum(line.minutes for line in lines if line.kind == kind)
        if minutes:
            account.lines.append(f"Day {day}: {minutes} minutes of {word} do not count.")
    account.warnings += _gaps(day, lines)
    if rule.break_minutes:
        account.errors += _breaks(rule.break_minutes, int(hours), day, lines)
        account.warnings += _stretches(LONG_STRETCH * hour, day, lines)


def _breaks(each: int, full_hours: int, day: int, lines: Sequence[AgendaLine]) -> list[str]:
    """A break for each full hour, taken between teaching; the last hour's own may close the day, no more than that.

    NCBTMB: 50 minutes of instruction and a break of 10 are an hour; breaks are not skipped, nor saved for going early.
    """
    last = max((place for place, line in enumerate(lines) if line.kind in COUNTED), default=-1)
    closing = sum(line.minutes for line in lines[last + 1 :] if line.kind == BREAK)
    taken = sum(line.minutes for line in lines[: last + 1] if line.kind == BREAK) + min(closing, each)
    wanted = each * full_hours
    problems = []
    if closing > each:
        problems.append(f"Day {day}: {closing} minutes of break are saved for the end. Put them between the hours.")
    if taken < wanted:
        problems.append(f"Day {day}: {wanted - taken} more minutes of break are needed: {each} for each full hour.")
    return problems


def _stretches(longest: int, day: int, lines: Sequence[AgendaLine]) -> list[str]:
    """Teaching without a pause for longer than two hours: breaks were perhaps saved up."""
    found, since = [], 0
    for number, line in enumerate(lines):
        since = since + line.minutes if line.kind in COUNTED else 0
        following = lines[number + 1] if number + 1 < len(lines) else None
        pauses = following is None or following.kind not in COUNTED or following.starts > line.ends
        if since > longest and pauses:
            found.append(f"Day {day}: {since} minutes of teaching without a break before {line.ends:%H:%M}.")
        since = 0 if pauses else since
    return found


def _gaps(day: int, lines: Sequence[AgendaLine]) -> list[str]:
    """Time that no line speaks of counts as nothing, neither as teaching nor as a break."""
    return [
        f"Day {day}: nothing is said of {one.ends:%H:%M} to {two.starts:%H:%M}; it does not count."
        for one, two in pairwise(lines)
        if two.starts > one.ends
    ]


def _add(account: _Account, hours: Fraction, words: str) -> None:
    account.total += hours
    account.lines.append(f"{words} = {_say(hours)}")


def _rounded(hours: Fraction, step: Step) -> Decimal:
    """Down, once: 5/6 of an hour are half an hour."""
    whole = Decimal(hours * step.parts // 1) / step.parts
    return whole.quantize(Decimal(1).scaleb(-step.decimals))


def _say(value: Fraction) -> str:
    """2.5, or 0.833… where decimals do not end."""
    cut = Decimal(value * 1000 // 1) / 1000
    text = f"{cut.normalize():f}"
    return text if Fraction(cut) == value else f"{text}…"


def _minute(at: time) -> int:
    return at.hour * HOUR + at.minute
