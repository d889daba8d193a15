"""The verbs of quizzes."""

from quizzes.services.answers import ItemOutcome, SaveReport, SentItem, save_answers
from quizzes.services.attempts import StartRefusedError, settle, settle_due, start_attempt, submit_attempt
from quizzes.services.authoring import build_quiz, course_bank, import_question
from quizzes.services.checking import check_answer
from quizzes.services.publishing import (
    freeze_missed,
    freeze_question,
    freeze_quiz,
    publish_question,
    quiz_problems,
)
from quizzes.services.safety import remind_of_safety
from quizzes.services.standing import QuizStanding, quiz_standing

__all__ = [
    "ItemOutcome",
    "QuizStanding",
    "SaveReport",
    "SentItem",
    "StartRefusedError",
    "build_quiz",
    "check_answer",
    "course_bank",
    "freeze_missed",
    "freeze_question",
    "freeze_quiz",
    "import_question",
    "publish_question",
    "quiz_problems",
    "quiz_standing",
    "remind_of_safety",
    "save_answers",
    "settle",
    "settle_due",
    "start_attempt",
    "submit_attempt",
]
