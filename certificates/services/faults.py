"""What is wrong with one thing that we issued: its documents are read back and checked as a stranger would.

A document of a compromised key is only compared with its own digest: nobody is to trust it, and what was signed in its
place is checked instead. Nothing is repaired here.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography import x509

from certificates.credentials.badge import recipient_of
from certificates.credentials.did import key_in
from certificates.credentials.proofs import CredentialError, issuer_of, key_name_of, uncovered, verify
from certificates.credentials.status_list import encode, status_entry
from certificates.models import Certificate, CertificateFile, SigningKey, StatusList, Transcript
from certificates.paper.examining import PaperCheck, examine_pdf
from certificates.paper.keys import fingerprint
from certificates.services.keys import did_document_of_school, paper_roots, paper_signers
from certificates.services.status import set_bits, status_list_url
from core.freeze import digest

Role = CertificateFile.Role
FACTS = "the stored facts are not the ones that were issued"

AGAIN = "is still signed with a compromised key: run manage.py certificate_keys compromised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a stranger would go by, read once for many certificates."""

    did_document: Mapping[str, Any]
    roots: list[bytes]
    signers: frozenset[str]

    @classmethod
    def now(cls) -> "Trust":
        """As the school publishes it at this moment."""
        return cls(did_document=did_document_of_school(), roots=paper_roots(), signers=paper_signers())


@dataclass(frozen=True, slots=True)
class Document:
    """A stored file: how people call it, its role, its bytes, and the key that signed it."""

    name: str
    role: str
    content: bytes
    key: SigningKey | None

    @property
    def counts(self) -> bool:
        """Signed, and by a key that only the school has."""
        return self.key is not None and self.key.compromised_at is None


def faults_of_certificate(certificate: Certificate, by: Trust) -> list[str]:
    """Facts, files, signatures, and whether they say the same. Its files come with their keys, in order."""
    faults = [] if certificate.is_intact else [FACTS]
    if certificate.facts.get("serial") != certificate.serial:
        faults.append("the facts name another number")
    documents = list(_documents(certificate, faults))
    badges = [one.content for one in documents if one.role == Role.CREDENTIAL]
    newest = {one.role: one for one in documents}
    if certificate.status == Certificate.Status.ISSUED:
        faults += [f"{one.name}: {AGAIN} {one.key}" for one in newest.values() if one.key and not one.counts]
    for document in documents:
        if document.role == Role.CREDENTIAL:
            faults += _faults_of_credential(document, certificate, by)
            continue
        attached, wrong = _faults_of_paper(document, by)
        faults += wrong
        due = badges[-1:] if document is newest[document.role] else badges
        if badges and document.key is not None and attached not in due:
            faults.append(f"{document.name}: the badge inside is not the one on record")
    return faults


def faults_of_transcript(transcript: Transcript, by: Trust) -> list[str]:
    """Facts and both PDFs."""
    faults = [] if digest(transcript.facts) == transcript.facts_sha256 else [FACTS]
    copies = (("PDF", transcript.pdf_sha256, False), ("public PDF", transcript.public_pdf_sha256, True))
    for name, sha256, public in copies:
        content = _read(name, partial(transcript.read_pdf, public=public), sha256, faults)
        if content is not None:
            faults += _faults_of_paper(Document(name, Role.PAPER, content, transcript.key), by)[1]
    return faults


def faults_of_list(row: StatusList, by: Trust) -> list[str]:
    """Signed, and with exactly the bits that the certificates have. One that nobody asked for yet is not signed."""
    if not row.document:
        return []
    if row.is_stale:
        return ["waits to be signed: run manage.py sweep"]
    faults = [] if _sha256(row.document.encode()) == row.document_sha256 else ["the stored list was changed"]
    try:
        document = json.loads(row.document)
        bits = document["credentialSubject"]["encodedList"]
        faults += _faults_of_proof(document, by)
    except (ValueError, KeyError, TypeError):
        return [*faults, "it cannot be read"]
    return faults if bits == encode(set_bits(row)) else [*faults, "its bits are not those of the certificates"]


def _documents(certificate: Certificate, faults: list[str]) -> Iterator[Document]:
    """The paper as issued, then its further files; one that cannot be read is a fault."""
    content = _read("PDF", certificate.read_pdf, certificate.pdf_sha256, faults)
    if content is not None:
        yield Document("PDF", Role.PAPER, content, certificate.paper_key)
    for file in certificate.files.all():
        name = f"{file.get_role_display()} {file.n}"
        content = _read(name, file.read, file.sha256, faults)
        if content is not None:
            yield Document(name, file.role, content, file.key)


def _read(name: str, read: Callable[[], bytes], sha256: str, faults: list[str]) -> bytes | None:
    try:
        content = read()
    except OSError as error:
        faults.append(f"{name}: the file cannot be read ({type(error).__name__})")
        return None
    if _sha256(content) != sha256:
        faults.append(f"{name}: the file was changed")
    return content


def _faults_of_credential(document: Document, certificate: Certificate, by: Trust) -> list[str]:
    """It says what is on record, and its proof covers all of it."""
    try:
        stated = json.loads(document.content)
        wrong = _differences(stated, certificate)
        if document.counts:
            wrong += _faults_of_proof(stated, by)
    except (ValueError, KeyError, TypeError, IndexError):
        wrong = ["it cannot be read"]
    return [f"{document.name}: {one}" for one in wrong]


def _differences(stated: Mapping[str, Any], certificate: Certificate) -> list[str]:
    name = unicodedata.normalize("NFC", certificate.holder)
    status_list, index = certificate.status_list, certificate.status_index
    place = status_entry(status_list_url(status_list.n), index) if status_list and index is not None else None
    asked = (
        (f"/{certificate.serial}/" in str(stated["id"]), "it carries another number"),
        (recipient_of(stated) == name, "it names another person"),
        (stated.get("credentialStatus") == place, "it names another place in the status list"),
    )
    return [words for holds, words in asked if not holds]


def _faults_of_proof(stated: Mapping[str, Any], by: Trust) -> list[str]:
    if issuer_of(stated) != by.did_document["id"]:
        return [f"its issuer is {issuer_of(stated)}, and this site is {by.did_document['id']}"]
    key = key_in(by.did_document, key_name_of(stated))
    if key is None:
        return ["it is signed with a key that is not the school's"]
    try:
        verify(stated, key)
        return uncovered(stated)
    except CredentialError as error:
        return [f"its proof does not hold ({error})"]


def _faults_of_paper(document: Document, by: Trust) -> tuple[bytes | None, list[str]]:
    """The credential inside, and what is wrong with the signature; a paper from before signatures has none."""
    if document.key is None:
        return None, []
    roots = by.roots if document.counts else [document.key.authority.encode()]
    check = examine_pdf(document.content, roots)
    if check.problem:
        return None, [f"{document.name}: {check.problem}"]
    wrong = _faults_of_signature(check, document, by)
    return check.attached_credential, [f"{document.name}: {one}" for one in wrong]


def _faults_of_signature(check: PaperCheck, document: Document, by: Trust) -> list[str]:
    if not (check.signed and check.intact and check.covers_whole):
        return ["the signature does not hold"]
    if document.key is not None and check.signer_sha256 != _signer(document.key):
        return ["it is signed with another key than is on record"]
    if document.counts and not (check.trusted and check.signer_sha256 in by.signers):
        return ["it is signed with a key that is not the school's"]
    return []


def _signer(key: SigningKey) -> str:
    return fingerprint(x509.load_pem_x509_certificate(key.certificate.encode()))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
