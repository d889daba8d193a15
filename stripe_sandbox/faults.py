"""Faults that a test orders in advance: API calls that fail, answer too late or lose their answer."""

import threading
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("500", "429", "timeout", "delay")
WHEN = ("before", "after", "kept")


@dataclass
class Fault:
    """One order for the next `times` calls that match.

    `before`: the call does nothing. `after`: the call does its work and keeps its answer under the
    Idempotency-Key, but the client does not get it. `kept`: nothing is done, and the 500 itself is
    kept under the key, as Stripe keeps a failure once execution began.
    """

    fault: str
    times: int = 1
    when: str = "before"
    method: str = ""
    path: str = ""
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.fault not in KINDS or self.when not in WHEN or self.times < 1 or not 0 <= self.seconds <= 120:
            raise ValueError(f"a fault is one of {KINDS}, when one of {WHEN}, times >= 1, seconds 0 to 120")

    def fits(self, method: str, path: str) -> bool:
        return self.method in ("", method) and path.startswith(self.path)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._orders.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, if one was ordered; it is used up by it."""
        with self._lock:
            for fault in self._orders:
                if fault.fits(method, path):
                    fault.times -= 1
                    if fault.times == 0:
                        self._orders.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def standing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._orders]
