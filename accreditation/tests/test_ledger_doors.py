"""The ledger, the renewal view and the desk, as their learner meets them."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.models import CreditAward
from accreditation.services.awards import void
from accreditation.tests.desk import browser, credited, make_staff, rows, text
from accreditation.tests.factories import finish, make_approval, make_body, make_florida, make_license, with_a_quiz
from courses.tests.factories import make_course
from enrollments.models import Enrollment
from enrollments.services import enroll

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-20T15:00:00Z"):
        yield


@pytest.fixture
def staff(db):
    return make_staff()


class TestLedger:
    def test_an_empty_ledger_says_what_comes(self, as_learner):
        page = text(as_learner.get("/my/credits/"))
        assert ("No credit yet" in page, "export=csv" in page) == (True, False)

    def test_every_award_says_what_was_approved_and_for_which_license(self, as_learner, learner):
        credited(learner, license=make_license(learner))
        page = text(as_learner.get("/my/credits/"))
        for words in (
            "Resting hands",
            "<li>6 CE hours</li>",
            "completed November 20, 2026",
            "Example Board board",
            "US-FL, Massage therapist, MA12345",
            "6 General, Home study",
        ):
            assert words in page

    def test_what_was_made_void_is_marked_and_says_why(self, as_learner, learner, staff):
        credited(learner)
        void(award=CreditAward.objects.get(), by=staff, reason="Somebody else sat the quiz.")
        page = text(as_learner.get("/my/credits/"))
        assert ("Somebody else sat the quiz." in page, "Void" in page) == (True, True)

    def test_a_completed_course_without_credit_says_why(self, as_learner, learner):
        course = make_course("Without a quiz")
        make_approval(course)
        finish(learner, course)
        page = text(as_learner.get("/my/credits/"))
        assert ("the school has to put something right first" in page, "For which license" in page) == (True, False)

    def test_credit_that_waits_for_a_license_leads_to_naming_one(self, as_learner, learner, course):
        make_approval(with_a_quiz(course), make_body(requires_license_number=True))
        enrollment = finish(learner, course)
        page = text(as_learner.get("/my/credits/"))
        assert ("It waits for your license number" in page, f"/my/credits/{enrollment.pk}/claim/" in page) == (
            True,
            True,
        )

    def test_it_is_narrowed_by_license_and_year(self, as_learner, learner):
        license = make_license(learner)
        credited(learner, "First", license=license, at=datetime(2025, 6, 1, 18, tzinfo=UTC))
        credited(learner, "Second")
        wanted = {
            "": ["Second", "First"],
            "year=2025": ["First"],
            "year=2026": ["Second"],
            "year=1999": ["Second", "First"],
            "license=none": ["Second"],
            f"license={license.pk}": ["First"],
            "license=999999": ["Second", "First"],
        }
        found = {query: as_learner.get(f"/my/credits/?{query}").context["rows"] for query in wanted}
        assert {q: [row["award"].facts["course_title"] for row in rows] for q, rows in found.items()} == wanted

    def test_it_leaves_as_a_file_that_runs_nothing(self, as_learner, learner):
        course = with_a_quiz(make_course("Resting hands"))
        make_approval(course, title_as_approved="=SUM(1)")
        finish(learner, course)
        head, line = rows(as_learner.get("/my/credits/?export=csv"))
        assert head.split(",")[:2] == ["Title", "Hours"]
        assert line.split(",")[:3] == ["'=SUM(1)", "6.00", "CE hours"]
        assert as_learner.get("/my/credits/?export=xlsx").headers["Content-Type"].endswith("sheet")

    def test_five_awards_cost_as_many_queries_as_two(self, as_learner, learner):
        counts = []
        for number in range(5):
            credited(learner, f"Course {number}", license=None if number else make_license(learner))
            if number in (1, 4):
                with CaptureQueriesContext(connection) as asked:
                    as_learner.get("/my/credits/")
                counts.append(len(asked))
        assert counts[0] == counts[1]


class TestRenewal:
    @pytest.fixture
    def license(self, learner):
        make_florida(accepts=[make_body()])
        return make_license(learner)

    def test_it_says_cycle_requirements_and_what_is_missing(self, as_learner, learner, license):
        credited(learner, license=license)
        page = text(as_learner.get(f"/my/licenses/{license.pk}/renewal/"))
        for words in (
            "September 1, 2025 to August 31, 2027",
            "5 hours of 24 hours",
            "Still missing: 2 hours of Medical errors",
            "Your renewal is in 284 days.",
            "Not verified: ask your board.",
            "Dec 2024",
        ):
            assert words in page

    def test_from_cycle_to_cycle(self, as_learner, license):
        address = f"/my/licenses/{license.pk}/renewal/"
        assert 'href="?on=2025-08-31"' in text(as_learner.get(address))
        page = text(as_learner.get(address + "?on=2025-08-31"))
        assert ("September 1, 2023 to August 31, 2025" in page, f'href="{address}">This cycle' in page) == (True, True)

    @pytest.mark.parametrize("day", ["soon", "2026-13-01", "9999-01-01", "0001-01-01"])
    def test_a_day_that_is_none_is_today(self, as_learner, license, day):
        page = text(as_learner.get(f"/my/licenses/{license.pk}/renewal/?on={day}"))
        assert "September 1, 2025 to August 31, 2027" in page

    def test_without_a_rule_it_says_so_and_has_no_reminders(self, as_learner, learner):
        license = make_license(learner, code="US-ME")
        page = text(as_learner.get(f"/my/licenses/{license.pk}/renewal/"))
        assert ("We do not know what this license asks for" in page, "renewal.ics" in page) == (True, False)
        assert as_learner.get(f"/my/licenses/{license.pk}/renewal.ics").status_code == 404

    def test_reminders_for_a_calendar_name_no_license_number(self, as_learner, license):
        answer = as_learner.get(f"/my/licenses/{license.pk}/renewal.ics")
        calendar = answer.content.decode()
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert ("DTSTART;VALUE=DATE:20270831" in calendar, license.number in calendar) == (True, False)
        assert f"UID:renewal-{license.pk}-2027@" in calendar

    @pytest.mark.parametrize("door", ["renewal/", "renewal.ics"])
    def test_it_is_its_holder_s_only(self, license, stranger, staff, door):
        found = [browser(user).get(f"/my/licenses/{license.pk}/{door}").status_code for user in (stranger, staff)]
        assert found == [404, 404]


class TestDesk:
    def test_each_license_says_where_it_stands(self, as_learner, learner):
        make_florida(accepts=[make_body()])
        credited(learner, license=make_license(learner))
        page = text(as_learner.get("/my/"))
        assert "5 hours of 24 hours. Still missing: 2 hours of Medical errors" in page
        assert ("Not verified: ask your board." in page, "Renewal: August 31, 2027" in page) == (True, True)

    def test_a_course_under_way_says_until_when_it_gives_credit_and_what_it_waits_for(
        self, as_learner, learner, course
    ):
        body = make_body(requires_license_number=True)
        make_florida(accepts=[body])
        make_approval(course, body, valid_to=date(2027, 1, 31))
        enrollment = enroll(user=learner, course=course, source=Enrollment.Source.FREE)
        page = text(as_learner.get("/my/"))
        assert "For credit, finish by January 31, 2027." in page
        assert "Will it count" not in page
        make_license(learner)
        said = (
            'Will it count for Florida, Massage therapist? <a href="/courses/resting-hands/#count">Partly: 5 of 6</a>'
        )
        assert f"{said} Not verified: ask your board." in text(as_learner.get("/my/"))
        assert ("No credit is claimed yet" in page, f"/my/credits/{enrollment.pk}/claim/" in page) == (True, True)
