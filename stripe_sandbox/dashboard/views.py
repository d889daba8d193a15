"""The doors of the dashboard; every act is a POST with the token of this process."""

import hmac
import re
import secrets

from stripe_sandbox.checkout.outcomes import WrongStateError
from stripe_sandbox.dashboard.acts import ACTS, Form
from stripe_sandbox.dashboard.pages import event_page, events_page, session_page, sessions_page
from stripe_sandbox.errors import ApiError
from stripe_sandbox.html import Page, notice, redirect, render
from stripe_sandbox.sandbox import Sandbox

TOKEN = secrets.token_urlsafe(24)
BACK = re.compile(r"^/dashboard(/events|/sessions)?(/\w+)?$")


def serve(sandbox: Sandbox, method: str, path: str, form: Form, *, origin: str | None, host: str) -> Page | None:
    if method == "POST" and path == "/dashboard":
        return _act(sandbox, form, origin=origin, host=host)
    match = BACK.match(path)
    if method != "GET" or match is None:
        return None
    said = sandbox.said.pop(path, "")
    family, identifier = match[1], (match[2] or "").strip("/")
    if identifier:
        kind, page = ("event", event_page) if family == "/events" else ("checkout.session", session_page)
        found = sandbox.store.find(kind, identifier)
        return page(sandbox, found, TOKEN, said) if found else None
    if family == "/events":
        return events_page(sandbox, TOKEN, said)
    return sessions_page(sandbox, TOKEN, said) if family is None else redirect("/dashboard")


def _act(sandbox: Sandbox, form: Form, *, origin: str | None, host: str) -> Page:
    foreign = origin not in (None, "null", host)
    if foreign or not hmac.compare_digest(form.get("token", "").encode(), TOKEN.encode()):
        return _refused("This button is from an earlier start of the sandbox. Please load the page again.", 403)
    act = ACTS.get(form.get("act", ""))
    if act is None:
        return _refused("There is no such act.", 404)
    try:
        said = act(sandbox, form)
    except (ApiError, WrongStateError, ValueError) as refusal:
        return _refused(f"Not done: {refusal}", 409)
    except LookupError:
        return _refused("Not done: that is not here any more.", 404)
    back = form.get("back", "")
    back = back if BACK.match(back) else "/dashboard"
    sandbox.said[back] = said
    return redirect(back)


def _refused(text: str, status: int) -> Page:
    main = (
        f'<section class="narrow">{notice(text, kind="stop")}<p><a href="/dashboard">To the dashboard</a></p></section>'
    )
    return render("Not done", main, status=status)
