"""Doors of credit. Each module of `views` names its own."""

from django.urls import URLPattern

from accreditation.views import claims, counting, credits, evaluations, licenses, renewal

urlpatterns: list[URLPattern] = [
    *licenses.urlpatterns,
    *claims.urlpatterns,
    *counting.urlpatterns,
    *credits.urlpatterns,
    *renewal.urlpatterns,
    *evaluations.urlpatterns,
]
