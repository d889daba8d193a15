"""What time brings by itself: sessions expire, debits settle, subscriptions go on."""

from stripe_sandbox.billing.cycle import bill_due
from stripe_sandbox.checkout.outcomes import settle_due
from stripe_sandbox.resources.sessions import expire_due
from stripe_sandbox.sandbox import Sandbox


def pass_time(sandbox: Sandbox) -> None:
    """Carry out what is due now; the courier asks for it all the time, a skip at once."""
    expire_due(sandbox)
    settle_due(sandbox)
    bill_due(sandbox)


def skip(sandbox: Sandbox, seconds: int) -> None:
    """Push the clock forward and let what falls due happen."""
    sandbox.clock.skip(seconds)
    pass_time(sandbox)
    sandbox.outbox.wake.set()
