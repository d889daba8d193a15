"""The sandbox's clock, which a journey may push forward: a session then expires without a day of waiting."""

import time


class Clock:
    """Now, plus what was skipped. Webhook signatures keep the real time: the receiver checks their age."""

    def __init__(self) -> None:
        self._skipped = 0

    def now(self) -> int:
        return int(time.time()) + self._skipped

    def skip(self, seconds: int) -> None:
        self._skipped += seconds
