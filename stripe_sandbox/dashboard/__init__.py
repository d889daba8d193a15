"""The dashboard: what the bank and Stripe's own staff pages would do, so that every case can be rehearsed."""
