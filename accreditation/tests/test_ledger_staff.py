"""The ledger in the back office: found, exported, corrected; attendance; completions without credit."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.models import Attendance, CreditAward
from accreditation.services.uncredited import award_missing
from accreditation.tests.desk import browser, credited, make_staff, rows, text
from accreditation.tests.factories import finish, make_approval, make_license, with_a_quiz
from courses.tests.factories import make_course, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-20T15:00:00Z"):
        yield


@pytest.fixture
def staff(db):
    return make_staff()


AWARDS = "/admin/credit/awards/"


@pytest.fixture
def award(learner):
    credited(learner, license=make_license(learner))
    return CreditAward.objects.get()


def test_the_list_names_learner_title_board_and_license(award, staff):
    page = text(browser(staff).get(AWARDS))
    for words in ("Lena Learner", "Resting hands", "US-FL, MA12345", "Nov 20, 2026", "Earned"):
        assert words in page


def test_it_is_narrowed(award, staff):
    client = browser(staff)
    wanted = {
        "q=lena": 1,
        "q=ma123": 1,
        "q=nobody": 0,
        "status=void": 0,
        "status=earned": 1,
        "report=none": 1,
        "report=accepted": 0,
        "first=2026-11-20&last=2026-11-20": 1,
        "first=2026-11-21": 0,
        "course=x": 1,
    }
    assert {query: len(client.get(f"{AWARDS}?{query}").context["rows"]) for query in wanted} == wanted


def test_it_leaves_as_a_file(award, staff):
    head, line = rows(browser(staff).get(f"{AWARDS}?export=csv"))
    assert (head.split(",")[0], line.split(",")[:3]) == (
        "Learner",
        ["Lena Learner", "learner@example.com", "Resting hands"],
    )


def test_one_award_shows_its_evidence_and_its_chain(award, staff):
    CreditAward.objects.get().course_approval.credit_lines.update(hours=5)
    client = browser(staff)
    done = client.post(f"{AWARDS}{award.pk}/correct/", {"reason": "The board approved 5."})
    fresh = CreditAward.objects.get(supersedes=award)
    assert (done.status_code, done["Location"]) == (303, f"{AWARDS}{fresh.pk}/")
    page = text(client.get(done["Location"]))
    assert f'href="{AWARDS}{award.pk}/"' in page
    assert ("The board approved 5." in page, "Lesson 1.1: done" in page) == (True, True)


def test_what_a_correction_would_change_is_shown_first(award, staff):
    award.course_approval.credit_lines.update(hours=5)
    page = text(browser(staff).get(f"{AWARDS}{award.pk}/correct/"))
    assert "<td>6 General, Home study</td><td>5 General, Home study</td>" in page


@pytest.mark.parametrize(("act", "words"), [("correct", "Nothing would change"), ("void", "write why")])
def test_what_is_refused_stays_and_says_why(award, staff, act, words):
    reason = "" if act == "void" else "Kept words"
    answer = browser(staff).post(f"{AWARDS}{award.pk}/{act}/", {"reason": reason})
    assert (answer.status_code, words in text(answer), reason in text(answer)) == (422, True, True)
    assert CreditAward.objects.get().status == "earned"


def test_attendance_is_entered_one_by_one_and_gives_the_credit(learner, staff, course):
    make_approval(course, lines=(("live_in_person", "technique", "6"),))
    enrollment = finish(learner, course)
    client, door = browser(staff), f"/admin/credit/attendance/{enrollment.pk}/"
    assert "not entered yet" in text(client.get("/admin/credit/attendance/"))
    filled = {"minutes_held": 300, "held_on": "2026-11-19", "place": "Portland", "method": "paper"}
    refused = client.post(door, filled | {"minutes_attended": 301})
    assert (refused.status_code, "longer than it was held" in text(refused)) == (422, True)
    done = client.post(door, filled | {"minutes_attended": 300})
    assert (done.status_code, Attendance.objects.get().attested_by) == (303, staff)
    assert CreditAward.objects.get().hours == 6


def test_completions_without_credit_are_listed_with_the_reason(learner, staff):
    course = make_course("Without a quiz")
    approval = make_approval(course)
    finish(learner, course)
    client = browser(staff)
    page = text(client.get("/admin/credit/uncredited/"))
    assert ("Lena Learner" in page, f"{approval.number}: " in page) == (True, True)
    with_a_quiz(course)
    assert award_missing() == 1
    assert "Every completion has the credit" in text(client.get("/admin/credit/uncredited/"))


@pytest.mark.parametrize(
    ("who", "doors"),
    [
        (
            "provider",
            {"awards": 200, "award": 200, "act": 200, "attendance": 200, "attest": 200, "uncredited": 200},
        ),
        ("instructor", dict.fromkeys(("awards", "award", "act", "attendance", "attest", "uncredited"), 302)),
    ],
)
def test_who_may_what(award, staff, who, doors):
    user = staff
    if who == "instructor":
        user = make_staff("teacher@example.com", "Instructors")
    addresses = {
        "awards": reverse("credit:awards"),
        "award": reverse("credit:award", args=[award.pk]),
        "act": reverse("credit:award_act", args=[award.pk, "void"]),
        "attendance": reverse("credit:attendance"),
        "attest": reverse("credit:attest", args=[award.enrollment_id]),
        "uncredited": reverse("credit:uncredited"),
    }
    client = browser(user)
    assert {name: client.get(address).status_code for name, address in addresses.items()} == doors


def test_five_awards_cost_as_many_queries_as_two(staff):
    client, counts = browser(staff), []
    course = with_a_quiz(make_course("Resting hands", lessons=1))
    make_approval(course)
    for number in range(5):
        finish(make_user(), course)
        if number in (1, 4):
            with CaptureQueriesContext(connection) as asked:
                client.get(AWARDS)
            counts.append(len(asked))
    assert counts[0] == counts[1]
