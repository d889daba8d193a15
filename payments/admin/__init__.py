"""The back office of money: orders and what Stripe said of them, offers, webhooks."""
