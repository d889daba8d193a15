"""Where somebody stands with a license: cycle, requirements, hours earned, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accreditation.models import CreditAward, ExternalCredit, ProfessionalLicense, RenewalRule
from accreditation.rules.renewal import Credit, Cycle, Part, Rule, cycle_of, evaluate
from accreditation.rules.renewal import Standing as Filled
from accreditation.rules.vocabulary import Mode, Subject, Unit
from accreditation.services.award_words import plain
from accreditation.services.claims import expired_words
from accreditation.services.rules_of import as_rule, is_verified, rules_in_force, trusted_months

ASK = "Not verified: ask your board."
NO_RULE = "We do not know what this license asks for at its renewal: ask your board. Here is what you have earned."
NOTHING_ASKED = "By the rule that we have, this renewal asks for no continuing education."
DONE = "All hours of this renewal are here."
HOURS = (Unit.CE_HOUR, Unit.CONTACT_HOUR, Unit.CPD_HOUR)


@dataclass(frozen=True, slots=True)
class Earned:
    """Hours of one kind from one completion, here or elsewhere."""

    title: str
    source: str
    credit: Credit
    award: CreditAward | None = None
    external: ExternalCredit | None = None
    why_not: str = ""
    """Why it does not count for this license."""

    @property
    def in_words(self) -> str:
        """6 hours Technique, Live, hands-on."""
        words = [f"{said(self.credit.hours)} {Subject(self.credit.subject).label}", Mode(self.credit.mode).label]
        return ", ".join([*words, *(["hands-on"] if self.credit.hands_on else [])])

    @property
    def completion(self) -> tuple[int, int]:
        """What belongs together: the lines of one award."""
        return (self.award.pk if self.award else 0, self.external.pk if self.external else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One license on a day. Without a rule there is neither cycle nor requirement, only what was earned."""

    license: ProfessionalLicense
    today: date
    rule: RenewalRule | None = None
    pure: Rule | None = None
    verified: bool = False
    cycle: Cycle | None = None
    filled: Filled | None = None
    earned: list[Earned] = field(default_factory=list)
    outside: list[Earned] = field(default_factory=list)
    """Of other cycles."""

    @property
    def hours(self) -> Decimal:
        """Earned in this cycle; without a rule, at all."""
        return sum((one.credit.hours for one in self.earned if not one.why_not), Decimal(0))

    @property
    def days_left(self) -> int | None:
        """To the renewal, where its day is known; None for a cycle that is over."""
        if self.cycle is None or not self.cycle.known or not self.cycle.holds(self.today):
            return None
        return (self.cycle.end - self.today).days

    @property
    def is_done(self) -> bool:
        """Nothing is missing."""
        return self.filled is not None and not missing_parts(self.filled) and not self.filled.total.missing

    @property
    def verdict(self) -> str:
        """One line for the desk: earned, missing, days left."""
        if self.filled is None:
            return f"{said(self.hours)} earned. We do not know this license's renewal rule."
        if not self.filled.total.required:
            return NOTHING_ASKED
        first = f"{said(self.filled.total.counted)} of {said(self.filled.total.required)}."
        return " ".join([first, *self._missing_and_days()])

    @property
    def advice(self) -> list[str]:
        """In plain words: what is missing, how many days are left, what does not count."""
        if self.filled is None:
            return [NO_RULE]
        if not self.filled.total.required:
            return [NOTHING_ASKED]
        told = self._missing_and_days()
        if self.cycle is not None and not self.cycle.known:
            told.append("Enter the day on which the license ends, and the days are counted too.")
        if self.filled.unused:
            told.append(f"Not needed in this cycle: {said(self.filled.unused)}. What it could fill is full.")
        return [*told, *filter(None, [expired_words(self.license, on=self.today)])]

    def _missing_and_days(self) -> list[str]:
        told = [_missing(self.filled)] if self.filled and not self.is_done else [DONE]
        return told if self.days_left is None else [*told, f"Your renewal is {_in_days(self.days_left)}."]


def standing_of(license: ProfessionalLicense, *, on: date | None = None) -> Standing:
    """One license, in the cycle in which the day lies."""
    return standings_of([license], on=on)[0]


def standings_of(licenses: Sequence[ProfessionalLicense], *, on: date | None = None) -> list[Standing]:
    """Several at once, in a constant number of queries."""
    if not licenses:
        return []
    today = timezone.localdate()
    day = on or today
    rules: dict[tuple[int, int], RenewalRule] = {}
    for row in rules_in_force(day).filter(
        jurisdiction__in={one.jurisdiction_id for one in licenses},
        profession__in={one.profession_id for one in licenses},
    ):
        rules.setdefault((row.jurisdiction_id, row.profession_id), row)
    trusted = trusted_months()
    awards, external = _awards(licenses), _external(licenses)
    return [
        _standing(
            one,
            rules.get((one.jurisdiction_id, one.profession_id)),
            [*awards.get(one.pk, []), *external.get(one.pk, [])],
            day=day,
            today=today,
            trusted=trusted,
        )
        for one in licenses
    ]


