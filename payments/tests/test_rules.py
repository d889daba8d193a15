"""The pure rules: every state, and that neither order nor repetition of what was seen matters."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rules.derive import Derived, derive, is_stale, objections
from payments.rules.facts import Fact, Sale
from payments.rules.reading import fact_of, ledger_of, parts
from payments.rules.states import HOLDS, State

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def session(status: str = "complete", payment_status: str = "paid", **more: Any) -> Fact:
    known: dict[str, Any] = {
        "id": "cs_1",
        "amount": 4800,
        "currency": "usd",
        "subtotal": 4800,
        "reference": "o",
        "payment_intent": "pi_1",
    }
    return Fact(kind="session", status=status, payment_status=payment_status, **(known | more))


def payment(status: str) -> Fact:
    return Fact(kind="payment_intent", id="pi_1", status=status)


def refund(amount: int, status: str = "succeeded", number: int = 1) -> Fact:
    return Fact(kind="refund", id=f"re_{number}", status=status, amount=amount)


def dispute(status: str) -> Fact:
    return Fact(kind="dispute", id="dp_1", status=status, due_at=datetime(2026, 11, 29, tzinfo=UTC))


def attempt(left: timedelta) -> Fact:
    return Fact(kind="attempt", id="order-o-1", status="asked", expires_at=NOW + left)


OPEN, EXPIRED, WAITING = session("open", "unpaid"), session("expired", "unpaid"), session("complete", "unpaid")
STATES = [
    ([], State.NEW),
    ([attempt(timedelta(hours=1))], State.NEW),
    ([attempt(-timedelta(hours=1))], State.EXPIRED),
    ([OPEN], State.OPEN),
    ([OPEN, payment("requires_payment_method")], State.OPEN),
    ([EXPIRED], State.EXPIRED),
    ([EXPIRED, attempt(timedelta(hours=1))], State.NEW),
    ([EXPIRED, session("open", "unpaid", id="cs_2")], State.OPEN),
    ([WAITING, payment("processing")], State.PENDING),
    ([WAITING], State.PENDING),
    ([WAITING, payment("requires_payment_method")], State.FAILED),
    ([WAITING, payment("canceled")], State.FAILED),
    ([session()], State.PAID),
    ([session(payment_status="no_payment_required", amount=0)], State.PAID),
    ([session(), refund(1000)], State.PARTIALLY_REFUNDED),
    ([session(), refund(4800)], State.REFUNDED),
    ([session(), refund(2400), refund(2400, number=2)], State.REFUNDED),
    ([session(), refund(4800, "pending")], State.REFUNDED),
    ([session(), refund(4800, "failed")], State.PAID),
    ([session(), refund(4800, "canceled")], State.PAID),
    ([session(), dispute("needs_response")], State.DISPUTED),
    ([session(), dispute("under_review")], State.DISPUTED),
    ([session(), dispute("appeal_under_review")], State.DISPUTED),
    ([session(), dispute("lost")], State.DISPUTE_LOST),
    ([session(), dispute("won")], State.PAID),
    ([session(), dispute("prevented")], State.PAID),
    ([session(), dispute("warning_needs_response")], State.PAID),
    ([session(), dispute("warning_closed")], State.PAID),
    ([session(), refund(1000), dispute("needs_response")], State.DISPUTED),
    ([session(), session(id="cs_2", payment_intent="pi_2")], State.PAID),
    ([session(), session(id="cs_2", payment_intent="pi_2"), refund(4800)], State.PARTIALLY_REFUNDED),
]


@pytest.mark.parametrize(("facts", "state"), STATES)
def test_the_state_follows_from_the_facts(facts: list[Fact], state: State) -> None:
    assert derive(facts, NOW).state == state


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([session()], ""),
        ([session(), dispute("won")], ""),
        ([session(), dispute("needs_response")], "The payment is disputed (dp_1). Answer by November 29, 2026."),
        (
            [session(), dispute("warning_under_review")],
            "The bank asks about the payment (dp_1). Access stays. Answer by November 29, 2026.",
        ),
        ([session(), dispute("lost")], "The dispute dp_1 is lost. Look at the certificate, if one was issued."),
        (
            [session(), refund(4800, "failed")],
            "The refund re_1 did not reach the buyer. The money is back with the school, and access is as before.",
        ),
        ([session(), session(id="cs_2")], "Paid 2 times. Refund all but one payment."),
        ([session(), session(id="cs_2"), refund(4800)], ""),
        ([session(), session(id="cs_2", payment_status="no_payment_required", amount=0)], ""),
    ],
)
def test_a_person_is_told_why_to_look(facts: list[Fact], reason: str) -> None:
    assert derive(facts, NOW).reason == reason


facts_of_any_kind = st.lists(
    st.sampled_from([fact for facts, _ in STATES for fact in facts]),
    unique_by=lambda fact: (fact.kind, fact.id),
    max_size=8,
)


@given(facts=facts_of_any_kind, data=st.data())
def test_neither_order_nor_repetition_of_facts_matters(facts: list[Fact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts + facts))
    assert derive(shuffled, NOW) == derive(facts, NOW)


# The world moves in steps; a reading sees the world as it is then, and draws its ticket just before.
WORLD = [
    [],
    [OPEN],
    [OPEN, payment("requires_payment_method")],
    [WAITING, payment("processing")],
    [session(), payment("succeeded")],
    [session(), payment("succeeded"), refund(1000)],
    [session(), payment("succeeded"), refund(1000), refund(3800, "pending", 2)],
    [session(), payment("succeeded"), refund(1000), refund(3800, "failed", 2)],
    [session(), payment("succeeded"), refund(1000), refund(3800, "failed", 2), dispute("needs_response")],
    [session(), payment("succeeded"), refund(1000), refund(3800, "failed", 2), dispute("won")],
]


def write_down(arrivals: list[tuple[int, list[Fact]]]) -> Derived:
    """What `sync_order` does with readings, without a database: the newest ticket wins, facts are upserted."""
    applied, ledger = 0, dict[tuple[str, str], Fact]()
    for ticket, facts in arrivals:
        if is_stale(reading=ticket, applied=applied):
            continue
        applied = ticket
        ledger |= {(fact.kind, fact.id): fact for fact in facts}
    return derive(ledger.values(), NOW)


@given(until=st.integers(1, len(WORLD)), data=st.data())
def test_any_shuffle_repetition_or_loss_of_events_and_one_reconcile_end_where_stripe_is(
    until: int, data: st.DataObject
) -> None:
    readings = [(number + 1, WORLD[number]) for number in range(until)]
    heard = data.draw(st.lists(st.sampled_from(readings), max_size=20))
    last = (until + 1, WORLD[until - 1])
    before = data.draw(st.integers(0, len(heard)))
    arrivals = [*heard[:before], last, *heard[before:]]  # readings begun earlier may still arrive after it
    assert write_down(arrivals) == derive(WORLD[until - 1], NOW)


def test_a_reading_begun_before_a_refund_and_finished_after_it_does_not_undo_it() -> None:
    pending, failed = [session(), refund(4800, "pending")], [session(), refund(4800, "failed")]
    assert write_down([(1, pending), (2, failed)]).state == State.PAID
    assert write_down([(2, failed), (1, pending)]).state == State.PAID
    control = [(1, failed), (2, pending)]  # the arrival itself as the ticket: every reading believed
    assert write_down(control).state == State.REFUNDED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"reference": "other"}, ["Session cs_1 was made for another order."]),
        ({"currency": "eur"}, ["Session cs_1 was paid in eur, the order is in usd."]),
        ({"subtotal": 100}, ["Session cs_1 asked for 100, the order for 4800."]),
        ({"amount": 2400}, []),  # a code took half off: what was asked is what counts
    ],
)
def test_what_was_paid_for_must_be_what_was_sold(changes: dict[str, Any], expected: list[str]) -> None:
    assert objections([session(**changes)], Sale("o", "usd", 4800)) == expected


def test_an_unpaid_session_is_no_reason_to_object() -> None:
    assert objections([session("open", "unpaid", subtotal=1)], Sale("o", "usd", 4800)) == []


def test_every_state_says_what_becomes_of_access() -> None:
    assert {state: state.hold for state in State if state.was_paid} == {
        State.PAYING: "unpaid",
        State.OVERDUE: "arrears",
        State.PAID: "",
        State.PARTIALLY_REFUNDED: "",
        State.REFUNDED: "refund",
        State.DISPUTED: "dispute",
        State.DISPUTE_LOST: "dispute",
    }
    assert {state.hold for state in State} - {""} == set(HOLDS)


def test_every_state_is_unfinished_ended_unpaid_or_was_paid() -> None:
    for state in State:
        assert [state in State.unfinished(), state.ended_unpaid, state.was_paid].count(True) == 1


def test_an_expanded_session_is_taken_apart() -> None:
    charge = {"id": "ch_1", "object": "charge", "status": "succeeded", "balance_transaction": {"fee": 169, "net": 4631}}
    intent = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "latest_charge": charge}
    raw = {"id": "cs_1", "object": "checkout.session", "status": "complete", "payment_status": "paid"}
    found = parts({**raw, "payment_intent": intent, "invoice": None})
    assert [part["id"] for part in found] == ["cs_1", "pi_1", "ch_1"]
    assert (found[0]["payment_intent"], found[1]["latest_charge"]) == ("pi_1", "ch_1")
    assert fact_of(found[0]).payment_intent == "pi_1"
    assert (ledger_of(found[2]).fee, ledger_of(found[2]).net) == (169, 4631)
    assert [one.status for one in map(ledger_of, found)] == ["complete, paid", "succeeded", "succeeded"]


def test_tickets_only_rise() -> None:
    assert [is_stale(reading=a, applied=b) for a, b in [(1, 2), (2, 2), (3, 2)]] == [True, False, False]
