"""The doors of attempts: thin functions, each POST one verb and a redirect.

The doors that take a POST send whoever comes by GET (back from logging in, by a bookmark) to the page with the form.
"""

from quizzes.views.attempts import attempt, save, start, submit
from quizzes.views.checking import check
from quizzes.views.log import log
from quizzes.views.pictures import question_picture
from quizzes.views.practice import practice
from quizzes.views.recordings import question_recording
from quizzes.views.results import review
from quizzes.views.safety import answer_safety, safety, safety_answer

__all__ = [
    "answer_safety",
    "attempt",
    "check",
    "log",
    "practice",
    "question_picture",
    "question_recording",
    "review",
    "safety",
    "safety_answer",
    "save",
    "start",
    "submit",
]
