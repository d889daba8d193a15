"""The CE calculator in the back office: its page, and what the editor asks while an author types."""

import json
from datetime import time

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.models import ApprovalBody
from accreditation.services.hours import computed_hours, work_of_draft
from accreditation.tests.factories import make_approval, make_body
from courses.models import CoursePage, LessonPage, ModulePage
from courses.services import current_edition
from courses.tests.factories import make_course, make_lesson, make_module, make_user, publish

pytestmark = pytest.mark.django_db
PAGE = "/admin/credit/calculator/"
NCBTMB = {"minutes_per_hour": 50, "break_minutes": 10, "words_per_hour": 1_000}
MORNING = [("instruction", "09:00", "09:50"), ("break", "09:50", "10:10"), ("practice", "10:10", "11:00")]


@pytest.fixture
def board():
    return make_body("sample", **NCBTMB)


@pytest.fixture
def lesson(course):
    """The second module of the course holds one lesson of 1,000 words."""
    return make_lesson(make_module(course, "Long"), "Long lesson", text="word " * 1_000)


@pytest.fixture
def author(client, instructor, course):
    client.force_login(instructor)
    return client


def agenda(*rows):
    """As a page keeps it."""
    value = [
        {"day": 1, "kind": kind, "starts": time.fromisoformat(a), "ends": time.fromisoformat(b)} for kind, a, b in rows
    ]
    return [("item", one) for one in value]


def typed_body(*texts):
    """As the editor's form posts it."""
    fields = {"body-count": len(texts)}
    for number, text in enumerate(texts):
        blocks = {
            "blocks": [
                {"key": "a", "type": "unstyled", "depth": 0, "text": text, "inlineStyleRanges": [], "entityRanges": []}
            ]
        }
        fields |= {
            f"body-{number}-deleted": "",
            f"body-{number}-order": number,
            f"body-{number}-type": "prose",
            f"body-{number}-value": json.dumps({**blocks, "entityMap": {}}),
        }
    return fields


def typed_agenda(*rows, minutes="0"):
    """As the editor's form posts it."""
    fields = {"agenda-count": len(rows), "assignment_minutes": minutes}
    for number, (kind, starts, ends) in enumerate(rows):
        line = f"agenda-{number}"
        fields |= {f"{line}-deleted": "", f"{line}-order": number, f"{line}-type": "item"}
        fields |= {f"{line}-value-day": "1", f"{line}-value-kind": kind, f"{line}-value-what": ""}
        fields |= {f"{line}-value-starts": starts, f"{line}-value-ends": ends}
    return fields


def shown(answer):
    """The page as text, and its status."""
    return answer.status_code, " ".join(answer.content.decode().split())


# -- the counts -----------------------------------------------------------------------------------------------------
def test_an_edition_is_counted_as_it_was_frozen(course, lesson, board):
    course = CoursePage.objects.get(pk=course.pk)
    course.agenda = agenda(*MORNING)
    course.assignment_minutes = 60
    course = publish(course)
    lesson.body = []
    lesson.save_revision()
    edition = current_edition(course)
    found = computed_hours(edition, board)
    assert found.lines[-1] == f"Together {(edition.words + 3_000) / 1000:g}, rounded down to a half hour: 4.0"


def test_a_draft_is_counted_as_last_saved_published_or_not(course, lesson):
    before = work_of_draft(course).words
    lesson.body = [("prose", lesson.body[0].value.__class__("<p>Only four words here.</p>"))]
    lesson.save_revision()
    draft = make_lesson(ModulePage.objects.get(pk=lesson.get_parent().pk), "Unpublished", text="one two three")
    draft.unpublish()
    assert work_of_draft(course).words == before - 1_000 + 4 + 3


# -- its page -------------------------------------------------------------------------------------------------------
def test_the_page_shows_the_arithmetic_and_where_an_approval_says_otherwise(author, course, lesson, board):
    make_approval(course, board, lines=(("self_paced", "general", "6"),))
    status, page = shown(author.get(PAGE, {"course": course.pk}))
    words = work_of_draft(course).words
    assert status == 200
    assert f"Text: {words:,} words ÷ 1,000 = {words / 1000:g}" in page
    assert "Counted 1.0. Award 6, as approved." in page
    assert "Not verified: ask your board." in page


@pytest.mark.parametrize(("hours", "warned"), [("6", True), ("1", False)])
def test_who_saves_an_approval_reads_where_its_hours_differ(client, course, lesson, board, hours, warned):
    approval = make_approval(course, board, lines=(("self_paced", "general", hours),))
    client.force_login(make_user("boss@example.com", is_staff=True, is_superuser=True))
    form = {
        name: getattr(approval, name) for name in ("number", "title_as_approved", "valid_from", "valid_to", "status")
    }
    form |= {
        "course": course.pk,
        "provider_approval": approval.provider_approval_id,
        "editions": [current_edition(course).pk],
    }
    form |= {f"credit_lines-{name}": number for name, number in (("TOTAL_FORMS", 1), ("INITIAL_FORMS", 1))}
    line = {"id": approval.credit_lines.get().pk, "mode": "self_paced", "subject": "general", "hours": hours}
    form |= {f"credit_lines-0-{name}": value for name, value in line.items()}
    answer = client.post(
        reverse("wagtailsnippets_accreditation_courseapproval:edit", args=[approval.pk]), form, follow=True
    )
    said = f"By this board&#x27;s rule, edition {current_edition(course).number} comes to 1.0 hours, not {hours}"
    assert (answer.status_code, said in answer.content.decode()) == (200, warned)


