"""Doors of money."""

urlpatterns: list[object] = []
