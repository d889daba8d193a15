"""Questions in a table, one per row: CSV, or the first sheet of an Excel workbook.

The first row names the columns (docs/how-to/import-questions.md). A formula is the text that somebody typed; nothing is
computed. Rows, columns and cells are bounded, and so is what a workbook unpacks to.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl import load_workbook

from .base import Outcome, UnreadableFile
from .packages import BROKEN
from .table_rows import Columns, read_row
from .texts import decode

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 5_000, 100, 20_000
MAX_ENTRIES, MAX_UNPACKED, MAX_RATIO = 2_000, 50 * 1024 * 1024, 200
DELIMITERS = ",;\t"

Row = list[str]


def parse_csv(content: bytes) -> list[Outcome]:
    """The questions of a CSV file, its cells parted by commas, semicolons or tabs. Raises ``UnreadableFile``."""
    text = decode(content)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _outcomes(_csv_rows(reader))


def parse_xlsx(content: bytes) -> list[Outcome]:
    """The questions on the first sheet of an Excel workbook (.xlsx). Raises ``UnreadableFile``."""
    _check_size(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a workbook says of its own size is not asked
            cells = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
            rows = [(number, [_text(cell) for cell in row]) for number, row in enumerate(cells, start=1)]
        finally:
            book.close()
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl has no error of its own for a broken workbook
        message = "This is not an Excel workbook (.xlsx) that can be read. Save it again, or as CSV."
        raise UnreadableFile(message) from error
    return _outcomes(rows)


def _check_size(content: bytes) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except BROKEN as error:
        message = "This is not an Excel workbook (.xlsx)."
        raise UnreadableFile(message) from error
    # A reader stops at the size that an entry declares, so a lie here only cuts it short.
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > max(packed, 10_000) * MAX_RATIO:
        message = "The workbook unpacks to more than questions need. It is not opened."
        raise UnreadableFile(message)


def _csv_rows(reader: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    number = 0
    try:
        for row in reader:
            number += 1
            yield number, row
    except csv.Error as error:
        message = f"Row {number + 1} cannot be read as CSV: a quotation mark is left open, or a cell is too long."
        raise UnreadableFile(message) from error


def _outcomes(rows: Iterable[tuple[int, Row]]) -> list[Outcome]:
    columns: Columns | None = None
    found: list[Outcome] = []
    for number, row in rows:
        if len(row) > MAX_COLUMNS and any(cell.strip() for cell in row[MAX_COLUMNS:]):
            message = f"Row {number} has more than {MAX_COLUMNS} columns."
            raise UnreadableFile(message)
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = Columns.named(row)
            continue
        if len(found) >= MAX_ROWS:
            message = f"The table has more than {MAX_ROWS} questions. Split it."
            raise UnreadableFile(message)
        found.append(read_row(len(found) + 1, number, columns, [cell[: MAX_CELL + 1] for cell in row]))
    if columns is None or not found:
        message = "The table has no question: the first row names the columns, the others hold one question each."
        raise UnreadableFile(message)
    return found


def _text(cell: object) -> str:
    """A cell as it was typed; a number without the tail that binary arithmetic gives it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime | date | time):
        return cell.isoformat().removesuffix("T00:00:00")
    return str(cell)
