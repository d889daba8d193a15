"""Will this course count for this license, in this cycle? Answered before paying, and never silently yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from accreditation.models import ApprovalBody, CourseApproval, Jurisdiction, Profession, ProviderApproval, RenewalRule
from accreditation.rules.counting import Count, Toward, Verdict, count, number
from accreditation.rules.renewal import Credit, Cycle
from accreditation.rules.vocabulary import Mode, Subject
from accreditation.services.asking import Asker, asker_of, school_bodies
from accreditation.services.course_credit import CourseCredit, credit_of_courses
from accreditation.services.rules_of import as_rule
from accreditation.services.standing import HOURS
from courses.models import CoursePage

WORDS = {"yes": "Yes", "partly": "Partly", "unknown": "We do not know", "no": "No"}
TONES = {"yes": "good", "partly": "care", "unknown": "note", "no": "stop"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One course, one license, one day."""

    offered: CourseCredit
    asker: Asker
    verdict: Verdict
    reasons: Sequence[str]
    """The first says what the verdict means; the others what else is to be known."""
    count: Count | None = None
    approval: CourseApproval | ProviderApproval | None = None
    """By which it counts; none where the board wants none."""
    finish_by: date | None = None
    finish_why: str = ""

    @property
    def course(self) -> CoursePage:
        """What was asked about."""
        return self.offered.course

    @property
    def word(self) -> str:
        """Partly: 5 of 6."""
        if self.count is None or self.count.counted == 0:
            return WORDS[self.verdict]
        return f"{WORDS[self.verdict]}: {number(self.count.counted)} of {number(self.count.hours)}"

    @property
    def tone(self) -> str:
        """The color beside word and shape."""
        return TONES[self.verdict]

    @property
    def icon(self) -> str:
        """A filled disc, a half one, a dashed ring, a ring with a slash (LOOK.md section 4)."""
        return f"credit-{self.verdict}"

    @property
    def parts(self) -> Sequence[Toward]:
        """Hours for each requirement."""
        return self.count.towards if self.count else ()

    @property
    def source_url(self) -> str:
        """Where the rule stands."""
        return self.asker.rule.source_url if self.asker.rule else ""

    @property
    def source_as_of(self) -> str:
        """How old the text is that was read."""
        return self.asker.rule.source_as_of if self.asker.rule else ""

    @property
    def checked_on(self) -> date | None:
        """When somebody of the school read the live page."""
        return self.asker.rule.verified_on if self.asker.rule else None

    @property
    def verified(self) -> bool:
        """Read lately enough to be trusted."""
        return self.asker.verified

    @property
    def warning(self) -> str:
        """Stands beside every answer that rests on a rule nobody has read lately."""
        return self.asker.warning

    @property
    def sample(self) -> bool:
        """The rule or the approval is an example."""
        return self.asker.sample or (self.approval is not None and self.approval.is_sample)


def will_it_count(
    course: CoursePage,
    *,
    jurisdiction: Jurisdiction,
    profession: Profession,
    on: date,
    renews_on: date | None = None,
    first_cycle: bool = False,
    issued_on: date | None = None,
    earned: Sequence[Credit] = (),
) -> Answer:
    """One course for one license that nobody needs to have entered. Nothing is stored."""
    asker = asker_of(
        jurisdiction=jurisdiction,
        profession=profession,
        on=on,
        renews_on=renews_on,
        first_cycle=first_cycle,
        issued_on=issued_on,
        earned=earned,
    )
    return answer(credit_of_courses([course], on=on, bodies=school_bodies([asker]))[0], asker)


@dataclass(frozen=True, slots=True)
class _Offer:
    """Hours that the board would look at, and by which approval."""

    lines: tuple[Credit, ...]
    approval: CourseApproval | ProviderApproval | None = None
    notes: tuple[str, ...] = ()

    @property
    def last_day(self) -> date | None:
        """Of the approval, or of the school's own where that ends first."""
        if isinstance(self.approval, CourseApproval):
            return min(self.approval.valid_to, self.approval.provider_approval.valid_to)
        return self.approval.valid_to if self.approval else None


