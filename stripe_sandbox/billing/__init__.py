"""Subscriptions as time goes by: periods, invoices, attempts to charge, retries, the end."""
