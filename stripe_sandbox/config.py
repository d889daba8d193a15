"""What the sandbox is told at start, and the three refusals that keep it a development server."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from stripe_sandbox import KEY_PREFIX

LOOPBACK = ("127.0.0.1", "localhost")
TRUTHY = {"1", "true", "yes", "on"}


class RefusalToStartError(Exception):
    """One sentence that says what is wrong with the environment and what to do."""


@dataclass(frozen=True)
class Config:
    """The key that clients send, the secret that signs, where events go, where the rows live."""

    key: str
    secret: str = ""
    webhook_url: str = ""
    database: Path = Path("var/sandbox.sqlite3")
    host: str = "localhost"
    port: int = 12111
    delay_seconds: float | None = None
    older_secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.key.startswith(KEY_PREFIX) or self.key == KEY_PREFIX:
            raise RefusalToStartError(
                f"STRIPE_SECRET_KEY must be {KEY_PREFIX} and something of your own; "
                "any other key belongs to Stripe and is not for the sandbox."
            )
        if self.host not in LOOPBACK:
            raise RefusalToStartError(f"The sandbox binds {' or '.join(LOOPBACK)} only, not {self.host}.")
        target = urlsplit(self.webhook_url)
        if self.webhook_url and (target.scheme != "http" or target.hostname not in LOOPBACK):
            raise RefusalToStartError("SANDBOX_WEBHOOK_URL must be an http address on this machine (localhost).")
        if self.webhook_url and not self.secret:
            raise RefusalToStartError("Set STRIPE_WEBHOOK_SECRETS (whsec_...): events are signed with the first one.")


def from_environment(
    env: Mapping[str, str] = os.environ, *, host: str, port: int | None, database: str | None
) -> Config:
    """Read the environment; the arguments of the command line win over it."""
    if env.get("DEBUG", "").strip().lower() not in TRUTHY:
        raise RefusalToStartError("The Stripe sandbox runs only with DEBUG=1: it is a development server.")
    delay = env.get("SANDBOX_DELAY_SECONDS", "").strip()
    secrets = [secret.strip() for secret in env.get("STRIPE_WEBHOOK_SECRETS", "").split(",")]
    try:
        return Config(
            key=env.get("STRIPE_SECRET_KEY", ""),
            secret=secrets[0],
            webhook_url=env.get("SANDBOX_WEBHOOK_URL", ""),
            database=Path(database or env.get("SANDBOX_DATABASE") or "var/sandbox.sqlite3"),
            host=host,
            port=port if port is not None else int(env.get("SANDBOX_PORT") or 12111),
            delay_seconds=float(delay) if delay else None,
            older_secrets=tuple(secrets[1:]) if env.get("SANDBOX_SIGN_WITH_ALL", "").lower() in TRUTHY else (),
        )
    except ValueError as error:
        raise RefusalToStartError("SANDBOX_PORT and SANDBOX_DELAY_SECONDS must be numbers.") from error
