"""The doors of attempts: thin functions, each POST one verb and a redirect.

The doors that take a POST send whoever comes by GET (back from logging in, by a bookmark) to the page with the form.
"""

from quizzes.views.attempts import attempt, save, start, submit
from quizzes.views.results import review

__all__ = ["attempt", "review", "save", "start", "submit"]
