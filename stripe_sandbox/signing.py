"""Which secrets sign a webhook, and with what time: one as a rule, two while a secret is being rolled."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence

from stripe_sandbox.clock import Clock

OVERLAP = 24 * 60 * 60  # the longest that Stripe lets the old secret live beside the new one


def sign(payload: bytes, keys: Sequence[str], timestamp: int) -> str:
    """The `Stripe-Signature` header: an HMAC-SHA256 over the time and the raw body, one `v1` per secret."""
    signed = f"{timestamp}.".encode() + payload
    return ",".join(
        [f"t={timestamp}", *(f"v1={hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}" for key in keys)]
    )


class Signing:
    """The endpoint's secrets, newest first; `skew` seconds make this server's clock wrong for the receiver."""

    def __init__(self, clock: Clock, keys: Sequence[str]) -> None:
        self._clock = clock
        self._keys: list[tuple[str, int | None]] = [(key, None) for key in keys]
        self.skew = 0

    @property
    def keys(self) -> list[str]:
        return [key for key, until in self._keys if until is None or until > self._clock.now()]

    def header(self, payload: bytes) -> str:
        """Signed now, by the real clock: the receiver checks the age."""
        return sign(payload, self.keys, int(time.time()) + self.skew)

    def roll(self, key: str = "", *, overlap: int = OVERLAP) -> str:
        """A new secret signs from now on; those before it sign too until the overlap is over."""
        new = key or f"whsec_{secrets.token_urlsafe(24)}"
        until = self._clock.now() + overlap
        self._keys = [(new, None), *((old, min(until, ends or until)) for old, ends in self._keys)]
        return new
