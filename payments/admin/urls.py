"""The pages of sales that are not lists of a model."""

from django.urls import URLPattern

from payments.admin import disputes, health, ledger, payouts, queue, reconciliation, revenue

app_name = "sales"
urlpatterns: list[URLPattern] = [
    *queue.urlpatterns,
    *disputes.urlpatterns,
    *ledger.urlpatterns,
    *payouts.urlpatterns,
    *revenue.urlpatterns,
    *reconciliation.urlpatterns,
    *health.urlpatterns,
]
