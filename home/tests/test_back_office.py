"""Who passes which door of the back office: people x doors, and the first pages they land on."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, WorkflowPage

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.tests.factories import make_course, make_user
from home.admin.roles import ensure_roles
from library.models import Handout, Picture, Recording

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PEOPLE = ("visitor", "learner", "stranger", "instructor", "other instructor", "reviewer", "provider")


@pytest.fixture
def people(learner: User, stranger: User, instructor: User, course: CoursePage) -> dict[str, User | None]:
    other = make_user("instructor2@example.com")
    make_course("Other hands", instructor=other)
    found: dict[str, User | None] = {
        "visitor": None,
        "learner": learner,
        "stranger": stranger,
        "instructor": instructor,
        "other instructor": other,
        "reviewer": make_user("reviewer@example.com", is_staff=True),
        "provider": make_user("provider@example.com", is_staff=True),
    }
    for person, role in (("reviewer", "Reviewers"), ("provider", "Providers")):
        user = found[person]
        assert user is not None
        user.groups.add(Group.objects.get(name=role))
    return found


@pytest.fixture
def things(course: CoursePage) -> dict[str, Any]:
    """Things of the course "Resting hands", with a draft revision of its first lesson."""
    lesson = LessonPage.objects.descendant_of(course).first()
    first = lesson.save_revision()
    second = lesson.save_revision()
    collection = course.team.collection
    return {
        "course": course.pk,
        "module": ModulePage.objects.child_of(course).get().pk,
        "lesson": lesson.pk,
        "first": first.pk,
        "second": second.pk,
        "index": CourseIndexPage.objects.get().pk,
        "team": course.pk,
        "picture": Picture.objects.create(title="P", file="p.png", width=1, height=1, collection=collection).pk,
        "handout": Handout.objects.create(title="H", file="h.pdf", collection=collection).pk,
        "recording": Recording.objects.create(title="R", file="r.mp3", type="audio", duration=1, collection=collection).pk,
    }


def in_(client: Client, user: User | None) -> Client:
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def outcome(response: Any) -> str:
    """in: the page; login: sent to log in; home: refused as Wagtail refuses; 404, 403."""
    if response.status_code == 302 and response.url.startswith("/accounts/login/"):
        return "login"
    if response.status_code == 302 and response.url in ("/admin/", "/"):
        return "home"
    return "in" if response.status_code in (200, 302) else str(response.status_code)


OWN = {"instructor": "in", "reviewer": "in", "provider": "in"}
"""Those who work in the course, the reviewer who reads all, and the provider."""
TEAM = {"instructor": "in", "provider": "in"}
SCHOOL = {"provider": "in"}
STAFF = {"instructor": "in", "other instructor": "in", "reviewer": "in", "provider": "in"}

DOORS: list[tuple[str, list[Any], dict[str, str]]] = [
    ("wagtailadmin_home", [], STAFF),
    ("new_course", [], {"instructor": "in", "other instructor": "in", "provider": "in"}),
    ("course_teams", [], SCHOOL),
    ("course_team", ["team"], SCHOOL),
    ("wagtailadmin_pages:edit", ["course"], OWN),
    ("wagtailadmin_pages:edit", ["lesson"], OWN),
    ("wagtailadmin_pages:edit", ["index"], {"reviewer": "in", "provider": "in"}),
    ("wagtailadmin_pages:view_draft", ["lesson"], OWN),
    ("wagtailadmin_pages:preview_on_edit", ["lesson"], OWN),
    ("wagtailadmin_pages:history", ["lesson"], OWN),
    ("wagtailadmin_pages:revisions_view", ["lesson", "first"], OWN),
    ("wagtailadmin_pages:revisions_compare", ["lesson", "first", "second"], OWN),
    ("wagtailadmin_pages:revisions_revert", ["lesson", "first"], OWN),
    ("wagtailadmin_pages:usage", ["lesson"], OWN),
    ("wagtailadmin_pages:copy", ["lesson"], OWN),
    ("wagtailadmin_pages:move", ["lesson"], TEAM),
    ("wagtailadmin_pages:unpublish", ["lesson"], TEAM),
    ("wagtailadmin_pages:delete", ["lesson"], {}),
    ("wagtailadmin_pages:set_privacy", ["lesson"], {}),
    ("wagtailadmin_pages:add_subpage", ["module"], TEAM),
    ("wagtailadmin_pages:workflow_history", ["lesson"], OWN),
    ("wagtailimages:edit", ["picture"], TEAM),
    ("wagtailimages:delete", ["picture"], SCHOOL),
    ("wagtaildocs:edit", ["handout"], TEAM),
    ("wagtailmedia:edit", ["recording"], TEAM),
    ("wagtailusers_users:index", [], SCHOOL),
    ("wagtailusers_users:add", [], SCHOOL),
    ("wagtailusers_groups:index", [], {}),
    ("wagtailsites:index", [], {}),
    ("policies:index", [], SCHOOL),
    ("topics:index", [], SCHOOL),
    ("instructors:index", [], SCHOOL),
    ("wagtailsnippets_evidence_claim:list", [], STAFF),
    ("wagtailsnippets_evidence_wordingpattern:list", [], {"reviewer": "in", "provider": "in"}),
    ("wagtailsnippets_accreditation_courseapproval:list", [], SCHOOL),
]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("door", "of", "who"), DOORS, ids=[f"{door}-{'-'.join(of)}" for door, of, _ in DOORS])
def test_a_door_opens_for_those_who_work_there(
    client: Client, people: dict[str, User | None], things: dict[str, Any], door: str, of: list[str], who: dict[str, str], person: str
) -> None:
    url = reverse(door, args=[things[name] for name in of])
    refused = {"visitor": "login"}.get(person, "home")
    assert outcome(in_(client, people[person]).get(url)) == who.get(person, refused)
