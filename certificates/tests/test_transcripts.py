"""The transcript: one's own page, the signed PDFs of it, and the page that one may show to others."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accreditation.models import CourseApproval
from certificates.credentials.drawing import badge_png
from certificates.models import Certificate, CertificateFile, CertificateRequest, Transcript, TranscriptShare
from certificates.paper.examining import examine_pdf
from certificates.rules.rows import long_date
from certificates.services import correct_name, issue
from certificates.services.integrity import verify_transcripts
from certificates.services.keys import paper_roots, paper_signers
from certificates.services.rotation import disown_key
from certificates.services.transcripts import make_transcript, transcript_of
from certificates.tests.factories import (
    ISSUED_AT,
    make_approval,
    make_course,
    make_edition,
    make_finished,
    make_person,
    set_up_school,
)
from certificates.tests.paper import needs_poppler, run
from certificates.tests.register import LONG_AGO, SHE, browser, issue_for, open_school, take_back, text_of
from certificates.tests.storing import stored
from certificates.tests.test_integrity import damage
from core.tests.racing import AT_ONCE, at_once
from enrollments.models import UnitCompletion

pytestmark = pytest.mark.django_db
NOW = ISSUED_AT + timedelta(days=3)
OWN = "/my/transcript/"
MAKE = "/my/transcript/pdf/"
SHARE = "/my/transcript/share/"


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def ada():
    return make_person()


def shared_address(client):
    """What the holder copies from the page."""
    client.post(SHARE, {"on": "1"})
    found = re.search(r'readonly value="https://school.example.com(/share/[^"]+)"', client.get(OWN).content.decode())
    return found[1] if found else ""


def score(enrollment, got, most):
    page = make_course(f"Quiz of {enrollment.pk} for {got}")
    UnitCompletion.objects.create(
        enrollment=enrollment,
        unit=page,
        unit_key=uuid4(),
        completed_at=ISSUED_AT,
        evidence={"score_m": got, "max_m": most},
    )


def make(learner, at=NOW):
    return make_transcript(learner=learner, at=at)


def words(data):
    return " ".join(run("pdftotext", "-layout", "-", "-", data=data).split())


class TestOwnPage:
    def test_each_course_has_its_hours_its_score_its_board_and_its_certificate(self, ada):
        certificate = issue_for(ada, "Listening Hands", approved=True)
        score(certificate.enrollment, 17, 20)
        score(certificate.enrollment, 9, 10)
        page = text_of(browser(ada).get(OWN))
        assert (
            "Listening Hands (Home Study) 4.0 CE hours completed November 18, 2026 score 86% "
            f"Self-paced home study Example Board board {certificate.serial}"
        ) in page
        assert f'href="/verify/{certificate.serial}/"' in browser(ada).get(OWN).content.decode()

    def test_sums_are_per_board_and_our_own_count_is_never_added_to_them(self, ada):
        issue_for(ada, "One", approved=True)
        other = make_finished(ada, make_course("Two"))
        approval = make_approval(other.edition, code="second", hours="1.50")
        issue(CertificateRequest.objects.create(enrollment=other, credit_key=str(approval.uuid)), at=ISSUED_AT)
        again = make_finished(ada, make_course("Two more"))
        approval = make_approval(again.edition, code="third", hours="2.25")
        approval.provider_approval = CourseApproval.objects.get(number="C-board").provider_approval
        approval.save()
        issue(CertificateRequest.objects.create(enrollment=again, credit_key=str(approval.uuid)), at=ISSUED_AT)
        issue_for(ada, "Three")
        issue_for(ada, "Four")
        assert transcript_of(ada).totals == (
            ("Approved by Example Board board", "6.25 CE hours"),
            ("Approved by Example Board second", "1.5 CE hours"),
            ("Hours by our own count, not approved CE credit", "9.0 hours"),
        )

    def test_what_no_longer_stands_is_said_and_not_added_up(self, ada):
        kept, revoked = issue_for(ada, "One"), issue_for(ada, "Two")
        expired = issue_for(ada, "Three", at=LONG_AGO, on=LONG_AGO.date(), certificate_months=12)
        take_back(revoked)
        record = transcript_of(ada)
        assert {line.serial: line.standing for line in record.lines} == {
            kept.serial: "",
            revoked.serial: "Revoked",
            expired.serial: "Expired",
        }
        assert record.totals == (("Hours by our own count, not approved CE credit", "4.5 hours"),)

    def test_a_corrected_certificate_stands_once_and_the_others_say_whose_name_they_carry(self, ada):
        old, other = issue_for(ada, "One"), issue_for(ada, "Two")
        new = correct_name(certificate=old, legal_name="Ada Lindquist", by=ada, at=NOW)
        record = transcript_of(ada)
        assert record.name == "Ada Lindquist"
        assert {line.serial: line.standing for line in record.lines} == {
            new.serial: "",
            other.serial: "In the name of Ada Lindqvist",
        }

    def test_a_name_that_was_only_typed_into_the_profile_is_on_no_transcript(self, ada):
        issue_for(ada)
        ada.legal_name = "Eve Other"
        ada.save()
        assert transcript_of(ada).name == SHE

    def test_a_finished_course_without_a_certificate_is_listed_by_our_own_count(self, ada):
        page = make_course("Ethics at Rest", promises_certificate=False)
        make_finished(ada, page, of=make_edition(page))
        (line,) = transcript_of(ada).lines
        assert (line.title, line.hours_printed, line.serial) == ("Ethics at Rest", "4.5 hours", "")
        assert line.approval == "Hours by our own count, not approved CE credit"

    def test_a_record_that_was_tampered_with_is_not_repeated_and_not_counted(self, ada):
        whole, damaged = issue_for(ada, "One"), issue_for(ada, "Two")
        forged = damaged.facts | {"hours": "400.0", "title": "Never Studied"}
        damage("certificates_certificate", {"facts": json.dumps(forged)}, damaged.pk)
        record = transcript_of(ada)
        assert {line.serial: line.title for line in record.lines} == {
            whole.serial: "One",
            damaged.serial: "Our record is damaged",
        }
        assert record.totals == (("Hours by our own count, not approved CE credit", "4.5 hours"),)

    def test_nothing_finished_is_an_empty_page_with_one_way_on(self, ada):
        page = text_of(browser(ada).get(OWN))
        assert page == (
            "My transcript No finished courses yet They appear when you finish a course. Then you can make one signed "
            "paper of all of them. See the courses My certificates"
        )

    def test_the_list_of_certificates_leads_here(self, ada):
        assert f'href="{OWN}"' in browser(ada).get("/my/certificates/").content.decode()

    def test_a_sample_school_says_so(self, ada):
        set_up_school(sample=True)
        issue_for(ada)
        assert "Sample: not valid for credit" in text_of(browser(ada).get(OWN))

    def test_throw_away_keys_are_named(self, ada, settings):
        settings.CERTIFICATE_DEMO_KEYS = True
        issue_for(ada)
        client = browser(ada)
        for path in (OWN, shared_address(client)):
            assert "TEST: not valid for credit" in text_of(client.get(path))

    def test_a_page_costs_the_same_with_three_courses_and_with_sixty(self, ada):
        client, counts = browser(ada), []
        address = shared_address(client)
        first = issue_for(ada)
        for many in (3, 60):
            grow(first, many)
            counts.append([queries(client, path) for path in (OWN, address)])
            assert text_of(client.get(OWN)).count("November 18, 2026") == many
        assert counts[0] == counts[1]
        assert max(counts[1]) <= 25


class TestSignedPdf:
    def test_it_is_made_by_one_button_signed_by_the_school_and_listed(self, ada):
        issue_for(ada)
        client = browser(ada)
        answer = client.post(MAKE)
        assert (answer.status_code, answer["Location"]) == (303, OWN)
        paper = Transcript.objects.get()
        page = text_of(client.get(OWN))
        assert f"{paper.serial} Download {paper.serial} (PDF)" in page
        check = examine_pdf(paper.read_pdf(public=True), paper_roots())
        assert (check.ours_unchanged, check.signer_sha256 in paper_signers()) == (True, True)
        assert [one.faults for one in verify_transcripts(Transcript.objects.all())] == [[]]

    @needs_poppler
    def test_it_says_what_the_page_says(self, ada):
        certificate = issue_for(ada, approved=True)
        score(certificate.enrollment, 86, 100)
        paper = make(ada)
        text = words(paper.read_pdf(public=False))
        assert f"Ada Lindqvist As of November 23, 2026. Number {paper.serial}" in text
        assert f"November 18, 2026 4.0 CE hours 86% {certificate.serial}" in text
        assert "ada@example.com" not in text

    def test_the_same_record_on_the_same_day_is_the_same_paper_and_a_change_is_another(self, ada):
        certificate = issue_for(ada)
        first = make(ada)
        assert make(ada, NOW + timedelta(hours=1)) == first
        take_back(certificate)
        second = make(ada, NOW + timedelta(hours=2))
        assert second != first
        assert make(ada, NOW + timedelta(days=1)) not in (first, second)
        assert first.read_pdf(public=False) != second.read_pdf(public=False)

    def test_its_holder_downloads_it_and_nobody_keeps_a_copy_on_the_way(self, ada):
        issue_for(ada)
        paper = make(ada)
        answer = browser(ada).get(f"{OWN}{paper.serial}.pdf")
        assert answer.content == paper.read_pdf(public=False)
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
        assert answer["Content-Disposition"] == f'attachment; filename="{paper.serial}.pdf"'

    def test_it_is_nobody_else_s(self, ada):
        issue_for(ada)
        path = f"{OWN}{make(ada).serial}.pdf"
        boss = make_person("boss@example.com", name="Bo Boss")
        boss.is_superuser = boss.is_staff = True
        boss.save()
        assert [browser(one).get(path).status_code for one in (boss, make_person("eve@example.com"))] == [404, 404]
        assert browser().get(path)["Location"].startswith("/accounts/login/")

    def test_many_of_them_are_turned_over_page_by_page(self, ada):
        issue_for(ada)
        made = [make(ada, NOW + timedelta(days=day)) for day in range(11)]
        client = browser(ada)
        pages = [text_of(client.get(f"{OWN}?page={page}")) for page in (1, 2)]
        listed = [[one.serial for one in reversed(made) if f"Download {one.serial}" in page] for page in pages]
        assert listed == [[one.serial for one in reversed(made[1:])], [made[0].serial]]

    def test_after_the_key_got_out_the_paper_says_so_and_another_is_made(self, ada):
        issue_for(ada)
        old = make(ada)
        client = browser(ada)
        address = shared_address(client)
        assert client.get(f"{address}transcript.pdf").status_code == 200
        disown_key(kid=old.key.kid, at=NOW)
        assert "Its signature no longer counts. Make a new one." in text_of(client.get(OWN))
        assert client.get(f"{address}transcript.pdf").status_code == 404
        assert make(ada) != old
        assert client.get(f"{address}transcript.pdf").content == Transcript.objects.first().read_pdf(public=True)

    @pytest.mark.parametrize(
        ("obstacle", "words"),
        [
            ("key", "the school's key for signing is not at hand"),
            ("font", "a sign that our fonts cannot print"),
            ("disk", "it could not be stored just now"),
            ("name", "A transcript needs your name"),
        ],
    )
    def test_what_stands_in_the_way_is_said_and_nothing_is_half_written(self, ada, settings, tmp_path, obstacle, words):
        make_finished(ada)
        before = stored()
        if obstacle == "key":
            settings.CERTIFICATE_KEYS_DIR = str(tmp_path / "elsewhere")
            (tmp_path / "elsewhere").mkdir()
        elif obstacle == "disk":
            (tmp_path / "full").write_text("not a folder")
            full = {"BACKEND": settings.STORAGES["private"]["BACKEND"], "OPTIONS": {"location": str(tmp_path / "full")}}
            settings.STORAGES = settings.STORAGES | {"private": full}
        else:
            ada.legal_name = "ᏣᎳᎩ" if obstacle == "font" else ""
            ada.save()
        answer = browser(ada).post(MAKE, follow=True)
        assert answer.redirect_chain == [(OWN, 303)]
        assert words in answer.content.decode().replace("&#x27;", "'")
        assert Transcript.objects.count() == 0
        if obstacle != "disk":
            assert stored() == before

    def test_a_program_that_presses_the_button_is_slowed_down(self, ada):
        make_finished(ada)
        client = browser(ada)
        assert [client.post(MAKE).status_code for _ in range(7)] == [303] * 6 + [429]

    def test_a_list_without_courses_has_no_button(self, ada):
        assert MAKE not in browser(ada).get(OWN).content.decode()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_pressed_eight_times_at_once_it_is_made_once_and_leaves_no_file(transactional_db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")
    learner = make_person()
    make_finished(learner)
    before = stored()
    made = at_once(lambda: make(learner))
    paper = Transcript.objects.get()
    assert made == [paper] * AT_ONCE
    assert stored() - before == {paper.pdf}


class TestSharedPage:
    def test_it_is_off_until_its_holder_switches_it_on(self, ada):
        issue_for(ada)
        client = browser(ada)
        client.get(OWN)
        assert TranscriptShare.objects.count() == 0
        address = shared_address(client)
        assert len(address) > 25
        assert browser().get(address).status_code == 200

    def test_others_see_courses_and_sums_and_check_each_line(self, ada):
        certificate = issue_for(ada, approved=True)
        page = browser().get(shared_address(browser(ada)))
        text = text_of(page)
        today = transcript_of(ada).issued_on
        assert f"Ada Lindqvist As of {long_date(today)}, from the records of Example School." in text
        assert "4.0 CE hours completed November 18, 2026 Self-paced home study Example Board board" in text
        assert "Approved by Example Board board 4.0 CE hours" in text
        assert f'href="/verify/{certificate.serial}/"' in page.content.decode()
        assert "follow the number of each certificate" in text

    def test_it_tells_no_address_and_no_license_and_no_search_engine(self, ada):
        issue_for(ada)
        page = browser().get(shared_address(browser(ada)))
        assert "ada@example.com" not in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "same-origin"

    def test_the_newest_paper_may_be_taken_along_and_is_recognized_at_the_check(self, ada):
        issue_for(ada)
        address = shared_address(browser(ada))
        assert browser().get(f"{address}transcript.pdf").status_code == 404
        make(ada)
        newest = make(ada, NOW + timedelta(days=1))
        assert f"number {newest.serial}" in text_of(browser().get(address))
        answer = browser().get(f"{address}transcript.pdf")
        assert answer.content == newest.read_pdf(public=True)
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"

    def test_switched_off_it_is_gone_and_switched_on_again_it_stands_elsewhere(self, ada):
        issue_for(ada)
        make(ada)
        client = browser(ada)
        old = shared_address(client)
        assert shared_address(client) == old
        client.post(SHARE, {"on": "0"})
        assert [browser().get(f"{old}{file}").status_code for file in ("", "transcript.pdf")] == [404, 404]
        new = shared_address(client)
        assert [browser().get(one).status_code for one in (old, new)] == [404, 200]

    def test_an_account_that_was_closed_shows_nothing_more(self, ada):
        issue_for(ada)
        address = shared_address(browser(ada))
        ada.is_active = False
        ada.save()
        assert browser().get(address).status_code == 404

    @pytest.mark.parametrize("token", ["x", "A" * 300, "-_-", "%00", "a/b"])
    def test_a_guessed_address_leads_nowhere(self, token):
        assert browser().get(f"/share/{token}/").status_code == 404

    def test_looking_is_limited(self, ada):
        address = shared_address(browser(ada))
        client = browser()
        answers = [client.get(address).status_code for _ in range(31)]
        assert answers == [200] * 30 + [429]

    def test_only_its_holder_switches_it(self, ada):
        address = shared_address(browser(ada))
        eve = browser(make_person("eve@example.com"))
        eve.post(SHARE, {"on": "0"})
        assert browser().get(address).status_code == 200
        assert browser().post(SHARE, {"on": "0"})["Location"].startswith("/accounts/login/")


class TestAtTheCheck:
    def test_a_dropped_transcript_is_recognized(self, ada):
        issue_for(ada)
        paper = make(ada)
        answer = browser().post("/verify/", {"file": SimpleUploadedFile("t.pdf", paper.read_pdf(public=True))})
        assert f"Byte for byte the same as transcript {paper.serial} in our records." in text_of(answer)

    def test_a_changed_one_is_exposed(self, ada):
        issue_for(ada)
        changed = bytearray(make(ada).read_pdf(public=True))
        changed[len(changed) // 3] ^= 1
        answer = browser().post("/verify/", {"file": SimpleUploadedFile("t.pdf", bytes(changed))})
        assert "This file is not what we issued" in text_of(answer)

    def test_its_number_says_that_there_is_one_and_nothing_of_what_it_says(self, ada):
        issue_for(ada, "Listening Hands")
        issue_for(ada, "Ethics at Rest")
        paper = make(ada)
        client = browser()
        answer = client.get("/verify/", {"number": paper.serial.lower().replace("-", " ")}, follow=True)
        page = text_of(answer)
        assert answer.redirect_chain[-1][0] == f"/verify/{paper.serial}/"
        assert "We made a transcript of 2 courses with this number on November 23, 2026." in page
        assert [word for word in (SHE, "Listening Hands", "Ethics at Rest", "ada@") if word in page] == []
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"

    def test_on_that_page_the_file_is_checked(self, ada):
        issue_for(ada)
        paper = make(ada)
        file = SimpleUploadedFile("t.pdf", paper.read_pdf(public=False))
        page = text_of(browser().post(f"/verify/{paper.serial}/", {"file": file}))
        assert "This is the file that we issued" in page
        assert "We made a transcript of one course with this number" in page


class TestPictureOfTheBadge:
    @pytest.mark.parametrize("name", ["achievement", "completion", "achievement-sample", "completion-sample"])
    def test_a_wallet_loads_it_without_a_login_and_keeps_it(self, name):
        client = browser()
        picture = client.get(f"/credentials/badge/{name}.png")
        assert picture.content == badge_png(name.split("-")[0], sample=name.endswith("-sample"))
        assert (picture["Content-Type"], picture["Access-Control-Allow-Origin"]) == ("image/png", "*")
        assert picture["Cache-Control"] == "public, max-age=2592000"
        again = client.get(f"/credentials/badge/{name}.png", headers={"If-None-Match": picture["ETag"]})
        assert (again.status_code, again.content, again["Access-Control-Allow-Origin"]) == (304, b"", "*")

    @pytest.mark.parametrize("name", ["nothing", "ACHIEVEMENT", "achievement-test", "sample", "-sample"])
    def test_there_is_no_other(self, name):
        assert browser().get(f"/credentials/badge/{name}.png").status_code == 404

    @pytest.mark.parametrize(("sample", "name"), [(False, "achievement"), (True, "achievement-sample")])
    def test_a_credential_names_it_absolutely(self, ada, sample, name):
        set_up_school(sample=sample)
        certificate = issue_for(ada)
        badge = json.loads(CertificateFile.objects.get(certificate=certificate, role="credential").read())
        address = badge["credentialSubject"]["achievement"]["image"]["id"]
        assert address == f"https://school.example.com/credentials/badge/{name}.png"


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len([one for one in captured.captured_queries if not re.search("cache_table|SAVEPOINT", one["sql"])])


def grow(first, many):
    """Further certificates of the same person, as rows: only how many there are matters here."""
    kept = {one.attname: getattr(first, one.attname) for one in Certificate._meta.concrete_fields}
    for number in range(Certificate.objects.count(), many):
        enrollment = make_finished(first.learner, make_course(f"Course {number}"))
        own = {"id": None, "uuid": uuid4(), "serial": f"CST-2026-T{number:04d}", "status_index": 1000 + number}
        Certificate.objects.create(**{**kept, **own, "enrollment_id": enrollment.pk})
