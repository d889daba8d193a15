"""Doors of credit. Each module of `views` names its own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
