"""Wiring of the payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Offers, orders and what Stripe says about them."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the refusals."""
        from payments import checks  # noqa: F401, PLC0415 - checks read settings, which are complete only now
