"""Events and their deliveries: written in the same transaction as the change that they tell of."""

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from stripe_sandbox import API_VERSION
from stripe_sandbox.clock import Clock
from stripe_sandbox.store import Json, Store, new_id

RETRY_AFTER = (1, 5, 25)
MODES = ("deliver", "hold", "drop", "duplicate", "delay")
UNFINISHED = ("pending", "held", "failed", "dropped")


@dataclass
class Mode:
    """What happens to the next events: `times` of them, or all until changed."""

    mode: str = "deliver"
    times: int | None = None
    seconds: float = 5.0


class Outbox:
    def __init__(self, store: Store, clock: Clock, *, deliver: bool) -> None:
        self.store = store
        self.clock = clock
        self.deliver = deliver
        self.mode = Mode()
        self.wake = threading.Event()

    def set_mode(self, mode: str, *, times: int | None = None, seconds: float = 5.0) -> None:
        if mode not in MODES or (times is not None and times < 1) or not 0 <= seconds <= 3600:
            raise ValueError(f"a mode is one of {MODES}, times >= 1, seconds 0 to 3600")
        self.mode = Mode(mode, times, seconds)

    def emit(self, kind: str, subject: Json, *, before: Json | None = None) -> Json:
        """Record that something happened: a snapshot event, and its delivery if anyone listens."""
        data: dict[str, Any] = {"object": subject}
        if before is not None:
            data["previous_attributes"] = before
        event = self.store.add(
            {
                "id": new_id("event"),
                "object": "event",
                "api_version": API_VERSION,
                "created": self.clock.now(),
                "data": data,
                "livemode": False,
                "pending_webhooks": int(self.deliver),
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            }
        )
        if self.deliver:
            self._enqueue(event["id"])
        return event

    def _enqueue(self, event_id: str) -> None:
        mode = self._use_mode()
        state = {"hold": "held", "drop": "dropped"}.get(mode.mode, "pending")
        due = time.time() + (mode.seconds if mode.mode == "delay" else 0)
        for _ in range(2 if mode.mode == "duplicate" else 1):
            self.store.changed("INSERT INTO deliveries (event, state, due) VALUES (?, ?, ?)", (event_id, state, due))
        self.wake.set()

    def _use_mode(self) -> Mode:
        used = self.mode
        if used.times is not None:
            used = Mode(used.mode, used.times, used.seconds)
            self.mode = (
                Mode() if used.times == 1 else Mode(used.mode, used.times - 1 if used.times else None, used.seconds)
            )
        return used

    def release(self, *, newest_first: bool = False) -> int:
        """Send what was held, in order or in reverse: the way to rehearse webhooks out of order."""
        sign = "-" if newest_first else ""
        count = self.store.changed(
            f"UPDATE deliveries SET state = 'pending', due = ?, rank = {sign}seq WHERE state = 'held'",  # noqa: S608
            (time.time(),),
        )
        self.wake.set()
        return count

    def resend(self, event_id: str) -> None:
        """One more delivery of an event, whatever became of the others."""
        self.store.changed(
            "INSERT INTO deliveries (event, state, due) VALUES (?, 'pending', ?)", (event_id, time.time())
        )
        self.wake.set()

    def due(self) -> list[Json]:
        """The next event to send: its deliveries that are due (two of them when it is duplicated)."""
        now = time.time()
        rows = self.store.execute(
            "SELECT event FROM deliveries WHERE state = 'pending' AND due <= ? ORDER BY due, rank, seq LIMIT 1", (now,)
        )
        if not rows:
            return []
        event_id = rows[0]["event"]
        chosen = self.store.execute(
            "SELECT * FROM deliveries WHERE state = 'pending' AND due <= ? AND event = ? ORDER BY seq", (now, event_id)
        )
        return [dict(row) for row in chosen]

    def record(self, delivery: Json, *, outcome: str, delivered: bool) -> None:
        """Write what came back; a failed delivery comes again after 1, 5 and 25 seconds."""
        attempts = delivery["attempts"] + 1
        log = [*json.loads(delivery["log"]), {"at": time.time(), "outcome": outcome}]
        state, due = "delivered", delivery["due"]
        if not delivered:
            retry = attempts <= len(RETRY_AFTER)
            state = "pending" if retry else "failed"
            due = time.time() + (RETRY_AFTER[attempts - 1] if retry else 0)
        self.store.changed(
            "UPDATE deliveries SET state = ?, due = ?, attempts = ?, log = ? WHERE seq = ?",
            (state, due, attempts, json.dumps(log), delivery["seq"]),
        )

    def deliveries(self, event_id: str) -> list[Json]:
        rows = self.store.execute("SELECT * FROM deliveries WHERE event = ? ORDER BY seq", (event_id,))
        return [{**dict(row), "log": json.loads(row["log"])} for row in rows]

    def unfinished(self) -> int:
        """How many deliveries still wait to be sent (held and dropped ones do not)."""
        return int(self.store.execute("SELECT count(*) AS n FROM deliveries WHERE state = 'pending'")[0]["n"])
