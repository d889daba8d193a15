"""What the learner's desk shows, in a constant number of queries: courses, credit and licenses, certificates."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page

from accounts.models import User
from accreditation.models import ProfessionalLicense
from accreditation.services.asking import askers_from, school_bodies
from accreditation.services.claims import claim_notes
from accreditation.services.clock import approvals_of, finish_by_of
from accreditation.services.counting import Answer, answer
from accreditation.services.course_credit import credit_of_courses
from accreditation.services.reporting import report_state_of
from accreditation.services.standing import Standing, standings_of
from certificates.models import Certificate, CertificateRequest
from courses.models import CoursePage
from enrollments.models import AccessHold, Enrollment, UnitCompletion
from payments.models import Order
from quizzes.services.safety import returns_of

COURSES_PER_PAGE = 10
CERTIFICATES_SHOWN = 5


def desk_of(user: User, *, page: int = 1) -> dict[str, Any]:
    """Enrollments with their progress, the one next step, and the latest certificates."""
    mine = (
        Enrollment.objects.filter(user=user, closed_at=None)
        .with_hold()
        .select_related("edition", "course", "last_unit")
        .order_by(Coalesce("last_activity_at", "enrolled_at").desc(), "-pk")
    )
    courses = Paginator(mine, COURSES_PER_PAGE).get_page(page)
    shown = list(courses.object_list)
    holds: dict[int, list[AccessHold]] = {}
    held = [one for one in shown if one.held]  # type: ignore[attr-defined]  # annotated by `with_hold`
    for hold in AccessHold.objects.suspending().filter(enrollment__in=held):
        holds.setdefault(hold.enrollment_id, []).append(hold)
    next_units = _next_units(shown)
    licenses = list(ProfessionalLicense.objects.of(user).select_related("jurisdiction", "profession"))
    under_way = [one for one in shown if one.completed_on is None and not one.ended]
    standings = standings_of(licenses)
    answers = _answers([one.course for one in under_way], standings)
    covering = approvals_of(one.course_id for one in shown)
    notes, finish_by = claim_notes(shown, covering=covering), finish_by_of(under_way, covering=covering)
    rows = [
        {
            "enrollment": one,
            "holds": holds.get(one.pk, []),
            "ended": one.ended,
            "next": next_units.get(one.pk),
            "finish_by": finish_by.get(one.pk),
            "claim_note": notes.get(one.pk, ""),
            "answers": answers.get(one.course_id, []) if one in under_way else [],
        }
        for one in shown
    ]
    return {
        "courses": courses,
        "rows": rows,
        "all_done": all(one.completed_at and not holds.get(one.pk) and not one.ended for one in shown),
        "next_step": next((row for row in rows if row["next"] and not row["holds"]), None),
        "licenses": _licenses(standings),
        "on_their_way": Order.objects.filter(user=user, state="pending").order_by("-pk"),
        "certificates": Certificate.objects.filter(learner=user).order_by("-issued_at")[:CERTIFICATES_SHOWN],
        "safety_due": returns_of(user).due(timezone.now()).count(),
        "waiting_for_name": user.legal_name_confirmed_at is None
        and CertificateRequest.objects.of(user).unfinished().exists(),
    }


def _answers(courses: list[CoursePage], standings: list[Standing]) -> dict[int, list[Answer]]:
    """Of each course under way, whether it will count for each license."""
    if not courses or not standings:
        return {}
    today = timezone.localdate()
    askers = askers_from(standings, on=today)
    credits = credit_of_courses(courses, on=today, bodies=school_bodies(askers))
    return {credit.course.pk: [answer(credit, asker) for asker in askers] for credit in credits}


def _licenses(standings: list[Standing]) -> list[tuple[Standing, list[str]]]:
    """Each license with where it stands, and what became of the reports of what counts for it."""
    states = report_state_of({one.award for each in standings for one in each.earned if one.award})
    return [
        (each, list(dict.fromkeys(states[one.award.pk].label for one in each.earned if one.award and not one.why_not)))
        for each in standings
    ]


def _next_units(enrollments: list[Enrollment]) -> dict[int, Page]:
    """Where each course goes on: the unit last opened, else the first required one of its edition that is not done."""
    wanted: dict[int, int] = {}
    done: dict[int, set[str]] = {}
    for enrollment_id, key in _completed_keys(enrollments):
        done.setdefault(enrollment_id, set()).add(key)
    for one in enrollments:
        if one.completed_at or one.ended:
            continue
        units = [
            unit for unit in one.edition.units() if unit["required"] and unit["unit_key"] not in done.get(one.pk, set())
        ]
        by_page = {unit["page"]: unit for unit in units}
        if one.last_unit_id in by_page:
            wanted[one.pk] = int(one.last_unit_id or 0)
        elif units:
            wanted[one.pk] = int(units[0]["page"])
    pages = {page.pk: page for page in Page.objects.filter(pk__in=wanted.values(), live=True)}
    return {enrollment_id: pages[page_id] for enrollment_id, page_id in wanted.items() if page_id in pages}


def _completed_keys(enrollments: list[Enrollment]) -> list[tuple[int, str]]:
    rows = UnitCompletion.objects.filter(enrollment__in=enrollments).values_list("enrollment_id", "unit_key")
    return [(enrollment_id, str(key)) for enrollment_id, key in rows]
