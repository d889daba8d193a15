"""What a buyer reads about credit before paying, and what of it stands in the order afterwards."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone

from accreditation.services.clock import approvals_of, last_days
from courses.models import CoursePage
from courses.services import current_edition

FINISH_BY = "Finish by, for credit"
NO_CREDIT = ("Credit", "No board's credit is promised now.")
DAY = "%B %d, %Y"


def credit_terms(course: CoursePage, *, at: datetime) -> list[tuple[str, str]]:
    """Until when completing earns the credit of every board that gives it then: the first last day counts.

    The day is written in English whatever the language, because it is read again (`promised_day`).
    """
    edition, on = current_edition(course), timezone.localdate(at)
    days = last_days(approvals_of([course.pk]).get(edition.pk, []), on=on) if edition else {}
    if not days:
        return [NO_CREDIT]
    last = min(days.values())
    ends = "the approval ends" if len(days) == 1 else f"the first of {len(days)} approvals ends"
    return [(FINISH_BY, f"{last:%B} {last.day}, {last.year}: {ends} that day.")]


def promised_day(shown: Mapping[str, str] | None, *, title: str) -> date | None:
    """The day that an order's terms promised for a course; of a bundle whose course was renamed, the first one.

    >>> promised_day({"Finish by, for credit": "June 30, 2026: the approval ends that day."}, title="Resting hands")
    datetime.date(2026, 6, 30)
    """
    rows = {label: text for label, text in (shown or {}).items() if label.startswith(FINISH_BY)}
    own = [rows[label] for label in (FINISH_BY, f"{FINISH_BY} ({title})") if label in rows]
    days = [_day(text) for text in own or rows.values()]
    return min((day for day in days if day is not None), default=None)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text.partition(":")[0], DAY).date()
    except ValueError:
        return None
