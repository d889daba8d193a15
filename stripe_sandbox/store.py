"""The sandbox's own SQLite file: every object as the JSON that the API shows, in order of creation.

One connection behind one lock: requests take turns, which makes every handler atomic and every list stable.
`private` beside an object holds what Stripe knows and does not show (a session's lines, a chosen card).
"""

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stripe_sandbox.clock import Clock

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL, private TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, state TEXT NOT NULL, request TEXT NOT NULL,
    status INTEGER, body TEXT, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
    rank INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, log TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state, due);
"""

_ALPHABET = string.ascii_letters + string.digits
PREFIXES: Mapping[str, str] = {
    "product": "prod_",
    "price": "price_1",
    "customer": "cus_",
    "coupon": "",
    "promotion_code": "promo_1",
    "checkout.session": "cs_test_a1",
    "item": "li_1",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "charge": "ch_3",
    "balance_transaction": "txn_3",
    "refund": "re_3",
    "dispute": "du_1",
    "invoice": "in_1",
    "invoice_payment": "inpay_1",
    "line_item": "il_1",
    "discount": "di_1",
    "subscription": "sub_1",
    "subscription_item": "si_",
    "payout": "po_1",
    "event": "evt_1",
    "request": "req_",
}


def new_id(kind: str) -> str:
    length = {
        "checkout.session": 56,
        "coupon": 8,
        "product": 14,
        "customer": 14,
        "request": 14,
        "subscription_item": 14,
    }.get(kind, 23)
    return PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Store:
    def __init__(self, path: Path | str, clock: Clock) -> None:
        self.clock = clock
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None, timeout=20)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; an inner transaction is part of the outer one."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def changed(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        """Run a write and tell how many rows it changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def add(self, body: Json, private: Json | None = None) -> Json:
        """Store a new object; its `object` names the kind."""
        self.changed(
            "INSERT INTO objects (id, kind, created, body, private) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], body["created"], json.dumps(body), json.dumps(private or {})),
        )
        return body

    def save(self, body: Json, private: Json | None = None) -> Json:
        if private is None:
            self.changed("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        else:
            self.changed(
                "UPDATE objects SET body = ?, private = ? WHERE id = ?",
                (json.dumps(body), json.dumps(private), body["id"]),
            )
        return body

    def find(self, kind: str, identifier: str) -> Json | None:
        rows = self.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (identifier, kind))
        return json.loads(rows[0]["body"]) if rows else None

    def named(self, identifier: str) -> Json:
        """An object of whatever kind, by its id: the source of a balance transaction."""
        rows = self.execute("SELECT body FROM objects WHERE id = ?", (identifier,))
        return dict(json.loads(rows[0]["body"]))

    def load(self, kind: str, identifier: str) -> Json:
        """An object that must exist, because another object names it."""
        body = self.find(kind, identifier)
        if body is None:
            raise LookupError(f"{kind} {identifier}")
        return body

    def private(self, identifier: str) -> Json:
        rows = self.execute("SELECT private FROM objects WHERE id = ?", (identifier,))
        return json.loads(rows[0]["private"]) if rows else {}

    def position(self, kind: str, identifier: str) -> int | None:
        """Where an object stands in order of creation: the cursor of a list."""
        rows = self.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (identifier, kind))
        return int(rows[0]["seq"]) if rows else None

    def select(
        self,
        kind: str,
        conditions: tuple[tuple[str, Any], ...] = (),
        *,
        oldest_first: bool = False,
        limit: int = 10_000,
    ) -> list[Json]:
        """Objects of a kind, newest first. Conditions are SQL written in this package, each with its one value."""
        where = " AND ".join(["kind = ?", *(sql for sql, _ in conditions)])
        order = "ASC" if oldest_first else "DESC"
        rows = self.execute(
            f"SELECT body FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608  no input in it
            (kind, *(value for _, value in conditions), limit),
        )
        return [json.loads(row["body"]) for row in rows]

    def close(self) -> None:
        with self._lock:
            self._db.close()
