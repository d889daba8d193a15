"""Small quizzes for tests, made through the services that the product uses."""

from itertools import count
from typing import Any

from django.utils import timezone

from courses.models import CoursePage, ModulePage
from enrollments.models import Enrollment
from enrollments.services import enroll
from library.models import Figure, Recording
from library.tests.factories import make_recording
from quizzes.models import Attempt, Question, QuestionBank, QuizPage
from quizzes.questions import question_type
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


def essay(ident: str = "essay", **more: Any) -> dict[str, Any]:
    """A written answer of two to six words, marked by a rubric of one row."""
    levels = [
        {"title": "Says why", "points": 2},
        {"title": "Says what", "points": 1},
        {"title": "Neither", "points": 0},
    ]
    return {
        "id": ident, "kind": "essay", "title": ident, "text": "Why do we ask first?", "minimum": 2, "maximum": 6,
        "rubric": [{"title": "Reason", "levels": levels}], **more,
    }  # fmt: skip


def sorting(ident: str = "sorting", **more: Any) -> dict[str, Any]:
    """Three statements, one of each status."""
    statuses = ("established", "taught", "contested")
    statements = [{"text": f"{ident} {status[0]}", "status": status} for status in statuses]
    return {"id": ident, "kind": "status_sort", "title": ident, "text": "How sure?", "statements": statements, **more}


def dialogue(ident: str = "dialogue", **more: Any) -> dict[str, Any]:
    """Two steps; the right reply of each is worth 2 points, the unsafe one fails the quiz."""
    return {
        "id": ident, "kind": "dialogue", "title": ident, "text": "Your client cries.", "critical": True,
        "steps": [
            {"name": "tears", "text": f"{ident} tears", "replies": [
                {"text": f"{ident} open", "leads_to": "stop", "points": 2},
                {"text": f"{ident} leading", "leads_to": "stop", "points": 1},
                {"text": f"{ident} end"},
            ]},
            {"name": "stop", "text": f"{ident} stop", "replies": [
                {"text": f"{ident} we stop", "points": 2},
                {"text": f"{ident} go on", "unsafe": True},
            ]},
        ], **more,
    }  # fmt: skip


def case(ident: str = "case", *parts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """A story about two questions, or about those that are given, with these questions."""
    asked = list(parts) or [choice(f"{ident}-one"), choice(f"{ident}-two")]
    told = {"id": ident, "kind": "case", "title": ident, "text": f"The story of {ident}."}
    return [{**told, "parts": [part["id"] for part in asked], **more}, *asked]


def text(ident: str = "text", **more: Any) -> dict[str, Any]:
    """A text between questions."""
    return {"id": ident, "kind": "description", "title": ident, "text": f"Please read {ident}.", **more}


def pairs(ident: str = "pairs", **more: Any) -> dict[str, Any]:
    """Three lines to match; two share an option, one option is left over."""
    listed = [{"text": f"{ident} {n}", "match": f"{ident} match {n // 2}"} for n in range(3)]
    return {"id": ident, "kind": "matching", "title": ident, "text": "Match.", "pairs": listed,
            "distractors": [f"{ident} left over"], **more}  # fmt: skip


def sequence(ident: str = "sequence", **more: Any) -> dict[str, Any]:
    """Four items to be put in order."""
    items = [f"{ident} {n}" for n in range(4)]
    return {"id": ident, "kind": "ordering", "title": ident, "text": "In which order?", "items": items, **more}


def word(ident: str = "word", **more: Any) -> dict[str, Any]:
    """The answer is "sphenoid", with a slip forgiven."""
    return {"id": ident, "kind": "short_text", "title": ident, "text": "Which bone?", "answers": ["sphenoid"],
            "one_slip": True, **more}  # fmt: skip


def passage(ident: str = "passage", **more: Any) -> dict[str, Any]:
    """A chosen, a written and a numeric gap."""
    gaps = [
        {"mark": "1", "kind": "select", "answers": ["=atlas", "axis"]},
        {"mark": "2", "kind": "text", "answers": ["dura"]},
        {"mark": "3", "kind": "number", "answers": ["7"]},
    ]
    return {"id": ident, "kind": "cloze", "title": ident, "text": "Fill in.", "gaps": gaps,
            "passage": "The [[1]] is a bone, the [[2]] is not. The neck has [[3]] vertebrae.", **more}  # fmt: skip


def reasoned(ident: str = "reasoned", **more: Any) -> dict[str, Any]:
    """A statement that is true, with a right and a wrong reason."""
    return statement(ident, reasons=[{"text": "it grows", "correct": True}, {"text": "it is hard"}], **more)


def on_the_skull(kind: str, **more: Any) -> dict[str, Any]:
    """The finished sample of a kind that is asked on a picture; the skull ships with the code."""
    words = {"title": "Skull, left side", "alt": "A skull from the left side.", "width": 540, "height": 468}
    Figure.objects.get_or_create(slug="lateral-skull", defaults=words)
    return {"id": kind, "kind": kind, **question_type(kind).sample, **more}


def about_a_recording(ident: str = "watched", **more: Any) -> dict[str, Any]:
    """A moment between 1:20 and 1:26 of a film, and a choice of two."""
    if not Recording.objects.filter(title="Resting").exists():
        make_recording("rest.mp4")
    listed = [{"text": f"{ident} hands off", "correct": True}, {"text": f"{ident} go on"}]
    return {"id": ident, "kind": "video", "title": ident, "text": "When is it?", "recording": "Resting",
            "moment": {"from": "80.25", "to": "86.75"}, "options": listed, **more}  # fmt: skip


def every_kind() -> list[dict[str, Any]]:
    """One question of each kind."""
    written = [pairs(), sequence(), word(), passage(), reasoned()]
    pictures = [on_the_skull(kind) for kind in ("hotspot", "labels", "anatomy_touch")]
    plain = [choice("single"), many(), statement(), number()]
    return [*plain, *written, sorting(), dialogue(), text(), *pictures, about_a_recording(), *case()]


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
    kept, public = question_type(version.kind), next(iter(version.public.values()))
    fields: dict[str, list[str]] = {}
    for name, value in kept.fields_of(kept.best_answer(public, version.key)):
        fields.setdefault(name, []).append(value)
    return fields


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
