"""The steps of the seeding, in order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage
from courses.services import rebuild_catalogue
from demo.reading import CONTENT, Course, load_toml, read_courses
from demo.seeding.accreditation import (
    seed_approvals,
    seed_boards,
    seed_licenses,
    seed_places,
    seed_rules,
    seed_techniques,
)
from demo.seeding.evidence import seed_evidence, seed_figures
from demo.seeding.pages import Register, place, publish, seed_course, seed_help, seed_home
from demo.seeding.people import seed_people
from demo.seeding.school import seed_school
from demo.seeding.study import seed_graduate
from home.models import HomePage
from payments.services import save_offer


@dataclass
class Seeding:
    """What one step leaves for the next."""

    say: Callable[[str], Any]
    people: dict[str, User] = field(default_factory=dict)
    content: list[Course] = field(default_factory=list)
    courses: dict[str, CoursePage] = field(default_factory=dict)


def people(seeding: Seeding) -> None:
    """Six people."""
    seeding.people = seed_people()


@transaction.atomic
def register(seeding: Seeding) -> None:
    """Sources, claims, words, warnings, figures."""
    seed_evidence(seeding.people["reviewer"])
    seed_figures()


@transaction.atomic
def school(seeding: Seeding) -> None:
    """Home page, help, policies, catalogue."""
    home = seed_home()
    seed_school()
    seed_help(home, load_toml(CONTENT / "help.toml")["page"])
    if not CourseIndexPage.objects.exists():
        index = place(
            HomePage.objects.get(pk=home.pk),
            CourseIndexPage,
            {
                "title": "Courses",
                "slug": "courses",
                "intro": "<p>Read a free lesson of each before you enroll. "
                "Price, hours and limits stand on the course page.</p>",
            },
        )
        publish(index)


def courses(seeding: Seeding) -> None:
    """Every course of the content folder, with its offer, published."""
    known = Register()
    index = CourseIndexPage.objects.get()
    by_email = {user.email: user for user in seeding.people.values()}
    seeding.content = read_courses()
    for content in seeding.content:
        instructor = by_email[content.meta["instructor"]]
        with transaction.atomic():
            page = seed_course(index, content, instructor, known, lambda title: seeding.say(f"      {title}"))
            amount, currency = content.meta["price_cents"], content.meta["currency"]
            save_offer(
                courses=[page],
                unit_amount=amount,
                currency=currency,
                refund_days=14 if amount else 0,
                instalments=3 if amount else 1,
            )
            if not page.live:
                publish(page, instructor)
        seeding.courses[content.meta["slug"]] = CoursePage.objects.get(pk=page.pk)


@transaction.atomic
def boards(seeding: Seeding) -> None:
    """Boards, jurisdictions, and what they ask for. Lessons name techniques, so this comes before them."""
    seed_places()
    seed_boards()
    seed_rules()
    seed_techniques()


@transaction.atomic
def approvals(seeding: Seeding) -> None:
    """The sample approvals, and the demo's licenses."""
    seed_approvals(seeding.courses, seeding.people)
    seed_licenses(seeding.people)
    rebuild_catalogue()


def graduate(seeding: Seeding) -> None:
    """Somebody who has finished, with a certificate to look at."""
    for content in seeding.content:
        if content.meta["price_cents"]:
            seed_graduate(seeding.people["graduate"], seeding.courses[content.meta["slug"]])


STEPS: tuple[tuple[str, Callable[[Seeding], None]], ...] = (
    ("people", people),
    ("evidence and figures", register),
    ("school", school),
    ("boards and their rules", boards),
    ("courses", courses),
    ("sample approvals", approvals),
    ("graduate", graduate),
)
