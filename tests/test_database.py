"""The stock settings of SQLite lose writes: 177 of 320 concurrent transactions failed with "database is locked"."""

import threading

import pytest
from django.db import connection, transaction

from courses.models import Topic

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
THREADS, TIMES = 8, 40


def test_no_write_is_lost_when_many_read_and_write_at_once() -> None:
    """Eight threads read, add one and write, forty times each: the counter is right and nobody failed."""
    topic = Topic.objects.create(slug="counter", name="0")
    failures: list[Exception] = []

    def count_up() -> None:
        try:
            for _ in range(TIMES):
                with transaction.atomic():
                    row = Topic.objects.select_for_update().get(pk=topic.pk)
                    row.name = str(int(row.name) + 1)
                    row.save()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=count_up) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    topic.refresh_from_db()
    assert failures == []
    assert topic.name == str(THREADS * TIMES)
