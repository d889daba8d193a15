"""What must not go live does not, by any of the ways to publish; each is walked through the real admin."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from core.publishing import PublishRefused, publish_problems
from courses.admin.problems import NO_QUIZ, NO_SAFETY, NOTHING_TO_STUDY
from courses.models import CourseEdition, CoursePage, LessonPage, ModulePage
from courses.services import create_course
from courses.tests.factories import make_course, make_index, make_lesson, make_module, make_user
from evidence.models import Claim, Contraindication, Reference, WordingPattern
from library.models import PersonRelease, Picture, Recording

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CURES = "This touch cures headaches."
REFUSAL = "Wording: “cures”: Promises a cure. Say what it may feel like."


@pytest.fixture
def patterns() -> None:
    WordingPattern.objects.create(
        pattern=r"\bcures?\b", level="block", reason="Promises a cure.", advice="Say what it may feel like."
    )


@pytest.fixture
def as_instructor(client: Client, instructor: User, course: CoursePage) -> Client:
    client.force_login(instructor, backend=BACKEND)
    return client


def technique() -> dict[str, Any]:
    return {
        "type": "technique",
        "value": {
            "title": "Cradle",
            "intent": "To rest.",
            "contact": "Both palms.",
            "pressure_min_g": 1,
            "pressure_max_g": 5,
            "duration": "3 minutes",
            "stop_signs": ["Stop."],
            "consent": "May I?",
            "not_claimed": "That it cures anything.",
        },
    }


def notice() -> dict[str, Any]:
    sign = Contraindication.objects.create(
        key="thunderclap", severity="emergency", presentation="Sudden headache", action="Call.", source="Text"
    )
    return {
        "type": "contraindication",
        "value": {"heading": "Stop.", "severity": "emergency", "items": [sign.pk], "note": ""},
    }


def claim(**fields: Any) -> Claim:
    return Claim.objects.create(
        **{"key": "rest", "text": "Rest is calm.", "kind": "benefit", "status": "taught"} | fields
    )


def lesson(*body: dict[str, Any], **fields: Any) -> LessonPage:
    return LessonPage(title="Hands", slug="hands", body=list(body), **fields)


def texts(client: Client, response: Any) -> list[str]:
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


# -- reasons -------------------------------------------------------------------------------------------------


def test_a_course_without_anything_to_study_is_refused() -> None:
    course = CoursePage(title="Empty", promises_certificate=True)
    assert publish_problems(course)[:3] == [NOTHING_TO_STUDY, NO_QUIZ, NO_SAFETY]


def test_lessons_of_a_draft_module_are_not_something_to_study(course: CoursePage) -> None:
    ModulePage.objects.child_of(course).get().unpublish()
    assert publish_problems(course) == [NOTHING_TO_STUDY]


def test_a_certificate_needs_a_quiz(course: CoursePage) -> None:
    course.promises_certificate = True
    assert publish_problems(course) == [NO_QUIZ]


def test_a_published_course_has_no_problems(course: CoursePage) -> None:
    assert publish_problems(course) == []


def test_technique_needs_a_contraindication_above_it() -> None:
    above = notice()
    refusal = ["The technique card “Cradle” has no contraindication notice above it: add one, or move it up."]
    assert publish_problems(lesson(technique())) == refusal
    assert publish_problems(lesson(technique(), above)) == refusal
    assert publish_problems(lesson(above, technique())) == []


def test_a_claim_needs_a_source_and_a_reviewer() -> None:
    bare = claim()
    block = {"type": "evidence", "value": {"claim": bare.pk}}
    advice = "Ask the reviewer to complete it under Evidence, or remove the block."
    assert publish_problems(lesson(block)) == [
        f"The claim “rest” has no source. {advice}",
        f"The claim “rest” has no reviewer. {advice}",
    ]
    bare.references.add(Reference.objects.create(key="text", citation="A text"))
    Claim.objects.update(reviewed_by=make_user(), reviewed_on=date(2026, 11, 1))
    assert publish_problems(lesson(block)) == []


def test_a_wrong_claim_stands_in_critical_reading_only() -> None:
    wrong = claim(status="wrong", reviewed_by=make_user(), reviewed_on=date(2026, 11, 1))
    wrong.references.add(Reference.objects.create(key="text", citation="A text"))
    block = {"type": "evidence", "value": {"claim": wrong.pk}}
    assert publish_problems(lesson(block)) == [
        "The claim “rest” is marked wrong: it may stand in a critical reading only."
    ]


@pytest.mark.usefixtures("patterns")
def test_wording_is_checked_where_the_school_speaks_and_not_where_it_quotes() -> None:
    quoted = {"type": "critical_reading", "value": {"quote": CURES, "source": "An ad", "why": f"<p>{CURES}</p>"}}
    assert publish_problems(lesson({"type": "prose", "value": f"<p>{CURES}</p>"})) == [REFUSAL]
    assert publish_problems(lesson(quoted, notice(), technique())) == []


@pytest.mark.usefixtures("patterns")
def test_the_promotion_of_a_course_is_checked_too(course: CoursePage) -> None:
    course.tagline = CURES
    assert publish_problems(course) == [REFUSAL]
    course.tagline, course.intro = "", f"<p>{CURES}</p>"
    assert publish_problems(course) == [REFUSAL]


def test_a_person_is_shown_only_with_a_release() -> None:
    picture = Picture.objects.create(
        title="Portrait", file="a.png", width=1, height=1, description="Somebody", shows_person=True
    )
    block = {"type": "figure", "value": {"figure": None, "image": picture.pk, "alt": "", "caption": "", "credit": ""}}
    assert publish_problems(lesson(block)) == [
        "“Portrait” shows a person and has no release: record the release, or choose another one."
    ]
    picture.release = PersonRelease.objects.create(person="Somebody", signed_on=date(2026, 1, 1), kept_at="Safe")
    picture.save()
    assert publish_problems(lesson(block)) == []


def test_a_video_needs_captions_and_a_transcript() -> None:
    film = Recording.objects.create(title="Film", file="a.mp4", type="video", duration=60, transcript="Words.")
    block = {"type": "video", "value": {"video": film.pk, "caption": ""}}
    assert publish_problems(lesson(block)) == ["“Film” needs captions and a transcript: add them to it under Media."]
    Recording.objects.update(captions="captions/a.vtt")
    assert publish_problems(lesson(block)) == []


# -- the first gate: the page's form ----------------------------------------------------------------------------


def fields(page: LessonPage | None = None, *, text: str = "Rest.", **changes: Any) -> dict[str, Any]:
    """What the browser sends for a lesson."""
    return nested_form_data(
        {
            "title": page.title if page else "New lesson",
            "summary": "",
            "minutes": 15,
            "required": "on",
            "objectives": streamfield([]),
            "body": streamfield([("prose", rich_text(f"<p>{text}</p>"))]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": ""},
            "publish_as": "content",
            **changes,
        }
    )


@pytest.mark.usefixtures("patterns")
def test_the_edit_form_refuses_keeps_the_text_and_says_why(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    before = (page.body.get_prep_value(), page.live_revision_id, Revision.objects.count())
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = as_instructor.post(url, {**fields(page, text=CURES), "action-publish": "yes"})
    page.refresh_from_db()
    assert response.status_code == 200
    assert (page.body.get_prep_value(), page.live_revision_id, Revision.objects.count()) == before
    assert response.context["form"].non_field_errors() == [REFUSAL]
    assert CURES in response.content.decode()
    assert REFUSAL in response.content.decode()


@pytest.mark.usefixtures("patterns")
def test_the_same_text_may_be_saved_as_a_draft(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    as_instructor.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), fields(page, text=CURES))
    page.refresh_from_db()
    assert CURES in str(page.get_latest_revision_as_object().body)
    assert CURES not in str(page.body)


@pytest.mark.usefixtures("patterns")
def test_the_add_form_refuses_and_stores_nothing(as_instructor: Client, course: CoursePage) -> None:
    module = ModulePage.objects.child_of(course).get()
    url = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
    before = Page.objects.count()
    response = as_instructor.post(url, {**fields(text=CURES), "action-publish": "yes"})
    assert response.context["form"].non_field_errors() == [REFUSAL]
    assert CURES in response.content.decode()
    assert Page.objects.count() == before


def test_the_add_form_publishes_what_has_no_problem(as_instructor: Client, course: CoursePage) -> None:
    module = ModulePage.objects.child_of(course).get()
    url = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])
    as_instructor.post(url, {**fields(), "action-publish": "yes"})
    made = LessonPage.objects.get(title="New lesson")
    assert (made.live, made.slug) == (True, "new-lesson")


# -- what kind of change it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["typo", "safety", "content"])
def test_the_edition_keeps_what_the_person_said_of_the_change(
    as_instructor: Client, course: CoursePage, said: str
) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    as_instructor.post(url, {**fields(page, text="Rest well.", publish_as=said), "action-publish": "yes"})
    edition = CourseEdition.objects.filter(course=course).first()
    assert (edition.number, edition.change, edition.made_by.email) == (2, said, "instructor@example.com")


def test_the_publish_screen_says_first_what_a_change_of_content_does(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    html = as_instructor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    note = "A new edition carries no CE credit until the provider has confirmed the course approval for it."
    assert html.index(note) < html.index('name="publish_as"')


def test_after_publishing_the_new_edition_is_named(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    response = as_instructor.post(url, {**fields(page, text="Rest well."), "action-publish": "yes"})
    assert (
        "This made edition 2 (change of content). "
        "It carries no CE credit until the provider has confirmed the course approval for it."
    ) in texts(as_instructor, response)


# -- the second gate: publish() ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("patterns")
def test_a_service_that_publishes_is_refused(course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    page.body = [("prose", CURES)]
    with pytest.raises(PublishRefused) as refused:
        page.save_revision().publish()
    page.refresh_from_db()
    assert refused.value.messages == [REFUSAL]
    assert CURES not in str(page.body)


@pytest.mark.usefixtures("patterns")
def test_a_schedule_is_refused_when_its_time_comes(course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    page.body = [("prose", CURES)]
    page.go_live_at = timezone.now() - timedelta(minutes=1)
    revision = page.save_revision(approved_go_live_at=page.go_live_at)
    with pytest.raises(PublishRefused):
        call_command("publish_scheduled", verbosity=0)
    page.refresh_from_db()
    assert (CURES in str(page.body), Revision.objects.get(pk=revision.pk).approved_go_live_at) == (
        False,
        revision.approved_go_live_at,
    )


# -- the third gate: many at once --------------------------------------------------------------------------------


def bulk(client: Client, action: str, pages: list[Page], **data: Any) -> Any:
    query = "&".join(f"id={page.pk}" for page in pages)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return client.post(f"{url}?{query}&next=/admin/", data)


@pytest.mark.usefixtures("patterns")
def test_bulk_publishing_is_refused_as_a_whole(as_instructor: Client, course: CoursePage) -> None:
    module = ModulePage.objects.child_of(course).get()
    good, bad = make_lesson(module, "Good"), make_lesson(module, "Bad")
    for page, text in ((good, "Better"), (bad, CURES)):
        page.body = [("prose", text)]
        page.save_revision()
    response = bulk(as_instructor, "publish", [good, bad])
    assert (response.status_code, response.url) == (302, "/admin/")
    assert texts(as_instructor, response) == [f"“Bad”: {REFUSAL}"]
    assert [
        str(LessonPage.objects.get(pk=page.pk).body).count(text) for page, text in ((good, "Better"), (bad, CURES))
    ] == [0, 0]


@pytest.mark.usefixtures("patterns")
def test_bulk_publishing_asks_the_drafts_below_too(as_instructor: Client, course: CoursePage) -> None:
    module = ModulePage.objects.child_of(course).get()
    draft = module.add_child(instance=LessonPage(title="Draft", slug="draft", live=False))
    draft.body = [("prose", CURES)]
    draft.save_revision()
    response = bulk(as_instructor, "publish", [module], include_descendants="on")
    assert texts(as_instructor, response) == [f"“Draft”: {REFUSAL}"]
    assert LessonPage.objects.get(pk=draft.pk).live is False


def test_bulk_publishing_of_what_is_in_order_goes_through(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    page.body = [("prose", "Better")]
    page.save_revision()
    bulk(as_instructor, "publish", [page])
    assert "Better" in str(LessonPage.objects.get(pk=page.pk).body)


# -- copies, moves, deletion -------------------------------------------------------------------------------------


def test_a_copy_is_a_draft_whatever_is_asked(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:copy", args=[page.pk])
    form = as_instructor.get(url).context["form"]
    data = {
        "new_title": "Twin",
        "new_slug": "twin",
        "new_parent_page": page.get_parent().pk,
        "publish_copies": "on",
        "alias": "on",
    }
    as_instructor.post(url, data)
    twin = LessonPage.objects.get(slug="twin")
    assert {"publish_copies", "alias"} & set(form.fields) == set()
    assert (twin.live, twin.alias_of_id) == (False, None)


def test_a_copy_of_a_corrected_lesson_is_new_content(as_instructor: Client, course: CoursePage) -> None:
    page = LessonPage.objects.descendant_of(course).first()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    as_instructor.post(url, {**fields(page, text="Rest well.", publish_as="typo"), "action-publish": "yes"})
    data = {"new_title": "Twin", "new_slug": "twin", "new_parent_page": page.get_parent().pk}
    as_instructor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
    bulk(as_instructor, "publish", [LessonPage.objects.get(slug="twin")])
    changes = list(CourseEdition.objects.filter(course=course).values_list("number", "change"))
    assert changes == [(3, "content"), (2, "typo"), (1, "content")]


def test_a_course_with_records_cannot_be_deleted_by_anyone(client: Client, course: CoursePage) -> None:
    operator = make_user(is_superuser=True, is_staff=True)
    client.force_login(operator, backend=BACKEND)
    pages = [course, ModulePage.objects.child_of(course).get(), LessonPage.objects.descendant_of(course).first()]
    for page in pages:
        client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
        bulk(client, "delete", [page], confirm_site_name="Stillpoint")
    assert Page.objects.filter(pk__in=[page.pk for page in pages]).count() == 3


def test_a_draft_that_was_never_published_can_be_deleted(as_instructor: Client, course: CoursePage) -> None:
    module = ModulePage.objects.child_of(course).get()
    draft = module.add_child(instance=LessonPage(title="Draft", slug="draft", live=False))
    as_instructor.post(reverse("wagtailadmin_pages:delete", args=[draft.pk]))
    assert Page.objects.filter(pk=draft.pk).exists() is False


def test_a_course_with_records_can_be_taken_down(as_instructor: Client, course: CoursePage) -> None:
    as_instructor.post(reverse("wagtailadmin_pages:unpublish", args=[course.pk]))
    assert CoursePage.objects.get(pk=course.pk).live is False


def test_lessons_with_records_change_places_within_their_course(as_instructor: Client, course: CoursePage) -> None:
    first, second = LessonPage.objects.descendant_of(course).order_by("path")
    as_instructor.post(reverse("wagtailadmin_pages:set_page_position", args=[second.pk]) + "?position=0")
    other = make_module(CoursePage.objects.get(pk=course.pk), "Second part")
    as_instructor.post(reverse("wagtailadmin_pages:move_confirm", args=[first.pk, other.pk]))
    assert [str(page.get_parent()) for page in LessonPage.objects.descendant_of(course).order_by("path")] == [
        "Module 1",
        "Second part",
    ]


def test_a_lesson_with_records_does_not_go_to_another_course(
    client: Client, instructor: User, course: CoursePage
) -> None:
    other = make_course("Another", instructor=instructor, lessons=1)
    page = LessonPage.objects.descendant_of(course).first()
    target = ModulePage.objects.child_of(other).get()
    client.force_login(instructor, backend=BACKEND)
    LessonPage.objects.filter(path__startswith=target.path).update(slug="elsewhere")
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, target.pk]))
    bulk(client, "move", [page], chooser=target.pk)
    assert LessonPage.objects.get(pk=page.pk).path.startswith(course.path)


def test_a_new_course_is_a_draft_of_its_author(instructor: User) -> None:
    made = create_course(index=make_index(), title="New", instructor=instructor)
    assert (made.live, NOTHING_TO_STUDY in publish_problems(made)) == (False, True)


# -- a review that publishes -------------------------------------------------------------------------------------


@pytest.fixture
def in_review(course: CoursePage, instructor: User) -> LessonPage:
    """A lesson with a promise in it, submitted for the evidence review."""
    page = LessonPage.objects.descendant_of(course).first()
    page.body = [("prose", CURES)]
    page.save_revision(user=instructor)
    page.get_workflow().start(page, instructor)
    return page


@pytest.fixture
def as_reviewer(client: Client) -> Client:
    reviewer = make_user("reviewer@example.com", is_staff=True)
    reviewer.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(reviewer, backend=BACKEND)
    return client


def approve(client: Client, page: LessonPage) -> Any:
    """The button on the reviewer's first page."""
    state = page.current_workflow_task_state
    return client.post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]))


