"""From awards to the rows of a report: who may be in one, and what stands in its line. A constant number of queries."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from accreditation.models import (
    ApprovalBody,
    BoardReport,
    BoardReportRow,
    BodyTerm,
    CreditAward,
    LicenseFormat,
    ProfessionalLicense,
    ReportFormat,
)
from accreditation.models.ledger import AwardQuerySet
from accreditation.rules.reporting import Fields, Line, RowFacts, fields_of, obstacles_of
from accreditation.rules.vocabulary import Mode, Subject

OnRow = Callable[[int, int], None]
Row = BoardReportRow.State
LIVE = (Row.WAITING, Row.ACCEPTED)
"""States of a row that keep its award out of any other report."""
UNSENT = (BoardReport.State.DRAFT, BoardReport.State.REVIEWED)
BODY = "course_approval__provider_approval__body"
CEBROKER = (ReportFormat.Writer.CEBROKER_XLS, ReportFormat.Writer.CEBROKER_XML)
REJECTED = "The license could not be confirmed: clear it with its holder first."


@dataclass(frozen=True)
class Prepared:
    """One award as it would stand in a report, and what keeps it out of one."""

    award: CreditAward
    fields: Fields
    obstacles: list[str]


def waiting_awards(body: ApprovalBody) -> AwardQuerySet:
    """Those that this board has not been told of."""
    return waiting_everywhere().filter(**{BODY: body}).order_by("completed_on", "pk")


def waiting_everywhere() -> AwardQuerySet:
    """Standing awards that no board has been told of.

    A correction of what was sent waits for its task, because an entry can be mended at the board only: so a live row
    of the same completion and license, whichever award it is of, keeps an award out.
    """
    return without_rows(LIVE)


def without_rows(states: Collection[str]) -> AwardQuerySet:
    """Awards to be reported whose credit has no row in any of these states."""
    rows = BoardReportRow.objects.filter(
        Q(award__license=OuterRef("license")) | Q(award__license=None),
        award__enrollment=OuterRef("enrollment"),
        award__course_approval=OuterRef("course_approval"),
        state__in=states,
    )
    return reportable_awards().filter(~Exists(rows))


def reportable_awards() -> AwardQuerySet:
    """Standing awards of boards that take reports. A sample never goes to a real one, nor to any from a real site."""
    has_number = Q(license__isnull=False)
    asks_none = Q(**{f"{BODY}__requires_license_number": False}) & ~Q(
        **{f"{BODY}__report_format__writer__in": CEBROKER}
    )
    real = Q(course_approval__is_sample=False, course_approval__provider_approval__is_sample=False)
    fits = real | Q(**{f"{BODY}__is_sample": True}) if settings.SAMPLES else real & Q(**{f"{BODY}__is_sample": False})
    found = CreditAward.objects.standing().filter(**{f"{BODY}__report_format__isnull": False})
    return found.filter(has_number | asks_none).filter(fits)


def needs_license(body: ApprovalBody) -> bool:
    """The board wants a number, or its files have no line without one."""
    return body.requires_license_number or (body.report_format is not None and body.report_format.writer in CEBROKER)


def prepared_rows(
    awards: Iterable[CreditAward], *, body: ApprovalBody, writer: str, on_row: OnRow | None = None
) -> list[Prepared]:
    """Each award with its line and what stands against it."""
    chosen = list(awards)
    codes = {(one.jurisdiction_id, one.profession_id): one.report_code for one in LicenseFormat.objects.all()}
    terms = {one.term: one for one in body.terms.all()}
    rows = []
    for done, award in enumerate(with_what_is_needed(chosen), start=1):
        fields = fields_of(_facts(award, body, codes, terms))
        obstacles = obstacles_of(
            fields,
            for_cebroker=writer in CEBROKER,
            needs_license=needs_license(body),
            allows_partial=body.partial_credit_allowed,
        )
        if award.license and award.license.status == ProfessionalLicense.Status.REJECTED:
            obstacles.append(REJECTED)
        rows.append(Prepared(award, fields, obstacles))
        if on_row:
            on_row(done, len(chosen))
    return rows


def with_what_is_needed(awards: list[CreditAward]) -> list[CreditAward]:
    """The same awards, read with license, approval and lines, in their order."""
    found = (
        CreditAward.objects.filter(pk__in=[award.pk for award in awards])
        .select_related("user", "license__jurisdiction", "license__profession")
        .select_related("course_approval__provider_approval__body__report_format")
        .prefetch_related("course_approval__credit_lines")
        .in_bulk()
    )
    return [found[award.pk] for award in awards]


def expiring_first(awards: AwardQuerySet) -> AwardQuerySet:
    """By completion; of one day, the license that ends first."""
    return awards.order_by("completed_on", F("license__expires_on").asc(nulls_last=True), "pk")


def _facts(
    award: CreditAward, body: ApprovalBody, codes: dict[tuple[int, int], str], terms: dict[str, BodyTerm]
) -> RowFacts:
    """The title, the numbers and the hours as they were frozen; the license as its holder has put it right since."""
    frozen: dict[str, Any] = award.facts
    license = award.license
    own_name = frozen.get("learner_name") or award.user.legal_name
    return RowFacts(
        award=str(award.uuid),
        name=(license.name_on_license if license else "") or own_name,
        license_number=license.number_normalized if license else "",
        state=_state(license.jurisdiction.code) if license else "",
        profession=codes.get((license.jurisdiction_id, license.profession_id), "") if license else "",
        provider_name=frozen["provider_name"],
        provider_number=frozen["provider_number"],
        course_number=frozen["course_number"],
        title=frozen["title_as_approved"],
        board=body.name,
        completed_on=award.completed_on,
        hours=_plain(award.hours),
        lines=tuple(_line(line, terms) for line in award.lines),
        partial=_is_partial(award),
    )


def _line(line: dict[str, Any], terms: dict[str, BodyTerm]) -> Line:
    subject, mode = terms.get(line["subject"]), terms.get(line["mode"])
    return Line(
        subject=(subject.label if subject else "") or str(Subject(line["subject"]).label),
        subject_code=subject.code if subject else "",
        mode=(mode.label if mode else "") or str(Mode(line["mode"]).label),
        hours=_plain(line["hours"]),
    )


def _is_partial(award: CreditAward) -> bool:
    """Fewer hours than approved: by the lines' own word, or because a whole line is missing."""
    scaled = any(line.get("approved", line["hours"]) != line["hours"] for line in award.lines)
    return scaled or award.hours < award.course_approval.hours


def _state(code: str) -> str:
    """`US-FL` is Florida's FL; a certifying body has no such letters."""
    country, _, letters = code.partition("-")
    return letters if country == "US" and len(letters) == 2 else ""


def _plain(hours: Any) -> str:
    """`6.00` is 6, `1.50` is 1.5: as people and boards write it."""
    text = f"{hours}"
    return text.rstrip("0").rstrip(".") if "." in text else text
