"""Real keys in a directory of their own, and certificates signed with them, for tests of keys and of what they sign."""

from pathlib import Path
from typing import Any

from django.core.management import call_command

from accounts.models import User
from certificates.models import Certificate, CertificateRequest, SigningKey
from certificates.services import issue
from certificates.tests.factories import make_course, make_edition, make_finished, make_person, set_up_school


def use_keys_of(settings: Any, directory: Path) -> Path:
    """As production is set up, before any key is made."""
    settings.CERTIFICATE_KEYS_DIR, settings.CERTIFICATE_DEMO_KEYS = str(directory), False
    return directory


def run_keys(*arguments: str, capsys: Any) -> str:
    """What `manage.py certificate_keys` says."""
    capsys.readouterr()
    call_command("certificate_keys", *arguments)
    said = capsys.readouterr()
    return str(said.out + said.err)


def key_of(use: str) -> SigningKey:
    """The newest that signs."""
    found = SigningKey.objects.signing(use).filter(is_demo=False).first()
    assert found is not None
    return found


def issued(title: str = "Resting hands", person: User | None = None) -> Certificate:
    """A certificate with its files, through the same door as always."""
    set_up_school()
    page = make_course(title)
    enrollment = make_finished(person or make_person(f"{page.slug}@example.com"), page, of=make_edition(page))
    certificate = issue(CertificateRequest.objects.create(enrollment=enrollment))
    assert certificate is not None, CertificateRequest.objects.get(enrollment=enrollment).last_error
    return certificate
