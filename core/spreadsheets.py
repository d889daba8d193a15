"""A table as a file: CSV and XLSX that no spreadsheet runs as a program. Any length: nothing is gathered first."""

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.records import as_text

Line = list[Any]
BOM = "\ufeff"
"""By which spreadsheets see that a CSV is UTF-8."""
LONGEST_NAME = 31
"""Of a sheet, in characters (Excel)."""


class _Row:
    """What the csv module writes to: the line comes back."""

    def write(self, text: str) -> str:
        """One line."""
        return text


def exported(request: HttpRequest, name: str, lines: Iterable[Line]) -> HttpResponseBase | None:
    """The file that the address asks for (`export=csv` or `xlsx`); None: the page."""
    write = {"csv": _as_csv, "xlsx": _as_xlsx}.get(request.GET.get("export", ""))
    return write(name, lines) if write else None


def csv_text(lines: Iterable[Line]) -> Iterator[str]:
    """Comma-separated, line by line. What a person typed never begins like a formula."""
    writer = csv.writer(_Row())
    rows = (writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in line]) for line in lines)
    return (("" if number else BOM) + row for number, row in enumerate(rows))


def _as_csv(name: str, lines: Iterable[Line]) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(csv_text(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _as_xlsx(name: str, lines: Iterable[Line]) -> FileResponse:
    """A workbook of one sheet. A text is a text there, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:LONGEST_NAME])
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx")


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
