"""The audit pack: one ZIP with a table for each section, the boards' letters, the certificates' PDFs and a manifest.

It is written while it is sent: one batch of lines, one file of a few hundred kB at a time. The manifest comes last and
names every part with its SHA-256, so a pack that broke off is seen to be broken.
"""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils import timezone
from wagtail.log_actions import log

from accounts.models import User
from core.dossier import instant
from core.spreadsheets import csv_text
from library.models import Handout
from records.services.audit import BATCH, Audit
from records.services.sections import SECTIONS

PIECE = 64 * 1024
"""Bytes that are gathered before they are sent on."""


class _Wire(io.RawIOBase):
    """What the ZIP is written to: bytes wait here until they are sent. It cannot be wound back."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        """Only that."""
        return True

    def write(self, data: Any) -> int:
        """Kept until taken."""
        self.waiting += data
        return len(data)

    def take(self) -> bytes:
        """What waits, and forget it."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


class _Pack:
    """The archive on the wire, and what stands in it so far."""

    def __init__(self, at: datetime) -> None:
        self.wire = _Wire()
        self.archive = ZipFile(self.wire, "w", ZIP_DEFLATED)
        self.day = timezone.localtime(at).timetuple()[:6]
        self.parts: list[dict[str, Any]] = []
        self.missing: list[str] = []

    def add(self, name: str, pieces: Iterable[bytes], **facts: Any) -> Iterator[bytes]:
        """One part; yields what may be sent already."""
        digest, size = sha256(), 0
        info = ZipInfo(name, date_time=self.day)
        info.compress_type = ZIP_DEFLATED
        with self.archive.open(info, "w") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
                if len(self.wire.waiting) >= PIECE:
                    yield self.wire.take()
        self.parts.append({"name": name, "bytes": size, "sha256": digest.hexdigest(), **facts})
        yield self.wire.take()

    def close(self) -> bytes:
        """The end of the archive."""
        self.archive.close()
        return self.wire.take()


def audit_pack(*, audit: Audit, by: User, at: datetime | None = None) -> Iterator[bytes]:
    """The ZIP, piece by piece. Who made it and for which days stands in the course's log before the first byte."""
    now = at or timezone.now()
    note(audit=audit, by=by, what="records.audit_pack")
    return _written(audit, by, now)


def note(*, audit: Audit, by: User, what: str, section: str = "") -> None:
    """Names and license numbers left the house: the log of the course says who took them."""
    data = {
        "first": audit.first.isoformat(),
        "last": audit.last.isoformat(),
        **({"section": section} if section else {}),
    }
    log(instance=audit.course, action=what, user=by, data=data)


def _written(audit: Audit, by: User, now: datetime) -> Iterator[bytes]:
    pack = _Pack(now)
    for section in SECTIONS:
        yield from pack.add(f"{section.code}.csv", (row.encode() for row in csv_text(section.lines(audit))))
    yield from _letters(pack, audit)
    yield from _papers(pack, audit)
    manifest = {
        "course": audit.course.title,
        "completed_from": audit.first.isoformat(),
        "completed_to": audit.last.isoformat(),
        "made_at": instant(now),
        "made_by": by.legal_name or by.email,
        "parts": list(pack.parts),
        "missing": pack.missing,
    }
    yield from pack.add("manifest.json", [json.dumps(manifest, indent=2, ensure_ascii=False).encode()])
    yield pack.close()


def _letters(pack: _Pack, audit: Audit) -> Iterator[bytes]:
    """What boards wrote when they approved."""
    letters = Handout.objects.filter(pk__in=audit.approvals().order_by().values("document")).order_by("pk")
    for letter in letters.iterator(chunk_size=BATCH):
        name = f"documents/{letter.pk}-{letter.filename}"
        try:
            letter.file.open("rb")
        except OSError:
            pack.missing.append(name)
            continue
        with letter.file as file:
            yield from pack.add(name, file.chunks(PIECE), title=letter.title)


def _papers(pack: _Pack, audit: Audit) -> Iterator[bytes]:
    """The PDFs as issued; `as_issued` is false where a file is not the one that was signed for."""
    for one in audit.certificates().iterator(chunk_size=BATCH):
        name = f"certificates/{one.serial}.pdf"
        try:
            paper = one.read_pdf()
        except OSError:
            pack.missing.append(name)
            continue
        yield from pack.add(name, [paper], as_issued=sha256(paper).hexdigest() == one.pdf_sha256)
