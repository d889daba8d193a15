"""`/count/` and "Will this count for me?" on course pages: asked by anyone, before paying; nothing is stored."""

import re
from datetime import date
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accreditation.models import RenewalRule
from accreditation.tests.factories import (
    make_approval,
    make_body,
    make_florida,
    make_jurisdiction,
    make_license,
    make_profession,
)
from courses.models import CoursePage
from courses.tests.factories import make_course, make_index

pytestmark = pytest.mark.django_db
FLORIDA = "/count/?state=US-FL&license=massage-therapist"
THERAPIST = "Florida, Massage therapist"


@pytest.fixture
def course():
    return make_course("Resting Hands", lessons=1)


@pytest.fixture
def florida(course):
    body = make_body("board", name="Example Board", verified_on=date(2026, 11, 1))
    make_approval(course, body)
    return make_florida(accepts=[body])


def text_of(response) -> str:
    """What a reader sees of the main part, in one line."""
    main = re.search(r'<main id="main".*</main>', response.content.decode(), re.DOTALL)
    assert main
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


def said(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response)


def test_a_florida_therapist_reads_five_of_six_and_none_in_person(client, florida):
    page = said(client, FLORIDA)
    assert "Partly: 5 of 6" in page
    assert "5 of these 6 hours count, as hours of any subject; none toward the 12 in person." in page
    assert "In person, hands-on technique 0 of 12" in page
    assert "Source , text of Dec 2024. Not verified: ask your board." in page
    assert "Your board decides, not the school." in page


def test_states_and_licenses_may_be_written_as_people_write_them(client, florida):
    written = [(state, "massage-therapist") for state in ("FL", "fl", "us-fl", "Florida", " US-FL ")]
    for state, license in [*written, ("FL", "Massage Therapist")]:
        assert "Partly: 5 of 6" in text_of(client.get("/count/", {"state": state, "license": license})), state


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"state": "ZZ", "license": "massage-therapist"}, "We do not know “ZZ” here. Choose from the list."),
        ({"state": "FL", "license": "<b>LMT"}, "We do not know “<b>LMT” here. Choose from the list."),
        ({"state": "FL"}, "Choose your license."),
        ({"license": "massage-therapist"}, "Choose where you are licensed."),
        ({"state": "FL", "license": "massage-therapist", "renews": "soon"}, "Write the date as year-month-day"),
        ({"state": "FL", "license": "massage-therapist", "issued": "9999-12-31"}, "Write the date as year-month-day"),
        ({"state": "F\x00L" * 500, "license": "massage-therapist"}, "Choose from the list."),
    ],
)
def test_what_we_do_not_know_is_said_and_the_form_stands(client, florida, query, told):
    response = client.get("/count/", query)
    page = text_of(response)
    assert (response.status_code, told in page, "Partly" in page.partition("What the answers mean")[0]) == (
        422,
        True,
        False,
    )
    known = {"FL": "US-FL", "massage-therapist": "massage-therapist"}
    kept = [known[value] for value in query.values() if value in known]
    chosen = re.findall(r'<option value="([^"]+)" selected', response.content.decode())
    assert chosen == kept


def test_renewal_date_and_first_renewal_change_the_answer(client, florida):
    by_the_month = "say since when you are licensed"
    assert by_the_month in said(client, f"{FLORIDA}&first=on")
    assert by_the_month not in said(client, f"{FLORIDA}&first=on&issued={timezone.localdate()}")
    assert "Everybody there renews on the same day" in said(client, f"{FLORIDA}&renews=2099-03-01")
    RenewalRule.objects.update(first_cycle="flat", first_cycle_hours=6)
    first = said(client, f"{FLORIDA}&first=on")
    assert ("Hours in all 6" in first, "Partly: 3 of 6" in first) == (True, True)


