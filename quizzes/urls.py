"""The doors of attempts (DESIGN.md section 5)."""

from django.urls import path

from quizzes import views

urlpatterns = [
    path("quizzes/<int:page_id>/start/", views.start, name="start_attempt"),
    path("attempts/<uuid:uuid>/", views.attempt, name="attempt"),
    path("attempts/<uuid:uuid>/save/", views.save, name="save_answers"),
    path("attempts/<uuid:uuid>/check/", views.check, name="check_answer"),
    path("attempts/<uuid:uuid>/submit/", views.submit, name="submit_attempt"),
    path("questions/pictures/<int:picture_id>/", views.question_picture, name="question_picture"),
    path("questions/recordings/<int:pk>/<slug:part>/", views.question_recording, name="question_recording"),
    path("practice/<int:lesson_id>/<int:question_id>/", views.practice, name="practice"),
    path("attempts/<uuid:uuid>/review/", views.review, name="review_attempt"),
    path("attempts/<uuid:uuid>/log/", views.log, name="attempt_log"),
    path("my/safety/", views.safety, name="safety_returns"),
    path("my/safety/<int:pk>/", views.answer_safety, name="answer_safety_return"),
    path("my/safety/answers/<int:pk>/", views.safety_answer, name="safety_answer"),
]
