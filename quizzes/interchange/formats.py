"""The formats that we read and write, by the names that the commands and the pages use."""

from collections.abc import Mapping

from . import aiken, gift, gift_writer, moodle_xml, moodle_xml_writer, qti, qti_writer, tables
from .base import Parser, Writer
from .recognition import AIKEN, CSV, GIFT, MOODLE_XML, QTI, XLSX

QTI_2 = "qti-2.1"

LABELS: Mapping[str, str] = {
    GIFT: "GIFT",
    AIKEN: "Aiken",
    MOODLE_XML: "Moodle XML",
    QTI: "QTI 1.2, 2.1, 2.2, 3.0",
    CSV: "Table (CSV)",
    XLSX: "Table (Excel, .xlsx)",
}

PARSERS: Mapping[str, Parser] = {
    GIFT: gift.parse,
    AIKEN: aiken.parse,
    MOODLE_XML: moodle_xml.parse,
    QTI: qti.parse,
    CSV: tables.parse_csv,
    XLSX: tables.parse_xlsx,
}

WRITTEN_AS: Mapping[str, str] = {**LABELS, QTI: "QTI 3.0", QTI_2: "QTI 2.1"}
"""What a written format is called: of QTI one version is chosen."""

TEXTS = (GIFT, AIKEN, CSV)
"""Formats that may come in another encoding than UTF-8. XML names its own."""

WRITERS: Mapping[str, Writer] = {
    GIFT: gift_writer.write,
    MOODLE_XML: moodle_xml_writer.write,
    QTI: qti_writer.write,
    QTI_2: qti_writer.write_version_2,
}

ENDINGS: Mapping[str, tuple[str, str]] = {
    GIFT: ("gift", "text/plain; charset=utf-8"),
    MOODLE_XML: ("xml", "application/xml"),
    QTI: ("zip", "application/zip"),
    QTI_2: ("zip", "application/zip"),
}
"""What a written file is called, and its media type."""
