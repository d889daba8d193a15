"""A Stripe-compatible development server: its own process, no money moves, standard library only.

It speaks the API version that stripe-python 16.1.0 pins, serves only what the school uses, and refuses the
rest as Stripe refuses what it does not know. The product reaches it by address and key alone, so any other
server that speaks this API can take its place. README.md beside this file says how to use it.
"""

API_VERSION = "2026-10-28.endive"
KEY_PREFIX = "sk_test_sandbox_"
