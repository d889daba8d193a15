"""What a file is, by its content and name: a format that we read, or one that is recognized and declined by name."""

import io
import re
import zipfile

from .base import UnreadableFile
from .packages import BROKEN

MAX_BYTES = 50 * 1024 * 1024
GIFT, AIKEN, MOODLE_XML, QTI, CSV, XLSX = "gift", "aiken", "moodle-xml", "qti", "csv", "xlsx"
_HEAD = 4_000
_BY_ENDING = {"gift": GIFT, "csv": CSV, "tsv": CSV, "xlsx": XLSX, "aiken": AIKEN, "qti": QTI, "imscc": QTI}
_CLOZE = re.compile(
    r"\{[0-9]*:(?:MULTICHOICE|MULTIRESPONSE|MC|MR|SHORTANSWER|SA|MW|NUMERICAL|NM)(?:_[A-Z]+|[VHSC]+)?:", re.IGNORECASE
)
_MISSING_WORD = re.compile(r"[=~][0-9]{1,3}%[^\W\d]")
_GIFT_SIGNS = re.compile(
    r"^[ \t]*(?:::|//|\$CATEGORY:)|%-?[0-9.]+%|\{\s*(?:#|T|F|TRUE|FALSE)\b|\{\s*\}|->", re.MULTILINE
)

DECLINED = {
    "H5P": "Rebuild its questions here, or bring them as GIFT or a table (CSV).",
    "ExamView": "Export it from ExamView as QTI or Blackboard, then from there as QTI.",
    "Blackboard": "Export the pool from Blackboard as QTI.",
    "WebCT": "Bring the questions as GIFT or a table (CSV).",
    "Moodle cloze text": "Import it into Moodle and export it as Moodle XML.",
    "Moodle missing word": "Write its shares as %75% and save it as GIFT.",
}
"""Formats that we know and do not read, and what to do instead."""


def refuse_declined(content: bytes) -> None:
    """Raise ``UnreadableFile`` for a file that is too large, empty, or of a format that is declined by name."""
    if len(content) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB."
        raise UnreadableFile(message)
    if not content.strip():
        message = "The file is empty."
        raise UnreadableFile(message)
    if name := _declined(content):
        message = f"This is a file of {name}, which is not imported. {DECLINED[name]}"
        raise UnreadableFile(message)


def _declined(content: bytes) -> str:
    if content.startswith(b"PK"):
        return _declined_archive(content)
    head = content[:_HEAD].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    if head.startswith("<"):
        if "<examview" in head:
            return "ExamView"
        return "Blackboard" if re.search(r"<POOL\b|<QUESTION_(?:MULTIPLECHOICE|TRUEFALSE)\b", head) else ""
    return _declined_text(head, content)


def _declined_text(head: str, content: bytes) -> str:
    if re.search(r"^(?:# Start of question|:TYPE:(?:MC|S|M|P|C)\b)", head, re.MULTILINE):
        return "WebCT"
    text = content[: 1024 * 1024].decode("utf-8", "replace")
    if _CLOZE.search(text):
        return "Moodle cloze text"
    if _MISSING_WORD.search(text) and not _GIFT_SIGNS.search(text):
        return "Moodle missing word"
    return ""


def _declined_archive(content: bytes) -> str:
    names = _names(content)
    if any(name.endswith("h5p.json") for name in names):
        return "H5P"
    if any(name.endswith(".bb-package-info") or re.fullmatch(r"res[0-9]{5}\.dat", name) for name in names):
        return "Blackboard"
    return "ExamView" if any(name.casefold().endswith("examview.xml") for name in names) else ""


def _names(content: bytes) -> list[str]:
    """The names in an archive; nothing is unpacked."""
    try:
        return zipfile.ZipFile(io.BytesIO(content)).namelist()[:2_000]
    except BROKEN:
        return []


def guess_format(name: str, content: bytes) -> str:
    """The format of a file. The content decides where it can; a guess may be changed by the person."""
    if content.startswith(b"PK"):
        return XLSX if "xl/workbook.xml" in _names(content) else QTI
    head = content[:_HEAD].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    if head.startswith("<"):
        return MOODLE_XML if re.search(r"<quiz\b(?![^>]*\bidentifier=)|<question\s+type=", head) else QTI
    ending = name.casefold().rpartition(".")[2]
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    if re.search(r"^ANSWER\s*:", head, re.MULTILINE) and re.search(r"^[A-Z][.)]\s", head, re.MULTILINE):
        return AIKEN
    columns = {cell.strip(' "').casefold() for cell in re.split(r"[,;\t]", head.partition("\n")[0])}
    return CSV if {"kind", "question"} <= columns else GIFT
