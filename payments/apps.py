"""Wiring of the payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Offers, orders and what Stripe says about them."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
