"""Certificates in every state, signed with keys of the school's own, and the browsers that ask for them."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from django.core.cache import cache
from django.test import Client

from accounts.models import User
from certificates.models import Certificate, CertificateRequest, SigningKey
from certificates.services import correct_name, issue, revoke
from certificates.services.rotation import add_key
from certificates.tests.factories import (
    COMPLETED_ON,
    ISSUED_AT,
    TITLE,
    make_approval,
    make_course,
    make_finished,
    make_person,
    set_up_school,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOST = "school.example.com"
UNKNOWN = "CST-2026-22222-22222-X"
LONG_AGO = datetime(2024, 1, 10, 15, 0, tzinfo=UTC)
SHE = "Ada Lindqvist"
STATES = ("valid", "sample", "test", "revoked", "replaced", "expired")


def open_school(settings: Any, keys: Any, *, sample: bool = False, demo_keys: bool = False) -> None:
    """A school with its own keys; `keys` is an empty directory for them."""
    cache.clear()
    settings.SITE_URL = f"https://{HOST}"
    settings.ALLOWED_HOSTS = [HOST, "testserver"]
    settings.CERTIFICATE_DEMO_KEYS = demo_keys
    settings.CERTIFICATE_KEYS_DIR = str(keys)
    set_up_school(sample=sample)
    if not demo_keys:
        for use in SigningKey.Use:
            add_key(use=use, at=LONG_AGO)


def issue_for(
    learner: User,
    title: str = TITLE,
    *,
    approved: bool = False,
    at: datetime = ISSUED_AT,
    on: date = COMPLETED_ON,
    **course: Any,
) -> Certificate:
    """A certificate for a course that was finished on a day."""
    enrollment = make_finished(learner, make_course(title, **course))
    enrollment.completed_on = on
    enrollment.save()
    key = str(make_approval(enrollment.edition).uuid) if approved else ""
    certificate = issue(CertificateRequest.objects.create(enrollment=enrollment, credit_key=key), at=at)
    assert certificate is not None, CertificateRequest.objects.get(enrollment=enrollment, credit_key=key).last_error
    return certificate


def in_state(state: str, settings: Any, *, approved: bool = False) -> Certificate:
    """A certificate that is valid, a sample, of a demonstration key, revoked, replaced or expired."""
    learner = make_person()
    if state == "expired":
        return issue_for(learner, approved=approved, at=LONG_AGO, on=LONG_AGO.date(), certificate_months=12)
    if state == "sample":
        set_up_school(sample=True)
    settings.CERTIFICATE_DEMO_KEYS = state == "test"
    certificate = issue_for(learner, approved=approved)
    if state == "revoked":
        take_back(certificate)
    elif state == "replaced":
        correct_name(certificate=certificate, legal_name="Ada Lindquist", by=learner, at=ISSUED_AT + timedelta(days=1))
    return Certificate.objects.get(pk=certificate.pk)


def take_back(certificate: Certificate) -> Certificate:
    """Revoked by a member of staff, with something that is not for the public."""
    boss, _ = User.objects.get_or_create(email="boss@example.com", defaults={"is_superuser": True})
    return revoke(
        certificate=certificate,
        by=boss,
        reason_class="conduct",
        reason="Somebody else sat the exam: her cousin said so.",
        public_note="The exam was not sat by the holder.",
        at=ISSUED_AT + timedelta(days=2),
    )


def browser(user: User | None = None) -> Client:
    """A visitor, or somebody who is logged in."""
    client = Client()
    if user:
        client.force_login(user, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    """The words of the main part, on one line."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main[0]).split()))


def reads(queries: Any) -> list[str]:
    """The tables that a page read, without the bookkeeping of the rate limit."""
    found = [re.search(r'FROM "?(\w+)"?', query["sql"]) for query in queries.captured_queries]
    return [match[1] for match in found if match and match[1] != "cache_table"]


def check(certificate: Certificate, client: Client | None = None, **headers: str) -> Any:
    """What the public page of a certificate answers."""
    return (client or browser()).get(f"/verify/{certificate.serial}/", headers=headers)


def ask(certificate: Certificate, accept: str = "application/json") -> dict[str, Any]:
    """What it answers to software."""
    answer: dict[str, Any] = json.loads(check(certificate, accept=accept).content)
    return answer
