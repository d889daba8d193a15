"""The look of certificates: what the provider edits becomes a version that stands."""

import base64
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from certificates.models import CertificateDesign, PublishedDesign
from certificates.paper.design import STANDARD, Design, UnusablePicture, checked_picture
from certificates.paper.typesetting import PaperSize
from core.freeze import digest
from library.models import Picture


def newest_design() -> PublishedDesign | None:
    """The version that new certificates use; None before anything was published."""
    return PublishedDesign.objects.order_by("-number").first()


def drawn_as(version: PublishedDesign | None, kind: str) -> tuple[Design, PaperSize]:
    """A version as the typesetter takes it, for one kind of certificate; and the size of the sheet."""
    if version is None:
        return STANDARD, "letter"
    return _design(version.content, bytes(version.logo), str(version.number), kind), _sheet(version.content)


def draft(kind: str) -> tuple[Design, PaperSize]:
    """What is being edited, for the preview. Raises UnusablePicture with words for the provider."""
    content, logo = _content(_edited())
    return _design(content, logo, "draft", kind), _sheet(content)


def is_published() -> bool:
    """Whether certificates look as what is being edited. Raises UnusablePicture."""
    newest = newest_design()
    return newest is not None and newest.sha256 == _digest(*_content(_edited()))


@transaction.atomic
def publish_design(*, by: User, at: datetime | None = None) -> PublishedDesign:
    """Freeze what is being edited as the next version. Unchanged, it is the newest one. Raises UnusablePicture."""
    content, logo = _content(_edited())
    sha256 = _digest(content, logo)
    newest = newest_design()
    if newest and newest.sha256 == sha256:
        return newest
    number = (PublishedDesign.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return PublishedDesign.objects.create(
                number=number,
                content=content,
                logo=logo,
                sha256=sha256,
                published_at=at or timezone.now(),
                published_by=by,
            )
    except IntegrityError:  # pressed twice: the other press has published it
        return PublishedDesign.objects.get(number=number)


def _sheet(content: dict[str, object]) -> PaperSize:
    return "a4" if content["paper"] == CertificateDesign.Paper.A4 else "letter"


def _digest(content: dict[str, object], logo: bytes) -> str:
    return digest({"content": content, "logo": base64.b64encode(logo).decode()})


def _edited() -> CertificateDesign:
    return CertificateDesign.for_site(Site.objects.get(is_default_site=True))


def _content(edited: CertificateDesign) -> tuple[dict[str, object], bytes]:
    signatures = {
        row.name: base64.b64encode(printable(row.picture, f"Signature of {row.name}")).decode()
        for row in edited.signatures.select_related("picture").order_by("name")
    }
    content: dict[str, object] = {
        "paper": edited.paper,
        "opening": edited.opening,
        "closing": {"achievement": edited.achievement_closing, "completion": edited.completion_closing},
        "logo_alt": edited.logo.title if edited.logo else "",
        "signatures": signatures,
    }
    return content, printable(edited.logo, "Logo") if edited.logo else b""


def printable(picture: Picture, what: str) -> bytes:
    """The bytes of a picture that can be printed. Raises UnusablePicture with words for the provider."""
    try:
        with picture.file.open("rb") as file:
            data = bytes(file.read())
    except OSError as error:
        raise UnusablePicture(f"{what}: the file is gone. Choose another picture.") from error
    checked_picture(data, alt=what)
    return data


def _design(content: dict[str, object], logo: bytes, version: str, kind: str) -> Design:
    words, closing, signatures = str(content["opening"]), content["closing"], content["signatures"]
    assert isinstance(closing, dict)  # noqa: S101 - for the type checker: `_content` writes it so
    assert isinstance(signatures, dict)  # noqa: S101 - as above
    return Design(
        version=version,
        logo=logo,
        logo_alt=str(content["logo_alt"]),
        opening=words,
        closing=closing[kind],
        signatures={name: base64.b64decode(data) for name, data in signatures.items()},
    )
