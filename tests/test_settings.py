"""Production that lacks what it needs does not start, and says what to set: each case is a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow
COMPLETE = {
    "SECRET_KEY": "production-" + "abcdefghij" * 6,
    "ALLOWED_HOSTS": "school.example.org",
    "SITE_URL": "https://school.example.org",
    "DEFAULT_FROM_EMAIL": "school@example.org",
    "EMAIL_URL": "smtp://localhost:25",
    "STRIPE_SECRET_KEY": "sk_test_only_here",
    "STRIPE_WEBHOOK_SECRETS": "whsec_only_here",
    "STRIPE_TEST_MODE": "on",
    "CERTIFICATE_KEYS_DIR": "/srv/keys",
}
START = "from config.wsgi import application; print(type(application).__name__)"


def start(tmp_path, code=START, **environment):
    """Start the application in a process that has only this environment: exit status, output, refusal."""
    values = {name: value for name, value in {**COMPLETE, **environment}.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **values},
        capture_output=True,
        text=True,
        timeout=120,
    )
    refusal = done.stderr.partition("ImproperlyConfigured: ")[2].strip()
    return done.returncode, done.stdout.strip(), refusal


def refusals(text):
    return [line.removeprefix("- ").split(" ")[:2] for line in text.splitlines() if line.startswith("- ")]


def test_a_complete_production_environment_starts(tmp_path):
    assert start(tmp_path) == (0, "WSGIHandler", "")


def test_without_a_key_nothing_starts_and_the_sentence_says_what_to_set(tmp_path):
    code, _, refusal = start(tmp_path, SECRET_KEY=None)
    assert (code, refusal.split(".")[0]) == (1, "SECRET_KEY is not set")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (
            dict.fromkeys(COMPLETE.keys() - {"SECRET_KEY", "EMAIL_URL"}),
            [
                "SITE_URL",
                "ALLOWED_HOSTS",
                "DEFAULT_FROM_EMAIL",
                "STRIPE_SECRET_KEY,",
                "STRIPE_WEBHOOK_SECRETS",
                "CERTIFICATE_KEYS_DIR",
            ],
        ),
        ({"SITE_URL": "http://school.example.org"}, ["SITE_URL"]),
        ({"ALLOWED_HOSTS": "*"}, ["ALLOWED_HOSTS"]),
        ({"CACHE_URL": "locmemcache://"}, ["CACHE_URL"]),
        ({"CACHE_URL": "dummycache://"}, ["CACHE_URL"]),
        ({"STRIPE_API_BASE": "http://localhost:8001"}, ["STRIPE_API_BASE:"]),
    ],
    ids=["everything", "plain http", "any host", "cache per process", "no cache", "sandbox"],
)
def test_each_missing_or_dangerous_value_is_refused_by_name(tmp_path, environment, named):
    code, _, refusal = start(tmp_path, **environment)
    assert (code, refusal.splitlines()[0]) == (1, "Stillpoint does not start:")
    assert sorted(words[1] for words in refusals(refusal)) == sorted(named)


def test_without_selling_no_stripe_key_is_needed(tmp_path):
    assert start(tmp_path, PAYMENTS="off", STRIPE_SECRET_KEY=None, STRIPE_WEBHOOK_SECRETS=None) == (
        0,
        "WSGIHandler",
        "",
    )


def test_debug_is_off_unless_it_is_asked_for_and_cookies_are_bound_to_the_host(tmp_path):
    names = ("DEBUG", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    asked = f"from config import settings; print(*(getattr(settings, name) for name in {names}))"
    assert start(tmp_path, code=asked)[1] == "False __Host-sessionid __Host-csrftoken True True"