def answer(credit: CourseCredit, asker: Asker) -> Answer:
    """Yes, partly (why), we do not know, or no."""
    why_unknown = _why_unknown(asker)
    if asker.rule is None or asker.cycle is None or why_unknown:
        return Answer(offered=credit, asker=asker, verdict="unknown", reasons=(why_unknown, *asker.notes))
    if asker.rule.total_hours == 0:
        why = f"{asker.jurisdiction} asks for no continuing education from this license."
        return Answer(offered=credit, asker=asker, verdict="no", reasons=(why, *asker.notes))
    offers = _offers(credit, asker.rule, asker.on)
    if not offers:
        reasons = (_what_would_count(asker.rule), *asker.notes)
        return Answer(offered=credit, asker=asker, verdict="no", reasons=reasons)
    rule, cycle = as_rule(asker.rule), asker.cycle
    counts = [(count(rule, cycle, offer.lines, asker.earned), offer) for offer in offers]
    best, offer = max(counts, key=lambda pair: (pair[0].counted, -pair[0].left_out, pair[1].last_day or date.max))
    if best.hours == 0:
        reasons = ("The hours of this course are not counted yet. Ask the school.", *asker.notes)
        return Answer(offered=credit, asker=asker, verdict="unknown", reasons=reasons)
    finish_by, finish_why = _finish(offer, cycle)
    return Answer(
        offered=credit,
        asker=asker,
        verdict=best.verdict,
        reasons=(best.sentence, *best.reasons, *offer.notes, *asker.notes),
        count=best,
        approval=offer.approval,
        finish_by=finish_by if best.counted else None,
        finish_why=finish_why,
    )


def _why_unknown(asker: Asker) -> str:
    """What stands in the way of any answer; empty where nothing does."""
    if asker.rule is None:
        return f"We have no renewal rule for {asker}. Ask your board."
    if asker.rule.total_hours and asker.rule.unit not in HOURS:
        return f"{asker.jurisdiction} counts in {asker.rule.get_unit_display()}s. Ask what these hours are worth there."
    if asker.rule.total_hours and asker.rule.acceptance == RenewalRule.Acceptance.UNKNOWN:
        return f"We do not know whose courses {asker.jurisdiction} accepts. Ask your board."
    return ""


def _offers(credit: CourseCredit, rule: RenewalRule, on: date) -> list[_Offer]:
    """What the board would look at: approvals that it accepts, or the hours themselves where it wants none."""
    accepted = {body.pk for body in rule.accepts.all()}
    anybody = rule.acceptance == RenewalRule.Acceptance.ANY
    offers = [
        _Offer(
            tuple(Credit(line.hours, line.subject, line.mode, line.hands_on, on) for line in one.credit_lines.all()),
            one,
            _wants_number(one.provider_approval.body),
        )
        for one in credit.approvals
        if anybody or one.provider_approval.body_id in accepted
    ]
    if offers:
        return offers
    lines = (Credit(credit.own_hours, Subject.GENERAL, Mode.SELF_PACED, False, on),) if credit.own_hours else ()
    own = ("Hours by our own count.",)
    if anybody:
        return [_Offer(lines, None, own)]
    schools = [one for one in credit.schools if one.body_id in accepted]
    return [_Offer(lines, one, (*own, *_wants_number(one.body))) for one in schools]


def _wants_number(body: ApprovalBody) -> tuple[str, ...]:
    if not body.requires_license_number:
        return ()
    return (f"{body.short_name or body.name} wants your license number: we ask for it after you enroll.",)


def _what_would_count(rule: RenewalRule) -> str:
    """No, and whose approval would make it a yes."""
    bodies = [body.short_name or body.name for body in rule.accepts.all() if settings.SAMPLES or not body.is_sample]
    if not bodies:
        return "This course has no approval that this board accepts."
    *others, last = bodies
    named = f"{', '.join(others)} or {last}" if others else last
    return f"It has no approval today that {rule.jurisdiction} accepts. Courses approved by {named} count."


def _finish(offer: _Offer, cycle: Cycle) -> tuple[date | None, str]:
    """The day by which it must be completed: the approval's last, or the renewal if that comes first."""
    days = [(cycle.end, "you renew that day")] if cycle.known else []
    if offer.last_day is not None:
        days.append((offer.last_day, "the approval ends that day"))
    return min(days, default=(None, ""))