def test_an_approval_of_the_same_hours_is_no_warning(author, course, lesson, board):
    make_approval(course, board, lines=(("self_paced", "general", "1"),))
    assert "Differs" not in author.get(PAGE, {"course": course.pk}).content.decode()


def test_figures_of_ones_own_are_counted_without_a_course(author, board):
    asked = {
        "words": "2000",
        "minutes": "30",
        "assignments": "",
        "agenda": "1 instruction 09:00-09:50\nbreak 9:50 - 10:00",
    }
    status, page = shown(author.get(PAGE, asked))
    assert (status, "<strong>3.5</strong>" in page) == (200, True)


@pytest.mark.parametrize(
    "line", ["1 lecture 09:00-10:00", "1 instruction 25:00-26:00", "instruction", "1 instruction 09:00"]
)
def test_a_line_that_cannot_be_read_is_named_and_kept(author, board, line):
    status, page = shown(author.get(PAGE, {"agenda": f"1 instruction 09:00-09:50\n{line}", "words": "-1"}))
    assert (status, "Line 2 cannot be read" in page, line in page) == (422, True, True)


def test_a_body_without_a_figure_is_not_computed(author, course, lesson, board):
    ApprovalBody.objects.update(words_per_hour=None)
    page = shown(author.get(PAGE, {"course": course.pk}))[1]
    assert ("Not computed" in page, "We do not know how many words this board takes" in page) == (True, True)


# -- while typing ---------------------------------------------------------------------------------------------------
def test_a_lesson_is_counted_as_it_is_typed_and_nothing_is_stored(author, course, lesson, board):
    others = work_of_draft(course).words - 1_000
    answer = shown(author.post(f"{PAGE}editor/{lesson.pk}/", typed_body("word " * 2_500, "three more words")))
    assert (answer[0], f"Text: {others + 2_503:,} words ÷ 1,000" in answer[1]) == (200, True)
    assert LessonPage.objects.get(pk=lesson.pk).get_latest_revision_as_object().words() == 1_000


def test_a_new_lesson_is_counted_with_the_course_that_it_will_be_in(author, course, lesson, board):
    module, words = lesson.get_parent(), work_of_draft(course).words
    answer = author.post(f"{PAGE}editor/{module.pk}/", {**typed_body("two words"), "new": "lessonpage"})
    assert f"Text: {words + 2:,} words ÷ 1,000" in shown(answer)[1]


def test_an_agenda_is_counted_as_it_is_typed_without_lines_that_are_not_complete(author, course, board):
    rows = [("instruction", "09:00", "09:50"), ("break", "09:50", "10:00"), ("practice", "10:00", "")]
    status, page = shown(author.post(f"{PAGE}editor/{course.pk}/", typed_agenda(*rows, minutes="30")))
    assert status == 200
    assert "1 line of the agenda is not complete and is left out." in page
    assert "Day 1: 50 minutes of teaching ÷ 50 = 1" in page
    assert "Verified assignments: 30 minutes ÷ 60 = 0.5" in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"body-count": "x"}, 422), ({"body-count": "1"}, 422), ({"new": "quizpage"}, 204)],
    ids=["nothing", "no number", "cut off", "a quiz"],
)
def test_what_cannot_be_counted_is_said(author, course, lesson, board, fields, status):
    page = lesson.get_parent() if "new" in fields else lesson
    assert author.post(f"{PAGE}editor/{page.pk}/", fields).status_code == status


def test_only_who_may_edit_the_course_finds_the_calculator(client, course, lesson, board, instructor, learner):
    other = make_course("Another course")
    provider = make_user("provider@example.com", is_staff=True)
    provider.groups.add(Group.objects.get(name="Providers"))
    seen = {}
    for who, user in {"instructor": instructor, "provider": provider, "learner": learner}.items():
        client.force_login(user)
        seen[who] = [
            client.get(PAGE).status_code,
            client.get(PAGE, {"course": course.pk}).status_code,
            client.get(PAGE, {"course": other.pk}).status_code,
            client.post(f"{PAGE}editor/{lesson.pk}/", typed_body("x")).status_code,
            client.post(f"{PAGE}editor/{other.pk}/", typed_agenda()).status_code,
        ]
    assert seen == {
        "instructor": [200, 200, 404, 200, 404],
        "provider": [200, 200, 200, 200, 200],
        "learner": [404] * 5,
    }


def test_the_editor_brings_the_script_and_a_button_that_needs_none(author, course, lesson):
    for page in (course, lesson):
        html = author.get(f"/admin/pages/{page.pk}/edit/").content.decode()
        assert (
            html.count('data-address="/admin/credit/calculator/editor/0/"'),
            "accreditation/admin/hours.js" in html,
        ) == (
            1,
            True,
        )
        assert f'href="/admin/credit/calculator/?course={course.pk}"' in html


def test_more_published_lessons_cost_no_more_queries(author, course, lesson, board):
    costs = []
    author.get(PAGE, {"course": course.pk})  # what is remembered from the first request on
    for turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            author.get(PAGE, {"course": course.pk})
        costs.append(len(asked))
        module = ModulePage.objects.get(pk=lesson.get_parent().pk)
        for number in range(3):
            make_lesson(module, f"Lesson {turn}.{number}")
    assert costs[0] == costs[1]
