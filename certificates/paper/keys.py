"""The school's own certification: an authority that it issues to itself, and the certificate that signs its papers.

P-256, because every viewer of PDFs reads it (CREDENTIALS.md section 3). Nobody vouches for a self-issued authority, so
a viewer says "validity unknown" until its certificate is installed; the school publishes it and its fingerprint.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365.25)
AUTHORITY_YEARS = 50
SIGNER_YEARS = 40
"""A certificate is shown for a working life. A key that got out is dealt with by name, not by waiting for its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who issues a signing certificate: the certificate to publish, and the key to lock away."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_key() -> ec.EllipticCurvePrivateKey:
    """A new private key for papers or for the authority."""
    return ec.generate_private_key(ec.SECP256R1())


def make_authority(name: str, key: ec.EllipticCurvePrivateKey, *, at: datetime) -> Authority:
    """An authority that the school issues to itself; it may sign certificates and nothing else."""
    subject = _subject(f"{name} certificate authority", name)
    builder = _builder(subject, subject, key.public_key(), at, AUTHORITY_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return Authority(certificate=builder.sign(key, hashes.SHA256()), key=key)


def make_certificate(
    name: str, key: ec.EllipticCurvePrivateKey, *, authority: Authority, at: datetime
) -> x509.Certificate:
    """The certificate of the key that signs papers, in the school's name as viewers show it."""
    issuer = authority.certificate
    builder = _builder(_subject(name, name), issuer.subject, key.public_key(), at, SIGNER_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
    )
    return builder.sign(authority.key, hashes.SHA256())


def fingerprint(certificate: x509.Certificate) -> str:
    """What the school prints beside its certificate, and what names a signer in a check: sha256 in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _subject(common_name: str, organization: str) -> x509.Name:
    # Both attributes end at 64 letters (RFC 5280, appendix A.1: ub-common-name, ub-organization-name).
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64].strip()),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64].strip()),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, at: datetime, years: int
) -> x509.CertificateBuilder:
    start = at.replace(microsecond=0) - timedelta(hours=1)  # a clock that is a little slow must not refuse it
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + years * YEAR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    every = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in every})
