"""The hosted page: what is bought, a promotion code, a way to pay. It works without JavaScript."""

from html import escape

from stripe_sandbox.billing.periods import how_often
from stripe_sandbox.checkout.address import address_fields, wants_address
from stripe_sandbox.checkout.methods import Method, offered
from stripe_sandbox.checkout.pricing import later_amount
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.resources.payments import intent_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def locked_email(sandbox: Sandbox, session: Json) -> str:
    """The address that the request fixed; the buyer then does not type one."""
    if session["customer_email"]:
        return str(session["customer_email"])
    customer = sandbox.store.find("customer", session["customer"] or "")
    return (customer or {}).get("email") or ""


def needs_method(session: Json) -> bool:
    """A subscription asks for a way to pay even when nothing is due today."""
    return bool(session["amount_total"]) or session["mode"] == "subscription"


def pay_page(
    sandbox: Sandbox,
    session: Json,
    *,
    problem: str = "",
    code_problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Page:
    """The page of an open session, with what was typed; a problem is told beside the field that it is about."""
    private = sandbox.store.private(session["id"])
    problem = problem or _last_refusal(sandbox, session)
    title = f"Pay {money(session['amount_total'], session['currency'])}"
    main = (
        '<div class="checkout">'
        f"{_summary(sandbox, session, private, notice(code_problem, kind='stop'))}"
        f"{_form(sandbox, session, private, notice(problem, kind='stop'), typed or {})}"
        "</div>"
    )
    return render(title, main, status=status, form_targets=(session["success_url"],))


def _last_refusal(sandbox: Sandbox, session: Json) -> str:
    intent = intent_of(sandbox, session)
    error = (intent or {}).get("last_payment_error")
    return f"{error['message']} Nothing was charged. Choose another way to pay." if error else ""


def _summary(sandbox: Sandbox, session: Json, private: Json, problem: str) -> str:
    currency = session["currency"]
    lines = "".join(
        f"<li><span>{escape(line['description'])}{times(line)}</span>"
        f"<span class=amount>{money(line['amount_subtotal'], currency)}</span></li>"
        for line in private["lines"]
    )
    off = session["total_details"]["amount_discount"]
    taken = f"<dt>Discount</dt><dd>{money(-off, currency)}</dd>" if off else ""
    taken += _tax(session)
    return f"""<section class="summary" aria-labelledby="order">
<h1 id="order">Your order</h1>
<ul class="lines">{lines}</ul>
<dl class="totals"><dt>Subtotal</dt><dd>{money(session["amount_subtotal"], currency)}</dd>{taken}
<dt class="total">{_due(session)}</dt><dd class="total">{money(session["amount_total"], currency)}</dd></dl>
{_then(sandbox, session, private)}{problem}{_code_form(sandbox, session, private)}
{_cancel(session)}
</section>"""


def _tax(session: Json) -> str:
    """The tax line: at sample rates, or not known yet."""
    if not session["automatic_tax"]["enabled"]:
        return ""
    if session["automatic_tax"]["status"] != "complete":
        return "<dt>Tax</dt><dd>when your address is known</dd>"
    return f"<dt>Tax (sample rates)</dt><dd>{money(session['total_details']['amount_tax'], session['currency'])}</dd>"


def _due(session: Json) -> str:
    return "Due today" if session["mode"] == "subscription" else "Total"


def _then(sandbox: Sandbox, session: Json, private: Json) -> str:
    """What follows the first payment of a subscription."""
    if session["mode"] != "subscription":
        return ""
    later = money(later_amount(sandbox, private), session["currency"])
    return f'<p class="then">then <strong>{later}</strong> {how_often(private["lines"][0]["price"]["recurring"])}</p>'


def times(line: Json) -> str:
    return f" &times; {line['quantity']}" if line["quantity"] > 1 else ""


def _cancel(session: Json) -> str:
    if not session["cancel_url"]:
        return ""
    return f'<p class="cancel"><a href="{escape(session["cancel_url"])}">Cancel and go back</a></p>'


def _code_form(sandbox: Sandbox, session: Json, private: Json) -> str:
    action = f"/c/pay/{session['id']}/code"
    discount = private.get("discount")
    if discount:
        code = sandbox.store.find("promotion_code", discount["promotion_code"] or "")
        name = escape(code["code"] if code else discount["source"]["coupon"])
        remove = '<button class="quiet" name="remove" value="1">Remove</button>'
        form = f'<form method="post" action="{action}">{remove}</form>' if session["allow_promotion_codes"] else ""
        return f'<div class="code"><p>Code <strong>{name}</strong> is applied.</p>{form}</div>'
    if not session["allow_promotion_codes"]:
        return ""
    return f"""<form class="code" method="post" action="{action}">
<label for="code">Promotion code</label>
<div class="row"><input id="code" name="code" autocomplete="off" autocapitalize="characters" required>
<button class="quiet">Apply</button></div></form>"""


def _form(sandbox: Sandbox, session: Json, private: Json, problem: str, typed: dict[str, str]) -> str:
    """E-mail, address where asked for, a way to pay; the Pay button comes once the total is known."""
    methods, label = _ways(session)
    button = f'{methods}\n<button class="primary">{label}</button>'
    if session["automatic_tax"]["status"] == "requires_location_inputs":
        button = "<p>Press Update to see the total with tax; then you can pay.</p>"
    return f"""<section class="pay" aria-labelledby="pay">
<h2 id="pay">Payment</h2>
{problem}
<form method="post" action="/c/pay/{session["id"]}">
{_email_field(sandbox, session, typed.get("email") or private.get("email", ""))}
{address_fields(session, private, typed) if wants_address(session) else ""}
{button}
<p class="quiet-text">Test numbers only. A real card cannot be entered here.</p>
</form></section>"""


def _ways(session: Json) -> tuple[str, str]:
    """The ways to pay and the button's words."""
    if not needs_method(session):
        return "<p>There is nothing to pay.</p>", "Complete the order"
    choices = "".join(choice(method, checked=not n) for n, method in enumerate(offered(session)))
    methods = f"<fieldset><legend>How the payment turns out</legend>{choices}</fieldset>"
    return methods, f"Pay {money(session['amount_total'], session['currency'])}"


def _email_field(sandbox: Sandbox, session: Json, email: str) -> str:
    locked = locked_email(sandbox, session)
    if locked:
        return f'<p class="field">E-mail<br><strong>{escape(locked)}</strong></p>'
    return (
        '<p class="field"><label for="email">E-mail</label><input id="email" name="email" type="email" '
        f'autocomplete="email" required value="{escape(email)}"></p>'
    )


def choice(method: Method, *, checked: bool) -> str:
    mark = " checked" if checked else ""
    return (
        f'<label class="choice"><input type="radio" name="card" value="{method.code}"{mark}>'
        f"<span><strong>{method.label}</strong><br>{escape(method.explanation)}</span></label>"
    )


def authenticate_page(session: Json) -> Page:
    main = f"""<section class="narrow"><h1>Your bank asks</h1>
<p>Do you confirm the payment of <strong>{money(session["amount_total"], session["currency"])}</strong>?</p>
<form class="answers" method="post" action="/c/pay/{session["id"]}/authenticate">
<button class="primary" name="answer" value="approve">Confirm</button>
<button class="quiet" name="answer" value="refuse">Refuse</button></form></section>"""
    return render("Your bank asks", main, form_targets=(session["success_url"],))


def closed_page(session: Json) -> Page:
    """What an old link shows: the checkout is over."""
    if session["status"] == "complete":
        title, text = "This order is complete", "You are all done here. You can close this page."
        back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        word = "Back to the school"
    else:
        title, text = "This checkout has expired", "Nothing was charged. Please start again."
        back, word = session["cancel_url"], "Back to the course"
    link = f'<p><a href="{escape(back)}">{word}</a></p>' if back else ""
    return render(title, f'<section class="narrow"><h1>{title}</h1><p>{text}</p>{link}</section>', status=410)
