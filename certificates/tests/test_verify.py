"""The public check: one page for ever, whatever became of the certificate, its course or its holder."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from certificates.models import Certificate, CertificateDesign
from certificates.services import correct_name, publish_design, renew, share
from certificates.tests.factories import ISSUED_AT, make_person
from certificates.tests.register import (
    HOST,
    LONG_AGO,
    STATES,
    UNKNOWN,
    ask,
    browser,
    check,
    in_state,
    issue_for,
    open_school,
    reads,
    take_back,
    text_of,
)

pytestmark = pytest.mark.django_db
FIRST_WORDS = {
    "valid": "Valid Issued by Example School and stands. Compare each line with the paper.",
    "sample": "Sample: not valid for credit Issued by Example School as an example of a certificate.",
    "test": "TEST: not valid for credit Signed with a key that is public",
    "revoked": "Revoked Revoked on November 22, 2026. Reason: The requirements were not met honestly. "
    "It no longer counts. The exam was not sat by the holder.",
    "replaced": "Replaced Replaced on November 21, 2026. Another certificate stands in its place. "
    "In its place stands CST-",
    "expired": "Expired It was valid until January 10, 2025.",
}
KINDS = {"valid": "good", "sample": "care", "test": "care", "revoked": "stop", "replaced": "care", "expired": "care"}


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def certificate():
    return issue_for(make_person())


# -- what the page says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_said_first_in_words_and_every_frozen_line_stands_below(settings, state):
    certificate = in_state(state, settings)
    response = check(certificate)
    text = text_of(response)
    assert response.status_code == 200
    assert text.startswith(f"Check a certificate {FIRST_WORDS[state]}")
    assert f"verdict verdict-{KINDS[state]}" in response.content.decode()
    for row in (*certificate.rows, *certificate.people):
        assert f"{row.label} {row.value}" in text
    for fact in ("heading", "name", "earned", "title", "serial", "hours_printed", "hours_note"):
        assert certificate.facts[fact] in text
    assert ("Valid Issued" in text) is (state == "valid")


@pytest.mark.parametrize("state", STATES)
def test_every_state_costs_the_same_few_queries(settings, state):
    certificate = in_state(state, settings, approved=True)
    with CaptureQueriesContext(connection) as queries:
        check(certificate)
    assert reads(queries) == [
        "certificates_certificate",
        "accreditation_approvalbody",
        "wagtailcore_site",
        "courses_schoolsettings",
    ]


def test_a_long_chain_costs_no_more_than_a_short_one(certificate):
    learner = certificate.learner
    second = correct_name(certificate=certificate, legal_name="Ada Two", by=learner)
    boss = make_person("boss@example.com")
    third = correct_name(certificate=second, legal_name="Ada Three", by=boss, reason="Typed wrongly.")
    with CaptureQueriesContext(connection) as queries:
        text = text_of(check(second))
    assert len(reads(queries)) == 3
    assert f"In its place stands {third.serial} . It took the place of {certificate.serial} ." in text
    assert f"In its place stands {third.serial} . Between them: {second.serial} ." in text_of(check(certificate))
    assert f"It took the place of {second.serial} , {certificate.serial} ." in text_of(check(third))


def test_a_sample_that_was_revoked_is_a_sample_first(settings):
    certificate = in_state("sample", settings)
    take_back(certificate)
    text = text_of(check(certificate))
    assert text.index("Sample: not valid for credit") < text.index("Revoked. Revoked on November 22, 2026.")
    assert ask(certificate)["status"] == "sample"


def test_an_approved_certificate_names_the_board_and_links_its_look_up(settings):
    certificate = in_state("valid", settings, approved=True)
    text = text_of(check(certificate))
    assert "4.0 CE hours" in text
    assert "Approved by Example Board board" in text
    assert "Provider Example School, Inc., no. P-board" in text
    assert "Course number C-board" in text
    assert "A certificate is not a license: look that up at the licensing board of the holder's state." in text
    from accreditation.models import ApprovalBody  # noqa: PLC0415 - beside its one use

    ApprovalBody.objects.update(lookup_url="https://board.example.com/look-up")
    page = check(certificate).content.decode()
    link = '<a href="https://board.example.com/look-up" rel="external">Example Board board</a>'
    assert f"A certificate is not a license: look that up at {link}." in page


def test_the_page_names_the_host_that_it_is_on(certificate):
    response = browser().get(f"/verify/{certificate.serial}/", headers={"host": HOST})
    assert f"You are on {HOST} . Compare it with the address on the paper." in text_of(response)


def test_the_page_shows_nothing_of_the_learner_that_is_not_on_the_paper(settings):
    certificate = in_state("revoked", settings)
    for accept in ("text/html", "application/json", "application/ld+json"):
        page = check(certificate, accept=accept).content.decode()
        assert "ada@example.com" not in page
        assert "cousin" not in page


def test_facts_that_were_tampered_with_are_not_shown(certificate):
    forged = Certificate.objects.get(pk=certificate.pk)
    forged.pk, forged.uuid, forged.serial, forged.credit_key = None, uuid4(), UNKNOWN, "other"
    forged.facts = certificate.facts | {"hours": "40.0", "hours_printed": "40.0 CE hours"}
    forged.status_index = None
    forged._state.adding = True
    forged.save()
    text = text_of(check(forged))
    assert "We cannot confirm this certificate" in text
    assert "40.0" not in text
    assert "Valid" not in text
    answer = ask(forged)
    assert (answer["status"], answer["counts"], answer["facts"]) == ("damaged", False, None)


def test_files_are_offered_only_while_the_holder_shares_them(certificate):
    link = f'href="/certificates/{certificate.serial}.pdf"'
    assert link not in check(certificate).content.decode()
    share(certificate=certificate, on=True, by=certificate.learner)
    assert link in check(certificate).content.decode()
    take_back(certificate)
    assert link not in check(certificate).content.decode()


# -- the defects of others (PEERS.md) --------------------------------------------------------------------------------


def without_forms(response):
    """The page without the token that is new each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_a_rename_an_edited_template_and_a_lost_course_change_neither_the_paper_nor_the_page(certificate):
    """D4: moodle-mod_customcert prints live data, so learners renamed themselves to print for friends."""
    before, paper = without_forms(check(certificate)), certificate.read_pdf()
    learner, course = certificate.learner, certificate.enrollment.course
    learner.legal_name = "Somebody Else"
    learner.save()
    course.title = "Another Title"
    course.save()
    design = CertificateDesign.for_site(Site.objects.get(is_default_site=True))
    design.opening = "Let it be known that"
    design.save()
    publish_design(by=learner)
    with pytest.raises(ProtectedError):
        course.delete()
    course.unpublish()
    again = Certificate.objects.get(pk=certificate.pk)
    assert without_forms(check(certificate)) == before
    assert (again.read_pdf(), again.pdf_sha256) == (paper, certificate.pdf_sha256)


