"""Who asks whether a course counts: a license with its rule, cycle and what it has already, or what is said of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from accreditation.models import Jurisdiction, Profession, ProfessionalLicense, RenewalRule
from accreditation.rules.renewal import Credit, Cycle, cycle_of, evaluate
from accreditation.rules.renewal import Standing as Renewal
from accreditation.services.rules_of import as_rule, is_verified, rule_for
from accreditation.services.standing import Standing, standings_of
from courses.models import CoursePage

NOT_VERIFIED = "Not verified: ask your board."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A license, or what somebody who asks without an account said of one, with the rule that holds for it."""

    jurisdiction: Jurisdiction
    profession: Profession
    on: date
    rule: RenewalRule | None
    verified: bool = False
    cycle: Cycle | None = None
    earned: Sequence[Credit] = ()
    notes: Sequence[str] = ()
    license: ProfessionalLicense | None = None

    def __str__(self) -> str:
        return f"{self.jurisdiction}, {self.profession}"

    @property
    def warning(self) -> str:
        """Nobody of the school has read the rule's page lately."""
        return "" if self.verified or self.rule is None else NOT_VERIFIED

    @property
    def sample(self) -> bool:
        """The rule is an example."""
        return self.rule is not None and self.rule.is_sample

    @property
    def asked(self) -> Renewal | None:
        """What this renewal asks for, beside what is earned."""
        if self.rule is None or self.cycle is None:
            return None
        return evaluate(as_rule(self.rule), self.earned, self.cycle)


def asker_of(
    *,
    jurisdiction: Jurisdiction,
    profession: Profession,
    on: date,
    renews_on: date | None = None,
    first_cycle: bool = False,
    issued_on: date | None = None,
    earned: Sequence[Credit] = (),
) -> Asker:
    """Somebody who says state, license and dates, with the rule that holds on the day."""
    rule = rule_for(jurisdiction, profession, on)
    if rule is None:
        return Asker(jurisdiction=jurisdiction, profession=profession, on=on, rule=None)
    pure = as_rule(rule)
    cycle = cycle_of(pure, on=on, expires_on=renews_on, issued_on=issued_on, first_cycle=first_cycle)
    return Asker(
        jurisdiction=jurisdiction,
        profession=profession,
        on=on,
        rule=rule,
        verified=is_verified(rule, on),
        cycle=cycle,
        earned=earned,
        notes=_notes(rule, cycle, on=on, renews_on=renews_on, issued_on=issued_on),
    )


def askers_of(licenses: Sequence[ProfessionalLicense], *, on: date, but: CoursePage | None = None) -> list[Asker]:
    """A learner's licenses, with what counts for each already; in a constant number of queries."""
    return askers_from(standings_of(licenses, on=on), on=on, but=but)


def askers_from(standings: Sequence[Standing], *, on: date, but: CoursePage | None = None) -> list[Asker]:
    """The same where it is known already how each license stands on that day.

    `but`: a course whose own award is left aside, so that the answer after completing it is the one before.
    """
    return [
        Asker(
            jurisdiction=one.license.jurisdiction,
            profession=one.license.profession,
            on=on,
            rule=one.rule,
            verified=one.verified,
            cycle=one.cycle,
            earned=_counting(one, but),
            notes=_notes_of_license(one, on=on),
            license=one.license,
        )
        for one in standings
    ]


def _counting(standing: Standing, but: CoursePage | None) -> list[Credit]:
    """What fills this license's requirements already, whenever it was earned."""
    return [
        one.credit
        for one in (*standing.earned, *standing.outside)
        if not one.why_not and (but is None or one.award is None or one.award.course_approval.course_id != but.pk)
    ]


def _notes_of_license(standing: Standing, *, on: date) -> Sequence[str]:
    if standing.rule is None or standing.cycle is None:
        return ()
    license = standing.license
    return _notes(standing.rule, standing.cycle, on=on, renews_on=license.expires_on, issued_on=license.issued_on)


def _notes(
    rule: RenewalRule, cycle: Cycle, *, on: date, renews_on: date | None, issued_on: date | None
) -> Sequence[str]:
    """What the dates leave open."""
    notes = []
    if renews_on is not None and renews_on < on:
        notes.append(
            f"The renewal date that we have, {_day(renews_on)}, is over: whether hours earned now count is for the "
            "board to say."
        )
    elif rule.cycle == RenewalRule.Cycle.FIXED_DATE and renews_on not in (None, cycle.end):
        notes.append(f"Everybody there renews on the same day: we counted with {_day(cycle.end)}.")
    if issued_on is not None and issued_on > on:
        notes.append("Hours from before you are licensed do not count.")
    elif cycle.is_first and rule.first_cycle == RenewalRule.FirstCycle.PER_MONTH and issued_on is None:
        notes.append(
            "A first renewal asks for so many hours for each month: say since when you are licensed, and we count them."
        )
    return notes


def school_bodies(askers: Iterable[Asker]) -> set[int]:
    """Bodies that approve schools and not courses, which some rule here accepts."""
    return {
        body.pk
        for asker in askers
        if asker.rule is not None and asker.rule.acceptance == RenewalRule.Acceptance.LISTED
        for body in asker.rule.accepts.all()
        if not body.approves_courses
    }


def _day(day: date) -> str:
    return str(date_format(day, "F j, Y"))
