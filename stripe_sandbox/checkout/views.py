"""The doors of the hosted page: look, type a code, pay, answer the bank."""

import re

from stripe_sandbox.billing import collection
from stripe_sandbox.checkout import outcomes
from stripe_sandbox.checkout.address import AddressProblemError, read_address, wants_address
from stripe_sandbox.checkout.invoice_page import invoice_page, offered_for_invoice
from stripe_sandbox.checkout.methods import chosen, offered
from stripe_sandbox.checkout.page import (
    authenticate_page,
    closed_page,
    locked_email,
    needs_method,
    pay_page,
)
from stripe_sandbox.checkout.pdf import invoice_pdf
from stripe_sandbox.checkout.pricing import (
    CodeRefusedError,
    apply_discount,
    find_typed_code,
    remove_discount,
    reprice,
)
from stripe_sandbox.errors import ApiError
from stripe_sandbox.html import Page, redirect, render
from stripe_sandbox.resources.payments import intent_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

PAY = re.compile(r"^/c/pay/(cs_test_\w+)(?:/(address|code|authenticate))?$")
INVOICE = re.compile(r"^/i/(in_\w+?)(/pdf)?$")
Form = dict[str, str]
CHANGED = "The tax follows your address. Please look at the total and pay again."


def serve(sandbox: Sandbox, method: str, path: str, form: Form) -> Page | None:
    """Answer a page of the checkout; None when the path is not one."""
    invoice = INVOICE.match(path)
    if invoice:
        return _invoice(sandbox, method, invoice[1], form, pdf=bool(invoice[2]))
    match = PAY.match(path)
    if match is None:
        return None
    session = sandbox.store.find("checkout.session", match[1])
    if session is None:
        return _unknown()
    if session["status"] != "open" or session["expires_at"] <= sandbox.clock.now():
        return closed_page(session)
    return _open(sandbox, session, method, match[2] or "pay", form)


def _unknown() -> Page:
    return render("Not found", '<section class="narrow"><h1>No such checkout</h1></section>', status=404)


def _invoice(sandbox: Sandbox, method: str, identifier: str, form: Form, *, pdf: bool) -> Page:
    invoice = sandbox.store.find("invoice", identifier)
    if invoice is None:
        return _unknown()
    if method == "POST" and not pdf:
        return _pay_invoice(sandbox, invoice, form)
    return Page(invoice_pdf(invoice), content_type="application/pdf") if pdf else invoice_page(sandbox, invoice)


def _pay_invoice(sandbox: Sandbox, invoice: Json, form: Form) -> Page:
    card = chosen(form.get("card", ""))
    if card not in offered_for_invoice():
        return invoice_page(sandbox, invoice, problem="Please choose a way to pay.", status=400)
    try:
        collection.pay_by_hand(sandbox, invoice["id"], card)
    except ApiError as refusal:
        return invoice_page(sandbox, invoice, problem=str(refusal), status=409)
    return redirect(f"/i/{invoice['id']}")


def _open(sandbox: Sandbox, session: Json, method: str, door: str, form: Form) -> Page:
    if method == "GET":
        return _look(sandbox, session, door)
    verbs = {"pay": _pay, "address": _address, "code": _code, "authenticate": _authenticate}
    try:
        return verbs[door](sandbox, session, form)
    except outcomes.WrongStateError as refusal:
        now = sandbox.store.load("checkout.session", session["id"])
        if now["status"] != "open":  # another tab was quicker
            return closed_page(now)
        return pay_page(sandbox, now, problem=str(refusal), typed=form, status=409)


def _look(sandbox: Sandbox, session: Json, door: str) -> Page:
    if door == "pay":
        return pay_page(sandbox, session)
    intent = intent_of(sandbox, session)
    if door == "authenticate" and intent and intent["status"] == "requires_action":
        return authenticate_page(session)
    return redirect(f"/c/pay/{session['id']}")


def _code(sandbox: Sandbox, session: Json, form: Form) -> Page:
    if not session["allow_promotion_codes"]:
        return pay_page(sandbox, session, code_problem="This order takes no promotion code.", status=400)
    try:
        with sandbox.store.transaction():
            private = sandbox.store.private(session["id"])
            if form.get("remove"):
                remove_discount(session, private)
            else:
                apply_discount(sandbox, session, private, find_typed_code(sandbox, session, form.get("code", "")))
            reprice(sandbox, session, private)
            sandbox.store.save(session, private)
    except (CodeRefusedError, ApiError) as refusal:
        unchanged = sandbox.store.load("checkout.session", session["id"])
        return pay_page(sandbox, unchanged, code_problem=str(refusal), status=400)
    return redirect(f"/c/pay/{session['id']}")


def _keep_address(sandbox: Sandbox, session: Json, form: Form, email: str) -> Json:
    """Store what the buyer gave and compute the tax anew."""
    name, address = read_address(session, form)
    with sandbox.store.transaction():
        private = {**sandbox.store.private(session["id"]), "name": name, "address": address, "email": email}
        reprice(sandbox, session, private)
        return sandbox.store.save(session, private)


def _address(sandbox: Sandbox, session: Json, form: Form) -> Page:
    email = form.get("email", "").strip()
    if not wants_address(session):
        return redirect(f"/c/pay/{session['id']}")
    try:
        _keep_address(sandbox, session, form, email)
    except (AddressProblemError, ApiError) as refusal:
        return pay_page(sandbox, session, problem=str(refusal), typed=form, status=400)
    return redirect(f"/c/pay/{session['id']}")


def _pay(sandbox: Sandbox, session: Json, form: Form) -> Page:
    email = locked_email(sandbox, session) or form.get("email", "").strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        return pay_page(sandbox, session, problem="Please give an e-mail address.", typed=form, status=400)
    if wants_address(session):
        before = (session["amount_total"], session["automatic_tax"]["status"])
        try:
            session = _keep_address(sandbox, session, form, email)
        except (AddressProblemError, ApiError) as refusal:
            return pay_page(sandbox, session, problem=str(refusal), typed=form, status=400)
        if before != (session["amount_total"], session["automatic_tax"]["status"]):
            return pay_page(sandbox, session, problem=CHANGED, typed=form, status=409)
    method = chosen(form.get("card", ""))
    if needs_method(session) and method not in offered(session):
        return pay_page(sandbox, session, problem="Please choose a way to pay.", typed=form, status=400)
    return _next(sandbox, session["id"], outcomes.confirm(sandbox, session["id"], method=method, email=email))


def _authenticate(sandbox: Sandbox, session: Json, form: Form) -> Page:
    approve = form.get("answer") == "approve"
    return _next(sandbox, session["id"], outcomes.authenticate(sandbox, session["id"], approve=approve))


def _next(sandbox: Sandbox, session_id: str, outcome: str) -> Page:
    """Where the browser goes: back to the shop, to the bank's question, or to this page again."""
    if outcome == "authenticate":
        return redirect(f"/c/pay/{session_id}/authenticate")
    if outcome == "declined":
        return redirect(f"/c/pay/{session_id}")
    session = sandbox.store.load("checkout.session", session_id)
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))
