"""A reason why a board would refuse, and who can mend it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence for a person. `by` says who can mend it: the learner or the school's staff."""

    code: str
    text: str
    by: Literal["learner", "staff"] = "staff"

    def __str__(self) -> str:
        return self.text
