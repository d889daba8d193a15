"""Doors for the operator's monitoring."""

from django.urls import path

from operations import views

urlpatterns = [path("healthz", views.healthz, name="healthz"), path("readyz", views.readyz, name="readyz")]
