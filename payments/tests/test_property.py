"""Any shuffle, repetition and loss of webhooks, plus one reconciliation, ends where a plain model says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from courses.models import CoursePage
from courses.tests.factories import make_user
from payments.services import run_reconciliation
from payments.tests.conftest import point_shop_at
from payments.tests.property_life import ACTS, Life, Post, state_of
from stripe_sandbox.testing import SandboxServer

pytestmark = pytest.mark.django_db
COMES_BACK = [5, 15, 1]  # paid, all given back, and the refund comes back
LOST = [5, 2, 24]  # paid, disputed, lost
TWICE = [6, 5, 5]  # paid on two pages
STEPS = st.lists(st.integers(0, 12 * len(ACTS) - 1), min_size=4, max_size=10)


@pytest.fixture(scope="module")
def holding_bank() -> Iterator[SandboxServer]:
    """A bank that has an address for its webhooks, and sends none by itself."""
    with SandboxServer(webhook_url="http://127.0.0.1:9/stripe/webhook/") as bank:
        bank.hold_webhooks()
        yield bank


@pytest.fixture
def bank(holding_bank: SandboxServer, settings: Any) -> SandboxServer:
    point_shop_at(holding_bank, settings)
    return holding_bank


def empty(bank: SandboxServer) -> None:
    """What another example left behind."""
    for table in ("objects", "deliveries", "idempotency"):
        bank.sandbox.store.changed(f"DELETE FROM {table}")  # noqa: S608 - our own words


@given(steps=STEPS, seed=st.integers(0, 2**32), arrives=st.sampled_from([0.0, 0.5, 1.0]))
@example(steps=COMES_BACK, seed=1, arrives=0.5)
@example(steps=LOST, seed=2, arrives=0.5)
@example(steps=TWICE, seed=3, arrives=0.5)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a life is short as it is, and shrinking takes minutes
)
def test_any_shuffle_repetition_and_loss_ends_where_the_model_does(
    bank: SandboxServer, paid_course: CoursePage, steps: list[int], seed: int, arrives: float
) -> None:
    empty(bank)
    with transaction.atomic():
        life, post = Life(bank, paid_course, make_user()), Post(bank, random.Random(seed))
        life.do("press", 0)
        for choice in steps:
            life.do_something(choice)
            if choice % 5 == 0:
                post.bring(0.5)
        post.bring(arrives)
        run = run_reconciliation()
        assert run.error == ""
        life.check()
        assert run_reconciliation().differences == []
        transaction.set_rollback(True)


@pytest.mark.slow
def test_a_thousand_mixed_events_of_many_buyers_end_where_the_model_does(
    bank: SandboxServer, paid_course: CoursePage
) -> None:
    """In the order of nothing, a tenth of them never: one reconciliation, and a second finds nothing to do."""
    empty(bank)
    chance = random.Random(20261120)
    lives: list[Life] = []
    begun = [COMES_BACK, LOST, TWICE]
    while len(bank.events()) < 1000:
        life = Life(bank, paid_course, make_user())
        lives.append(life)
        life.do("press", 0)
        if chance.random() < 0.2:
            life.do("expire", 0)
        steps = [12 * chance.randrange(12) + chance.randrange(len(ACTS) - 1) for _ in range(chance.randrange(6))]
        for choice in begun.pop() if begun else steps:  # nobody comes to look
            life.do_something(choice)
    Post(bank, chance).bring(0.9)
    run_reconciliation()
    for life in lives:
        life.check()
    assert run_reconciliation(since=timedelta(0)).differences == []
    assert {state_of(payments) for life in lives for payments in life.orders} >= {
        *("paid", "refunded", "partially_refunded", "disputed", "dispute_lost", "pending", "open", "expired", "failed"),
    }
