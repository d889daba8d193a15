"""What every handler is given: configuration, clock, rows, outgoing events, faults."""

from dataclasses import dataclass, field

from stripe_sandbox.clock import Clock
from stripe_sandbox.config import Config
from stripe_sandbox.errors import no_such_reference, not_found
from stripe_sandbox.faults import Faults
from stripe_sandbox.outbox import Outbox
from stripe_sandbox.signing import Signing
from stripe_sandbox.store import Json, Store


@dataclass
class Sandbox:
    config: Config
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = Store(self.config.database, self.clock)
        self.outbox = Outbox(self.store, self.clock, deliver=bool(self.config.webhook_url))
        self.faults = Faults()
        self.signing = Signing(self.clock, (self.config.secret, *self.config.older_secrets))
        self.after_retries = "unpaid"
        self.said: dict[str, str] = {}  # what the dashboard says once, after an act

    def get(self, kind: str, identifier: str, param: str = "id") -> Json:
        """The object that a path names, or Stripe's 404."""
        body = self.store.find(kind, identifier)
        if body is None:
            raise not_found(kind, identifier, param)
        return body

    def refer(self, kind: str, identifier: str, param: str) -> Json:
        """The object that a parameter names, or Stripe's 400."""
        body = self.store.find(kind, identifier)
        if body is None:
            raise no_such_reference(kind, identifier, param)
        return body

    def as_usual(self) -> None:
        """No faults, webhooks delivered, the clock right: what a journey ordered is over."""
        self.faults.clear()
        self.outbox.set_mode("deliver")
        self.clock.set_right()
        self.signing.skew = 0
        self.after_retries = "unpaid"

    def give_up_as(self, status: str) -> None:
        """What a subscription becomes when every attempt has failed: a choice of the account at Stripe."""
        if status not in ("unpaid", "canceled"):
            raise ValueError("a subscription is given up as unpaid or canceled")
        self.after_retries = status

    def close(self) -> None:
        self.store.close()
