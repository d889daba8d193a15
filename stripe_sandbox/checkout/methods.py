"""The ways to pay on the hosted page: test cards and a bank debit. No real number can be entered."""

from dataclasses import dataclass, replace

from stripe_sandbox.store import Json


@dataclass(frozen=True)
class Method:
    """`code` is what a buyer chooses; `decline` what the bank answers; `message` what the buyer is told."""

    code: str
    label: str
    explanation: str
    kind: str = "card"
    decline: str = ""
    message: str = ""
    asks: bool = False
    delayed: bool = False
    fails_later: bool = False

    def later(self, *, ok: bool = True) -> "Method":
        """The same way to pay when nobody sits in front of it: a later payment of a subscription."""
        refused = self.fails_later or not ok
        return replace(
            self,
            asks=False,
            delayed=False,
            decline="generic_decline" if refused else "",
            message="Your card was declined." if self.kind == "card" else self.message,
        )

    def details(self) -> Json:
        """`payment_method_details` of a charge."""
        if self.kind == "us_bank_account":
            account = {"account_holder_type": "individual", "account_type": "checking", "bank_name": "SANDBOX BANK"}
            return {"type": self.kind, self.kind: {**account, "last4": "6789", "routing_number": "110000000"}}
        card = {"brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2040, "funding": "credit"}
        return {"type": "card", "card": {**card, "last4": self.code[-4:], "network": "visa", "wallet": None}}


METHODS = (
    Method("4242424242424242", "4242 4242 4242 4242", "The payment is approved at once."),
    Method(
        "4000000000000002",
        "4000 0000 0000 0002",
        "The bank declines. You stay on this page.",
        decline="generic_decline",
        message="Your card was declined.",
    ),
    Method(
        "4000000000009995",
        "4000 0000 0000 9995",
        "The bank declines: not enough money in the account.",
        decline="insufficient_funds",
        message="Your card has insufficient funds.",
    ),
    Method(
        "4000000000000341",
        "4000 0000 0000 0341",
        "The first payment is approved; later ones of a subscription are declined.",
        fails_later=True,
    ),
    Method("4000002500003155", "4000 0025 0000 3155", "The bank asks you to confirm first.", asks=True),
    Method(
        "bank_debit",
        "Bank debit",
        "Delayed: the order is placed unpaid; the bank answers later, from the dashboard.",
        kind="us_bank_account",
        delayed=True,
        message="The customer's bank account could not be debited.",
    ),
)
BY_CODE = {method.code: method for method in METHODS}


def chosen(code: str) -> Method | None:
    return BY_CODE.get(code.replace(" ", "").strip().lower())


def offered(session: Json) -> list[Method]:
    return [method for method in METHODS if method.kind in session["payment_method_types"]]
