"""What a paper's form sends, and the plain answers to it."""

import re

from django.http import HttpRequest, HttpResponseRedirect

from quizzes.rules.certainty import LEVELS
from quizzes.services import SentItem

FIELD = re.compile(r"q([1-9][0-9]{0,2})-([a-z]+(?:\.[A-Za-z0-9_-]{1,64})?)")
"""`q3-c`, or with the part that it belongs to: `q3-m.<stem>`."""


def read_answers(request: HttpRequest, *, touched: bool) -> dict[int, SentItem]:
    """The questions that a form holds: `q3-rev` marks that question 3 was on the page.

    `q3-keep` says on the page with two answers that the one saved last shall stand: nothing is sent for it then.
    """
    fields: dict[int, dict[str, list[str]]] = {}
    for name, values in request.POST.lists():
        if match := FIELD.fullmatch(name):
            fields.setdefault(int(match[1]), {})[match[2]] = [str(value) for value in values]
    return {
        position: SentItem(
            fields=found,
            token=found["rev"][0],
            flagged="flag" in found,
            touched=touched,
            certainty=_level(found.get("sure", [""])[0]),
        )
        for position, found in fields.items()
        if "rev" in found and found.get("keep") != ["saved"]
    }


def _level(text: str) -> int | None:
    return int(text) if text in {str(level) for level in LEVELS} else None


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's script asks."""
    return "application/json" in request.headers.get("Accept", "")


def request_id(request: HttpRequest) -> str:
    """The key of the page that sent it."""
    return request.POST.get("key", "")[:64].replace("\x00", "")


def see_other(url: str) -> HttpResponseRedirect:
    """303: the answer to a POST is another page."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
