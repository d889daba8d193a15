"""The signature in the PDF, read by two programs that are not ours, and stamps of a time authority on this machine."""

import io
import shutil
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certificates.paper.examining import examine_pdf
from certificates.paper.keys import fingerprint, make_authority, make_certificate, make_key
from certificates.paper.signing import SigningError, TimestampUnavailable, sign_pdf, upgrade_timestamp
from certificates.rendering import render
from certificates.tests.paper import (
    CREDENTIAL,
    SCHOOL,
    SIGNED_AT,
    needs_nss,
    run,
    school_authority,
    school_key,
    signed,
    signed_paper,
    unsigned_paper,
)
from certificates.tests.printing import VERIFY_URL, printed

STAMPED_AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def pem(certificate):
    return certificate.public_bytes(Encoding.PEM)


def roots():
    return [pem(school_authority().certificate)]


class TimeAuthority:
    """A time stamp authority on this machine, and the ways in which one can fail."""

    def __init__(self):
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Time")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(7).not_valid_before(start).not_valid_after(start.replace(year=2040))
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self.stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER)),
            asn1_keys.PrivateKeyInfo.load(private),
            fixed_dt=STAMPED_AT,
        )
        self.behavior = "stamps"
        self.asked = 0

    def answer(self, body):
        self.asked += 1
        if self.behavior == "refuses":
            return 503, b""
        if self.behavior == "babbles":
            return 200, b"<html>Welcome</html>"
        question = tsp.TimeStampReq.load(body)
        if self.behavior == "stamps something else":
            imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"x" * 32}
            question = tsp.TimeStampReq(
                {"version": 1, "message_imprint": imprint, "nonce": question["nonce"], "cert_req": True}
            )
        answer = self.stamper.request_tsa_response(question).dump()
        return 200, answer[:-1] + bytes([answer[-1] ^ 1]) if self.behavior == "signs badly" else answer


@pytest.fixture(scope="module")
def served():
    authority = TimeAuthority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            status, body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    yield authority
    server.shutdown()
    server.server_close()


@pytest.fixture
def time_authority(served):
    served.behavior, served.asked = "stamps", 0
    return served


def test_a_signed_paper_is_whole_ours_and_signed_on_the_day_that_was_said():
    check = examine_pdf(signed_paper(), roots())
    assert (check.signed, check.intact, check.trusted, check.covers_whole) == (True, True, True, True)
    assert (check.signer, check.signed_at, check.timestamped_at) == (SCHOOL, SIGNED_AT, None)
    assert check.signer_sha256 == fingerprint(school_key()[1])
    assert check.attached_credential == CREDENTIAL


def test_without_an_authority_of_time_the_level_is_basic_and_nothing_is_owed():
    paper = signed(unsigned_paper())
    assert (paper.level, paper.timestamp_pending) == ("B-B", False)


def test_the_signature_certifies_and_allows_no_change():
    with pikepdf.open(io.BytesIO(signed_paper())) as pdf:
        signature = pdf.Root.Perms.DocMDP
        assert (str(signature.SubFilter), str(signature.Name)) == ("/ETSI.CAdES.detached", SCHOOL)
        assert int(signature.Reference[0].TransformParams.P) == 1
        (field,) = pdf.Root.AcroForm.Fields
        assert (str(field.T), str(field.TU)) == ("IssuerSignature", f"Digital signature of {SCHOOL}")
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]


def test_the_signature_carries_its_certificate_and_the_authority_once():
    signature = PdfFileReader(io.BytesIO(signed_paper())).embedded_regular_signatures[0]
    carried = {choice.chosen.dump() for choice in signature.signed_data["certificates"]}
    assert carried == {one.public_bytes(Encoding.DER) for one in (school_key()[1], school_authority().certificate)}
    assert len(signature.signed_data["certificates"]) == 2


def test_an_elliptic_key_of_256_bits_signs():
    key, certificate = school_key()
    assert (key.curve.name, certificate.signature_algorithm_oid.dotted_string) == ("secp256r1", "1.2.840.10045.4.3.2")


@needs_nss
def test_another_program_finds_the_signature_valid_and_trusts_our_authority(tmp_path):
    (tmp_path / "root.pem").write_bytes(roots()[0])
    (tmp_path / "paper.pdf").write_bytes(signed_paper())
    store = f"sql:{tmp_path}"
    run("certutil", "-N", "-d", store, "--empty-password", data=b"")
    run("certutil", "-A", "-d", store, "-n", "school", "-t", "C,C,C", "-i", str(tmp_path / "root.pem"), data=b"")
    said = run("pdfsig", "-nssdir", store, str(tmp_path / "paper.pdf"), data=b"")
    assert "Total document signed" in said
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs poppler-utils (Debian), not installed")
def test_another_program_sees_one_changed_byte(tmp_path):
    changed = bytearray(signed_paper())
    changed[5000] ^= 1
    (tmp_path / "paper.pdf").write_bytes(changed)
    said = run("pdfsig", "-nocert", str(tmp_path / "paper.pdf"), data=b"")
    assert "Signature Validation: Digest Mismatch." in said


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.85])
def test_one_changed_byte_makes_it_no_longer_ours(place):
    changed = bytearray(signed_paper())
    changed[int(len(changed) * place)] ^= 1
    check = examine_pdf(bytes(changed), roots())
    assert not check.ours_unchanged
    assert not check.intact