def test_the_check_survives_the_end_of_the_account(certificate):
    """D5: customcert joins the live course and user: delete either, and a genuine certificate is "not verified"."""
    before = without_forms(check(certificate))
    learner = certificate.learner
    learner.legal_name, learner.email, learner.is_active = "", "gone@invalid.example", False
    learner.save()
    certificate.enrollment.course.unpublish()
    assert without_forms(check(certificate)) == before


def test_a_revoked_number_says_revoked_with_its_day_and_the_class_of_the_reason(settings):
    """D6: edX empties the number of an invalidated certificate: revoked looks never issued."""
    certificate = in_state("revoked", settings)
    assert check(certificate).status_code == 200
    answer = ask(certificate)
    found = {key: answer[key] for key in ("status", "counts", "ended_on", "reason", "note")}
    assert found == {
        "status": "revoked",
        "counts": False,
        "ended_on": "2026-11-22",
        "reason": "conduct",
        "note": "The exam was not sat by the holder.",
    }


def test_saving_twice_moves_no_date(certificate):
    """D7: Joanie's issued_on is auto_now: any save moves the date."""
    before = check(certificate).content
    with pytest.raises(Exception, match="frozen"):
        certificate.save()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_certificate SET issued_at = '2020-01-01', awarded_at = '2020-01-01'")
    assert Certificate.objects.get(pk=certificate.pk).issued_at == ISSUED_AT
    assert len(before) > 0


