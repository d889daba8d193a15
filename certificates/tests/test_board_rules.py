"""A board's rules before its certificate is made: what is missing is said, and nothing is printed until it is there."""

from decimal import Decimal

import pytest
from django.test import Client

from accreditation.models import (
    ApprovalBody,
    Attendance,
    BodyTerm,
    ClaimAnswer,
    CreditLine,
    CreditStatement,
    EvaluationQuestion,
)
from accreditation.services.claims import answer, claim
from accreditation.services.evaluations import decline, give_evaluation
from accreditation.tests.factories import make_license
from certificates.models import Certificate, CertificateRequest
from certificates.services import issue, issue_pending, request_certificates
from certificates.tests.factories import COMPLETED_ON, make_approval, make_finished, make_person
from certificates.tests.register import browser, open_school, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def ada():
    return make_person()


@pytest.fixture
def finished(ada):
    return make_finished(ada)


@pytest.fixture
def approval(finished):
    return make_approval(finished.edition)


def rules(approval, **rules):
    ApprovalBody.objects.filter(pk=approval.provider_approval.body_id).update(**rules)
    approval.provider_approval.body.refresh_from_db()


def on_request(enrollment):
    return {
        one.credit_key: (one.state, one.needs, one.last_error)
        for one in CertificateRequest.objects.filter(enrollment=enrollment)
    }


def asked_for(enrollment):
    """What becomes of the request once everything that is due has been tried."""
    request_certificates(enrollment=enrollment)
    issue_pending()
    return on_request(enrollment)


def own_page(person: object) -> str:
    client: Client = browser(person)
    return text_of(client.get("/my/certificates/"))


NO_LICENSE = (
    "Example Board board wants your license number on the certificate: say for which license you claim the credit."
)


