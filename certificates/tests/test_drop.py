"""Files that people bring to the check: what we issued, what was changed, what is not ours, what cannot be read."""

import io
import json
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates.credentials.proofs import sign, to_bytes, unsigned
from certificates.models import Certificate, CertificateFile, SigningKey
from certificates.paper.signing import sign_pdf
from certificates.rendering import render
from certificates.services import share
from certificates.services.checking import MOST_BYTES, Finding, check_file
from certificates.services.keys import signing
from certificates.services.making import verify_url
from certificates.services.rotation import disown_key
from certificates.tests.badging import KEY, TAMPERS
from certificates.tests.badging import signed as signed_elsewhere
from certificates.tests.factories import ISSUED_AT, make_person
from certificates.tests.paper import drawing, school_authority, school_key
from certificates.tests.register import HOST, SHE, browser, in_state, issue_for, open_school, take_back, text_of

pytestmark = pytest.mark.django_db
NOW = ISSUED_AT + timedelta(days=3)
EVE = "Eve Other"
IDENTICAL = "Byte for byte the same as in our records."


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def certificate():
    return issue_for(make_person(), approved=True)


def badge_of(certificate):
    return CertificateFile.objects.get(certificate=certificate, role="credential").read()


def drop(content, path="/verify/", *, name="certificate.pdf", client=None):
    return (client or browser()).post(path, {"file": SimpleUploadedFile(name, content)})


def page_of(certificate):
    return f"/verify/{certificate.serial}/"


def doctored(certificate, **changes):
    """What a forger prints: true number, true QR code, the genuine badge inside, and another name on the paper."""
    facts = certificate.facts | ({"name": EVE} | changes)
    return render(facts, verify_url(certificate.serial), credential=badge_of(certificate))


# -- what we issued ------------------------------------------------------------------------------------------------


def test_the_paper_as_issued_is_known_by_its_bytes_and_its_record_is_shown(certificate):
    response = drop(certificate.read_pdf())
    text = text_of(response)
    assert response.status_code == 200
    assert text.startswith(f"Check a certificate This is the file that we issued {IDENTICAL}")
    assert SHE in text
    assert certificate.serial in text


def test_every_file_that_leaves_by_a_download_is_known(certificate):
    share(certificate=certificate, on=True, by=certificate.learner)
    for ending in ("pdf", "json", "png"):
        file = browser().get(f"/certificates/{certificate.serial}.{ending}").content
        assert check_file(file, at=NOW).finding == Finding.ISSUED
        assert "This is the file that we issued" in text_of(drop(file, page_of(certificate), name=f"a.{ending}"))


def test_a_genuine_file_of_a_revoked_certificate_is_never_praised_alone(certificate):
    take_back(certificate)
    answer = check_file(certificate.read_pdf(), at=NOW)
    assert (answer.finding, answer.kind) == (Finding.ISSUED, "care")
    assert answer.details[0].startswith("Revoked. Revoked on November 22, 2026.")


def test_a_file_of_another_number_is_said_to_be_one(certificate):
    other = issue_for(make_person("bo@example.com", name="Bo Ek"), "Another Course")
    text = text_of(drop(other.read_pdf(), page_of(certificate)))
    assert f"This file belongs to another certificate, {other.serial}, and not to {certificate.serial}." in text


# -- what was changed ----------------------------------------------------------------------------------------------


def test_a_doctored_pdf_with_a_true_number_is_exposed_with_the_true_content_beside_it(certificate):
    for path in ("/verify/", page_of(certificate)):
        text = text_of(drop(doctored(certificate), path))
        assert text.startswith("Check a certificate This file is not what we issued It carries no signature of ours.")
        assert "Below is what we issued. Compare it with the file, line by line. Our record: Valid" in text
        assert SHE in text
        assert EVE not in text


