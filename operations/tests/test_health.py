"""Is the process up, and can it do its work? The answer names the part that cannot."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from operations.models import SweepRun

pytestmark = pytest.mark.django_db
OK = {"database": "ok", "migrations": "ok", "cache": "ok", "storage": "ok"}


def ready(client):
    answer = client.get("/readyz")
    report = json.loads(answer.content)
    return answer.status_code, report["ready"], report["parts"]


def test_everything_works(client):
    assert ready(client) == (200, True, OK)


def test_healthz_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_missing_migration_is_named(client):
    MigrationRecorder(connection).record_unapplied("operations", "0001_initial")
    assert ready(client) == (503, False, {**OK, "migrations": "migrations are missing: run manage.py migrate"})


def test_a_broken_cache_is_named(client, monkeypatch):
    def broken(*args, **kwargs):
        raise OperationalError("no such table: cache_table")

    monkeypatch.setattr(DatabaseCache, "set", broken)
    assert ready(client) == (503, False, {**OK, "cache": "OperationalError"})


def test_a_cache_that_forgets_is_named(client, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert ready(client) == (503, False, {**OK, "cache": "the cache forgets"})


def test_a_full_disk_is_named(client, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    assert ready(client) == (503, False, {**OK, "storage": "OSError"})


def test_a_silent_database_is_named_and_the_process_is_up(client, monkeypatch):
    def silent(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", silent)
    status, is_ready, parts = ready(client)
    assert (status, is_ready, parts["database"]) == (503, False, "OperationalError")
    assert client.get("/healthz").status_code == 200


def test_a_late_sweep_is_reported_and_is_no_503(client):
    assert json.loads(client.get("/readyz").content)["sweep"] == "never"
    long_ago = timezone.now() - timedelta(days=3)
    SweepRun.objects.create(finished_at=long_ago)
    answer = client.get("/readyz")
    assert (answer.status_code, json.loads(answer.content)["sweep"]) == (200, long_ago.isoformat())


def test_asking_leaves_nothing_behind(client, settings):
    client.get("/readyz")
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("readyz/*") if path.is_file()] == []
