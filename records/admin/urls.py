"""The pages of records."""

from django.urls import URLPattern

from records.admin import audit, holds

app_name = "records"
urlpatterns: list[URLPattern] = [*audit.urlpatterns, *holds.urlpatterns]
