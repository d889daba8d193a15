"""The parts that the site needs, each tried for real."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from operations.models import SweepRun


def readiness() -> dict[str, Any]:
    """`{"ready": bool, "parts": {name: "ok" or what is wrong}, "sweep": ...}`"""
    parts = {name: _try(part) for name, part in PARTS}
    return {"ready": all(state == "ok" for state in parts.values()), "parts": parts, "sweep": _try(_sweep_age)}


def _try(part: Callable[[], str]) -> str:
    try:
        return part()
    except Exception as error:
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return (
        "migrations are missing: run manage.py migrate"
        if executor.migration_plan(executor.loader.graph.leaf_nodes())
        else "ok"
    )


def _cache() -> str:
    key = f"readyz-{uuid.uuid4()}"
    cache.set(key, 1, 30)
    found = cache.get(key)
    cache.delete(key)
    return "ok" if found == 1 else "the cache forgets"


def _storage() -> str:
    storage = storages["private"]
    name = storage.save(f"readyz/{uuid.uuid4()}", ContentFile(b"ok"))
    storage.delete(name)
    return "ok"


PARTS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("database", _database),
    ("migrations", _migrations),
    ("cache", _cache),
    ("storage", _storage),
)


def _sweep_age() -> str:
    last = SweepRun.objects.order_by("-finished_at").first()
    return last.finished_at.isoformat() if last else "never"
