"""The back office's own doors to questions and results, below /admin/quizzes/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
