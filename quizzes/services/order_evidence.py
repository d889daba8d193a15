"""What learners tried, for the evidence that a school hands in when a payment is disputed."""

from core.dossier import Section, instant
from enrollments.models import Enrollment
from quizzes.models import Attempt


def attempts_as_evidence(enrollments: list[Enrollment]) -> list[Section]:
    """Every try with its number, times and points. Questions and answers are the learner's own."""
    found = Attempt.objects.filter(enrollment__in=enrollments).exclude(state=Attempt.State.VOIDED)
    rows = [
        (
            instant(attempt.started_at),
            f"{attempt.quiz.title}, try {attempt.number}",
            instant(attempt.submitted_at) or attempt.get_state_display(),
            _score(attempt),
        )
        for attempt in found.select_related("quiz").order_by("started_at", "pk")
    ]
    return [Section("Quizzes taken", "Stripe: access_activity_log", ("Begun", "Quiz", "Handed in", "Points"), rows)]


def _score(attempt: Attempt) -> str:
    if attempt.score_m is None:
        return ""
    points = f"{attempt.score_m / 1000:g} of {attempt.max_m / 1000:g}"
    return f"{points}, passed" if attempt.passed else points
