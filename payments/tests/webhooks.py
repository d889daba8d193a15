"""Webhooks as Stripe sends them: a JSON body, and a signature over the time and the body."""

import json
import time
from typing import Any

import stripe
from django.http import HttpResponse
from django.test import Client


def signature(body: bytes, secret: str, *, age: int = 0, scheme: str = "v1") -> str:
    """The header for this body, `age` seconds ago."""
    at = int(time.time()) - age
    made = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)
    return f"t={at},{scheme}={made}"


def deliver(client: Client, event: dict[str, Any], secret: str, **how: Any) -> HttpResponse:
    """Send an event with a good signature, unless told otherwise."""
    body = json.dumps(event).encode()
    return send(client, body, signature(body, secret, **how))


def send(client: Client, body: bytes, header: str | None) -> HttpResponse:
    """Send any body with any header."""
    headers = {"Stripe-Signature": header} if header is not None else {}
    answer: Any = client.post("/stripe/webhook/", body, content_type="application/json", headers=headers)
    response: HttpResponse = answer
    return response