class TestALicenseNumber:
    @pytest.fixture(autouse=True)
    def _asked(self, approval):
        rules(approval, requires_license_number=True)

    def test_the_certificate_waits_for_it_and_the_learner_reads_what_to_do(self, ada, finished, approval):
        assert asked_for(finished) == {str(approval.uuid): ("open", "license", NO_LICENSE)}
        assert NO_LICENSE in own_page(ada)
        assert Certificate.objects.count() == 0

    def test_it_is_issued_when_the_license_is_named(self, ada, finished, approval, django_capture_on_commit_callbacks):
        asked_for(finished)
        with django_capture_on_commit_callbacks(execute=True):
            claim(enrollment=finished, licenses=[make_license(ada)])
        assert on_request(finished) == {str(approval.uuid): ("issued", "", "")}
        assert Certificate.objects.get().credit_key == str(approval.uuid)

    def test_who_wants_no_credit_from_this_board_gets_our_own_count(
        self, finished, approval, django_capture_on_commit_callbacks
    ):
        asked_for(finished)
        with django_capture_on_commit_callbacks(execute=True):
            answer(enrollment=finished, answer=ClaimAnswer.Answer.NONE)
        states = {key: state for key, (state, _, _) in on_request(finished).items()}
        assert states == {str(approval.uuid): "declined", "": "issued"}
        assert Certificate.objects.get().facts["hours_note"] == "Hours by our own count, not approved CE credit"

    def test_who_names_a_license_after_all_gets_the_boards_certificate_too(
        self, ada, finished, approval, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            answer(enrollment=finished, answer=ClaimAnswer.Answer.NONE)
            request_certificates(enrollment=finished)
        with django_capture_on_commit_callbacks(execute=True):
            claim(enrollment=finished, licenses=[make_license(ada)])
        keys = sorted(Certificate.objects.values_list("credit_key", flat=True))
        assert keys == sorted(["", str(approval.uuid)])

    def test_another_boards_certificate_does_not_wait(self, finished, approval):
        other = make_approval(finished.edition, code="second")
        found = asked_for(finished)
        assert {key: state for key, (state, _, _) in found.items()} == {
            str(approval.uuid): "open",
            str(other.uuid): "issued",
        }


class TestTheEvaluation:
    @pytest.fixture(autouse=True)
    def _asked(self, approval):
        rules(approval, evaluation_gates=True)
        self.question = EvaluationQuestion.objects.create(text="I can name four attachments of the dura.")

    def test_the_certificate_waits_where_the_board_says_so(self, ada, finished, approval):
        words = "Example Board board wants you to evaluate the course first."
        assert asked_for(finished) == {str(approval.uuid): ("open", "evaluation", words)}
        assert words in own_page(ada)

    def test_it_is_issued_when_the_course_is_evaluated_and_not_when_that_is_declined(
        self, finished, approval, django_capture_on_commit_callbacks
    ):
        asked_for(finished)
        with django_capture_on_commit_callbacks(execute=True):
            decline(enrollment=finished)
        assert Certificate.objects.count() == 0
        with django_capture_on_commit_callbacks(execute=True):
            give_evaluation(enrollment=finished, answers={self.question.pk: 5})
        assert on_request(finished) == {str(approval.uuid): ("issued", "", "")}

    def test_without_that_rule_nothing_waits(self, finished, approval):
        rules(approval, evaluation_gates=False)
        assert asked_for(finished) == {str(approval.uuid): ("issued", "", "")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"title_as_approved": "Something else"},
            "Example Board board approved “Something else” and the course is called “Foundations of Craniosacral "
            "Bodywork”: give it the approved title again, or ask the board and enter a new approval.",
        ),
        (
            {"hours_as_approved": Decimal(6)},
            "The credit lines of C-board come to 4 hours and Example Board board approved 6: correct the lines.",
        ),
        ({"status": "revoked"}, "Example Board board's approval C-board did not hold on November 18, 2026."),
    ],
)
def test_what_staff_must_mend_is_put_before_them_and_nothing_is_printed(finished, approval, change, reason):
    request = CertificateRequest.objects.create(enrollment=finished, credit_key=str(approval.uuid))
    type(approval).objects.filter(pk=approval.pk).update(**change)
    assert issue(request) is None
    assert on_request(finished) == {str(approval.uuid): ("stuck", "", reason)}
    type(approval).objects.filter(pk=approval.pk).update(
        title_as_approved=approval.title_as_approved, hours_as_approved=None, status="active"
    )
    assert issue(request) is not None


def test_a_board_gets_its_own_words_its_statement_and_its_classroom_hours(finished, approval):
    body = approval.provider_approval.body
    rules(approval, certificate_needs=["classroom_hours", "place", "statement"], hour_label="contact hours")
    BodyTerm.objects.create(body=body, term="self_paced", label="Home Study")
    BodyTerm.objects.create(body=body, term="live_in_person", label="Classroom")
    CreditStatement.objects.create(body=body, use="certificate", text="{body} approved {hours} hours, no. {number}.")
    CreditLine.objects.create(approval=approval, mode="live_in_person", subject="technique", hours=12)
    Attendance.objects.create(
        enrollment=finished,
        minutes_held=600,
        minutes_attended=600,
        held_on=COMPLETED_ON,
        place="12 Example Hall, Tampa",
        method="paper",
        attested_by=make_person("boss@example.com"),
    )
    facts = issue(CertificateRequest.objects.create(enrollment=finished, credit_key=str(approval.uuid))).facts
    assert (
        facts["kind"],
        facts["delivery_label"],
        facts["place"],
        facts["classroom_hours"],
        facts["hours_printed"],
    ) == (
        "achievement",
        "Classroom, Home Study",
        "12 Example Hall, Tampa",
        "12.0",
        "16.0 contact hours",
    )
    assert facts["notices"][0] == "Example Board board approved 16 hours, no. C-board."


def test_live_hours_are_certified_only_where_somebody_attested_the_attendance(finished, approval):
    approval.credit_lines.update(mode="live_in_person")
    found = asked_for(finished)
    assert found == {
        str(approval.uuid): (
            "stuck",
            "",
            "Nobody has attested the attendance yet: enter it under Attendance.",
        )
    }