def test_a_key_of_another_school_is_not_trusted_whatever_name_it_takes():
    authority, key = make_authority(SCHOOL, make_key(), at=SIGNED_AT), make_key()
    certificate = make_certificate(SCHOOL, key, authority=authority, at=SIGNED_AT)
    forged = sign_pdf(unsigned_paper(), key, certificate, tsa_url=None, at=SIGNED_AT, authority=authority.certificate)
    check = examine_pdf(forged.bytes, roots())
    assert (check.signer, check.intact, check.trusted, check.ours_unchanged) == (SCHOOL, True, False, False)


def test_a_paper_without_a_credential_is_signed_just_so():
    check = examine_pdf(signed(render(printed().as_json(), VERIFY_URL)).bytes, roots())
    assert (check.ours_unchanged, check.attached_credential) == (True, None)


def test_a_time_stamp_is_put_into_the_signature(time_authority):
    paper = signed(unsigned_paper(), tsa_url=time_authority.url)
    assert (paper.level, paper.timestamp_pending, time_authority.asked) == ("B-T", False, 1)
    check = examine_pdf(paper.bytes, roots())
    assert (check.ours_unchanged, check.signed_at, check.timestamped_at) == (True, SIGNED_AT, STAMPED_AT)


@needs_nss
def test_a_stamped_paper_is_whole_for_another_program_too(time_authority, tmp_path):
    (tmp_path / "paper.pdf").write_bytes(signed(unsigned_paper(), tsa_url=time_authority.url).bytes)
    said = run("pdfsig", "-nocert", str(tmp_path / "paper.pdf"), data=b"")
    assert "Total document signed" in said
    assert "Signature Validation: Signature is Valid." in said


@pytest.mark.parametrize("behavior", ["refuses", "babbles", "stamps something else", "signs badly"])
def test_an_authority_that_fails_delays_nothing_and_is_asked_again_later(time_authority, behavior):
    time_authority.behavior = behavior
    paper = signed(unsigned_paper(), tsa_url=time_authority.url)
    assert (paper.level, paper.timestamp_pending) == ("B-B", True)
    assert examine_pdf(paper.bytes, roots()).ours_unchanged
    with pytest.raises(TimestampUnavailable):
        upgrade_timestamp(paper.bytes, tsa_url=time_authority.url)

    time_authority.behavior = "stamps"
    stamped = upgrade_timestamp(paper.bytes, tsa_url=time_authority.url)
    check = examine_pdf(stamped, roots())
    assert (check.ours_unchanged, check.timestamped_at) == (True, STAMPED_AT)
    assert len(stamped) == len(paper.bytes)


def test_an_authority_that_is_not_there_delays_nothing():
    assert signed(unsigned_paper(), tsa_url="http://127.0.0.1:9/").timestamp_pending


def test_a_late_stamp_changes_nothing_but_the_gap_of_the_signature(time_authority):
    time_authority.behavior = "refuses"
    paper = signed(unsigned_paper(), tsa_url=time_authority.url).bytes
    time_authority.behavior = "stamps"
    stamped = upgrade_timestamp(paper, tsa_url=time_authority.url)
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        _, start, end, length = (int(number) for number in pdf.Root.Perms.DocMDP.ByteRange)
    assert end + length == len(paper)
    assert stamped[:start] + stamped[end:] == paper[:start] + paper[end:]
    assert stamped[start:end] != paper[start:end]


def test_a_stamped_paper_is_not_stamped_again(time_authority):
    stamped = signed(unsigned_paper(), tsa_url=time_authority.url).bytes
    assert upgrade_timestamp(stamped, tsa_url=time_authority.url) == stamped
    assert time_authority.asked == 1


def test_a_signature_without_room_and_a_paper_without_signature_are_refused(time_authority):
    with pytest.raises(SigningError, match="has room for"):
        upgrade_timestamp(signed_paper(), tsa_url=time_authority.url)
    with pytest.raises(SigningError, match="not signed"):
        upgrade_timestamp(unsigned_paper(), tsa_url=time_authority.url)


def test_a_name_longer_than_a_certificate_can_hold_is_cut():
    name = "The Example School of Craniosacral Therapy, Bodywork and Continuing Education"
    certificate = make_certificate(name, make_key(), authority=school_authority(), at=SIGNED_AT)
    (common,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common.value == "The Example School of Craniosacral Therapy, Bodywork and Continu"
