"""The plain model of a buyer and a bank, for the property tests: it knows what both did, and the policy table of
PAYMENTS.md section 2.8. It knows nothing of our code."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from django.test import Client

from accounts.models import User
from courses.models import CoursePage
from enrollments.models import Enrollment
from notifications.models import Mail
from payments.models import Order
from payments.tests.webhooks import deliver
from stripe_sandbox.testing import APPROVED, BANK_DEBIT, DECLINED, SandboxServer

PRICE = 4800
NEXT = {
    "needs_response": ["under_review", "won", "lost", "prevented"],
    "under_review": ["won", "lost"],
    "warning_needs_response": ["warning_under_review", "warning_closed", "needs_response"],
    "warning_under_review": ["warning_closed", "needs_response"],
}
"""What a bank may say after what."""
TAKEN = ("needs_response", "under_review")
ASKED = ("warning_needs_response", "warning_under_review")
MAILS = {
    "pending": "payment-pending",
    "failed": "payment-failed",
    "paid": "enrolled",
    "partially_refunded": "enrolled",
    "refunded": "order-refunded",
}


@dataclass
class Payment:
    """One page at Stripe and what became of it: open, expired, pending, failed or paid."""

    session: str
    url: str
    state: str = "open"
    refunds: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """Refund -> amount, and whether it stands."""
    dispute: str = ""
    word: str = ""
    """What the bank last said of the dispute."""

    @property
    def back(self) -> int:
        """What of it was given back and did not return."""
        return sum(amount for amount, stands in self.refunds.values() if stands)


def state_of(payments: list[Payment]) -> str:
    """The policy table, for one order."""
    paid = [one for one in payments if one.state == "paid"]
    states = {one.state for one in payments}
    if not paid:
        return next(word for word in ("pending", "open", "failed", "expired") if word in states)
    words = {one.word for one in paid}
    back = sum(one.back for one in paid)
    if "lost" in words:
        return "dispute_lost"
    if back == PRICE * len(paid):
        return "refunded"
    if words & set(TAKEN):
        return "disputed"
    return "partially_refunded" if back else "paid"


def wants_a_person(payments: list[Payment]) -> bool:
    """Paid twice, a refund that came back, a bank that asks or has taken."""
    paid = [one for one in payments if one.state == "paid"]
    twice = PRICE * len(paid) - sum(one.back for one in paid) > PRICE
    returned = any(not stands for one in paid for _, stands in one.refunds.values())
    return twice or returned or any(one.word in (*TAKEN, *ASKED, "lost") for one in paid)


class Life:
    """One buyer, the shop's doors and the bank, act by act; an act that is not possible now is left out."""

    def __init__(self, bank: SandboxServer, course: CoursePage, user: User) -> None:
        self.bank, self.course, self.user = bank, course, user
        self.browser = Client(REMOTE_ADDR=f"10.{user.pk >> 16 & 255}.{user.pk >> 8 & 255}.{user.pk & 255}")
        self.browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.orders: list[list[Payment]] = []
        self.mails: set[tuple[int, str]] = set()
        """Per order, what the buyer may have been told."""

    def do(self, act: str, choice: int) -> bool:
        """Try an act on one of the things that it fits; whether it could be done."""
        done: bool = getattr(self, f"_{act}")(choice)
        for number, payments in enumerate(self.orders):
            self.mails.add((number, MAILS.get(state_of(payments), "")))
        return done

    def do_something(self, choice: int) -> None:
        """Of the acts that are possible now one, as the choice falls."""
        first = choice % len(ACTS)
        for act in ACTS[first:] + ACTS[:first]:
            if self.do(act, choice // len(ACTS)):
                return

    def _decide(self, choice: int) -> bool:
        disputed = [one for one in self._all("paid") if one.word in NEXT]
        if not disputed:
            return False
        payment = disputed[choice % len(disputed)]
        words = NEXT[payment.word]
        payment.word = words[choice % len(words)]
        self.bank.decide(payment.dispute, payment.word)
        return True

    def _refund_fails(self, choice: int) -> bool:
        standing = [(one, key) for one in self._all("paid") for key, (_, stands) in one.refunds.items() if stands]
        if not standing:
            return False
        payment, key = standing[choice % len(standing)]
        self.bank.finish_refund(key, ok=False)
        payment.refunds[key] = (payment.refunds[key][0], False)
        return True

    def _dispute(self, choice: int) -> bool:
        payment = self._one("paid", choice)
        if not payment or payment.dispute or payment.back == PRICE:
            return False
        inquiry = choice % 2 == 1
        payment.dispute = self.bank.dispute(self._intent(payment), inquiry=inquiry)
        payment.word = "warning_needs_response" if inquiry else "needs_response"
        return True

    def _refund(self, choice: int) -> bool:
        payment = self._one("paid", choice)
        if not payment or payment.back == PRICE or payment.word in (*TAKEN, "lost"):
            return False
        amount = PRICE - payment.back if choice % 2 else min(1000, PRICE - payment.back)
        payment.refunds[self.bank.refund(self._intent(payment), amount)] = (amount, True)
        return True

    def _settle(self, choice: int) -> bool:
        payment = self._one("pending", choice)
        if payment:
            ok = choice % 3 > 0
            self.bank.settle(payment.session, ok=ok)
            payment.state = "paid" if ok else "failed"
        return payment is not None

    def _pay(self, choice: int) -> bool:
        payment = self._one("open", choice)
        if payment:
            self.bank.pay(payment.url, APPROVED)
            payment.state = "paid"
        return payment is not None

    def _press_late(self, choice: int) -> bool:
        """The page is about to end: the buyer gets another, and can pay on both for a moment."""
        order = self.orders[-1] if self.orders else []
        if not order or state_of(order) != "open" or order[-1].state != "open" or len(order) > 2:
            return False
        store = self.bank.sandbox.store
        session = store.load("checkout.session", order[-1].session)
        store.save(session | {"expires_at": self.bank.sandbox.clock.now() + 50})
        self._press(choice)
        store.save(session)
        return True

    def _debit(self, choice: int) -> bool:
        payment = self._one("open", choice)
        if payment:
            self.bank.pay(payment.url, BANK_DEBIT)
            payment.state = "pending"
        return payment is not None

    def _expire(self, choice: int) -> bool:
        payment = self._one("open", choice)
        if payment:
            self.bank.expire(payment.session)
            payment.state = "expired"
        return payment is not None

    def _decline(self, choice: int) -> bool:
        payment = self._one("open", choice)
        if payment:
            self.bank.pay(payment.url, DECLINED)
        return payment is not None

    def _press(self, choice: int) -> bool:
        """Enroll: one open page is gone on with; when all are over, there is a new order."""
        order = self.orders[-1] if self.orders else []
        state = state_of(order) if order else "expired"
        if state not in ("open", "expired", "failed"):
            return False
        answer = self.browser.post(f"/enroll/{self.course.slug}/")
        assert answer.status_code == 303
        url = str(answer["Location"])
        if order and order[-1].state == "open" and url == order[-1].url:
            return True
        payment = Payment(session=url.rpartition("/")[2], url=url)
        if state == "open":
            order.append(payment)
        else:
            self.orders.append([payment])
        return True

    def _look(self, choice: int) -> bool:
        """The buyer comes back to our page."""
        order = Order.objects.filter(user=self.user).first()
        if order:
            assert self.browser.get(f"/orders/{order.uuid}/return/").status_code == 200
        return order is not None

    def _all(self, state: str) -> list[Payment]:
        return [one for payments in self.orders for one in payments if one.state == state]

    def _one(self, state: str, choice: int) -> Payment | None:
        found = self._all(state)
        return found[choice % len(found)] if found else None

    def _intent(self, payment: Payment) -> str:
        return str(self.bank.sandbox.store.load("checkout.session", payment.session)["payment_intent"])

    def check(self) -> None:
        """The shop is where the model is."""
        orders = list(Order.objects.filter(user=self.user).order_by("pk"))
        wanted = [(state_of(payments), wants_a_person(payments)) for payments in self.orders]
        assert [(order.state, bool(order.review_reason)) for order in orders] == wanted
        on = any(state in ("paid", "partially_refunded") for state, _ in wanted)
        mine = Enrollment.objects.filter(user=self.user)
        assert mine.active().exists() == on
        assert mine.count() <= 1
        told = [
            (number, mail.key.removesuffix(f"-{order.uuid}"))
            for number, order in enumerate(orders)
            for mail in Mail.objects.filter(user=self.user, key__endswith=str(order.uuid))
        ]
        assert len(told) == len(set(told))
        assert set(told) <= self.mails
        due = {(number, MAILS[state]) for number, (state, _) in enumerate(wanted) if state in MAILS}
        assert due <= set(told)


ACTS = [
    *("decide", "refund_fails", "dispute", "refund", "settle", "pay", "press_late", "debit", "expire", "decline"),
    *("press", "look"),
]
"""The rarer first: where an act is not possible, the next one is tried."""


class Post:
    """Stripe's post: it holds what happened, and brings it in any order, some of it twice, some of it never."""

    def __init__(self, bank: SandboxServer, chance: random.Random) -> None:
        self.bank, self.chance = bank, chance
        self.brought: set[str] = set()

    def bring(self, share: float) -> None:
        """A share of what was not brought yet, shuffled, and every fourth of it twice."""
        waiting = [event for event in self.bank.events() if event["id"] not in self.brought]
        chosen = [event for event in waiting if self.chance.random() < share]
        chosen += [event for event in chosen if self.chance.random() < 0.25]
        self.chance.shuffle(chosen)
        for event in chosen:
            assert deliver(Client(), event, self.bank.secret).status_code == 200
            self.brought.add(event["id"])
            self.bank.sandbox.store.changed("UPDATE deliveries SET state = 'delivered' WHERE event = ?", (event["id"],))
