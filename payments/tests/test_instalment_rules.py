"""Monthly payments, as rules: what each payment is, what the order becomes, and what a person must look at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.months import months_later
from payments.rules.derive import derive, too_much
from payments.rules.facts import Fact, payments_in, refunds_in
from payments.rules.instalments import Plan, parts_of
from payments.rules.states import State

BEGAN = datetime(2026, 1, 31, 9, tzinfo=UTC)
PLAN = Plan(payments=3, grace=timedelta(days=7))


def begun(payment_status: str = "paid", **more: Any) -> Fact:
    known: dict[str, Any] = {
        "id": "cs_1",
        "amount": 1600,
        "currency": "usd",
        "subtotal": 1600,
        "reference": "o",
        "created": BEGAN,
        "subscription": "sub_1",
    }
    return Fact(kind="session", status="complete", payment_status=payment_status, **(known | more))


def invoice(n: int, status: str = "paid", subscription: str = "sub_1") -> Fact:
    created = months_later(BEGAN, n - 1)
    name = f"in_{n}" if subscription == "sub_1" else f"{subscription}_in_{n}"
    return Fact(
        kind="invoice",
        id=name,
        status=status,
        amount=1600,
        subscription=subscription,
        payment_intent=f"pi_{name}",
        created=created,
    )


def intent(n: int, status: str) -> Fact:
    return Fact(kind="payment_intent", id=f"pi_in_{n}", status=status)


def monthly(status: str) -> Fact:
    return Fact(kind="subscription", id="sub_1", status=status)


def refund(n: int) -> Fact:
    return Fact(kind="refund", id=f"re_{n}", status="succeeded", amount=1600, payment_intent=f"pi_in_{n}")


def on_day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (datetime(2026, 1, 31), 1, datetime(2026, 2, 28)),
        (datetime(2026, 1, 31), 2, datetime(2026, 3, 31)),
        (datetime(2027, 12, 15), 2, datetime(2028, 2, 15)),
        (datetime(2028, 1, 30), 1, datetime(2028, 2, 29)),
        (datetime(2026, 11, 5), 14, datetime(2028, 1, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(start: datetime, months: int, end: datetime) -> None:
    assert months_later(start, months) == end


OPEN_SECOND = [begun(), invoice(1), invoice(2, "open"), monthly("past_due")]
CASES: list[tuple[str, list[Fact], datetime, list[str], State]] = [
    ("nothing was asked for yet", [begun("unpaid")], BEGAN, [], State.PENDING),
    ("the bank still looks at the first", [begun("unpaid"), invoice(1, "open")], BEGAN, ["due"] * 3, State.PENDING),
    (
        "the bank refused the first",
        [begun("unpaid"), invoice(1, "open"), intent(1, "requires_payment_method")],
        BEGAN,
        ["missed", "due", "due"],
        State.FAILED,
    ),
    ("the first is paid", [begun(), invoice(1), monthly("active")], BEGAN, ["paid", "due", "due"], State.PAYING),
    (
        "the second is being collected",
        [*OPEN_SECOND, intent(2, "processing")],
        on_day(2, 28),
        ["paid", "due", "due"],
        State.PAYING,
    ),
    (
        "the second was refused, in the days of grace",
        [*OPEN_SECOND, intent(2, "requires_payment_method")],
        on_day(3, 6),
        ["paid", "missed", "due"],
        State.PAYING,
    ),
    (
        "the days of grace are over",
        [*OPEN_SECOND, intent(2, "requires_payment_method")],
        on_day(3, 8),
        ["paid", "missed", "due"],
        State.OVERDUE,
    ),
    (
        "the second came late",
        [begun(), invoice(1), invoice(2), monthly("active")],
        on_day(3, 10),
        ["paid", "paid", "due"],
        State.PAYING,
    ),
    (
        "all are paid",
        [begun(), *(invoice(n) for n in (1, 2, 3)), monthly("active")],
        on_day(4, 1),
        ["paid"] * 3,
        State.PAID,
    ),
    (
        "the school gave one up at Stripe",
        [begun(), invoice(1), invoice(2, "void"), invoice(3)],
        on_day(4, 1),
        ["paid", "waived", "paid"],
        State.PAID,
    ),
    (
        "nobody asked for the rest",
        [begun(), invoice(1), monthly("canceled")],
        on_day(3, 20),
        ["paid", "missed", "due"],
        State.OVERDUE,
    ),
    (
        "all that was paid went back",
        [begun(), invoice(1), invoice(2), monthly("active"), refund(1), refund(2)],
        on_day(3, 1),
        ["paid", "paid", "due"],
        State.REFUNDED,
    ),
    (
        "a part went back",
        [begun(), invoice(1), invoice(2), monthly("active"), refund(2)],
        on_day(3, 1),
        ["paid", "paid", "due"],
        State.PAYING,
    ),
]


@pytest.mark.parametrize(("facts", "now", "parts", "state"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_what_the_payments_and_the_order_are(facts: list[Fact], now: datetime, parts: list[str], state: State) -> None:
    assert [part.state.value for part in parts_of(PLAN, facts, now)] == parts
    assert derive(facts, now, PLAN).state == state
    assert derive([*reversed(facts), *facts], now, PLAN).state == state


def test_what_is_due_follows_the_day_of_the_first_payment() -> None:
    parts = parts_of(PLAN, [begun(), invoice(1)], BEGAN)
    assert [part.due_at.date().isoformat() for part in parts] == ["2026-01-31", "2026-02-28", "2026-03-31"]


def test_payments_that_end_early_ask_a_person() -> None:
    found = derive([begun(), invoice(1), monthly("canceled")], on_day(2, 1), PLAN)
    assert found.reason == "The monthly payments stopped after 1 of 3. Write to the buyer, or waive the rest."


def test_what_the_school_waives_is_not_missed() -> None:
    plan = Plan(payments=3, grace=timedelta(days=7), waived=frozenset({2, 3}))
    facts = [begun(), invoice(1), monthly("canceled")]
    assert [part.state.value for part in parts_of(plan, facts, on_day(5, 1))] == ["paid", "waived", "waived"]
    assert derive(facts, on_day(5, 1), plan) == derive([begun(), invoice(1)], on_day(1, 31), Plan())


def test_a_fourth_of_three_payments_is_too_much() -> None:
    facts = [begun(), *(invoice(n) for n in (1, 2, 3, 4))]
    assert derive(facts, on_day(5, 1), PLAN).reason == "Paid 4 times, and 3 were due. Refund what is too much."
    assert too_much(payments_in(facts), refunds_in(facts), PLAN) == 1600
    assert derive([*facts, refund(4)], on_day(5, 1), PLAN).reason == ""


def test_a_second_begin_of_the_same_payments_is_too_much() -> None:
    facts = [begun(), invoice(1), begun(id="cs_2", subscription="sub_2"), invoice(1, subscription="sub_2")]
    assert too_much(payments_in(facts), [], PLAN) == 1600


@given(st.lists(st.sampled_from(["paid", "open", "void", "uncollectible"]), max_size=4), st.integers(0, 200))
def test_access_is_never_closed_before_the_grace_is_over(statuses: list[str], days: int) -> None:
    facts = [begun(), invoice(1), *(invoice(n, status) for n, status in enumerate(statuses, start=2))]
    now = BEGAN + timedelta(days=days)
    state = derive(facts, now, PLAN).state
    late = [part for part in parts_of(PLAN, facts, now) if part.state == "missed" and now > part.due_at + PLAN.grace]
    assert (state == State.OVERDUE) == bool(late)
