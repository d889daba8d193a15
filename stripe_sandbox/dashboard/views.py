"""The doors of the dashboard; every act is a POST with the token of this process."""

import hmac
import re
import secrets

from stripe_sandbox.checkout.outcomes import WrongStateError
from stripe_sandbox.dashboard.acts import ACTS, Form
from stripe_sandbox.dashboard.pages import event_page, events_page, session_page, sessions_page
from stripe_sandbox.dashboard.payout_pages import payouts_page
from stripe_sandbox.dashboard.subscription_pages import subscription_page, subscriptions_page
from stripe_sandbox.errors import ApiError
from stripe_sandbox.html import Page, notice, redirect, render
from stripe_sandbox.sandbox import Sandbox

TOKEN = secrets.token_urlsafe(24)
BACK = re.compile(r"^/dashboard(/events|/payouts|/sessions|/subscriptions)?(/\w+)?$")
LISTS = {
    None: sessions_page,
    "/events": events_page,
    "/payouts": payouts_page,
    "/subscriptions": subscriptions_page,
}
ONE = {
    "/events": ("event", event_page),
    "/sessions": ("checkout.session", session_page),
    "/subscriptions": ("subscription", subscription_page),
}


def serve(sandbox: Sandbox, method: str, path: str, form: Form, *, origin: str | None, host: str) -> Page | None:
    if method == "POST" and path == "/dashboard":
        return _act(sandbox, form, origin=origin, host=host)
    match = BACK.match(path)
    if method != "GET" or match is None:
        return None
    said = sandbox.said.pop(path, "")
    family, identifier = match[1], (match[2] or "").strip("/")
    if not identifier:
        return LISTS[family](sandbox, TOKEN, said) if family in LISTS else redirect("/dashboard")
    if family not in ONE:
        return None
    kind, page = ONE[family]
    found = sandbox.store.find(kind, identifier)
    return page(sandbox, found, TOKEN, said) if found else None


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
