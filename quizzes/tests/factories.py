"""Small quizzes for tests, made through the services that the product uses."""

from itertools import count
from typing import Any

from django.utils import timezone

from courses.models import CoursePage, ModulePage
from enrollments.models import Enrollment
from enrollments.services import enroll
from quizzes.models import Attempt, Question, QuestionBank, QuizPage
from quizzes.services import SentItem, build_quiz, import_question, save_answers
from quizzes.services.answers import token_of

_numbers = count(1)


def choice(ident: str = "", *, right: int = 0, options: int = 3, **more: Any) -> dict[str, Any]:
    """A single choice of a quiz.toml."""
    ident = ident or f"question-{next(_numbers)}"
    texts = [{"text": f"{ident} option {number}", "correct": number == right} for number in range(options)]
    return {
        "id": ident,
        "kind": "single_choice",
        "title": ident,
        "text": f"Which of {ident}?",
        "options": texts,
        **more,
    }


def safety(ident: str = "safety", **more: Any) -> dict[str, Any]:
    """A safety-critical single choice: option 2 is unsafe, option 1 only wrong."""
    spec = choice(ident, tags=["safety/red-flags"], critical=True, **more)
    spec["options"][2]["unsafe"] = True
    return spec


def number(ident: str = "grams", **more: Any) -> dict[str, Any]:
    """Five grams, with a unit."""
    units = {"g": "1", "mg": "0.001"}
    return {
        "id": ident, "kind": "numeric", "title": ident, "text": "How heavy?", "value": "5", "tolerance": "0.5",
        "unit": "g", "units": units, "unit_mode": "required", **more,
    }  # fmt: skip


def many(ident: str = "many", **more: Any) -> dict[str, Any]:
    """Two of four are right; right minus wrong."""
    options = [{"text": f"{ident} {number}", "correct": number < 2} for number in range(4)]
    return {"id": ident, "kind": "multiple_response", "title": ident, "text": "Which?", "options": options, **more}


def statement(ident: str = "statement", **more: Any) -> dict[str, Any]:
    """A statement that is true."""
    return {"id": ident, "kind": "true_false", "title": ident, "text": "Bone is alive.", "answer": True, **more}


def every_kind() -> list[dict[str, Any]]:
    """One question of each kind."""
    return [choice("single"), many(), statement(), number()]


def make_quiz(course: CoursePage, *questions: dict[str, Any], **terms: Any) -> QuizPage:
    """A published quiz at the end of the course's first module. In the author's order, without limits, unless told."""
    module = ModulePage.objects.child_of(course).first()
    plain = {
        "title": "Quiz",
        "slug": "quiz",
        "pass_mark": 80,
        "minutes": 0,
        "shuffle_questions": False,
        "shuffle_options": False,
    }
    return build_quiz(module=module, spec={**plain, **terms, "question": list(questions)})


def make_enrollment(user: Any, course: CoursePage) -> Enrollment:
    """This person in this course, with access."""
    return enroll(user=user, course=course, source=Enrollment.Source.FREE, at=timezone.now())


def bank_of(course: CoursePage) -> QuestionBank:
    """The bank that `make_quiz` fills."""
    return QuestionBank.objects.get(course=course)


def right_fields(question: Question) -> dict[str, Any]:
    """What a form sends for the right answer of one of the questions above."""
    version = question.versions.first()
    key = version.key
    return {"v": "5", "u": "g"} if version.kind == "numeric" else {"c": key["correct"]}


def save_one(
    attempt: Attempt,
    position: int,
    fields: dict[str, Any],
    *,
    at: Any = None,
    token: str | None = None,
    page: str = "",
    touched: bool = False,
) -> str:
    """Save one answer as a page would that was loaded just now, or with an older page's token; what became of it."""
    item = attempt.items.get(position=position)
    listed = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    report = save_answers(
        attempt_uuid=attempt.uuid,
        user=attempt.enrollment.user,
        sent={position: SentItem(fields=listed, token=token or token_of(item), touched=touched)},
        at=at,
        request_id=page,
    )
    if report is None or report.ended:
        return "unknown" if report is None else "ended"
    return report.outcomes[0].result


def reimport(course: CoursePage, spec: dict[str, Any]) -> Question:
    """The question, imported again."""
    return import_question(bank=bank_of(course), spec=spec)
