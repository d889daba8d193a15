"""Idempotency-Key: the first answer is kept and given again (PAYMENTS.md section 1.4)."""

import hashlib
import json
from dataclasses import dataclass

from stripe_sandbox.encoding import Tree
from stripe_sandbox.errors import ApiError, key_in_use, key_reused
from stripe_sandbox.store import Json, Store

MAX_KEY = 255
KEPT_FOR = 24 * 60 * 60


@dataclass(frozen=True)
class Kept:
    """An answer that was given before, and the request that it was first given to."""

    status: int
    body: Json
    request: str


def fingerprint(method: str, path: str, params: Tree) -> str:
    text = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def claim(store: Store, key: str, print_: str, *, request: str) -> Kept | None:
    """Take the key for this request, or answer what was kept; 400 for other parameters, 409 for two at once."""
    if not key or len(key) > MAX_KEY:
        raise ApiError(f"Idempotency-Key must have 1 to {MAX_KEY} characters.", kind="idempotency_error")
    now = store.clock.now()
    with store.transaction():
        store.changed("DELETE FROM idempotency WHERE created < ?", (now - KEPT_FOR,))
        rows = store.execute("SELECT * FROM idempotency WHERE key = ?", (key,))
        if not rows:
            store.changed(
                "INSERT INTO idempotency (key, fingerprint, state, request, created) VALUES (?, ?, 'running', ?, ?)",
                (key, print_, request, now),
            )
            return None
    row = rows[0]
    if row["fingerprint"] != print_:
        raise key_reused(key)
    if row["state"] == "running":
        raise key_in_use(key)
    return Kept(row["status"], json.loads(row["body"]), row["request"])


def keep(store: Store, key: str, status: int, body: Json) -> None:
    store.changed(
        "UPDATE idempotency SET state = 'done', status = ?, body = ? WHERE key = ?", (status, json.dumps(body), key)
    )


def forget(store: Store, key: str) -> None:
    """Free a key whose request was refused before it began."""
    store.changed("DELETE FROM idempotency WHERE key = ? AND state = 'running'", (key,))


def free_interrupted(store: Store) -> None:
    """At start: a request that a crash interrupted left nothing behind, so its key is free again."""
    store.changed("DELETE FROM idempotency WHERE state = 'running'")
