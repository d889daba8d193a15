"""The pages of sales that are not lists of a model."""

from django.urls import URLPattern

from payments.admin import disputes, health, ledger, queue, reconciliation, revenue

app_name = "sales"
urlpatterns: list[URLPattern] = [
    *queue.urlpatterns,
    *disputes.urlpatterns,
    *ledger.urlpatterns,
    *revenue.urlpatterns,
    *reconciliation.urlpatterns,
    *health.urlpatterns,
]
