"""A table as a file: CSV and XLSX. The cells come ready: what a person typed has gone through ``as_text``."""

import csv
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE


class _Line:
    """What the csv module writes to: the line comes back."""

    def write(self, text: str) -> str:
        """One line."""
        return text


def as_csv(name: str, lines: Iterator[list[Any]]) -> StreamingHttpResponse:
    """Comma-separated, in UTF-8 with a mark at its beginning, by which spreadsheets see that it is."""
    writer = csv.writer(_Line())
    body = (("\ufeff" if not number else "") + writer.writerow(line) for number, line in enumerate(lines))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def as_xlsx(name: str, lines: Iterator[list[Any]]) -> FileResponse:
    """A workbook of one sheet. A text is a text there, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx")


def _cell(sheet: Any, value: Any) -> WriteOnlyCell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value=value)
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
