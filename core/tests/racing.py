"""Several threads at one door at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connections

AT_ONCE = 8


def at_once(work: Callable[[], Any], *, times: int = AT_ONCE) -> list[Any]:
    """Run `work` in that many threads together; what each of them got, an exception included."""
    barrier = Barrier(times)
    results: list[Any] = []

    def one() -> None:
        try:
            barrier.wait()
            results.append(work())
        except Exception as error:  # the test says which errors are right
            results.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
