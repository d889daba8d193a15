"""Doors of study."""

from django.urls import path

from enrollments import views

urlpatterns = [path("units/<int:page_id>/complete/", views.complete, name="complete_unit")]
