"""Which questions a learner gets, and in what order: decided by the attempt's own seed, then stored.

Order is a sort by HMAC-SHA256 of the seed and the id, independent of any random generator (QUIZZES.md section 8).
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence

from quizzes.questions.base import Options


def _rank(seed: bytes, name: str) -> bytes:
    return hmac.new(seed, name.encode(), hashlib.sha256).digest()


def in_seeded_order(seed: bytes, names: Iterable[str]) -> list[str]:
    """The names in this seed's order."""
    return sorted(names, key=lambda name: _rank(seed, name))


def draw(seed: bytes, pool: Iterable[str], *, count: int, seen: Mapping[str, int], taken: Collection[str]) -> list[str]:
    """Choose from a pool: what this learner has not met before first, then what they met least; nothing twice."""
    free = [name for name in pool if name not in taken]
    return sorted(free, key=lambda name: (seen.get(name, 0), _rank(seed, name)))[:count]


def option_order(seed: bytes, version: str, options: Options) -> list[str]:
    """The options of one item as this learner sees them: fixed ones keep their place, the others are shuffled."""
    moving: Sequence[str] = [option for option in options.ids if option not in options.fixed]
    shuffled = iter(sorted(moving, key=lambda option: _rank(seed, f"{version}:{option}")))
    return [option if option in options.fixed else next(shuffled) for option in options.ids]
