"""What the board answered: read from its receipt, from our own copy filled in by a person, or pressed row by row."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accreditation.models import BoardReport, BoardReportRow, ReportEvent
from accreditation.rules.cebroker import MOST_BYTES, Key, UnreadableAnswer, key_of
from accreditation.rules.cebroker import read_receipt as read_xml
from accreditation.services.reporting.refusals import ReportRefused
from accreditation.services.reporting.words import kept
from accreditation.services.reporting.writing import ANSWER, MESSAGE, NUMBER, TWIN

Row, State = BoardReportRow.State, BoardReport.State
WORDS = {"accepted": True, "refused": False, "": None}
NOT_SENT = "This report is {state}: an answer comes only after it was sent."
NEEDS_MESSAGE = "Please write what the board said: the learner reads why it was refused."
NO_CSV = (
    f"This is neither an XML receipt nor our copy as CSV. Fill in the column {ANSWER} of the copy with accepted or "
    "refused, and save it as CSV."
)


@dataclass(frozen=True)
class OneAnswer:
    """What was said of one row. `accepted` None: nothing that settles it, only words."""

    row: int
    accepted: bool | None
    message: str = ""
    external_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """What an answer has changed."""

    accepted: int = 0
    refused: int = 0
    open: int = 0
    unknown: int = 0

    def __str__(self) -> str:
        text = f"{self.accepted} accepted, {self.refused} refused, {self.open} without an answer"
        return f"{text}, {self.unknown} lines that are not in this report" if self.unknown else text


@transaction.atomic
def read_receipt(*, report: BoardReport, content: bytes, by: User | None, at: datetime | None = None) -> Outcome:
    """Read an XML receipt, or our own copy with the answers in it. Rows answered before stay. Raises ReportRefused."""
    rows = _locked_rows(report)
    if len(content) > MOST_BYTES:
        raise ReportRefused("The file is longer than 16 MB.")
    is_xml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    answers, unknown = _from_xml(content, rows) if is_xml else _from_csv(content, rows)
    return _settle(report, answers, by=by, at=at, unknown=unknown)


@transaction.atomic
def answer_rows(
    *, report: BoardReport, answers: Iterable[OneAnswer], by: User | None, at: datetime | None = None
) -> Outcome:
    """A person says what became of rows. Raises ReportRefused."""
    known = {row.pk for row in _locked_rows(report)}
    return _settle(report, [one for one in answers if one.row in known], by=by, at=at)


def _locked_rows(report: BoardReport) -> list[BoardReportRow]:
    """All of them; the report is locked, so that two answers are read one after the other."""
    state = BoardReport.objects.select_for_update().get(pk=report.pk).state
    if state not in (State.SENT, State.ACKNOWLEDGED, State.PARTLY_FAILED):
        raise ReportRefused(NOT_SENT.format(state=State(state).label.lower()))
    return list(report.rows.select_related("award"))


def _from_xml(content: bytes, rows: list[BoardReportRow]) -> tuple[list[OneAnswer], int]:
    """Lines are known again by license, day and course; twins are taken in their order."""
    waiting: dict[Key, list[int]] = {}
    for row in rows:
        waiting.setdefault(key_of(row.payload), []).append(row.pk)
    answers, unknown = [], 0
    try:
        found = read_xml(content)
    except UnreadableAnswer as error:
        raise ReportRefused(f"The receipt cannot be read. {error}") from error
    for one in found:
        if places := waiting.get(one.key):
            answers.append(OneAnswer(places.pop(0), one.accepted, one.message, one.external_id))
        else:
            unknown += 1
    return answers, unknown


def _from_csv(content: bytes, rows: list[BoardReportRow]) -> tuple[list[OneAnswer], int]:
    """Our own copy: each line carries our number of the award."""
    numbers = {str(row.award.uuid): row.pk for row in rows}
    try:
        lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReportRefused(NO_CSV) from error
    if not lines or not {TWIN["award"], ANSWER} <= lines[0].keys():
        raise ReportRefused(NO_CSV)
    answers, unknown = [], 0
    for number, line in enumerate(lines, start=2):
        row = numbers.get((line[TWIN["award"]] or "").strip().lower())
        word = (line[ANSWER] or "").strip().lower()
        if word not in WORDS:
            raise ReportRefused(f"Line {number}: write accepted or refused, not {word[:40]}.")
        if row is None:
            unknown += 1
        elif word:
            message, given = ((line.get(name) or "").strip() for name in (MESSAGE, NUMBER))
            answers.append(OneAnswer(row, WORDS[word], message, given))
    return answers, unknown


def _settle(
    report: BoardReport, answers: Iterable[OneAnswer], *, by: User | None, at: datetime | None, unknown: int = 0
) -> Outcome:
    """Write what was answered for rows that still wait, and what the report is now."""
    now = at or timezone.now()
    outcome = Outcome(unknown=unknown)
    for one in answers:
        words = {"message": kept(one.message)}
        if one.accepted is False and not words["message"]:
            raise ReportRefused(NEEDS_MESSAGE)
        if one.accepted is not None:
            words |= {"state": Row.ACCEPTED if one.accepted else Row.REFUSED, "external_id": kept(one.external_id, 60)}
            words["answered_at"] = now  # type: ignore[assignment]
        changed = report.rows.filter(pk=one.row, state=Row.WAITING).update(**words)
        if one.accepted is not None and changed:
            outcome = _counted(outcome, accepted=one.accepted)
    outcome = replace(outcome, open=report.rows.filter(state=Row.WAITING).count())
    BoardReport.objects.filter(pk=report.pk).update(state=_state_of(report), last_error="")
    ReportEvent.objects.create(report=report, what=ReportEvent.What.ANSWERED, by=by, at=now, text=f"{outcome}."[:250])
    report.refresh_from_db()
    return outcome


def _counted(outcome: Outcome, *, accepted: bool) -> Outcome:
    name = "accepted" if accepted else "refused"
    return replace(outcome, **{name: getattr(outcome, name) + 1})


def _state_of(report: BoardReport) -> str:
    """Acknowledged when no row waits any more; partly refused as soon as one is."""
    states = set(report.rows.values_list("state", flat=True))
    if Row.WAITING in states:
        return State.SENT
    return State.PARTLY_FAILED if Row.REFUSED in states else State.ACKNOWLEDGED
