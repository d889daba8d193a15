"""The sandbox's clock, which a journey may push forward: a month then passes without a month of waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Now, plus what was skipped. Webhook signatures keep the real time: the receiver checks their age."""

    def __init__(self) -> None:
        self._skipped = 0
        self._here = threading.local()

    def now(self) -> int:
        moment: int | None = getattr(self._here, "moment", None)
        return int(time.time()) + self._skipped if moment is None else moment

    def skip(self, seconds: int) -> None:
        self._skipped += seconds

    def set_right(self) -> None:
        """Real time again; what happened in the skipped time keeps its dates."""
        self._skipped = 0

    @contextmanager
    def as_of(self, moment: int) -> Iterator[None]:
        """What this thread does inside happened at that moment: a skipped month is caught up with its own dates."""
        before = getattr(self._here, "moment", None)
        self._here.moment = moment
        try:
            yield
        finally:
            self._here.moment = before
