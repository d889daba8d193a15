"""Work that needs an event loop of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Found = TypeVar("Found")


def apart(work: Callable[..., Found], *arguments: Any) -> Found:
    """Done in a thread of its own: the caller may stand inside an event loop, which allows no second one beside it.

    pyHanko is written as asynchronous throughout, and starts a loop for each signature that it makes or checks.
    """
    with ThreadPoolExecutor(max_workers=1) as own:
        return own.submit(work, *arguments).result()
