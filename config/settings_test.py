"""Settings for tests: the real ones, with a fast hasher, mails in memory and files in a directory of their own."""

import os
import tempfile

os.environ.setdefault("DEBUG", "on")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("STRIPE_SECRET_KEY", "sk_test_sandbox_tests")
os.environ.setdefault("STRIPE_WEBHOOK_SECRETS", "whsec_tests")
os.environ.setdefault("STRIPE_API_BASE", "http://127.0.0.1:9")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STORAGES, VAR_DIR

DEBUG = False
SAMPLES = True  # as in the demo school; tests of a real site switch it off
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = tempfile.mkdtemp(prefix="stillpoint-test-")
_files = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
}
STORAGES = STORAGES | {"default": _files, "private": _files}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_table"}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because in memory seven of eight threads fail with "table is locked".
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE", str(VAR_DIR / "test.sqlite3"))}
    # A test's database need not survive a power cut; waiting for the disk costs the suite much of its time.
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # nothing is collected for tests
