"""The doors of attempts (DESIGN.md section 5)."""

from django.urls import path

from quizzes import views

urlpatterns = [
    path("quizzes/<int:page_id>/start/", views.start, name="start_attempt"),
    path("attempts/<uuid:uuid>/", views.attempt, name="attempt"),
    path("attempts/<uuid:uuid>/save/", views.save, name="save_answers"),
    path("attempts/<uuid:uuid>/submit/", views.submit, name="submit_attempt"),
    path("attempts/<uuid:uuid>/review/", views.review, name="review_attempt"),
]
