"""The states of an order, and what each means for access."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """`needs_review` is a flag beside the state, not a state."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    PAYING = "paying"
    OVERDUE = "overdue"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def label(self) -> str:
        """As lists show it."""
        return LABELS[self]

    @property
    def tone(self) -> str:
        """The badge that says it: good, care, or plain."""
        if self.gives_access:
            return "good"
        return "" if self.ended_unpaid or self == State.REFUNDED else "care"

    @property
    def gives_access(self) -> bool:
        """The policy table of the payments design: money is there, or mostly there, and nobody disputes it."""
        return self in (State.PAID, State.PAYING, State.PARTIALLY_REFUNDED)

    @property
    def was_paid(self) -> bool:
        """Money has come in at some time."""
        return self.gives_access or self in (State.OVERDUE, State.REFUNDED, State.DISPUTED, State.DISPUTE_LOST)

    @property
    def ended_unpaid(self) -> bool:
        """Over, and nothing was taken: one may buy again."""
        return self in (State.EXPIRED, State.FAILED, State.CANCELED)

    @property
    def hold(self) -> str:
        """Why access, or only the certificate, is held while an order that gave it stands so; empty: it is not."""
        if self == State.PAYING:
            return "unpaid"
        if self.gives_access:
            return ""
        return {State.REFUNDED: "refund", State.DISPUTED: "dispute", State.DISPUTE_LOST: "dispute"}.get(self, "arrears")

    @classmethod
    def unfinished(cls) -> list[State]:
        """The buyer or the bank may still act."""
        return [cls.NEW, cls.OPEN, cls.PENDING]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """For the model's field."""
        return [(state.value, LABELS[state]) for state in cls]


LABELS = {
    State.NEW: "New",
    State.OPEN: "At checkout",
    State.PENDING: "Payment on its way",
    State.PAYING: "Being paid monthly",
    State.OVERDUE: "Payment overdue",
    State.PAID: "Paid",
    State.PARTIALLY_REFUNDED: "Partly refunded",
    State.REFUNDED: "Refunded",
    State.DISPUTED: "Disputed",
    State.DISPUTE_LOST: "Dispute lost",
    State.EXPIRED: "Expired",
    State.FAILED: "Payment failed",
    State.CANCELED: "Canceled",
}
HOLDS = ("refund", "dispute", "arrears", "unpaid")
"""The reasons for which an order holds an enrollment: at most one of them is open for it at a time."""
