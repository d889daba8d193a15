"""A save or a submission whose log-in has ended: it is kept, the log-in is asked for, and then it goes through.

What was typed is kept in the visitor's own session, bounded in size and number, with the server's time of its arrival.
A script sends the same text first by itself and then with the form: the first arrival counts.
"""

import logging
import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.limits import client_address, over_limit
from quizzes.models import Attempt
from quizzes.rules.words import clock_in_words
from quizzes.services import SaveReport, SentItem
from quizzes.services.held import HeldPost, apply_held
from quizzes.views.posted import read_answers, request_id, see_other, wants_json

logger = logging.getLogger(__name__)
HELD, TO_COMPARE = "held_posts", "answers_to_compare"
MOST_POSTS = 20
MOST_CHARACTERS = 400_000
PER_MINUTE = 30
LOGGED_OUT = "You have been logged out. Log in and what you typed goes through."
TOO_LONG = "You have been logged out, and this is more than we can keep until you are back. Copy your text first."


def knock(request: HttpRequest, uuid: UUID, *, hand_in: bool = False) -> HttpResponse:
    """What a visitor gets at a door that takes answers: the log-in, with what was sent in safe keeping."""
    paper = reverse("attempt", args=[uuid])
    login = redirect_to_login(paper).url
    if request.method != "POST":
        return redirect_to_login(paper)
    if over_limit("held", address=client_address(request), per_minute=PER_MINUTE):
        response = render(request, "429.html", status=429)
        response["Retry-After"] = "60"
        return response
    kept = _keep(request, uuid, hand_in=hand_in)
    if wants_json(request):
        return JsonResponse({"message": LOGGED_OUT if kept else TOO_LONG, "login": login}, status=401)
    if not kept:
        return render(request, "quizzes/not_kept.html", {"login": login}, status=413)
    messages.info(request, LOGGED_OUT)
    return see_other(login)


def _keep(request: HttpRequest, uuid: UUID, *, hand_in: bool) -> bool:
    """Put it into the session; False when it would not fit."""
    held = request.session.get(HELD, [])
    sent = {
        str(position): _as_json(item)
        for position, item in read_answers(request, touched=wants_json(request)).items()
        if not _held_already(held, uuid, position, item)
    }
    if not (sent or hand_in) or not Attempt.objects.filter(uuid=uuid).exists():
        return True  # a made-up address is answered alike, and fills no sessions
    post = {
        "id": secrets.token_hex(16),
        "attempt": str(uuid),
        "at": timezone.now().isoformat(),
        "sent": sent,
        "hand_in": hand_in,
        "page": request_id(request),
    }
    held = [*held, post]
    if len(held) > MOST_POSTS or _characters(held) > MOST_CHARACTERS:
        return False
    request.session[HELD] = held
    return True


def _as_json(item: SentItem) -> dict[str, Any]:
    fields = {name: list(values) for name, values in item.fields.items()}
    return {**asdict(item), "fields": fields}


def _held_already(held: list[dict[str, Any]], uuid: UUID, position: int, item: SentItem) -> bool:
    """Whether the same answer came before: the first arrival counts."""
    same_paper = [post["sent"] for post in held if post["attempt"] == str(uuid)]
    before = [sent[str(position)]["fields"] for sent in same_paper if str(position) in sent]
    return bool(before) and before[-1] == _as_json(item)["fields"]


def _characters(held: list[dict[str, Any]]) -> int:
    return sum(
        len(name) + sum(map(len, values))
        for post in held
        for item in post["sent"].values()
        for name, values in item["fields"].items()
    )


def go_through(request: HttpRequest, user: Any) -> None:
    """Once somebody has logged in: apply what this browser sent before, in the order of its arrival, and say so.

    Whatever goes wrong with it, the log-in stands.
    """
    for kept in request.session.pop(HELD, []):
        try:
            post = _post(kept)
            _tell(request, user, post, apply_held(post=post, user=user))
        except Exception:
            logger.exception("a held post of attempt %s was not applied", kept.get("attempt"))
            messages.error(request, "What you typed before this log-in could not be saved.", fail_silently=True)


def _post(kept: dict[str, Any]) -> HeldPost:
    return HeldPost(
        id=kept["id"],
        attempt_uuid=UUID(kept["attempt"]),
        at=datetime.fromisoformat(kept["at"]),
        sent={int(position): SentItem(**item) for position, item in kept["sent"].items()},
        hand_in=kept["hand_in"],
        page=kept["page"],
    )


def _tell(request: HttpRequest, user: Any, post: HeldPost, report: SaveReport | None) -> None:
    """One sentence about what became of it; two answers to one question wait to be compared."""
    when = clock_in_words(post.at.astimezone(user.zone))
    if report is None:
        text = "What was typed here before this log-in belongs to another account. It was dropped and saved nowhere."
        messages.warning(request, text, fail_silently=True)
        return
    for outcome in report.by_result("refused"):
        text = f"Not saved, question {outcome.item.position}: {outcome.message}"
        messages.warning(request, text, fail_silently=True)
    stale = {str(one.item.position): _as_json(post.sent[one.item.position]) for one in report.by_result("stale")}
    if stale:
        waiting = request.session.get(TO_COMPARE, {})
        waiting[str(post.attempt_uuid)] = {**waiting.get(str(post.attempt_uuid), {}), **stale}
        request.session[TO_COMPARE] = waiting
    if report.ended:
        text = f"What you typed at {when} can no longer be counted. It is kept in the log of this try."
        messages.warning(request, text, fail_silently=True)
    elif post.hand_in:
        messages.success(request, f"You handed in at {when}.", fail_silently=True)
    elif not report.outcomes or report.by_result("saved"):
        messages.success(request, f"What you typed at {when} was saved.", fail_silently=True)
    elif report.by_result("unchanged"):
        messages.info(request, f"What you typed at {when} had been saved already.", fail_silently=True)


def to_compare(request: HttpRequest, uuid: UUID) -> dict[int, SentItem]:
    """Answers that were held and met a newer one; they are shown once."""
    waiting = request.session.get(TO_COMPARE, {})
    found = waiting.pop(str(uuid), {})
    if found:
        request.session[TO_COMPARE] = waiting
    return {int(position): SentItem(**item) for position, item in found.items()}
