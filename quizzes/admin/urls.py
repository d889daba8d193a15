"""The back office's own doors to questions and results, below /admin/quizzes/."""

from django.urls import URLPattern, path

from quizzes.admin import authoring, tryout

urlpatterns: list[URLPattern] = [
    path("questions/new/", authoring.new_question, name="new_question"),
    path("questions/twins/", authoring.twins, name="question_twins"),
    path("try/<int:page_id>/", tryout.try_quiz, name="try_quiz"),
]