def _standing(
    license: ProfessionalLicense,
    rule: RenewalRule | None,
    earned: list[Earned],
    *,
    day: date,
    today: date,
    trusted: int,
) -> Standing:
    earned.sort(key=lambda one: one.credit.on, reverse=True)
    if rule is None:
        return Standing(license=license, today=today, earned=_once(earned))
    judged = _once([_judged(one, rule) for one in earned])
    pure = as_rule(rule)
    cycle = cycle_of(
        pure,
        on=day,
        expires_on=license.expires_on,
        issued_on=license.issued_on,
        first_cycle=license.first_cycle,
    )
    inside = [one for one in judged if cycle.holds(one.credit.on)]
    return Standing(
        license=license,
        today=today,
        rule=rule,
        pure=pure,
        verified=is_verified(rule, today, within_months=trusted),
        cycle=cycle,
        filled=evaluate(pure, [one.credit for one in judged if not one.why_not], cycle),
        earned=inside,
        outside=[one for one in judged if not cycle.holds(one.credit.on)],
    )


def _judged(one: Earned, rule: RenewalRule) -> Earned:
    """An award counts where the board accepts the body that approved the course; never silently."""
    if rule.unit not in HOURS:
        why = f"This board counts in {rule.get_unit_display()}s: ask it what these hours are worth."
        return Earned(one.title, one.source, one.credit, one.award, one.external, why)
    if one.award is None or rule.acceptance != RenewalRule.Acceptance.LISTED:
        return one
    body_id = one.award.course_approval.provider_approval.body_id
    if body_id in {body.pk for body in rule.accepts.all()}:
        return one
    why = f"We do not know that this board accepts {one.award.facts['body_name']}: ask it."
    return Earned(one.title, one.source, one.credit, one.award, None, why)


def _once(earned: list[Earned]) -> list[Earned]:
    """A course that several boards approved counts once for a license: by the award with the most hours.

    Of equal ones by that of the board that asks for the license number: it reports to the license.
    """
    best: dict[int, CreditAward] = {}
    for one in earned:
        if one.award is None or one.why_not:
            continue
        known = best.get(one.award.enrollment_id)
        if known is None or _weight(one.award) > _weight(known):
            best[one.award.enrollment_id] = one.award
    return [_counted_by(best[one.award.enrollment_id], one) if one.award and not one.why_not else one for one in earned]


def _weight(award: CreditAward) -> tuple[Decimal, bool, int]:
    return award.hours, award.course_approval.provider_approval.body.requires_license_number, -award.pk


def _counted_by(award: CreditAward, one: Earned) -> Earned:
    if award == one.award:
        return one
    why = f"The same course counts once, by {award.facts['body_name']}."
    return Earned(one.title, one.source, one.credit, one.award, None, why)


def _awards(licenses: Sequence[ProfessionalLicense]) -> dict[int, list[Earned]]:
    found: dict[int, list[Earned]] = {}
    rows = CreditAward.objects.standing().filter(license__in=licenses)
    for award in rows.select_related("course_approval__provider_approval__body").order_by("-completed_on", "-pk"):
        for line in award.lines:
            credit = Credit(
                Decimal(line["hours"]), line["subject"], line["mode"], bool(line["hands_on"]), award.completed_on
            )
            title, board = award.facts["title_as_approved"], award.facts["body_name"]
            found.setdefault(award.license_id or 0, []).append(Earned(title, board, credit, award))
    return found


def _external(licenses: Sequence[ProfessionalLicense]) -> dict[int, list[Earned]]:
    found: dict[int, list[Earned]] = {}
    rows = ExternalCredit.licenses.through.objects.filter(professionallicense__in=licenses)
    for row in rows.select_related("externalcredit").order_by("-externalcredit__completed_on", "-externalcredit__pk"):
        one = row.externalcredit
        credit = Credit(one.hours, one.subject, one.mode, one.hands_on, one.completed_on)
        found.setdefault(row.professionallicense_id, []).append(Earned(one.title, one.provider, credit, external=one))
    return found


def missing_parts(filled: Filled) -> list[Part]:
    """Requirements with hours missing, the room for any subject last."""
    return [part for part in filled.parts if part.missing > 0]


def _missing(filled: Filled) -> str:
    """Still missing: 2 hours of Ethics and 3 hours of any subject."""
    parts = [
        f"{said(part.missing)} of {'any subject' if part.kind == 'free' else part.name}"
        for part in missing_parts(filled)
    ] or [said(filled.total.missing)]
    *others, last = parts
    return f"Still missing: {', '.join(others)} and {last}." if others else f"Still missing: {last}."


def _in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def said(hours: Decimal) -> str:
    """6 hours, 1 hour, 1.5 hours."""
    text = plain(hours)
    return f"{text} hour" if text == "1" else f"{text} hours"
