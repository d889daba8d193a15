"""A learner's certificates and their files, and the check that is open to anyone for ever."""

from certificates.views.correct import correct_certificate
from certificates.views.doubt import doubt_certificate
from certificates.views.files import certificate_json, certificate_pdf, certificate_png
from certificates.views.mine import my_certificates, share_certificate
from certificates.views.transcripts import (
    make_transcript_pdf,
    my_transcript,
    share_my_transcript,
    shared_transcript,
    shared_transcript_pdf,
    transcript_pdf,
)
from certificates.views.verify import verify, verify_certificate

__all__ = [
    "certificate_json",
    "certificate_pdf",
    "certificate_png",
    "correct_certificate",
    "doubt_certificate",
    "make_transcript_pdf",
    "my_certificates",
    "my_transcript",
    "share_certificate",
    "share_my_transcript",
    "shared_transcript",
    "shared_transcript_pdf",
    "transcript_pdf",
    "verify",
    "verify_certificate",
]