@pytest.mark.usefixtures("patterns")
def test_an_approval_in_the_editor_is_refused_with_reasons(as_reviewer: Client, in_review: LessonPage) -> None:
    data = {**fields(in_review, text=CURES), "action-workflow-action": "yes", "workflow-action-name": "approve"}
    response = as_reviewer.post(reverse("wagtailadmin_pages:edit", args=[in_review.pk]), data)
    assert response.context["form"].non_field_errors() == [REFUSAL]
    assert in_review.current_workflow_task_state.status == "in_progress"


@pytest.mark.usefixtures("patterns")
def test_an_approval_on_the_first_page_is_undone_with_reasons(as_reviewer: Client, in_review: LessonPage) -> None:
    response = approve(as_reviewer, in_review)
    assert texts(as_reviewer, response) == [f"Not published. {REFUSAL}"]
    assert in_review.current_workflow_task_state.status == "in_progress"
    assert CURES not in str(LessonPage.objects.get(pk=in_review.pk).body)


def test_an_approval_publishes_in_the_author_s_name(
    as_reviewer: Client, in_review: LessonPage, course: CoursePage
) -> None:
    approve(as_reviewer, in_review)
    edition = CourseEdition.objects.filter(course=course).first()
    assert CURES in str(LessonPage.objects.get(pk=in_review.pk).body)
    assert (edition.number, edition.made_by.email) == (2, "instructor@example.com")


def test_an_approval_in_the_editor_publishes_what_the_reviewer_saved_with_it(
    as_reviewer: Client, in_review: LessonPage
) -> None:
    data = {**fields(in_review, text="Rest."), "action-workflow-action": "yes", "workflow-action-name": "approve"}
    as_reviewer.post(reverse("wagtailadmin_pages:edit", args=[in_review.pk]), data)
    page = LessonPage.objects.get(pk=in_review.pk)
    assert ("Rest." in str(page.body), page.workflow_in_progress) == (True, False)