def test_nothing_is_stored_and_no_cookie_is_set(client, florida):
    cache.clear()
    client.get("/courses/")  # any first page of a new site makes the row of its name and address
    with CaptureQueriesContext(connection) as asked:
        response = client.get(FLORIDA)
    writes = [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert (writes, dict(response.cookies), Session.objects.count()) == ([], {}, 0)


def test_one_course_may_be_asked_about(client, florida):
    make_course("Another course")
    one = client.get(f"{FLORIDA}&course=resting-hands")
    assert re.findall(r"course-row-title\">.*?>([^<]+)<", one.content.decode()) == ["Resting Hands"]
    unknown = client.get(f"{FLORIDA}&course=nothing")
    assert "We have no course at this address. Here are all courses." in text_of(unknown)
    both = re.findall(r"course-row-title\">.*?>([^<]+)<", unknown.content.decode())
    assert both == ["Another course", "Resting Hands"]


def test_unpublished_courses_are_not_named(client, florida, course):
    course.unpublish()
    page = said(client, FLORIDA)
    assert "Resting Hands" not in page
    assert "No course is published yet" in page


def test_what_we_do_not_know_comes_with_what_to_send(client, course):
    make_approval(course, make_body("board", name="Example Board"))
    make_jurisdiction()
    make_profession()
    page = said(client, FLORIDA)
    assert f"We have no renewal rule for {THERAPIST}. Ask your board. What to send to your board" in page
    sent = "Example Board, course no. C-board-{}, provider no. P-board: 6 CE hours, General, Home study"
    assert sent.format(course.pk) in page
    assert "http://testserver/courses/resting-hands/" in page


def test_many_courses_cost_as_many_queries_as_few(client, florida):
    body, counts = make_body("board"), []
    for many in (1, 3):
        for _ in range(many):
            make_approval(make_course(lessons=1), body)
        client.get(FLORIDA)
        with CaptureQueriesContext(connection) as asked:
            client.get(FLORIDA)
        counts.append(len(asked))
    assert (counts[0], counts[0] <= 15) == (counts[1], True)


def test_twelve_courses_a_page(client, florida):
    index = make_index()
    for number in range(12):
        index.add_child(instance=CoursePage(title=f"Course {number}", slug=f"course-{number}"))
    first, second = said(client, FLORIDA), said(client, f"{FLORIDA}&page=2")
    assert ("Page 1 of 2" in first, "Partly: 5 of 6" in first) == (True, False)
    assert ("Page 2 of 2" in second, "Partly: 5 of 6" in second) == (True, True)


class TestOnTheCoursePage:
    def test_a_visitor_chooses_state_and_license_and_is_led_to_the_answer(self, client, florida):
        page = client.get("/courses/resting-hands/").content.decode()
        form = re.search(r'<form [^>]*action="/count/#answers">.*?</form>', page, re.DOTALL)
        assert form
        assert re.findall(r'name="(\w+)"', form[0]) == ["state", "license", "course"]
        assert re.findall(r'<option value="([^"]+)"', form[0]) == ["US-FL", "massage-therapist"]
        assert 'value="resting-hands"' in form[0]
        assert page.index('href="#count"') < page.index("This course is not on sale now.")

    def test_a_learner_reads_the_answer_for_each_license_before_paying(self, as_learner, learner, florida):
        make_license(learner, "MA1")
        make_license(learner, "X1", code="US-NV", jurisdiction=make_jurisdiction("US-NV", "Nevada"))
        make_license(learner, "MA2", status="rejected")
        page = said(as_learner, "/courses/resting-hands/")
        above, section = page.split("Will this count for me?")
        answers = re.compile(r"(\w+, Massage therapist): (Yes|Partly: \d of \d|We do not know|No)\b")
        expected = [(THERAPIST, "Partly: 5 of 6"), ("Nevada, Massage therapist", "We do not know")]
        assert (answers.findall(above), answers.findall(section)) == (expected, expected)
        none_in_person = "none toward the 12 in person. Not verified: ask your board."
        assert page.index(none_in_person) < page.index("This course is not on sale now.")

    def test_samples_are_marked(self, as_learner, learner, florida):
        make_license(learner)
        RenewalRule.objects.update(is_sample=True)
        assert f"{THERAPIST}: Partly: 5 of 6 Sample" in said(as_learner, "/courses/resting-hands/")

    def test_licenses_cost_the_same_queries_whether_one_or_five(self, as_learner, learner, florida):
        counts = []
        for number in range(5):
            make_license(learner, f"MA{number}")
            if number in (0, 4):
                as_learner.get("/courses/resting-hands/")
                with CaptureQueriesContext(connection) as asked:
                    as_learner.get("/courses/resting-hands/")
                counts.append(len(asked))
        assert counts[0] == counts[1]


def test_the_catalogue_leads_there(client, course):
    assert 'href="/count/"' in client.get("/courses/").content.decode()
