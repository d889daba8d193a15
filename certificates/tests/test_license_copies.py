"""The license number: on the holder's paper, on no copy for others, in no public record; and both papers verify."""

import hashlib

import pytest
from django.core.files.storage import storages

from accreditation.models import LicenseClaim
from accreditation.tests.factories import make_license
from certificates.models import Certificate, CertificateFile, CertificateRequest
from certificates.services import correct_name, issue, share
from certificates.services.integrity import verify_certificates, verify_transcripts
from certificates.services.resigning import sign_survivors
from certificates.services.rotation import disown_key
from certificates.services.transcripts import make_transcript, share_transcript
from certificates.tests.factories import ISSUED_AT, make_approval, make_finished, make_person
from certificates.tests.paper import needs_poppler, run
from certificates.tests.register import SHE, ask, browser, open_school, text_of
from certificates.tests.signing import key_of
from certificates.tests.test_drop import drop, page_of

pytestmark = pytest.mark.django_db
NUMBER = "MA98765"


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def ada():
    return make_person()


@pytest.fixture
def certificate(ada):
    enrollment = make_finished(ada)
    approval = make_approval(enrollment.edition)
    LicenseClaim.objects.create(enrollment=enrollment, license=make_license(ada, NUMBER), course_approval=approval)
    found = issue(CertificateRequest.objects.create(enrollment=enrollment, credit_key=str(approval.uuid)), at=ISSUED_AT)
    assert found is not None
    return found


def words_on(pdf):
    return " ".join(run("pdftotext", "-", "-", data=pdf).split())


def paper_for(certificate, person=None):
    return browser(person).get(f"/certificates/{certificate.serial}.pdf").content


def roles(certificate):
    return sorted(CertificateFile.objects.filter(certificate=certificate).values_list("role", "n"))


@needs_poppler
def test_the_holder_reads_the_number_and_whoever_has_the_link_does_not(ada, certificate):
    share(certificate=certificate, on=True, by=ada)
    mine, theirs = paper_for(certificate, ada), paper_for(certificate)
    assert f"License {NUMBER} (US-FL, massage therapist)" in words_on(mine)
    assert (NUMBER in words_on(theirs), SHE in words_on(theirs)) == (False, True)


def test_the_public_record_holds_no_number_anywhere(ada, certificate):
    share(certificate=certificate, on=True, by=ada)
    answers = [
        browser().get(f"/verify/{certificate.serial}/").content,
        browser().get(f"/verify/{certificate.serial}/", headers={"accept": "application/json"}).content,
        browser().get(f"/certificates/{certificate.serial}.json").content,
        browser().get(f"/certificates/{certificate.serial}.png").content,
        paper_for(certificate),
    ]
    assert [NUMBER.encode() in answer for answer in answers] == [False] * 5


def test_both_papers_are_known_by_their_bytes_and_software_reads_both_digests(ada, certificate):
    share(certificate=certificate, on=True, by=ada)
    mine, theirs = paper_for(certificate, ada), paper_for(certificate)
    answers = [text_of(drop(one, page_of(certificate))) for one in (mine, theirs)]
    assert ["This is the file that we issued" in answer for answer in answers] == [True, True]
    answer = ask(certificate)
    digests = (answer["pdf_sha256"], answer["public_pdf_sha256"])
    assert digests == (hashlib.sha256(mine).hexdigest(), hashlib.sha256(theirs).hexdigest())
    assert mine != theirs


def test_both_papers_verify_and_a_changed_copy_is_found(certificate):
    assert [one.faults for one in verify_certificates(Certificate.objects.all())] == [[]]
    copy = CertificateFile.objects.get(certificate=certificate, role="public")
    storages["private"].delete(copy.path)
    faults = [fault for one in verify_certificates(Certificate.objects.all()) for fault in one.faults]
    assert faults == ["PDF without the license number 1: the file cannot be read (FileNotFoundError)"]


def test_a_correction_has_both_papers_again(ada, certificate):
    fresh = correct_name(certificate=certificate, legal_name="Ada Lindquist", by=ada, at=ISSUED_AT)
    assert (roles(certificate), roles(fresh)) == ([("credential", 1), ("public", 1)],) * 2


def test_after_a_compromise_both_papers_are_signed_again(certificate):
    disown_key(kid=key_of("paper").kid, at=ISSUED_AT)
    sign_survivors(at=ISSUED_AT)
    assert roles(certificate) == [("credential", 1), ("paper", 1), ("public", 1), ("public", 2)]
    assert [one.faults for one in verify_certificates(Certificate.objects.all())] == [[]]


def test_without_a_claimed_license_there_is_one_paper(ada):
    enrollment = make_finished(ada)
    approval = make_approval(enrollment.edition)
    make_license(ada, NUMBER)
    found = issue(CertificateRequest.objects.create(enrollment=enrollment, credit_key=str(approval.uuid)), at=ISSUED_AT)
    assert (roles(found), NUMBER in words_on(found.read_pdf())) == ([("credential", 1)], False)


@needs_poppler
def test_a_transcript_has_the_numbers_for_its_holder_and_none_on_the_shared_page(ada, certificate):
    row = make_transcript(learner=ada, at=ISSUED_AT)
    link = share_transcript(learner=ada, on=True).token
    page, copy = browser().get(f"/share/{link}/"), browser().get(f"/share/{link}/transcript.pdf")
    mine = browser(ada).get(f"/my/transcript/{row.serial}.pdf").content
    assert f"License {NUMBER} (US-FL, massage therapist)" in words_on(mine)
    assert (NUMBER in text_of(page), NUMBER in words_on(copy.content)) == (False, False)
    assert [one.faults for one in verify_transcripts(type(row).objects.all())] == [[]]
    assert ["Byte for byte the same as transcript" in text_of(drop(one)) for one in (mine, copy.content)] == [True] * 2
