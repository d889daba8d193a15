"""The audit view: what a board asks for, by whom it may be seen, and the pack that leaves the house."""

import csv
import io
import json
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry, PageLogEntry

from accounts.models import User
from accreditation.models import BoardReport, BoardReportRow, CourseEvaluation, CreditAward, LicenseClaim, ReportFormat
from accreditation.services.attendance import attest
from accreditation.services.claims import claim
from accreditation.tests.factories import finish, make_approval, make_body, make_license, with_a_quiz
from certificates.models import Certificate
from certificates.services import confirm_name, issue_pending
from core.months import months_later
from courses.models import CourseEdition, CoursePage
from courses.services import current_edition
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from library.tests.factories import make_handout
from quizzes.services import start_attempt, submit_attempt
from quizzes.tests.factories import choice, make_quiz, right_fields, save_one
from records.models import LegalHold, RetentionPolicy
from records.services.audit import Audit
from records.services.sections import BY_CODE, SECTIONS

pytestmark = pytest.mark.django_db
VIEW, PACK, HOLDS = "/admin/records/", "/admin/records/pack/", "/admin/records/holds/"
RIGHTS = ("view_enrollment", "view_creditaward", "view_certificate")
QUESTION = {"question": 1, "text": "It was plain.", "kind": "likert"}


@pytest.fixture
def provider(db: None) -> User:
    user = make_user("provider@example.com", legal_name="Paul Provider")
    user.groups.add(Group.objects.get(name="Providers"))
    return user


@pytest.fixture
def browser(provider: User) -> Client:
    return log_in(provider)


def log_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def course(course: CoursePage) -> CoursePage:
    """Approved by one board, with its letter; whoever completes it gets a certificate."""
    CoursePage.objects.filter(pk=course.pk).update(promises_certificate=True)
    make_approval(
        with_a_quiz(course),
        make_body(short_name="EB"),
        number="20-0001",
        title_as_approved="Resting Hands (Home Study)",
        document=make_handout("letter.pdf"),
    )
    return course


@pytest.fixture
def enrollment(course: CoursePage, learner: User) -> Enrollment:
    return complete(learner, course)


def complete(user: User, course: CoursePage) -> Enrollment:
    enrollment = finish(user, course)
    claim(enrollment=enrollment, licenses=[make_license(user, f"MA{user.pk:05d}")])
    return enrollment


