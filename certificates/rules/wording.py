"""From a finished course to the words on its certificate: pure, so that a test can read the whole rule.

Sources: NCBTMB's FAQ on certificates (CREDENTIALS.md section 7) and DOMAIN.md 2.3, 2.5: kind by delivery, "CE hours"
and never the other abbreviation, title and hours exactly as approved, no approval number without an approval.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from certificates.rules.facts import Approval, CertificateFacts, Credit, Provider

SELF_PACED = "self_paced"
IN_PERSON = "live_in_person"
OWN_COUNT_NOTE = "Hours by our own count, not approved CE credit"
SAMPLE_NOTICE = "Sample: not valid for credit"
HEADINGS = {"achievement": "Certificate of Achievement", "completion": "Certificate of Completion"}
DELIVERY_LABELS: dict[str, str] = {
    SELF_PACED: "Self-paced home study",
    "live_online": "Live webinar",
    IN_PERSON: "Live, in person",
}
SCOPE_NOTICE = (
    "This certificate records continuing education. It is not a license and does not by itself permit hands-on "
    "practice; what the holder may do is set by law and by the holder's license."
)
AFFILIATION_NOTICE = (
    "{school} is independent. It is not affiliated with, or endorsed by, any other school of craniosacral therapy "
    "or the owners of its trademarks."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditedHours:
    """One line of an approval. `delivery_word` is the body's own word for the delivery, where it has one."""

    subject: str
    delivery: str
    hours: Decimal
    delivery_word: str = ""

    @property
    def delivered(self) -> str:
        """As it is printed."""
        return self.delivery_word or DELIVERY_LABELS[self.delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedCredit:
    """One approval as the body granted it: what it says goes onto the certificate unchanged."""

    body: str
    hours_label: str
    provider_name: str
    provider_number: str
    course_number: str
    title: str
    lines: tuple[CreditedHours, ...]
    statement: str = ""
    states_classroom_hours: bool = False
    sample: bool = False

    @property
    def hours(self) -> Decimal:
        """All lines together."""
        return sum((line.hours for line in self.lines), Decimal(0))

    @property
    def deliveries(self) -> tuple[str, ...]:
        """The delivery modes of the lines, each once."""
        return tuple(dict.fromkeys(line.delivery for line in self.lines))

    @property
    def classroom_hours(self) -> Decimal:
        """With the instructor in the room (Florida, 64B7-28.0096)."""
        return sum((line.hours for line in self.lines if line.delivery == IN_PERSON), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCourse:
    """What the learner finished, measured by the edition they enrolled in."""

    learner_name: str
    course_title: str
    edition: str
    own_hours: Decimal
    delivery: str
    quiz_passed: bool
    completed_on: date
    instructors: tuple[str, ...]
    administrator: str
    provider: Provider
    place: str = ""
    sample_school: bool = False
    valid_until: date | None = None


def kind_of(*, deliveries: tuple[str, ...], quiz_passed: bool) -> str:
    """Home study with a passed quiz is an Achievement; a fully attended live course is a Completion (NCBTMB, FAQ)."""
    return "achievement" if SELF_PACED in deliveries and quiz_passed else "completion"


def how_earned(*, deliveries: tuple[str, ...], quiz_passed: bool) -> str:
    """The line between the name and the title."""
    if SELF_PACED not in deliveries:
        return "attended in full the live course"
    if len(deliveries) > 1:
        return "completed every part of the course"
    return "passed every quiz of the self-paced course" if quiz_passed else "completed the self-paced course"


def hours_text(hours: Decimal) -> str:
    """Hours with as many decimals as they have, at least one: 6 is "6.0", 6.25 stays "6.25".

    >>> hours_text(Decimal("6")), hours_text(Decimal("6.50")), hours_text(Decimal("6.25"))
    ('6.0', '6.5', '6.25')
    """
    whole, _, decimals = f"{hours:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def own_hours(hours: Decimal) -> str:
    """Our own count is rounded down to halves, so a short course comes to nothing: it is then said in words."""
    return f"{hours_text(hours)} hours" if hours else "Under 0.5 hours"


def certificate_facts(
    *, serial: str, course: FinishedCourse, credit: ApprovedCredit | None, issued_on: date
) -> CertificateFacts:
    """The whole rule: what is printed for this course, with or without an approval."""
    deliveries = credit.deliveries if credit else (course.delivery,)
    kind = kind_of(deliveries=deliveries, quiz_passed=course.quiz_passed)
    sample = course.sample_school or (credit is not None and credit.sample)
    return CertificateFacts(
        serial=serial,
        kind=kind,
        heading=HEADINGS[kind],
        name=course.learner_name,
        earned=how_earned(deliveries=deliveries, quiz_passed=course.quiz_passed),
        title=credit.title if credit else course.course_title,
        hours=hours_text(credit.hours if credit else course.own_hours),
        hours_printed=f"{hours_text(credit.hours)} {credit.hours_label}" if credit else own_hours(course.own_hours),
        hours_note="" if credit else OWN_COUNT_NOTE,
        completed_on=course.completed_on.isoformat(),
        issued_on=issued_on.isoformat(),
        deliveries=deliveries,
        delivery_label=_delivered(credit, deliveries),
        place=course.place if IN_PERSON in deliveries else "Online",
        credit=_credit(credit),
        edition=course.edition,
        instructors=course.instructors,
        administrator=course.administrator,
        provider=course.provider,
        approval=_approval(credit),
        sample_notice=SAMPLE_NOTICE if sample else "",
        notices=(
            *([credit.statement] if credit and credit.statement else []),
            SCOPE_NOTICE,
            AFFILIATION_NOTICE.format(school=course.provider.name),
        ),
        valid_until=course.valid_until.isoformat() if course.valid_until else "",
        classroom_hours=hours_text(credit.classroom_hours) if credit and credit.states_classroom_hours else "",
    )


def _delivered(credit: ApprovedCredit | None, deliveries: tuple[str, ...]) -> str:
    """Each way of teaching once, in the body's own words where it has them."""
    if credit is None:
        return ", ".join(DELIVERY_LABELS[delivery] for delivery in deliveries)
    return ", ".join(dict.fromkeys(line.delivered for line in credit.lines))


def _credit(credit: ApprovedCredit | None) -> tuple[Credit, ...]:
    return tuple(
        Credit(subject=line.subject, delivery=line.delivered, hours=hours_text(line.hours))
        for line in (credit.lines if credit else ())
    )


def _approval(credit: ApprovedCredit | None) -> Approval | None:
    if credit is None:
        return None
    return Approval(
        body=credit.body,
        provider_name=credit.provider_name,
        provider_number=credit.provider_number,
        course_number=credit.course_number,
    )