def test_changed_bytes_of_a_signed_paper_are_found(certificate):
    paper = certificate.read_pdf()
    at = paper.index(b"<rdf:RDF")
    changed = paper[:at] + paper[at:].replace(b"Certificate", b"Certificats", 1)
    assert len(changed) == len(paper)
    assert changed != paper
    answer = check_file(changed, at=NOW)
    assert (answer.finding, answer.kind, answer.word) == (Finding.ALTERED, "stop", "This file is not what we issued")
    assert answer.record is not None
    assert answer.record.certificate == certificate


def test_something_added_behind_the_signature_is_found(certificate):
    out, writer = io.BytesIO(), IncrementalPdfFileWriter(io.BytesIO(certificate.read_pdf()))
    writer.root["/Note"] = generic.pdf_string("forty hours")
    writer.update_root()
    writer.write(out)
    assert check_file(out.getvalue(), at=NOW).finding == Finding.ALTERED
    assert check_file(certificate.read_pdf() + b"\n", at=NOW).finding == Finding.ALTERED


def test_a_paper_that_somebody_else_signed_in_a_name_like_ours_is_not_ours(certificate):
    key, theirs = school_key()
    forged = sign_pdf(
        doctored(certificate), key, theirs, tsa_url=None, at=ISSUED_AT, authority=school_authority().certificate
    ).bytes
    answer = check_file(forged, at=NOW)
    assert answer.finding == Finding.UNSIGNED
    assert answer.sentence == "It is signed in the name of “Example School”, but not with a key of this school."


def test_a_paper_signed_by_us_that_we_do_not_keep_is_trusted_only_as_far_as_the_record(certificate):
    keys = signing()
    again = sign_pdf(
        render(certificate.facts, verify_url(certificate.serial), credential=badge_of(certificate)),
        keys.paper,
        keys.certificate,
        tsa_url=None,
        at=ISSUED_AT,
        authority=keys.authority,
    ).bytes
    answer = check_file(again, at=NOW)
    assert (answer.finding, answer.kind) == (Finding.SIGNED, "care")
    assert answer.record is not None
    assert answer.record.certificate == certificate


def test_a_paper_forged_with_a_key_that_got_out_proves_nothing(certificate):
    keys = signing()
    forged = sign_pdf(
        doctored(certificate), keys.paper, keys.certificate, tsa_url=None, at=ISSUED_AT, authority=keys.authority
    ).bytes
    assert check_file(forged, at=NOW).finding == Finding.SIGNED
    disown_key(kid=keys.paper_row.kid)
    assert check_file(forged, at=NOW).finding in {Finding.DISOWNED, Finding.UNSIGNED}
    assert check_file(certificate.read_pdf(), at=NOW).finding == Finding.ISSUED


# -- badges --------------------------------------------------------------------------------------------------------


def test_a_badge_written_with_other_spaces_is_ours_but_not_the_same_bytes(certificate):
    answer = check_file(json.dumps(json.loads(badge_of(certificate)), indent=2).encode(), at=NOW)
    assert (answer.finding, answer.word) == (Finding.SIGNED, "Signed by us and unchanged")
    assert answer.details == ("It is not a sample.", answer.details[1], "Not replaced.", "It has no end date.")
    assert answer.record is not None
    assert answer.record.certificate == certificate


@pytest.mark.parametrize("change", ["name", "hours", "award date", "number"])
def test_a_badge_that_was_changed_is_found(certificate, change):
    badge = json.loads(badge_of(certificate))
    TAMPERS[change](badge)
    answer = check_file(json.dumps(badge).encode(), at=NOW)
    assert (answer.finding, answer.kind) == (Finding.ALTERED, "stop")
    assert "something was changed" in answer.sentence


def test_a_badge_of_another_issuer_is_not_ours():
    answer = check_file(to_bytes(signed_elsewhere(issuer="did:web:elsewhere.example.com")), at=NOW)
    assert (answer.finding, answer.word) == (Finding.FOREIGN, "This badge is not ours")