def period(about: CoursePage, **changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {"course": about.pk, "first": today - timedelta(days=30), "last": today, **changes}


def audit_of(course: CoursePage) -> Audit:
    return Audit(**{**period(course), "course": course})


def lines_of(code: str, course: CoursePage) -> list[dict[str, Any]]:
    head, *lines = BY_CODE[code].lines(audit_of(course))
    return [dict(zip(head, line, strict=True)) for line in lines]


# -- the sections ----------------------------------------------------------------------------------------------


def test_approvals_with_their_terms_numbers_and_letters(course: CoursePage) -> None:
    [line] = lines_of("approvals", course)
    assert (line["Course number"], line["Title as approved"], line["Hours"], line["Editions"]) == (
        *("20-0001", "Resting Hands (Home Study)", 6),
        str(current_edition(course).number),
    )
    assert (line["From"], line["To"], line["Status"], line["Document"]) == (
        *("2020-01-01", "2099-12-31", "Active"),
        course.approvals.get().document.title,
    )


def test_an_approval_of_other_days_is_left_out_unless_it_gave_credit(
    course: CoursePage, enrollment: Enrollment
) -> None:
    other = make_approval(course, make_body("other"), valid_to=date(2021, 12, 31))
    assert [line["Board"] for line in lines_of("approvals", course)] == ["Example Board board"]
    gave = course.approvals.exclude(pk=other.pk)
    gave.update(valid_to=date(2020, 12, 31))
    assert [line["Board"] for line in lines_of("approvals", course)] == ["Example Board board"]


def test_editions_as_they_were_sold(course: CoursePage, enrollment: Enrollment) -> None:
    """Those that learners of the period were measured by; later words on the page change nothing."""
    CourseEdition.objects.filter(course=course).update(made_at=timezone.now() - timedelta(days=400))
    CourseEdition.objects.filter(pk=enrollment.edition_id).update(
        as_sold={
            "tagline": "Quiet hands",
            "intro": "<p>For <b>anyone</b>.</p>",
            "price": {"amount": 4800, "currency": "usd"},
            "policies": [{"kind": "refund", "effective_from": "2026-01-01"}],
        }
    )
    [line] = lines_of("editions", course)
    assert (line["Edition"], line["Promotion"], line["Price"], line["Policies"]) == (
        *(enrollment.edition.number, "Quiet hands | For anyone .", "$48.00", "refund of 2026-01-01"),
    )


def test_the_roster_names_who_completed_with_license_credit_and_the_clock(
    course: CoursePage, enrollment: Enrollment, stranger: User
) -> None:
    finish(stranger, make_course("Another"))
    RetentionPolicy.objects.create(record="certificate", years=7, basis="Our own rule")
    [line] = lines_of("roster", course)
    until = months_later(enrollment.completed_on, 84)
    assert line == {
        "Name": "Lena Learner",
        "Completed on": enrollment.completed_on.isoformat(),
        "Edition": enrollment.edition.number,
        "Licenses for which credit is claimed": f"US-FL MA{enrollment.user_id:05d}",
        "Credit": "6.00 CE hours, EB",
        "Records kept until": f"{until}: Our own rule",
    }
    found = []
    for days in (30, 31):
        Enrollment.objects.filter(pk=enrollment.pk).update(completed_on=timezone.localdate() - timedelta(days=days))
        found.append(len(lines_of("roster", course)))
    assert found == [1, 0]


def test_attendance_and_attempts_with_score_and_pass_mark(
    course: CoursePage, enrollment: Enrollment, provider: User
) -> None:
    attest(
        enrollment=enrollment, by=provider, minutes_held=360, minutes_attended=300, held_on=timezone.localdate(),
        place="Portland", method="paper",
    )  # fmt: skip
    [line] = lines_of("attendance", course)
    assert (line["Name"], line["Minutes held"], line["Minutes attended"], line["Attended"], line["Attested by"]) == (
        *("Lena Learner", 360, 300, "in part", "Paul Provider"),
    )
    quiz = make_quiz(course, choice())
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    save_one(attempt, 1, right_fields(attempt.items.get().version.question))
    submit_attempt(attempt=attempt)
    [line] = lines_of("attempts", course)
    assert (line["Name"], line["Score, percent"], line["Pass mark, percent"], line["Result"]) == (
        *("Lena Learner", 100, 80, "passed"),
    )


def evaluate(course: CoursePage, month: date, *answers: int) -> None:
    for answer in answers:
        words = {"question": 2, "text": "What else?", "kind": "text", "answer": "Kingfisher"}
        CourseEvaluation.objects.create(
            course=course, edition=current_edition(course), month=month, answers=[{**QUESTION, "answer": answer}, words]
        )


def test_evaluations_are_counts_and_means_of_enough_people_and_never_words(course: CoursePage) -> None:
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    audit = Audit(course, month, timezone.localdate())
    evaluate(course, month, 5, 4, 4, 3)
    assert list(BY_CODE["evaluations"].lines(audit))[1:] == []
    evaluate(course, month, 5)
    [line] = list(BY_CODE["evaluations"].lines(audit))[1:]
    assert [str(cell) for cell in line] == ["It was plain.", f"{month:%Y-%m} to {month:%Y-%m}", "5", "4.2"]
    for first, last in ((month + timedelta(days=1), timezone.localdate()), (month, month + timedelta(days=20))):
        assert list(BY_CODE["evaluations"].lines(Audit(course, first, last)))[1:] == []
    evaluate(course, timezone.localdate().replace(day=1), 1)
    assert list(BY_CODE["evaluations"].lines(audit))[1:] == [line], "one answer more could be told from the difference"


def report(award: CreditAward) -> None:
    layout, _ = ReportFormat.objects.get_or_create(code="csv", defaults={"name": "CSV", "writer": "csv"})
    made = BoardReport.objects.create(
        body=award.course_approval.provider_approval.body, format=layout, state="sent", file="x", sha256="ab" * 32
    )
    BoardReportRow.objects.create(report=made, award=award, payload={}, state="refused", message="No such license")


def test_reports_with_what_the_board_answered(course: CoursePage, enrollment: Enrollment) -> None:
    report(CreditAward.objects.standing().get())
    [line] = lines_of("reports", course)
    assert (line["Report"], line["Name"], line["License"], line["This line"], line["Answer"]) == (
        *("Sent", "Lena Learner", f"MA{enrollment.user_id:05d}", "Refused", "No such license"),
    )


# -- the page ---------------------------------------------------------------------------------------------------


def test_a_section_goes_on_page_by_page(browser: Client, course: CoursePage, enrollment: Enrollment) -> None:
    for number in range(26):
        make_approval(course, number=f"more-{number:02d}")
    pages = [browser.get(VIEW, period(course, section="approvals", p=p)).content.decode() for p in (1, 2)]
    assert [page.count("<td>more-") for page in pages] == [24, 2]
    assert browser.get(VIEW, period(course, section="nothing")).status_code == 404


def test_what_makes_no_sense_is_said(browser: Client, course: CoursePage) -> None:
    told = {
        "The last day is before the first one.": {"first": "2026-05-02", "last": "2026-05-01"},
        "Enter a valid date.": {"first": "yesterday"},
        "Select a valid choice.": {"course": 999999},
        "This field is required.": {"course": ""},
    }
    for words, changes in told.items():
        for answer in (browser.get(VIEW, period(course, **changes)), browser.post(PACK, period(course, **changes))):
            assert (answer.status_code, words in answer.content.decode()) == (422, True), words


def test_the_page_costs_the_same_for_one_and_for_four(browser: Client, course: CoursePage, learner: User) -> None:
    costs = []
    people = [learner, make_user(), make_user(), make_user()]
    for many, names in ((1, people[:1]), (4, people[1:])):
        for user in names:
            complete(user, course)
            report(CreditAward.objects.standing().get(user=user))
        browser.get(VIEW, period(course))
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(VIEW, period(course)).content.decode()
        assert f"Roster ({many})" in page
        assert [section.code for section in SECTIONS if f'id="{section.code}"' not in page] == []
        costs.append(len(asked))
    assert costs[0] == costs[1]


# -- files ------------------------------------------------------------------------------------------------------


def pack_of(browser: Client, course: CoursePage) -> ZipFile:
    answer = browser.post(PACK, period(course))
    assert (answer.status_code, answer["Content-Type"], answer.streaming) == (200, "application/zip", True)
    return ZipFile(io.BytesIO(answer.getvalue()))


def test_the_pack_holds_every_section_letter_and_certificate_with_its_checksum(
    browser: Client, course: CoursePage, enrollment: Enrollment, learner: User
) -> None:
    confirm_name(user=learner, legal_name=learner.legal_name)
    issue_pending()
    certificate = Certificate.objects.get()
    letter = course.approvals.get().document
    pack = pack_of(browser, course)
    manifest = json.loads(pack.read("manifest.json"))
    assert pack.testzip() is None
    assert [one["name"] for one in manifest["parts"]] == [
        *(f"{section.code}.csv" for section in SECTIONS),
        f"documents/{letter.pk}-{letter.filename}",
        f"certificates/{certificate.serial}.pdf",
    ]
    for part in manifest["parts"]:
        content = pack.read(part["name"])
        assert (part["bytes"], part["sha256"]) == (len(content), sha256(content).hexdigest())
    assert pack.read(f"certificates/{certificate.serial}.pdf") == certificate.read_pdf()
    assert [part["as_issued"] for part in manifest["parts"] if "as_issued" in part] == [True]
    assert (manifest["made_by"], manifest["course"], manifest["missing"]) == ("Paul Provider", course.title, [])
    [line] = lines_of("certificates", course)
    assert (line["Number"], line["Holder"], line["Status"], line["SHA-256 of the PDF"]) == (
        *(certificate.serial, "Lena Learner", "Valid", certificate.pdf_sha256),
    )
    roster = list(csv.reader(io.StringIO(pack.read("roster.csv").decode("utf-8-sig"))))
    assert [line[0] for line in roster] == ["Name", "Lena Learner"]


def test_a_file_that_is_gone_or_changed_is_named_and_the_rest_is_there(
    browser: Client, course: CoursePage, enrollment: Enrollment, learner: User
) -> None:
    confirm_name(user=learner, legal_name=learner.legal_name)
    issue_pending()
    certificate = Certificate.objects.get()
    storages["private"].delete(certificate.pdf)
    gone = json.loads(pack_of(browser, course).read("manifest.json"))
    assert gone["missing"] == [f"certificates/{certificate.serial}.pdf"]
    with storages["private"].open(certificate.pdf, "wb") as file:
        file.write(b"another paper")
    changed = json.loads(pack_of(browser, course).read("manifest.json"))
    assert [part["as_issued"] for part in changed["parts"] if "as_issued" in part] == [False]


def test_what_leaves_the_house_stands_in_the_history_of_the_course(
    browser: Client, course: CoursePage, provider: User
) -> None:
    browser.get(VIEW, period(course))
    assert browser.get(PACK, period(course)).status_code == 405
    pack_of(browser, course)
    for kind in ("csv", "xlsx"):
        assert browser.get(VIEW, period(course, section="roster", export=kind)).status_code == 200
    told = PageLogEntry.objects.filter(action__startswith="records.").order_by("pk")
    days = {name: str(period(course)[name]) for name in ("first", "last")}
    assert [(one.action, one.user, one.page_id, one.data) for one in told] == [
        ("records.audit_pack", provider, course.pk, days),
        ("records.audit_file", provider, course.pk, {**days, "section": "roster"}),
        ("records.audit_file", provider, course.pk, {**days, "section": "roster"}),
    ]


# -- who --------------------------------------------------------------------------------------------------------

PEOPLE = {
    "visitor": ("login", "login"),
    "learner": (404, 404),
    "instructor": ("refused", "refused"),
    "reviewer": ("refused", "refused"),
    "two of three rights": ("refused", "refused"),
    "all three rights": (200, "refused"),
    "provider": (200, 200),
}
"""What the audit view, its files and its pack answer; what the pages of holds answer."""


def person(name: str) -> User | None:
    if name == "visitor":
        return None
    user = make_user(f"{name.replace(' ', '-')}@elsewhere.example")
    groups = {"instructor": "Instructors", "reviewer": "Reviewers", "provider": "Providers"}
    if name in groups:
        user.groups.add(Group.objects.get(name=groups[name]))
    elif name != "learner":
        codes = ("access_admin", *(RIGHTS[:2] if "two" in name else RIGHTS))
        user.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    return user


def answer_of(response: Any) -> Any:
    """Wagtail leads who may not back to the first page with a message."""
    if response.status_code == 302 and "login" in response["Location"]:
        return "login"
    return "refused" if response.status_code == 302 else response.status_code


def test_who_passes_which_door(course: CoursePage, enrollment: Enrollment) -> None:
    found, logged = {}, {}
    for name in PEOPLE:
        client = log_in(person(name))
        doors = [
            client.get(VIEW, period(course)),
            client.post(PACK, period(course)),
            client.get(VIEW, period(course, section="roster", export="csv")),
            client.get(f"{HOLDS}{enrollment.pk}/"),
            client.get(HOLDS),
        ]
        found[name] = tuple(answer_of(door) for door in doors)
        logged[name] = PageLogEntry.objects.filter(action__startswith="records.").count()
        PageLogEntry.objects.filter(action__startswith="records.").delete()
    assert found == {name: (view, view, view, hold, hold) for name, (view, hold) in PEOPLE.items()}
    assert logged == {name: 2 if view == 200 else 0 for name, (view, _) in PEOPLE.items()}


def test_a_hold_is_opened_and_closed_with_a_reason(
    browser: Client, course: CoursePage, enrollment: Enrollment, provider: User
) -> None:
    door = f"{HOLDS}{enrollment.pk}/"
    refused = browser.post(door, {"reason": " "})
    assert (refused.status_code, LegalHold.objects.count()) == (422, 0)
    assert browser.post(door, {"reason": "Complaint"}).status_code == 303
    assert "legal hold: Complaint" in lines_of("roster", course)[0]["Records kept until"]
    assert "Complaint" in browser.get(HOLDS).content.decode()
    assert browser.post(door, {"reason": "Settled"}).status_code == 303
    hold = LegalHold.objects.get()
    assert (hold.reason, hold.opened_by, hold.closed_by) == ("Complaint", provider, provider)
    assert ModelLogEntry.objects.filter(action="records.hold_closed").count() == 1
    assert LicenseClaim.objects.count() == 1
