"""The back office's own doors to questions and results, below /admin/quizzes/."""

from django.urls import URLPattern, path

from quizzes.admin import (
    authoring,
    gradebook,
    interchange,
    marking,
    overriding,
    pictures,
    regrading,
    statistics,
    tryout,
)

urlpatterns: list[URLPattern] = [
    path("questions/picture/", pictures.picture_facts, name="question_picture_facts"),
    path("questions/new/", authoring.new_question, name="new_question"),
    path("questions/twins/", authoring.twins, name="question_twins"),
    path("try/<int:page_id>/", tryout.try_quiz, name="try_quiz"),
    path("marking/", marking.queue, name="marking_queue"),
    path("marking/<int:task_id>/", marking.mark, name="marking_task"),
    path("marking/<int:task_id>/take/", marking.take, name="marking_take"),
    path("items/<int:item_id>/mark/", overriding.override, name="override_mark"),
    path("regrades/", regrading.index, name="regrades"),
    path("regrades/new/", regrading.new, name="regrade_new"),
    path("regrades/<int:regrade_id>/", regrading.show, name="regrade"),
    path("gradebook/", gradebook.index, name="gradebook_index"),
    path("gradebook/<int:course_id>/", gradebook.gradebook, name="gradebook"),
    path("statistics/", statistics.index, name="quiz_statistics"),
    path("statistics/<int:page_id>/", statistics.quiz_page, name="quiz_statistics_of"),
    path("statistics/<int:page_id>/question/<int:pool_id>/", statistics.question_page, name="question_statistics"),
    path("import/", interchange.import_file, name="import_questions"),
    path("import/<uuid:uuid>/", interchange.report, name="question_import"),
    path("export/", interchange.export_file, name="export_questions"),
]
