"""Headers that every answer carries."""

import pytest

pytestmark = pytest.mark.django_db


def directives(response):
    parts = [part.strip().split(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: set(values) for name, *values in parts}


def test_the_public_site_runs_no_inline_script_and_loads_nothing_from_elsewhere(client):
    policy = directives(client.get("/policies/"))
    assert (policy["default-src"], policy["object-src"], policy["base-uri"]) == ({"'self'"}, {"'none'"}, {"'self'"})
    for name in ("script-src", "style-src"):
        assert {value for value in policy[name] if not value.startswith("'nonce-")} == {"'self'"}


def test_only_the_back_office_may_run_inline_scripts(client, admin_user):
    client.force_login(admin_user)
    assert directives(client.get("/admin/"))["script-src"] == {"'self'", "'unsafe-inline'"}


def test_a_page_made_for_one_person_is_kept_by_no_shared_cache(client, as_learner):
    assert as_learner.get("/policies/")["Cache-Control"] == "private, no-cache"


def test_a_page_for_everybody_says_nothing_of_caches(client):
    assert not client.get("/policies/").has_header("Cache-Control")


def test_the_site_asks_for_no_camera_microphone_or_place(client):
    assert (
        client.get("/policies/")["Permissions-Policy"] == "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    )
