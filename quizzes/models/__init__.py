"""Questions and their frozen versions, quizzes and theirs, attempts with their paper, answers, events and grades.

What is written by authors changes (Question, QuizPage); what learners met never does: QuestionVersion, QuizVersion,
AttemptEvent and Grade are inserted once. An attempt points at versions only (QUIZZES.md section 4).
"""

from quizzes.models.attempts import Attempt, AttemptEvent, AttemptItem, Grade
from quizzes.models.bank import Question, QuestionBank, Tag
from quizzes.models.interchange import QuestionImport
from quizzes.models.marking import Mark, MarkingTask, Regrade
from quizzes.models.people import Accommodation
from quizzes.models.quiz import QuizPage, QuizSection, QuizSlot, QuizVersion
from quizzes.models.safety import SafetyAnswer, SafetyReturn
from quizzes.models.statistics import ItemStat, OptionStat, Population, QuizStat, StatDelta
from quizzes.models.versions import QuestionVersion, VersionPicture, VersionRecording

__all__ = [
    "Accommodation",
    "Attempt",
    "AttemptEvent",
    "AttemptItem",
    "Grade",
    "ItemStat",
    "Mark",
    "MarkingTask",
    "OptionStat",
    "Population",
    "Question",
    "QuestionBank",
    "QuestionImport",
    "QuestionVersion",
    "QuizPage",
    "QuizSection",
    "QuizSlot",
    "QuizStat",
    "QuizVersion",
    "Regrade",
    "SafetyAnswer",
    "SafetyReturn",
    "StatDelta",
    "Tag",
    "VersionPicture",
    "VersionRecording",
]
