"""The pages of credit in the back office that are not lists of a model."""

from django.urls import URLPattern

app_name = "credit"
urlpatterns: list[URLPattern] = []
