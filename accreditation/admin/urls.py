"""The pages of credit in the back office that are not lists of a model."""

from django.urls import URLPattern

from accreditation.admin import (
    attendance,
    calculator,
    evaluations,
    lapsed,
    ledger,
    license_check,
    licenses,
    report_page,
    report_tasks,
    reports,
)

app_name = "credit"
urlpatterns: list[URLPattern] = [
    *reports.urlpatterns,
    *report_tasks.urlpatterns,
    *report_page.urlpatterns,
    *lapsed.urlpatterns,
    *license_check.urlpatterns,
    *licenses.urlpatterns,
    *ledger.urlpatterns,
    *attendance.urlpatterns,
    *calculator.urlpatterns,
    *evaluations.urlpatterns,
]
