"""The hosted page: what is bought, a promotion code, a way to pay. It works without JavaScript."""

from html import escape

from stripe_sandbox.checkout.methods import Method, offered
from stripe_sandbox.checkout.totals import money
from stripe_sandbox.html import Page, notice, render
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


def locked_email(sandbox: Sandbox, session: Json) -> str:
    """The address that the request fixed; the buyer then does not type one."""
    if session["customer_email"]:
        return str(session["customer_email"])
    customer = sandbox.store.find("customer", session["customer"] or "")
    return (customer or {}).get("email") or ""


def pay_page(
    sandbox: Sandbox, session: Json, *, problem: str = "", code_problem: str = "", email: str = "", status: int = 200
) -> Page:
    """The page of an open session; a problem is told beside the field that it is about."""
    private = sandbox.store.private(session["id"])
    problem = problem or _last_refusal(sandbox, session)
    title = f"Pay {money(session['amount_total'], session['currency'])}"
    main = (
        '<div class="checkout">'
        f"{_summary(sandbox, session, private, notice(code_problem, kind='stop'))}"
        f"{_form(sandbox, session, notice(problem, kind='stop'), email or private.get('email', ''))}"
        "</div>"
    )
    return render(title, main, status=status, form_targets=(session["success_url"],))


def _last_refusal(sandbox: Sandbox, session: Json) -> str:
    intent = sandbox.store.find("payment_intent", session["payment_intent"] or "")
    error = (intent or {}).get("last_payment_error")
    return f"{error['message']} Nothing was charged. Choose another way to pay." if error else ""


def _summary(sandbox: Sandbox, session: Json, private: Json, problem: str) -> str:
    currency = session["currency"]
    lines = "".join(
        f"<li><span>{escape(line['description'])}{_times(line)}</span>"
        f"<span class=amount>{money(line['amount_subtotal'], currency)}</span></li>"
        for line in private["lines"]
    )
    off = session["total_details"]["amount_discount"]
    taken = f"<dt>Discount</dt><dd>{money(-off, currency)}</dd>" if off else ""
    return f"""<section class="summary" aria-labelledby="order">
<h1 id="order">Your order</h1>
<ul class="lines">{lines}</ul>
<dl class="totals"><dt>Subtotal</dt><dd>{money(session["amount_subtotal"], currency)}</dd>{taken}
<dt class="total">Total</dt><dd class="total">{money(session["amount_total"], currency)}</dd></dl>
{problem}{_code_form(sandbox, session, private)}
{_cancel(session)}
</section>"""


def _times(line: Json) -> str:
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


def _form(sandbox: Sandbox, session: Json, problem: str, email: str) -> str:
    locked = locked_email(sandbox, session)
    if locked:
        address = f'<p class="field">E-mail<br><strong>{escape(locked)}</strong></p>'
    else:
        address = (
            '<p class="field"><label for="email">E-mail</label><input id="email" name="email" type="email" '
            f'autocomplete="email" required value="{escape(email)}"></p>'
        )
    if session["amount_total"] == 0:
        methods, button = "<p>There is nothing to pay.</p>", "Complete the order"
    else:
        choices = "".join(_choice(method, checked=not n) for n, method in enumerate(offered(session)))
        methods = f"<fieldset><legend>How the payment turns out</legend>{choices}</fieldset>"
        button = f"Pay {money(session['amount_total'], session['currency'])}"
    return f"""<section class="pay" aria-labelledby="pay">
<h2 id="pay">Payment</h2>
{problem}
<form method="post" action="/c/pay/{session["id"]}">
{address}
{methods}
<button class="primary">{button}</button>
<p class="quiet-text">Test numbers only. A real card cannot be entered here.</p>
</form></section>"""


def _choice(method: Method, *, checked: bool) -> str:
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


def invoice_page(invoice: Json) -> Page:
    """The hosted invoice: plain and printable."""
    currency = invoice["currency"]
    lines = "".join(
        f"<li><span>{escape(line['description'])}{_times(line)}</span>"
        f"<span class=amount>{money(line['amount'], currency)}</span></li>"
        for line in invoice["lines"]["data"]
    )
    off = invoice["subtotal"] - invoice["total"]
    taken = f"<dt>Discount</dt><dd>{money(-off, currency)}</dd>" if off else ""
    main = f"""<section class="narrow"><h1>Invoice {escape(invoice["number"])}</h1>
<p>Paid by {escape(invoice["customer_email"] or "")}</p><ul class="lines">{lines}</ul>
<dl class="totals">{taken}<dt class="total">Paid</dt><dd class="total">{money(invoice["total"], currency)}</dd></dl>
</section>"""
    return render(f"Invoice {invoice['number']}", main)
