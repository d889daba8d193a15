"""Rows that the database itself refuses to change, whoever asks and by whatever door: also a raw UPDATE.

An app names its tables once (`freeze_rows` in its `ready`). The triggers are made anew after every migration, because
SQLite rebuilds a table to alter it and drops its triggers with the old one; `missing` is what `check_integrity` lists.
Deletion is refused by the models and by PROTECT: a trigger against it would stop the flush of the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_REGISTERED: dict[str, FrozenRows] = {}


@dataclass(frozen=True)
class FrozenRows:
    """A table, the columns that keep the value with which a row was inserted, and what the database answers."""

    table: str
    columns: tuple[str, ...]
    words: str

    @property
    def trigger(self) -> str:
        """Its name in the database."""
        return f"{self.table}_frozen"


def freeze_rows(*tables: FrozenRows) -> None:
    """Tell which rows are frozen. Called by an app when it is ready; the same table twice is one."""
    _REGISTERED.update({one.table: one for one in tables})


def install(connection: BaseDatabaseWrapper) -> None:
    """Make every trigger anew. A table that does not exist yet is left out."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for one in _REGISTERED.values():
            if one.table in existing:
                for statement in _statements(one, connection, _columns(one, connection, cursor)):
                    cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that should be in the database and are not."""
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        found = {row[0] for row in cursor.fetchall()}
    return sorted(one.trigger for one in _REGISTERED.values() if one.trigger not in found)


def before_migrate(sender: Any, using: str, plan: Any = (), **kwargs: Any) -> None:
    """Receiver of `pre_migrate`: PostgreSQL alters no column that a trigger names."""
    if not plan:
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for one in _REGISTERED.values():
            if one.table in existing:
                cursor.execute(_drop(one, connection))


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of `post_migrate`."""
    install(connections[using])


def _columns(one: FrozenRows, connection: BaseDatabaseWrapper, cursor: Any) -> list[str]:
    """Those that exist: half-way through the migrations some do not."""
    known = {column.name for column in connection.introspection.get_table_description(cursor, one.table)}
    return [name for name in one.columns if name in known]


def _statements(one: FrozenRows, connection: BaseDatabaseWrapper, columns: Sequence[str]) -> list[str]:
    """Names and words are our own constants; they are quoted all the same."""
    quote = connection.ops.quote_name
    table, trigger, words = quote(one.table), quote(one.trigger), one.words.replace("'", "''")
    of = ", ".join(quote(name) for name in columns)
    if connection.vendor == "sqlite":
        return [
            _drop(one, connection),
            f"CREATE TRIGGER {trigger} BEFORE UPDATE OF {of} ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END",
        ]
    function = quote(f"{one.trigger}_refuse")
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        _drop(one, connection),
        f"CREATE TRIGGER {trigger} BEFORE UPDATE OF {of} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
    ]


def _drop(one: FrozenRows, connection: BaseDatabaseWrapper) -> str:
    quote = connection.ops.quote_name
    of = "" if connection.vendor == "sqlite" else f" ON {quote(one.table)}"
    return f"DROP TRIGGER IF EXISTS {quote(one.trigger)}{of}"
