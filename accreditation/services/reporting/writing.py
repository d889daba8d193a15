"""The files of reports. A writer makes bytes of rows; which one and which columns is data (`ReportFormat`).

xlwt is unmaintained and the only way to write the .xls that CE Broker takes: it is used in one function.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import xlwt  # type: ignore[import-untyped]
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from accreditation.models import ReportFormat
from accreditation.rules.cebroker import MOST_BYTES, build_rosters
from accreditation.rules.reporting import Fields, columns_problem, csv_line
from accreditation.services.reporting.refusals import ReportRefused
from core.spreadsheets import BOM, csv_text

SUFFIXES = {
    ReportFormat.Writer.CEBROKER_XLS: "xls",
    ReportFormat.Writer.CEBROKER_XML: "xml",
    ReportFormat.Writer.CSV: "csv",
}
XLS_HEAD = (
    *("Provider Number", "Course Number", "Course ID", "Publishing Number", "License Number"),
    *("Completion Date", "State", "Profession"),
)
XLS_PAIR = ("Subject Area", "Hours")
SAMPLE = "SAMPLE: not for a board"
TWIN = {
    "award": "Award",
    "learner_name": "Name",
    "license_number": "License",
    "state": "State",
    "profession": "Profession",
    "provider_number": "Provider",
    "course_number": "Course",
    "course_title": "Title",
    "completed_on": "Completed",
    "hours": "Hours",
    "subjects": "Subjects",
}
"""Columns of the copy for people. With the last three filled in, it is the answer that can be read back."""
ANSWER, NUMBER, MESSAGE = "Answer", "Number at the board", "Message"


def written(format: ReportFormat, rows: Sequence[Fields], *, sample: bool) -> bytes:
    """The file that goes out. Raises ReportRefused where the format cannot hold it."""
    if format.writer == ReportFormat.Writer.CSV and (problem := columns_problem(format.columns)):
        raise ReportRefused(f"The report format {format} is not finished. {problem}")
    makers: dict[str, Callable[[], bytes]] = {
        ReportFormat.Writer.CEBROKER_XLS: lambda: cebroker_xls(rows, sample=sample),
        ReportFormat.Writer.CEBROKER_XML: lambda: build_rosters(rows, sample=sample),
        ReportFormat.Writer.CSV: lambda: own_columns(format, rows, sample=sample),
    }
    content = makers[format.writer]()
    if len(content) > MOST_BYTES:
        raise ReportRefused("The file would be longer than 16 MB, which CE Broker does not take.")
    return content


def cebroker_xls(rows: Sequence[Fields], *, sample: bool) -> bytes:
    """CE Broker's roster (DOMAIN.md section 3): columns A to H are full credit, pairs from I on partial credit."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("SAMPLE" if sample else "Roster")
    day_style = xlwt.easyxf(num_format_str="MM/DD/YYYY")
    pairs = max((len(row["partial_credits"]) for row in rows), default=0)
    for column, head in enumerate((*XLS_HEAD, *(XLS_PAIR * pairs))):
        sheet.write(0, column, head)
    for number, row in enumerate(rows, start=1):
        numbers = (row["provider_number"], row["course_number"], "", "", row["license_number"])
        for column, text in enumerate(numbers):
            sheet.write(number, column, text)
        sheet.write(number, 5, date.fromisoformat(row["completed_on"]), day_style)
        sheet.write(number, 6, row["state"])
        sheet.write(number, 7, row["profession"])
        for place, part in enumerate(row["partial_credits"]):
            sheet.write(number, 8 + 2 * place, part["subject_area"])
            sheet.write(number, 9 + 2 * place, float(part["hours"]))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def own_columns(format: ReportFormat, rows: Sequence[Fields], *, sample: bool) -> bytes:
    """A CSV with the columns of the format. What a person typed never begins like a formula."""
    heads = [column["header"] for column in format.columns]
    lines = (csv_line(row, format.columns) for row in rows)
    return _csv([heads, *lines], sample=sample).removeprefix(BOM).encode()


def twin_of(rows: Sequence[Fields], *, sample: bool) -> bytes:
    """The same for people, to look at and to write the board's answers into."""
    lines = ([str(row[source]) for source in TWIN] + ["", "", ""] for row in rows)
    return _csv([[*TWIN.values(), ANSWER, NUMBER, MESSAGE], *lines], sample=sample).encode()


def keep(content: bytes, suffix: str) -> tuple[str, str]:
    """Store the bytes under their own digest: the path and the digest."""
    digest = hashlib.sha256(content).hexdigest()
    path = f"reports/{digest[:2]}/{digest}.{suffix}"
    storage = storages["private"]
    return path if storage.exists(path) else storage.save(path, ContentFile(content)), digest


def _csv(lines: Iterable[Sequence[Any]], *, sample: bool) -> str:
    """A sample says so in each line."""
    mark = [[SAMPLE if number else "Sample"] if sample else [] for number in (0, 1)]
    return "".join(csv_text([*line, *mark[number > 0]] for number, line in enumerate(lines)))
