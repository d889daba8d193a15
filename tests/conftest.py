"""The whole product for tests that cross apps: a live site with the demo school, and a Stripe sandbox beside it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from stripe_sandbox.testing import SandboxServer

PASSWORD = "still-point-demo"


@dataclass
class World:
    """A running site with content and people, and the bank beside it."""

    url: str
    bank: SandboxServer

    def mailed(self, to: str, about: str) -> Message:
        """The newest mail to somebody whose subject holds these words."""
        found = [one for one in mail.outbox if to in one.to and about.lower() in one.subject.lower()]
        assert found, f"no mail about {about!r} to {to}: {[(one.to, one.subject) for one in mail.outbox]}"
        return found[-1]  # type: ignore[return-value]


@pytest.fixture
def world(live_server: LiveServer, settings: Any) -> Iterator[World]:
    """Seeded by the demo command, as `make demo` does it: the longest integration test there is."""
    hook = f"{live_server.url}/stripe/webhook/"
    with SandboxServer(webhook_url=hook, key="sk_test_sandbox_journeys", secret="whsec_journeys") as bank:
        settings.DEBUG = True  # the demo school is seeded with DEBUG on only
        settings.SITE_URL = live_server.url
        settings.STRIPE_SECRET_KEY = bank.key
        settings.STRIPE_WEBHOOK_SECRETS = [bank.secret]
        settings.STRIPE_API_BASE = bank.url
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "form-action": ["'self'", bank.url]}}
        call_command("demo", stdout=io.StringIO())
        settings.DEBUG = False
        yield World(url=live_server.url, bank=bank)