def test_a_badge_in_our_name_with_a_key_of_somebody_else_is_not_ours(certificate):
    forged = sign(unsigned(json.loads(badge_of(certificate))), KEY, ISSUED_AT)
    assert check_file(to_bytes(forged), at=NOW).finding == Finding.ALTERED


def test_a_replaced_badge_says_what_stands_in_its_place(settings):
    old = in_state("replaced", settings)
    new = Certificate.objects.get(supersedes=old)
    answer = check_file(json.dumps(json.loads(badge_of(old)), indent=1).encode(), at=NOW)
    assert f"Replaced by {new.serial}." in answer.details


def test_a_sample_says_so_in_its_badge_too(settings):
    text = text_of(drop(badge_of(in_state("sample", settings)), name="badge.json"))
    assert "Sample: not valid for credit." in text


# -- what is not ours, and what cannot be read ---------------------------------------------------------------------


def test_a_stranger_s_pdf_without_a_number_is_not_ours():
    out, pdf = io.BytesIO(), pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    text = text_of(drop(out.getvalue()))
    assert "This file is not what we issued" in text
    assert "We found no number of ours in it either: type the number from the paper." in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 and nothing else", "It is damaged, locked, or not a PDF at all."),
        (b"hello", "This is neither a certificate's PDF, nor a badge, nor a credential in JSON."),
        (b'{"a": 1}', "This JSON is not a credential."),
        (drawing(), "This picture holds no Open Badge."),
        (b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "issuer": {"id": []}}', "This badge is not ours"),
        (b"[" * 60_000, "This is neither a certificate's PDF"),
    ],
    ids=["broken PDF", "text", "JSON", "picture", "strange credential", "deep JSON"],
)
def test_what_cannot_be_read_is_said_in_words(content, sentence):
    response = drop(content)
    assert response.status_code == 200
    assert sentence in text_of(response)


def test_without_a_file_or_with_an_empty_one_the_page_asks_again(certificate):
    for path in ("/verify/", page_of(certificate)):
        response = browser().post(path)
        assert response.status_code == 422
        assert "Choose a file first." in text_of(response)
        assert "This file is empty." in text_of(drop(b"", path))


def test_a_file_on_a_number_that_nobody_has_is_still_checked(certificate):
    response = drop(certificate.read_pdf(), "/verify/CST-2026-22222-22222-X/")
    assert response.status_code == 404
    assert f"The file is about {certificate.serial} ." in text_of(response)


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    response = drop(b"%PDF-" + b"0" * (MOST_BYTES + 20_000))
    assert (response.status_code, response.content) == (413, b"The file is larger than 5 MB. A certificate never is.")


def test_a_file_is_held_in_memory_and_put_nowhere(settings, tmp_path, caplog):
    """Django would write 3 MB into a temporary file: here is no place for one."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")
    response = drop(b"Eve Other " + b"0" * 3_000_000, name="eve-other.json")
    assert response.status_code == 200
    assert "eve" not in caplog.text.lower()


def test_dropping_is_limited_by_address_and_needs_the_token():
    client = browser()
    assert [drop(b"x", client=client).status_code for _ in range(7)] == [200] * 6 + [429]
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="192.0.2.9")
    assert drop(b"x", client=strict).status_code == 403
    token = strict.get("/verify/").cookies["csrftoken"].value
    accepted = strict.post("/verify/", {"csrfmiddlewaretoken": token, "file": SimpleUploadedFile("a.pdf", b"x")})
    assert accepted.status_code == 200


def test_a_paper_of_demonstration_keys_is_not_believed_by_a_school_with_keys_of_its_own(settings):
    certificate = in_state("test", settings)
    copy = certificate.read_pdf() + b"\n"
    settings.CERTIFICATE_DEMO_KEYS = False
    assert SigningKey.objects.filter(is_demo=True).exists()
    assert check_file(copy, at=NOW).finding == Finding.UNSIGNED
    assert HOST in settings.SITE_URL