@pytest.mark.parametrize("command", ["sweep", "verify_certificates", "migrate"])
def test_no_maintenance_moves_a_date_or_a_byte(certificate, command):
    """D8: LifterLMS's template sync changed the date earned."""
    before = Certificate.objects.filter(pk=certificate.pk).values().get()
    call_command(command, verbosity=0)
    assert Certificate.objects.filter(pk=certificate.pk).values().get() == before
    assert "November 20, 2026" in text_of(check(certificate))


def test_neither_the_person_nor_the_course_can_take_the_certificate_along(certificate):
    """D9: MX lets certificates cascade with the user and the page revision."""
    enrollment = certificate.enrollment
    for thing in (certificate.learner, enrollment, enrollment.course, enrollment.edition):
        with pytest.raises(ProtectedError):
            thing.delete()
    enrollment.course.revisions.all().delete()
    assert "Valid" in text_of(check(certificate))


def test_a_renewal_leads_to_the_old_one_and_back(settings):
    """D15: customcert issues one certificate ever; a retake keeps the old date."""
    old = in_state("expired", settings)
    new = renew(certificate=old, by=make_person("boss@example.com"), reason="Sat the exam again.", at=ISSUED_AT)
    assert f"In its place stands {new.serial}" in text_of(check(old))
    text = text_of(check(new))
    assert f"It took the place of {old.serial}" in text
    assert "Issued November 20, 2026" in text
    assert ask(new)["awarded_on"] == LONG_AGO.date().isoformat()


# -- numbers as people type them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/verify/", "/verify/{serial}/", f"/verify/{UNKNOWN}/"])
def test_no_page_of_the_check_is_indexed_and_each_answers_head(certificate, path):
    address = path.format(serial=certificate.serial)
    response = browser().get(address)
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    head = browser().head(address)
    assert (head.status_code, head.content) == (response.status_code, b"")


def test_the_number_is_found_as_people_type_it(certificate):
    typed = certificate.serial.lower().replace("-", " ")
    response = browser().get("/verify/", {"number": typed})
    assert (response.status_code, response["Location"]) == (302, f"/verify/{certificate.serial}/")


def test_an_address_typed_without_hyphens_leads_to_the_one_address(certificate):
    response = browser().get(f"/verify/{certificate.serial.replace('-', '')}/")
    assert (response.status_code, response["Location"]) == (302, f"/verify/{certificate.serial}/")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "Type the number from the certificate."),
        ("CST-2026-2O222-22222-2", "Sign 2 after the year was read as O."),
        ("CST-2026-22222-22222-3", "One sign of this number does not fit the others"),
        ("CST-2026-22222", "This number is too short"),
        ("hello", "Our numbers begin with CST."),
    ],
)
def test_a_number_that_cannot_be_ours_is_explained_before_any_look_up(number, sentence):
    with CaptureQueriesContext(connection) as queries:
        response = browser().get("/verify/", {"number": number})
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert reads(queries) == ["wagtailcore_site", "courses_schoolsettings"]


def test_a_well_formed_number_that_nobody_has_is_told_plainly():
    response = browser().get(f"/verify/{UNKNOWN}/")
    assert response.status_code == 404
    assert "No certificate has this number Check it, or write to the school." in text_of(response)


def test_the_first_page_tells_software_how_to_ask_and_how_often():
    assert "Any origin may ask, up to 30 times a minute." in text_of(browser().get("/verify/"))


def test_an_address_that_cannot_be_a_number_is_explained_too():
    response = browser().get("/verify/CST-2026-2O222-22222-2/")
    assert response.status_code == 404
    assert "Sign 2 after the year was read as O." in text_of(response)


def test_the_check_is_limited_by_address():
    client = browser()
    answers = [client.get("/verify/").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_correction_keeps_the_first_day(certificate):
    new = correct_name(
        certificate=certificate, legal_name="Ada L", by=certificate.learner, at=ISSUED_AT + timedelta(days=30)
    )
    answer = ask(new)
    assert (answer["issued_on"], answer["awarded_on"]) == ("2026-12-20", "2026-11-20")
