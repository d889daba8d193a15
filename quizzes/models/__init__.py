"""Questions and their frozen versions, quizzes and theirs, attempts with their paper, answers, events and grades.

What is written by authors changes (Question, QuizPage); what learners met never does: QuestionVersion, QuizVersion,
AttemptEvent and Grade are inserted once. An attempt points at versions only (QUIZZES.md section 4).
"""

from quizzes.models.attempts import Attempt, AttemptEvent, AttemptItem, Grade
from quizzes.models.bank import Question, QuestionBank, QuestionVersion, Tag
from quizzes.models.people import Accommodation
from quizzes.models.quiz import QuizPage, QuizSection, QuizSlot, QuizVersion

__all__ = [
    "Accommodation",
    "Attempt",
    "AttemptEvent",
    "AttemptItem",
    "Grade",
    "Question",
    "QuestionBank",
    "QuestionVersion",
    "QuizPage",
    "QuizSection",
    "QuizSlot",
    "QuizVersion",
    "Tag",
]
