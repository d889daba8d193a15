"""The hours in the editor in a real Chromium: they follow what an author types, and nothing is stored for it."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, expect

from accreditation.tests.factories import make_body
from courses.models import LessonPage
from courses.tests.factories import make_course, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]


def test_the_hours_follow_what_an_author_types(browser: Browser, live_server: Any) -> None:
    make_body("sample", words_per_hour=10)
    author = make_user("instructor@example.com")
    course = make_course("Resting hands", instructor=author, lessons=1)
    lesson = LessonPage.objects.descendant_of(course).get()
    client = Client()
    client.force_login(author, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/admin/pages/{lesson.pk}/edit/")
    summary = page.locator(".credit-live summary")
    expect(summary).to_have_text(re.compile(r"Example Board sample\s+0\.5"))
    editor = page.locator("[data-contentpath=body] .public-DraftEditor-content").first
    editor.click()
    editor.press("End")
    editor.press_sequentially(" one two three four five six")
    expect(summary).to_have_text(re.compile(r"Example Board sample\s+1\.0"))
    context.close()
