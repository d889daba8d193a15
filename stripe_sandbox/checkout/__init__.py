"""Checkout: what a session costs, how it is paid, and the hosted page where that happens."""
