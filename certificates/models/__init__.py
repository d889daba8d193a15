"""Certificates as records: what is to be issued, what was issued, what became of it, and the keys that sign."""

from certificates.models.certificates import CERTIFICATE_ROWS, FROZEN, KEPT, Certificate
from certificates.models.designs import DESIGN_ROWS, CertificateDesign, DesignSignature, PublishedDesign
from certificates.models.keys import SigningKey
from certificates.models.life import EVENT_ROWS, FILE_ROWS, CertificateEvent, CertificateFile
from certificates.models.requests import CertificateRequest
from certificates.models.status import StatusList
from certificates.models.transcripts import TRANSCRIPT_ROWS, Transcript, TranscriptShare

FROZEN_ROWS = (CERTIFICATE_ROWS, DESIGN_ROWS, EVENT_ROWS, FILE_ROWS, TRANSCRIPT_ROWS)

__all__ = [
    "FROZEN",
    "FROZEN_ROWS",
    "KEPT",
    "Certificate",
    "CertificateDesign",
    "CertificateEvent",
    "CertificateFile",
    "CertificateRequest",
    "DesignSignature",
    "PublishedDesign",
    "SigningKey",
    "StatusList",
    "Transcript",
    "TranscriptShare",
]
