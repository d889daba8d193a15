"""What somebody drops on the check: is this file what we issued?

The file is read in memory and forgotten: nothing of it is stored or logged. Three questions, the cheapest first: do we
know these very bytes; does it carry our signature, unbroken; whose is it otherwise. A file is never called good because
of a part of it: a doctored PDF may hold a genuine badge, so an unsigned PDF is compared with the record and not with
what is attached to it (CREDENTIALS.md section 6).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from django.db.models import Q

from certificates.credentials.carriers import LARGEST_FILE, PDF, CarrierProblem, credential_in, read_credential
from certificates.credentials.checking import Verdict, check
from certificates.credentials.proofs import CredentialError
from certificates.models import Certificate, CertificateFile, StatusList, Transcript
from certificates.paper.checking import check_pdf
from certificates.paper.examining import PaperCheck
from certificates.services.keys import did_document_of_school, paper_roots, paper_signers
from certificates.standing import Record, State, find_record
from core.serials import normalize_serial

MOST_BYTES = LARGEST_FILE
WRITTEN = re.compile(rb"CST-[0-9]{4}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]")
LIST_NUMBER = re.compile(r"/credentials/status/([0-9]{1,9})$")
NOT_ISSUED = "This file is not what we issued"
UNREADABLE = "We could not read this file"
PROBLEMS = {
    "too large": "It is larger than any certificate of ours.",
    "too many pages": "It has more pages than any certificate of ours.",
    "too slow to read": "Reading it took too long.",
}


class Finding(StrEnum):
    """What a file turned out to be."""

    ISSUED = "issued"
    SIGNED = "signed"
    ALTERED = "altered"
    UNSIGNED = "unsigned"
    FOREIGN = "foreign"
    DISOWNED = "disowned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """The answer in words, and the record of the certificate that the file is about, if it is one of ours."""

    finding: Finding
    kind: str
    word: str
    sentence: str
    details: tuple[str, ...] = ()
    record: Record | None = None


def check_file(file: bytes, *, at: datetime, expected: str = "") -> FileAnswer:
    """Compare a file with what we issued; `expected` is the number on whose page it was dropped."""
    answer = _known(file) or (_paper(file) if PDF in file[:1024] else _badge(file, at))
    about = answer.record.certificate.serial if answer.record else ""
    if expected and about and about != expected:
        other = f"This file belongs to another certificate, {about}, and not to {expected}."
        return replace(answer, kind="care", details=(other, *answer.details))
    return answer


def _known(file: bytes) -> FileAnswer | None:
    """The very bytes that we issued: a paper, a copy of it, a transcript, or the badge that a picture carries."""
    certificate = _certificate_of(file)
    if certificate is not None:
        return _issued(find_record(certificate.serial), "Byte for byte the same as in our records.")
    sha256 = hashlib.sha256(file).hexdigest()
    transcript = Transcript.objects.filter(Q(pdf_sha256=sha256) | Q(public_pdf_sha256=sha256)).first()
    if transcript is not None:
        return _issued(None, f"Byte for byte the same as transcript {transcript.serial} in our records.")
    if PDF in file[:1024]:
        return None
    try:
        carried = credential_in(file)
    except CarrierProblem:
        return None
    certificate = _certificate_of(carried)
    if certificate is None:
        return None
    return _issued(find_record(certificate.serial), "The badge in it is byte for byte the same as in our records.")


def _certificate_of(content: bytes) -> Certificate | None:
    sha256 = hashlib.sha256(content).hexdigest()
    files = CertificateFile.objects.filter(sha256=sha256).values("certificate_id")
    return Certificate.objects.filter(Q(pdf_sha256=sha256) | Q(pk__in=files)).order_by("-pk").first()


def _issued(record: Record | None, sentence: str) -> FileAnswer:
    """Genuine is not valid: what has become of the certificate is said in the same breath."""
    stands = record is None or record.first.state == State.VALID
    details = () if stands or record is None else (f"{record.first.word}. {record.first.sentence}",)
    return FileAnswer(
        finding=Finding.ISSUED,
        kind="good" if stands else "care",
        word="This is the file that we issued",
        sentence=sentence,
        details=details,
        record=record,
    )


def _paper(pdf: bytes) -> FileAnswer:
    """A PDF that is not in our records: by its signature."""
    paper = check_pdf(pdf, [x509.load_pem_x509_certificate(root) for root in paper_roots()])
    record = _record_in(paper.attached_credential or b"", pdf)
    if paper.problem:
        words = PROBLEMS.get(paper.problem, "It is damaged, locked, or not a PDF at all.")
        return FileAnswer(finding=Finding.UNREADABLE, kind="note", word=UNREADABLE, sentence=words, record=record)
    known = paper.signer_sha256 in paper_signers()  # a signature that does not fit is not trusted, whoever made it
    if not (paper.signed and (paper.trusted or known)):
        return _not_signed_by_us(paper, record)
    if not known:
        return _disowned_answer(record)
    if not paper.ours_unchanged:
        sentence = "It carries our signature, but the signature does not fit: something was changed after we signed it."
        return FileAnswer(finding=Finding.ALTERED, kind="stop", word=NOT_ISSUED, sentence=sentence, record=record)
    return _signed(record, ())


def _not_signed_by_us(paper: PaperCheck, record: Record | None) -> FileAnswer:
    if paper.signed and paper.signer:
        signer = paper.signer[:80]
        sentence = f"It is signed in the name of “{signer}”, but not with a key of this school."
    else:
        sentence = "It carries no signature of ours. A scan, or a print into a new PDF, has lost it too."
    if record is None:
        sentence = f"{sentence} We found no number of ours in it either: type the number from the paper."
    return FileAnswer(finding=Finding.UNSIGNED, kind="stop", word=NOT_ISSUED, sentence=sentence, record=record)


def _badge(file: bytes, at: datetime) -> FileAnswer:
    """A credential in JSON or in a picture: by its proof."""
    try:
        credential = read_credential(file)
    except CarrierProblem as problem:
        return FileAnswer(finding=Finding.UNREADABLE, kind="note", word=UNREADABLE, sentence=str(problem))
    record = _record_in(json.dumps(credential).encode())
    replaced_by = record.later[0].serial if record and record.later else ""
    try:
        checked = check(
            credential,
            did_document=did_document_of_school(),
            status_list=_status_list(credential),
            at=at,
            replaced_by=replaced_by,
        )
    except (CredentialError, RecursionError):
        words = "It is written in a way that we cannot check."
        return FileAnswer(finding=Finding.UNREADABLE, kind="note", word=UNREADABLE, sentence=words, record=record)
    said = tuple(answer.words for answer in checked.answers)
    if checked.verdict == Verdict.FOREIGN:
        return FileAnswer(
            finding=Finding.FOREIGN, kind="stop", word="This badge is not ours", sentence=said[0], record=record
        )
    if checked.verdict == Verdict.FORGED:
        return FileAnswer(
            finding=Finding.ALTERED, kind="stop", word=NOT_ISSUED, sentence=said[1], details=said[2:3], record=record
        )
    return _signed(record, said[3:])


def _signed(record: Record | None, details: tuple[str, ...]) -> FileAnswer:
    """Ours and unbroken, yet not among our files: signed again since, or from before a restored backup."""
    sentence = (
        "Our signature on it is whole, but these bytes are not among the files we keep. Trust our record, line by "
    )
    return FileAnswer(
        finding=Finding.SIGNED,
        kind="care",
        word="Signed by us and unchanged",
        sentence=f"{sentence}line."
        if record
        else "Our signature on it is whole, but we have no record of it. Please write to the school.",
        details=details,
        record=record,
    )


def _disowned_answer(record: Record | None) -> FileAnswer:
    sentence = "It is signed with a key that this school has withdrawn. The signature proves nothing any more."
    return FileAnswer(finding=Finding.DISOWNED, kind="stop", word=NOT_ISSUED, sentence=sentence, record=record)


def _record_in(*contents: bytes) -> Record | None:
    """The record under the first number in these bytes that is one of ours."""
    for content in contents:
        for written in dict.fromkeys(WRITTEN.findall(content)[:20]):
            if normalize_serial(written.decode()).ok and (record := find_record(written.decode())):
                return record
    return None


def _status_list(credential: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Our own list that the credential points at, as we serve it."""
    entry = credential.get("credentialStatus")
    named = entry.get("statusListCredential") if isinstance(entry, Mapping) else None
    number = LIST_NUMBER.search(named) if isinstance(named, str) else None
    row = StatusList.objects.filter(n=int(number[1])).exclude(document="").first() if number else None
    document: Mapping[str, Any] | None = json.loads(row.document) if row else None
    return document
