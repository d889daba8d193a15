"""Archives of question files, read in memory and in bounds: nothing is unpacked to disk (QUIZZES.md section 14).

Sizes that an archive declares may lie, so bytes are counted as they are read. An archive with one entry that could
reach outside, hide behind another or unpack without end is refused as a whole.
"""

import io
import lzma
import posixpath
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from urllib.parse import unquote

from .base import UnreadableFile

MAX_ENTRIES = 2_000
MAX_TOTAL = 50 * 1024 * 1024
MAX_ENTRY = 10 * 1024 * 1024
MAX_RATIO = 100
RATIO_FLOOR = 64 * 1024
"""An entry up to this size may be packed as tightly as it likes: white space in a small file does no harm."""

MAGIC = b"PK\x03\x04"
ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".jar", ".mbz", ".h5p", ".imscc")
ARCHIVE_MAGICS = (MAGIC, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
ENCRYPTED = 0x1
_CHUNK = 64 * 1024

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
    LookupError,
)  # fmt: skip
"""What reading a damaged archive raises (seen by trying): zipfile promises only the first."""

FOREIGN = {
    "h5p.json": "an H5P package",
    ".bb-package-info": "a Blackboard archive",
    "moodle_backup.xml": "a Moodle course backup; export the questions as Moodle XML instead",
    "xl/workbook.xml": "a spreadsheet, not a package of questions",
    "word/document.xml": "a text document, not a package of questions",
    "examview.xml": "an ExamView archive",
}


def is_package(content: bytes) -> bool:
    """Whether these bytes begin like an archive."""
    return content.startswith(MAGIC)


class Package:
    """An archive that was found harmless. Reading it counts against one budget for the whole archive."""

    def __init__(self, content: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except BROKEN as error:
            message = "The archive is damaged and cannot be opened."
            raise UnreadableFile(message) from error
        entries = self._archive.infolist()
        if len(entries) > MAX_ENTRIES:
            message = f"The archive holds {len(entries)} files; at most {MAX_ENTRIES} are read."
            raise UnreadableFile(message)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        for entry in entries:
            _check(entry)
            known_as = unicodedata.normalize("NFC", entry.filename).casefold()
            if known_as in seen:
                message = f'The archive holds "{entry.filename}" twice.'
                raise UnreadableFile(message)
            seen.add(known_as)
            if not entry.is_dir():
                self._entries[entry.filename] = entry
        if sum(entry.file_size for entry in entries) > MAX_TOTAL:
            raise UnreadableFile(_too_much())
        self._decline_foreign()
        self._spent = 0
        self._kept: dict[str, bytes] = {}

    @property
    def names(self) -> list[str]:
        """The files in the archive, in its order."""
        return list(self._entries)

    def find(self, name: str, beside: str = "") -> str | None:
        """The entry that a file named ``beside`` means by this reference, or None where the archive has none."""
        for spelling in (name, unquote(name)):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(beside), spelling))
            if path in self._entries:
                return path
        return None

    def read(self, name: str) -> bytes:
        """The bytes of one entry. Raises ``UnreadableFile`` at the first byte beyond a bound."""
        if name not in self._kept:
            self._kept[name] = self._unpack(self._entries[name])
        return self._kept[name]

    def _unpack(self, entry: zipfile.ZipInfo) -> bytes:
        content = bytearray()
        try:
            with self._archive.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    content += chunk
                    self._spent += len(chunk)
                    self._weigh(entry, len(content))
        except UnreadableFile:
            raise
        except BROKEN as error:
            message = f'"{entry.filename}" in the archive is damaged.'
            raise UnreadableFile(message) from error
        if bytes(content).startswith(ARCHIVE_MAGICS):
            raise UnreadableFile(_nested(entry.filename))
        return bytes(content)

    def _weigh(self, entry: zipfile.ZipInfo, size: int) -> None:
        if size > MAX_ENTRY:
            message = f'"{entry.filename}" in the archive is larger than {MAX_ENTRY // 1024 // 1024} MiB.'
            raise UnreadableFile(message)
        if size > RATIO_FLOOR and size > MAX_RATIO * max(1, entry.compress_size):
            message = f'"{entry.filename}" unpacks to more than {MAX_RATIO} times its size.'
            raise UnreadableFile(message)
        if self._spent > MAX_TOTAL:
            raise UnreadableFile(_too_much())

    def _decline_foreign(self) -> None:
        lowered = {name.casefold() for name in self._entries}
        for name, what in FOREIGN.items():
            if name in lowered:
                message = f"This is {what}. We do not import it."
                raise UnreadableFile(message)


def _check(entry: zipfile.ZipInfo) -> None:
    """Refuse an entry by its name or nature alone."""
    name = entry.orig_filename
    for wrong, why in (
        ("\\" in name, "has a backslash in its name"),
        ("\x00" in name, "has a zero byte in its name"),
        (name.startswith("/"), "has an absolute name"),
        (bool(re.match(r"[A-Za-z]:", name)), "names a drive"),
        (".." in name.split("/"), "reaches outside the archive"),
        (stat.S_ISLNK(entry.external_attr >> 16), "is a link"),
        (bool(entry.flag_bits & ENCRYPTED), "is encrypted"),
    ):
        if wrong:
            message = f'The archive is not opened: "{name[:80]}" {why}.'
            raise UnreadableFile(message)
    if entry.file_size > MAX_ENTRY:
        message = f'"{name}" in the archive is larger than {MAX_ENTRY // 1024 // 1024} MiB.'
        raise UnreadableFile(message)
    if name.casefold().endswith(ARCHIVES):
        raise UnreadableFile(_nested(name))


def _nested(name: str) -> str:
    return f'"{name}" is an archive inside the archive. Unpack it and send it by itself.'


def _too_much() -> str:
    return f"The archive unpacks to more than {MAX_TOTAL // 1024 // 1024} MiB."
