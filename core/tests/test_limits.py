"""The limiter counts on the shared cache, so two workers share one allowance."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.http import HttpResponse
from django.test import RequestFactory

from core.limits import limited, over_limit

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db):
    """Five seconds into a minute; the clock moves only when a test moves it."""
    cache.clear()
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@limited("test-door", per_minute=2)
def door(request):
    return HttpResponse("open")


def knock(address="10.0.0.1", **headers):
    request = RequestFactory().get("/", REMOTE_ADDR=address, **headers)
    request.user = None
    return door(request)


def test_the_allowance_is_used_up_by_as_many_requests_as_it_says():
    assert [over_limit("a", address="10.0.0.1", per_minute=3) for _ in range(5)] == [False, False, False, True, True]


def test_the_next_minute_brings_a_new_allowance_however_often_one_knocked(clock):
    for second in range(5, 60, 5):
        clock.move_to(NOON.replace(second=second))
        over_limit("a", address="10.0.0.1", per_minute=2)
    assert over_limit("a", address="10.0.0.1", per_minute=2) is True
    clock.move_to(NOON + timedelta(seconds=60))
    assert over_limit("a", address="10.0.0.1", per_minute=2) is False


def test_two_workers_share_one_count(monkeypatch):
    """Each worker has a cache object of its own over the same table. With a cache per process none would be over."""
    workers = [DatabaseCache("cache_table", {}), DatabaseCache("cache_table", {})]
    over = []
    for number in range(4):
        monkeypatch.setattr("core.limits.cache", workers[number % 2])
        over.append(over_limit("shared", address="10.0.0.1", per_minute=2))
    assert over == [False, False, True, True]


def test_the_default_cache_is_one_that_processes_share():
    assert isinstance(caches["default"], DatabaseCache)


def test_one_address_does_not_use_up_the_allowance_of_another():
    for _ in range(5):
        over_limit("a", address="10.0.0.1", per_minute=1)
    assert over_limit("a", address="10.0.0.2", per_minute=1) is False


def test_one_door_does_not_use_up_the_allowance_of_another():
    for _ in range(5):
        over_limit("a", address="10.0.0.1", per_minute=1)
    assert over_limit("b", address="10.0.0.1", per_minute=1) is False


def test_over_the_limit_a_page_says_when_to_come_back():
    answers = [knock() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"
    assert "Wait a minute, then try again." in answers[2].content.decode()


def test_a_forged_forwarding_header_buys_no_new_allowance():
    answers = [knock(HTTP_X_FORWARDED_FOR=f"1.2.3.{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
