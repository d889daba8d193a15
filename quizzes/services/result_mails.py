"""What learners hear about their results, once each: graded by a person, or changed afterwards."""

from django.conf import settings
from django.urls import reverse

from notifications.services import record_mail
from quizzes.models import Attempt


def tell_graded(attempt: Attempt) -> None:
    """A person has graded what waited. The result itself stands on its page, at the moment that the quiz names."""
    _mail(attempt, f"graded-{attempt.uuid}-{attempt.rev}", "answers_graded")


def tell_changed(attempt: Attempt, *, key: str, reason: str) -> None:
    """A result is another one now, and why."""
    _mail(attempt, key, "result_changed", reason=reason)


def _mail(attempt: Attempt, key: str, template: str, **words: str) -> None:
    address = settings.SITE_URL + reverse("review_attempt", args=[attempt.uuid])
    record_mail(
        key=key,
        user=attempt.enrollment.user,
        template=template,
        context={"quiz": attempt.quiz, "button_url": address, "button_label": "See your result", **words},
    )
