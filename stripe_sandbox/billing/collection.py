"""An invoice of a subscription is charged: paid, failed and tried again, or given up.

Stripe's own schedule is set in its dashboard; here a failed payment is tried again after 3, 5 and 7 days, and
then the subscription becomes `unpaid` (or is canceled: `Sandbox.after_retries`).
"""

from dataclasses import replace

from stripe_sandbox.billing.periods import DAY
from stripe_sandbox.billing.standing import ENDED, change, end
from stripe_sandbox.checkout import charging
from stripe_sandbox.checkout.methods import BY_CODE, Method
from stripe_sandbox.errors import refused_by_state
from stripe_sandbox.resources.invoice_payments import close_invoice_payment
from stripe_sandbox.resources.invoices import set_paid, subscription_of
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json

RETRY_AFTER_DAYS = (3, 5, 7)
PAYABLE = ("open", "uncollectible")


def first_attempt(sandbox: Sandbox, invoice_id: str, *, paid: bool) -> None:
    """The buyer confirmed on the hosted page: paid at once, or a debit is under way and the subscription begins."""
    invoice = sandbox.store.load("invoice", invoice_id)
    invoice.update(attempted=True, attempt_count=1)
    sandbox.store.save(invoice)
    if paid:
        mark_paid(sandbox, invoice)
    else:
        change(sandbox, sandbox.store.load("subscription", subscription_of(invoice)), status="active")


def charge(sandbox: Sandbox, invoice: Json, *, ok: bool = True) -> None:
    """One attempt of the schedule, with the subscription's way to pay; `ok=False` makes the bank say no."""
    private = sandbox.store.private(subscription_of(invoice))
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    if _try(sandbox, invoice, BY_CODE[private["method"]].later(ok=ok), private["email"]):
        mark_paid(sandbox, invoice)
    else:
        mark_failed(sandbox, invoice)


def pay_by_hand(sandbox: Sandbox, invoice_id: str, method: Method) -> bool:
    """The customer pays on the invoice's page; a way to pay that works is used from then on."""
    with sandbox.store.transaction():
        invoice = sandbox.store.load("invoice", invoice_id)
        if invoice["status"] not in PAYABLE:
            raise refused_by_state(f"This invoice is {invoice['status']} and cannot be paid.")
        private = sandbox.store.private(subscription_of(invoice))
        invoice.update(attempted=True, attempt_count=max(1, invoice["attempt_count"]))
        if not _try(sandbox, invoice, method, private["email"]):
            sandbox.store.save(invoice)
            sandbox.outbox.emit("invoice.payment_failed", invoice)
            return False
        subscription = sandbox.store.load("subscription", subscription_of(invoice))
        sandbox.store.save(subscription, {**private, "method": method.code})
        mark_paid(sandbox, invoice)
        return True


def _try(sandbox: Sandbox, invoice: Json, method: Method, email: str) -> bool:
    intent_id = sandbox.store.private(invoice["id"])["payment_intent"]
    if intent_id is None:
        return True
    intent = sandbox.store.load("payment_intent", intent_id)
    if method.decline:
        charging.decline(sandbox, intent, method, email)
        return False
    charging.take(sandbox, intent, replace(method, asks=False), email)
    return True


def mark_paid(sandbox: Sandbox, invoice: Json) -> None:
    sandbox.store.save(set_paid(sandbox, invoice))
    close_invoice_payment(sandbox, invoice, paid=True)
    sandbox.outbox.emit("invoice.paid", invoice)
    _recover(sandbox, invoice)


def mark_failed(sandbox: Sandbox, invoice: Json, *, again: bool = True) -> None:
    """Tell of it, and when it will be tried again; after the last attempt the subscription is given up.

    A delayed debit that the bank refused is not tried again by itself (`again`).
    """
    attempts = invoice["attempt_count"]
    last = attempts > len(RETRY_AFTER_DAYS)
    wait = None if last or not again else RETRY_AFTER_DAYS[attempts - 1] * DAY
    invoice["next_payment_attempt"] = None if wait is None else sandbox.clock.now() + wait
    invoice["auto_advance"] = wait is not None
    sandbox.store.save(invoice)
    sandbox.outbox.emit("invoice.payment_failed", invoice)
    subscription = sandbox.store.load("subscription", subscription_of(invoice))
    if subscription["status"] in ENDED:
        return
    if not last:
        status = "past_due" if subscription["status"] != "unpaid" else "unpaid"
        change(sandbox, subscription, status=status)
    elif sandbox.after_retries == "canceled":
        end(sandbox, subscription, "payment_failed")
    else:
        change(sandbox, subscription, status="unpaid")


def close(sandbox: Sandbox, invoice_id: str, status: str) -> Json:
    """Void an open invoice, or write it off: it is no longer charged, and no longer holds the subscription."""
    with sandbox.store.transaction():
        invoice = sandbox.store.load("invoice", invoice_id)
        if invoice["status"] not in (PAYABLE if status == "void" else ("open",)):
            raise refused_by_state(f"This invoice is {invoice['status']} and cannot become {status}.")
        word = {"void": "voided", "uncollectible": "marked_uncollectible"}[status]
        invoice.update(status=status, auto_advance=False, next_payment_attempt=None)
        invoice["status_transitions"][f"{word}_at"] = sandbox.clock.now()
        sandbox.store.save(invoice)
        if status == "void":
            close_invoice_payment(sandbox, invoice, paid=False)
        sandbox.outbox.emit(f"invoice.{word}", invoice)
        _recover(sandbox, invoice)
        return invoice


def _recover(sandbox: Sandbox, invoice: Json) -> None:
    """Paid, void or written off: when it is the latest invoice, the subscription is active again."""
    subscription = sandbox.store.find("subscription", subscription_of(invoice))
    if subscription and subscription["latest_invoice"] == invoice["id"] and subscription["status"] not in ENDED:
        change(sandbox, subscription, status="active")
