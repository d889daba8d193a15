"""Who passes which door of the back office: people x doors, and the first pages they land on."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, WorkflowPage
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from accreditation.models import ApprovalBody, CourseApproval, ProviderApproval
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.services import current_edition
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
        "picture": Picture.objects.create(title="P", file=get_test_image_file(), collection=collection).pk,
        "handout": Handout.objects.create(title="H", file="h.pdf", collection=collection).pk,
        "recording": Recording.objects.create(
            title="R", file="r.mp3", type="audio", duration=1, collection=collection
        ).pk,
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
    ("wagtailimages:delete", ["picture"], TEAM),
    ("wagtaildocs:edit", ["handout"], TEAM),
    ("wagtailmedia:edit", ["recording"], TEAM),
    ("enrollments:index", [], {"instructor": "in", "other instructor": "in", "provider": "in"}),
    ("enrollments:grant", [], SCHOOL),
    ("orders:index", [], SCHOOL),
    ("certificates:index", [], SCHOOL),
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


REFUSED = {"visitor": "login", "learner": "404", "stranger": "404"}
"""Somebody with a role is sent to the first page and told; somebody without one finds nothing."""


@pytest.mark.parametrize(("door", "of", "who"), DOORS, ids=[f"{door}-{'-'.join(of)}" for door, of, _ in DOORS])
def test_a_door_opens_for_those_who_work_there(
    people: dict[str, User | None], things: dict[str, Any], door: str, of: list[str], who: dict[str, str]
) -> None:
    url = reverse(door, args=[things[name] for name in of])
    found = {person: outcome(in_(Client(), user).get(url)) for person, user in people.items()}
    assert found == {person: who.get(person, REFUSED.get(person, "home")) for person in people}


def test_instructors_find_only_their_own_course(
    client: Client, people: dict[str, User | None], things: dict[str, Any]
) -> None:
    in_(client, people["other instructor"])
    listed = client.get(reverse("wagtailadmin_explore", args=[things["index"]]), follow=True).content.decode()
    found = client.get(reverse("wagtailadmin_pages:search") + "?q=hands").content.decode()
    pictures = client.get(reverse("wagtailimages:index"))
    assert ("Other hands" in listed, "Resting hands" in listed, "Resting hands" in found) == (True, False, False)
    assert list(pictures.context["images"]) == []


def test_pictures_of_other_courses_cannot_be_chosen(
    client: Client, people: dict[str, User | None], things: dict[str, Any]
) -> None:
    chosen = [
        reverse("wagtailimages_chooser:chosen", args=[things["picture"]]),
        reverse("wagtailimages_chooser:choose"),
    ]
    in_(client, people["other instructor"])
    assert client.get(chosen[0]).status_code != 200 or "P" not in client.get(chosen[1]).json()["html"]


# -- the first page ---------------------------------------------------------------------------------------------


def first_page(client: Client, user: User | None) -> str:
    return in_(client, user).get("/admin/").content.decode()


def test_an_instructor_starts_with_what_waits_and_their_courses(client: Client, people: dict[str, User | None]) -> None:
    html = first_page(client, people["instructor"])
    assert ["Waiting for you" in html, "My courses" in html, "New course" in html] == [True, True, True]
    assert ("Resting hands" in html, "Other hands" in html) == (True, False)


def ready(html: str) -> tuple[int, int, int]:
    """Points that are there, of how many, and how many are listed as missing."""
    found = re.search(r"Ready (\d+) of (\d+)\.", html)
    assert found is not None
    missing = html.split("What is missing</summary>")[1].split("</details>")[0].count("<li>")
    return int(found[1]), int(found[2]), missing


def test_the_count_of_what_is_ready_is_honest(
    client: Client, people: dict[str, User | None], course: CoursePage
) -> None:
    before, of, missing = ready(first_page(client, people["instructor"]))
    course.tagline = "To rest one's hands."
    course.save_revision()
    assert ready(first_page(client, people["instructor"])) == (before + 1, of, missing - 1)
    assert before + missing == of


def test_what_was_sent_back_waits_for_its_author_with_the_reason(
    client: Client, people: dict[str, User | None], course: CoursePage
) -> None:
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.save_revision(user=people["instructor"])
    lesson.get_workflow().start(lesson, people["instructor"])
    assert "Lesson 1.1" in first_page(client, people["reviewer"])
    lesson.current_workflow_task_state.reject(user=people["reviewer"], comment="Name the source.")
    html = first_page(client, people["instructor"])
    assert ("1 thing." in html, "Name the source." in html) == (True, True)
    assert "Name the source." not in first_page(client, people["other instructor"])


def test_menus_of_instructors_hold_nothing_of_the_website(client: Client, people: dict[str, User | None]) -> None:
    html = first_page(client, people["instructor"])
    words = ["Redirects", "Sites", "Groups", "Site history", "People", "Locked pages", "editor guide"]
    assert [word for word in words if word in html] == []


def test_the_menu_of_one_person_does_not_change_another_s(client: Client, people: dict[str, User | None]) -> None:
    label = re.compile(r'"label": "(Pages|Courses)"')
    found = [label.findall(first_page(Client(), people[person])) for person in ("instructor", "provider", "reviewer")]
    assert found == [["Courses"], ["Pages"], ["Pages"]]


def test_a_reviewer_starts_with_what_waits(client: Client, people: dict[str, User | None]) -> None:
    html = first_page(client, people["reviewer"])
    assert ["Waiting for you" in html, "My courses" in html, "New course" in html] == [True, False, False]


def test_the_author_is_asked_for_no_address(
    client: Client, people: dict[str, User | None], things: dict[str, Any]
) -> None:
    in_(client, people["instructor"])
    for name in ("course", "module", "lesson"):
        form = client.get(reverse("wagtailadmin_pages:edit", args=[things[name]])).context["form"]
        assert {"slug", "seo_title", "search_description", "show_in_menus"} & set(form.fields) == set()


def test_a_new_course_begins_with_its_title(client: Client, people: dict[str, User | None]) -> None:
    in_(client, people["instructor"])
    response = client.post(reverse("new_course"), {"title": "  Quiet   feet "})
    made = CoursePage.objects.get(title="Quiet feet")
    assert response.url == reverse("wagtailadmin_pages:edit", args=[made.pk])
    assert (made.live, made.slug, [row.user for row in made.course_instructors.all()]) == (
        False,
        "quiet-feet",
        [people["instructor"]],
    )
    assert client.get(response.url).status_code == 200


# -- previews ---------------------------------------------------------------------------------------------------


def preview(client: Client, page: Page, mode: str) -> str:
    return client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]) + f"?mode={mode}").content.decode()


def test_a_lesson_is_previewed_as_an_enrolled_learner(
    client: Client, people: dict[str, User | None], course: CoursePage
) -> None:
    html = preview(in_(client, people["instructor"]), LessonPage.objects.descendant_of(course).first(), "enrolled")
    assert ("Rest your hands, and wait." in html, "Done, next: Lesson 1.2" in html) == (True, True)


def test_a_lesson_is_previewed_as_a_visitor(client: Client, people: dict[str, User | None], course: CoursePage) -> None:
    lesson = LessonPage.objects.descendant_of(course).first()
    in_(client, people["instructor"])
    closed = preview(client, lesson, "visitor")
    lesson.free_preview = True
    lesson.save_revision().publish()
    assert ("Rest your hands, and wait." in closed, "<h1>Resting hands</h1>" in closed) == (False, True)
    assert "Rest your hands, and wait." in preview(client, lesson, "visitor")


def test_a_lesson_is_previewed_before_it_is_saved(
    client: Client, people: dict[str, User | None], course: CoursePage
) -> None:
    module = ModulePage.objects.child_of(course).get()
    url = reverse("wagtailadmin_pages:preview_on_add", args=["courses", "lessonpage", module.pk])
    data = nested_form_data(
        {
            "title": "New",
            "minutes": 5,
            "objectives": streamfield([]),
            "body": streamfield([("prose", rich_text("<p>Fresh.</p>"))]),
        }
    )
    in_(client, people["instructor"]).post(url, data)
    seen = [client.get(f"{url}?mode={mode}").content.decode() for mode in ("enrolled", "visitor")]
    assert ["Fresh." in seen[0], "Fresh." in seen[1], "<h1>Resting hands</h1>" in seen[1]] == [True, False, True]


def test_a_course_is_previewed_before_it_is_published(client: Client, people: dict[str, User | None]) -> None:
    in_(client, people["instructor"]).post(reverse("new_course"), {"title": "Quiet feet"})
    assert "<h1>Quiet feet</h1>" in preview(client, CoursePage.objects.get(title="Quiet feet"), "")


# -- roles ------------------------------------------------------------------------------------------------------


def snapshot() -> list[Any]:
    return [
        sorted(Group.objects.values_list("name", "permissions__codename"), key=str),
        sorted(
            Group.objects.values_list("name", "page_permissions__page", "page_permissions__permission__codename"),
            key=str,
        ),
        list(WorkflowPage.objects.values_list("page", "workflow__name")),
    ]


def test_roles_are_made_once(course: CoursePage) -> None:
    before = snapshot()
    ensure_roles()
    assert snapshot() == before


def test_wagtail_s_own_roles_and_workflow_are_gone(course: CoursePage) -> None:
    assert set(Group.objects.exclude(name__startswith="Team of").values_list("name", flat=True)) == {
        "Instructors",
        "Providers",
        "Reviewers",
    }
    assert list(WorkflowPage.objects.values_list("workflow__name", flat=True)) == ["Evidence review"]


# -- what waits for the provider ----------------------------------------------------------------------------------


def test_a_changed_course_waits_for_the_confirmation_of_its_approval(
    client: Client, people: dict[str, User | None], course: CoursePage
) -> None:
    days = {"valid_from": date(2020, 1, 1), "valid_to": date(2099, 12, 31), "status": "active"}
    body = ApprovalBody.objects.create(code="sample", name="Sample board")
    school = ProviderApproval.objects.create(body=body, number="P", name_as_approved="School", **days)
    approval = CourseApproval.objects.create(
        course=course, provider_approval=school, number="C", title_as_approved="Resting hands", **days
    )
    asked = "does it cover edition 1?"
    before = [asked in first_page(Client(), people[person]) for person in ("provider", "instructor", "reviewer")]
    approval.editions.add(current_edition(course))
    assert (before, asked in first_page(client, people["provider"])) == ([True, False, False], False)


def test_a_course_leads_to_its_learners_and_for_the_provider_to_its_offers_orders_and_approvals(
    people: dict[str, User | None], course: CoursePage
) -> None:
    label = re.compile(r">(Learners|Offers|Orders|Approvals)<span class=\"w-sr-only\"> of Resting hands")
    found = {person: label.findall(first_page(Client(), people[person])) for person in ("instructor", "provider")}
    assert found == {"instructor": ["Learners"], "provider": ["Learners", "Offers", "Orders", "Approvals"]}
