"""Why a person must look at an order, and what solves it: one line per kind of reason."""

from __future__ import annotations

from enum import StrEnum


class Solution(StrEnum):
    """What a person may do about a reason with one press."""

    REFUND_EXTRA = "refund_extra"
    REFUND = "refund"
    GIVE_ACCESS = "give_access"
    WAIVE = "waive"
    DISPUTE = "dispute"
    READ = "read"
    SETTLE = "settle"


PAID_TWICE = (Solution.REFUND_EXTRA, Solution.READ, Solution.SETTLE)
NO_ACCESS = (Solution.REFUND, Solution.GIVE_ACCESS, Solution.READ, Solution.SETTLE)
MUST_GO_BACK = (Solution.REFUND, Solution.READ, Solution.SETTLE)
BANK_ASKS = (Solution.DISPUTE, Solution.READ, Solution.SETTLE)
LOOKED_AT = (Solution.READ, Solution.SETTLE)

KINDS: tuple[tuple[str, tuple[Solution, ...]], ...] = (
    ("Refund all but one payment", PAID_TWICE),
    ("Refund what is too much", PAID_TWICE),
    ("The monthly payments stopped", (Solution.WAIVE, Solution.READ, Solution.SETTLE)),
    ("is disputed", BANK_ASKS),
    ("The bank asks", (Solution.DISPUTE, Solution.REFUND, Solution.READ, Solution.SETTLE)),
    ("is lost", BANK_ASKS),
    ("Already enrolled in", MUST_GO_BACK),
    ("account is closed", MUST_GO_BACK),
    ("seat is left", NO_ACCESS),
    ("seats are not left", NO_ACCESS),
    ("Paid, and not enrolled", NO_ACCESS),
    ("was made for another order", NO_ACCESS),
    ("was paid in", NO_ACCESS),
    ("asked for", NO_ACCESS),
)
"""Words of a reason (`rules.derive`, `services.effects`) and what fits it. Every other reason is looked at."""

WHY = {
    "The bank asks": "Your bank asked about the payment.",
    "Already enrolled in": "Enrolled already: paid twice.",
    "account is closed": "The account is closed.",
    "seat is left": "No seat was left.",
    "seats are not left": "So many seats were not left.",
}
"""What stands as the reason of the refund. Else the reason itself."""


def solutions(reason: str) -> tuple[Solution, ...]:
    """What fits this reason, the likeliest first."""
    return next((fit for words, fit in KINDS if words in reason), LOOKED_AT)


def refund_reason(reason: str) -> str:
    """In the words in which a refund is explained to the buyer."""
    return next((why for words, why in WHY.items() if words in reason), reason)
