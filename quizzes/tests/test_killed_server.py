"""A server that is killed in the middle of saving: the last save that was confirmed stands."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from courses.tests.factories import make_course, make_user
from quizzes.models import Attempt
from quizzes.services import start_attempt
from quizzes.services.answers import token_of

from . import factories

pytestmark = [
    pytest.mark.slow,
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
ROOT = Path(__file__).resolve().parents[2]


def database_url() -> str:
    """Where the tests' own database is, as the settings read it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    who = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}@" if found["USER"] else ""
    return f"postgres://{who}{quote(found['HOST'], safe='')}:{found['PORT'] or 5432}/{found['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[bytes], int]]]:
    """Start a real server on the tests' database, as often as it is asked."""
    started = []
    env = os.environ | {
        "DATABASE_URL": database_url(), "DEBUG": "on", "VAR_DIR": str(tmp_path), "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip

    def start() -> tuple[subprocess.Popen[bytes], int]:
        port = free_port()
        command = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload", "--skip-checks"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=ROOT, env=env, **quiet)  # noqa: S603 - our own program
        started.append(process)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process, port
            time.sleep(0.1)
        raise TimeoutError

    yield start
    for process in started:
        process.kill()
        process.wait()


class Window:
    """A browser's page: its cookies, its key, and the token of the answer that it shows."""

    def __init__(self, attempt: Attempt) -> None:
        client = Client()
        client.force_login(attempt.enrollment.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        self.path = f"/attempts/{attempt.uuid}/"
        self.token = token_of(attempt.items.get())

    def ask(self, port: int, method: str, path: str, sent: dict[str, str] | None = None) -> Any:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "application/json" if method == "POST" else "text/html",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if "csrftoken" in self.cookies:
            headers["X-CSRFToken"] = self.cookies["csrftoken"]
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line.request(method, path, urlencode(sent or {}), headers)
        answer = line.getresponse()
        body = answer.read()
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.cookies[name] = morsel.value
        line.close()
        return answer.status, body

    def save(self, port: int, value: int) -> bool:
        """Whether the server confirmed it."""
        sent = {"q1-rev": self.token, "q1-v": str(value), "q1-u": "g", "key": "the same page"}
        status, body = self.ask(port, "POST", f"{self.path}save/", sent)
        assert status == 200, body
        self.token = json.loads(body)["rev"]
        return True


def stored(attempt: Attempt) -> int:
    answer = attempt.items.get().answer
    return int(answer["v"]) if answer else 0


@pytest.mark.parametrize("saves_before", [3, 7])
def test_the_last_confirmed_save_stands_when_the_server_is_killed(server: Any, saves_before: int) -> None:
    quiz = factories.make_quiz(make_course("Resting hands"), factories.number("grams"))
    course = quiz.get_parent().get_parent().specific
    attempt = start_attempt(enrollment=factories.make_enrollment(make_user("learner@example.com"), course), quiz=quiz)
    window = Window(attempt)
    process, port = server()
    assert window.ask(port, "GET", window.path)[0] == 200
    confirmed = 0
    for value in range(1, saves_before + 1):
        confirmed = value if window.save(port, value) else confirmed
    # One more is on its way when the server dies: nobody is told whether it arrived.
    line = socket.create_connection(("127.0.0.1", port))
    body = urlencode({"q1-rev": window.token, "q1-v": str(confirmed + 1), "q1-u": "g", "key": "the same page"})
    cookies = "; ".join(f"{name}={text}" for name, text in window.cookies.items())
    head = (
        f"POST {window.path}save/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n"
        f"Accept: application/json\r\nX-CSRFToken: {window.cookies['csrftoken']}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    line.sendall((head + body).encode())
    time.sleep(0.02 * (saves_before % 4))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    line.close()
    assert stored(attempt) in (confirmed, confirmed + 1)
    _, port = server()
    assert window.save(port, 100) is True
    assert stored(attempt) == 100
    texts = [event.payload["answer"]["v"] for event in attempt.events.filter(kind="saved").order_by("seq")]
    assert texts[:confirmed] == [str(value) for value in range(1, confirmed + 1)]
