"""Professional licenses: entered and changed by their holder, checked by staff, private to both."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accreditation.models import (
    LicenseClaim,
    LicenseEndorsement,
    LicenseFormat,
    ProfessionalLicense,
    TechniqueScopeRule,
)
from accreditation.models.licenses import private_files
from accreditation.services.licenses import LicenseRefused, change_license, reject, remove_license, verify
from accreditation.tests.factories import (
    make_approval,
    make_jurisdiction,
    make_license,
    make_profession,
)
from core.tests.racing import at_once
from courses.models import Technique
from courses.tests.factories import make_user
from enrollments.models import Enrollment
from enrollments.services import enroll
from notifications.models import Mail

pytestmark = pytest.mark.django_db
LIST = "/my/licenses/"
PDF, PNG = b"%PDF-1.7 a license", b"\x89PNG\r\n\x1a\n a license"
Status = ProfessionalLicense.Status


@pytest.fixture
def staff(db):
    user = User.objects.create_user("provider@example.com", "pw", is_staff=True, legal_name="Pia Provider")
    user.groups.add(Group.objects.get(name="Providers"))
    return user


@pytest.fixture
def florida(db):
    place, work = make_jurisdiction(), make_profession()
    LicenseFormat.objects.create(
        jurisdiction=place, profession=work, pattern="MA[0-9]{3,6}", prefix="MA", example="MA12345"
    )
    return {"jurisdiction": place.pk, "profession": work.pk}


def filled(florida, **changes):
    return {**florida, "number": "MA12345", "expires_on": "2027-08-31", **changes}


def copy(content=PDF, name="card.pdf"):
    return SimpleUploadedFile(name, content)


def stored(license):
    license.refresh_from_db()
    return license.evidence.name


def words(response):
    return " ".join(response.content.decode().split())


class TestEntering:
    def test_a_license_is_added_and_listed_with_what_is_known_of_it(self, as_learner, learner, florida):
        assert as_learner.post(LIST, filled(florida, number="12 345")).status_code == 303
        one = ProfessionalLicense.objects.get()
        assert (one.user, one.number, one.number_normalized) == (learner, "12 345", "MA12345")
        assert (one.status, one.expires_on) == (Status.SELF_DECLARED, date(2027, 8, 31))
        page = words(as_learner.get(LIST))
        assert ("Florida, Massage therapist" in page, "12 345" in page, "As you entered it" in page) == (True,) * 3

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"number": "MT12345"}, "It looks like MA12345."),
            ({"number": "--"}, "Write the number as it stands on your license."),
            ({"number": ""}, "This field is required."),
            ({"expires_on": "2027-02-30"}, "Enter a valid date."),
            ({"expires_on": "0027-08-31"}, "Please look at the year."),
            ({"issued_on": "2099-01-01"}, "This day has not come yet."),
            ({"issued_on": "2026-01-01", "expires_on": "2025-01-01"}, "This is before the day on which it was issued."),
            ({"jurisdiction": "999999"}, "Select a valid choice."),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_cannot_be_right_is_told_and_nothing_is_lost(self, as_learner, florida, changes, said):
        answer = as_learner.post(LIST, filled(florida, name_on_license="Lena L.", **changes))
        assert (answer.status_code, said in words(answer), "Lena L." in words(answer)) == (422, True, True)
        assert not ProfessionalLicense.objects.exists()

    def test_the_same_license_twice_is_told(self, as_learner, florida):
        as_learner.post(LIST, filled(florida))
        answer = as_learner.post(LIST, filled(florida, number="ma-12345"))
        assert (answer.status_code, "This license is in your list already." in words(answer)) == (422, True)
        assert ProfessionalLicense.objects.count() == 1

    def test_a_number_that_is_confirmed_for_another_account_is_told(self, as_learner, stranger, florida):
        make_license(stranger, status=Status.DOCUMENT_VERIFIED)
        answer = as_learner.post(LIST, filled(florida))
        assert (answer.status_code, "This number is confirmed for another account." in words(answer)) == (422, True)

    def test_one_taken_out_may_come_back_as_a_new_row(self, as_learner, learner, florida):
        old = make_license(learner)
        assert as_learner.post(f"{LIST}{old.pk}/remove/").status_code == 303
        assert as_learner.post(LIST, filled(florida)).status_code == 303
        old.refresh_from_db()
        assert (old.removed_at is None, ProfessionalLicense.objects.of(learner).count()) == (False, 1)

    def test_samples_are_no_choice_on_a_real_site(self, as_learner, florida, settings):
        sample = make_jurisdiction("US-SA", "Samplestate")
        type(sample).objects.filter(pk=sample.pk).update(is_sample=True)
        settings.SAMPLES = False
        assert "Samplestate" not in words(as_learner.get(LIST))


class TestChanging:
    def test_another_number_of_a_checked_license_is_the_holders_own_word_again(self, as_learner, learner, staff):
        one = make_license(learner, status=Status.DOCUMENT_VERIFIED, verified_on=date(2026, 1, 1), verified_by=staff)
        as_learner.post(f"{LIST}{one.pk}/", {"number": "MA12345", "expires_on": "2029-08-31"})
        one.refresh_from_db()
        assert (one.status, one.expires_on) == (Status.DOCUMENT_VERIFIED, date(2029, 8, 31))
        as_learner.post(f"{LIST}{one.pk}/", {"number": "MA54321"})
        one.refresh_from_db()
        assert (one.status, one.number_normalized) == (Status.SELF_DECLARED, "MA54321")
        assert (one.verified_on, one.verified_by) == (None, None)

    def test_a_refused_license_is_looked_at_again_when_something_new_comes(self, learner, staff):
        one = make_license(learner)
        reject(license=one, by=staff, note="The register has no such number.")
        same = change_license(license=one, number="MA12345", expires_on=date(2027, 8, 31))
        assert same.status == Status.REJECTED
        assert change_license(license=one, number="MA12345", evidence=copy()).status == Status.SELF_DECLARED

    def test_where_it_is_of_is_not_changed(self, as_learner, learner):
        one = make_license(learner)
        texas = make_jurisdiction("US-TX", "Texas")
        as_learner.post(f"{LIST}{one.pk}/", {"number": "MA777", "jurisdiction": texas.pk})
        one.refresh_from_db()
        assert (one.jurisdiction.name, one.number) == ("US-FL", "MA777")

    @pytest.mark.parametrize(("days", "shown"), [(-1, True), (0, False), (1, False)])
    def test_expired_is_read_off_the_last_day(self, as_learner, learner, days, shown):
        one = make_license(learner, expires_on=timezone.localdate() + timedelta(days=days))
        pages = [words(as_learner.get(path)) for path in (LIST, f"{LIST}{one.pk}/")]
        assert [("Expired" in page) for page in pages] == [shown, shown]

    def test_what_was_claimed_on_it_stays_when_it_is_taken_out(self, learner, course):
        one, enrollment = make_license(learner), enroll(user=learner, course=course, source=Enrollment.Source.FREE)
        claim = LicenseClaim.objects.create(enrollment=enrollment, license=one, course_approval=make_approval(course))
        remove_license(license=one)
        assert LicenseClaim.objects.get() == claim


class TestEvidence:
    def test_a_copy_is_kept_under_a_name_that_says_nothing(self, as_learner, learner, florida):
        as_learner.post(LIST, {**filled(florida), "evidence": copy(PNG, "Lena MA12345.PDF")})
        one = ProfessionalLicense.objects.get()
        assert (one.evidence.name.endswith(".png"), "Lena" in one.evidence.name) == (True, False)
        answer = as_learner.get(f"{LIST}{one.pk}/evidence/")
        assert b"".join(answer.streaming_content) == PNG
        kept = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
        assert [answer[name] for name in kept] == [
            "image/png",
            'attachment; filename="license.png"',
            "nosniff",
            "private, no-store",
        ]

    @pytest.mark.parametrize(("content", "name"), [(b"<html>", "card.pdf"), (b"", "card.pdf"), (b"MZ\x90", "card.png")])
    def test_its_first_bytes_say_what_it_is(self, as_learner, florida, content, name):
        answer = as_learner.post(LIST, {**filled(florida), "evidence": copy(content, name)})
        assert (answer.status_code, ProfessionalLicense.objects.count()) == (422, 0)

    def test_a_file_of_more_than_ten_megabytes_is_told(self, as_learner, florida):
        answer = as_learner.post(LIST, {**filled(florida), "evidence": copy(PDF + b" " * 10 * 1024 * 1024)})
        assert (answer.status_code, "larger than 10 MB" in words(answer)) == (422, True)

    @pytest.mark.parametrize(("status", "kept"), [(Status.SELF_DECLARED, False), (Status.DOCUMENT_VERIFIED, True)])
    def test_the_old_copy_goes_unless_somebody_relied_on_it(
        self, learner, status, kept, django_capture_on_commit_callbacks
    ):
        one = make_license(learner)
        change_license(license=one, number="MA12345", evidence=copy())
        old = stored(one)
        ProfessionalLicense.objects.update(status=status)
        with django_capture_on_commit_callbacks(execute=True):
            change_license(license=one, number="MA12345", evidence=copy(PNG))
        found = [private_files().exists(name) for name in (old, stored(one))]
        assert found == [kept, True]

    def test_without_a_copy_there_is_nothing_to_fetch(self, as_learner, learner):
        assert as_learner.get(f"{LIST}{make_license(learner).pk}/evidence/").status_code == 404


class TestEndorsements:
    @pytest.fixture
    def washington(self, learner):
        place = make_jurisdiction("US-WA", "Washington")
        TechniqueScopeRule.objects.create(
            technique=Technique.objects.create(name="Intraoral work", slug="intraoral-work"),
            jurisdiction=place,
            requirement="An endorsement.",
            endorsement="intraoral",
        )
        return make_license(learner, "MA60000000", jurisdiction=place)

    def test_one_is_added_checked_by_staff_and_taken_out(self, as_learner, client, washington, staff):
        door = f"{LIST}{washington.pk}/endorsements/"
        sent = {"endorsement-kind": "intraoral", "endorsement-granted_on": "2025-05-01", "endorsement-hours": "16"}
        assert as_learner.post(door, {**sent, "endorsement-evidence": copy()}).status_code == 303
        one = LicenseEndorsement.objects.get()
        assert (one.kind, one.granted_on, one.hours, one.verified_on) == ("intraoral", date(2025, 5, 1), 16, None)
        assert b"".join(as_learner.get(f"{door}{one.pk}/evidence/").streaming_content) == PDF
        client.force_login(staff)
        client.post(f"/admin/credit/licenses/{washington.pk}/endorsements/{one.pk}/verify/")
        one.refresh_from_db()
        assert (one.verified_on, one.verified_by) == (timezone.localdate(), staff)
        client.force_login(washington.user)
        assert client.post(f"{door}{one.pk}/remove/").status_code == 303
        assert not LicenseEndorsement.objects.exists()

    @pytest.mark.parametrize(
        "sent", [{"kind": "juggling"}, {"granted_on": "2099-01-01"}, {"hours": "-1"}], ids=["kind", "day", "hours"]
    )
    def test_what_cannot_be_right_is_refused(self, as_learner, washington, sent):
        whole = {"kind": "intraoral", "granted_on": "2025-05-01", **sent}
        answer = as_learner.post(
            f"{LIST}{washington.pk}/endorsements/", {f"endorsement-{name}": value for name, value in whole.items()}
        )
        assert (answer.status_code, LicenseEndorsement.objects.count()) == (422, 0)


DOORS = {
    "list": ("get", "/my/licenses/"),
    "one": ("get", "/my/licenses/{pk}/"),
    "change": ("post", "/my/licenses/{pk}/"),
    "remove": ("post", "/my/licenses/{pk}/remove/"),
    "evidence": ("get", "/my/licenses/{pk}/evidence/"),
    "endorse": ("post", "/my/licenses/{pk}/endorsements/"),
    "take out": ("post", "/my/licenses/{pk}/endorsements/{endorsement}/remove/"),
    "its evidence": ("get", "/my/licenses/{pk}/endorsements/{endorsement}/evidence/"),
    "staff list": ("get", "/admin/credit/licenses/"),
    "staff file": ("get", "/admin/credit/licenses/?export=csv"),
    "staff search": ("post", "/admin/credit/licenses/"),
    "staff one": ("get", "/admin/credit/licenses/{pk}/"),
    "verify": ("post", "/admin/credit/licenses/{pk}/verify/"),
    "refuse": ("post", "/admin/credit/licenses/{pk}/refuse/"),
    "check": ("post", "/admin/credit/licenses/{pk}/endorsements/{endorsement}/verify/"),
}
OWN = dict(zip(DOORS, [200, 422, 422, 303, 200, 422, 303, 200], strict=False))
OTHERS = {"list": 200, **dict.fromkeys(list(DOORS)[1:8], 404)}
NO_STAFF = dict.fromkeys(list(DOORS)[8:], 404)
MAY = {
    "visitor": dict.fromkeys(DOORS, 302),
    "holder": {**OWN, "one": 200, **NO_STAFF},
    "stranger": {**OTHERS, **NO_STAFF},
    "instructor": {**OTHERS, **dict.fromkeys(NO_STAFF, 302)},
    "staff": {
        **OTHERS,
        "evidence": 200,
        "its evidence": 200,
        **dict(zip(list(DOORS)[8:], [200, 200, 303, 200, 303, 422, 303], strict=True)),
    },
    "staff who looks": {
        **OTHERS,
        "evidence": 200,
        "its evidence": 200,
        **dict(zip(list(DOORS)[8:], [200, 200, 303, 200, 302, 302, 302], strict=True)),
    },
}


@pytest.mark.parametrize("who", MAY)
def test_who_may_what(client, learner, stranger, instructor, course, staff, who):
    looks = User.objects.create_user("looks@example.com", "pw", is_staff=True)
    rights = Group.objects.create(name="Looks")
    for name in ("access_admin", "view_professionallicense"):
        rights.permissions.add(Group.objects.get(name="Providers").permissions.get(codename=name))
    looks.groups.add(rights)
    people = {
        "holder": learner,
        "stranger": stranger,
        "instructor": instructor,
        "staff": staff,
        "staff who looks": looks,
    }
    if who in people:
        client.force_login(people[who])
    found = {}
    for name, (method, path) in DOORS.items():
        LicenseEndorsement.objects.all().delete()
        ProfessionalLicense.objects.all().delete()
        one = make_license(learner)
        one.evidence.save("card.pdf", copy())
        endorsement = LicenseEndorsement.objects.create(license=one, kind="intraoral", granted_on=date(2025, 1, 1))
        endorsement.evidence.save("card.pdf", copy())
        found[name] = getattr(client, method)(path.format(pk=one.pk, endorsement=endorsement.pk)).status_code
    assert found == MAY[who]


class TestStaff:
    def test_a_license_is_confirmed_and_its_holder_hears_of_it(self, client, learner, staff):
        one = make_license(learner)
        client.force_login(staff)
        client.post(f"/admin/credit/licenses/{one.pk}/verify/", {"note": "Seen in the register."})
        one.refresh_from_db()
        assert (one.status, one.verified_on, one.verified_by) == (Status.DOCUMENT_VERIFIED, timezone.localdate(), staff)
        mail = Mail.objects.get()
        assert (mail.to, mail.subject) == (learner.email, "Your license was checked: US-FL, Massage therapist")
        assert ("Seen in the register." in mail.text, "MA12345" in mail.text + mail.html + mail.key) == (True, False)

    def test_a_license_is_refused_with_a_reason_once(self, client, learner, staff):
        one = make_license(learner)
        client.force_login(staff)
        door = f"/admin/credit/licenses/{one.pk}/refuse/"
        without = client.post(door)
        assert (without.status_code, "Please write why: the holder reads it." in words(without)) == (422, True)
        for _ in range(2):
            assert client.post(door, {"note": "The register has no such number."}).status_code == 303
        one.refresh_from_db()
        assert (one.status, one.status_note) == (Status.REJECTED, "The register has no such number.")
        mail = Mail.objects.get()
        assert mail.subject == "Your license could not be confirmed: US-FL, Massage therapist"
        assert ("The register has no such number." in mail.text, "MA12345" in mail.text + mail.html) == (True, False)

    def test_one_number_is_confirmed_for_one_person_only(self, client, learner, stranger, staff):
        verify(license=make_license(stranger), by=staff)
        mine = make_license(learner)
        client.force_login(staff)
        answer = client.post(f"/admin/credit/licenses/{mine.pk}/verify/")
        assert (
            answer.status_code,
            "Another account's license with this number" in answer.content.decode().replace("&#x27;", "'"),
        ) == (422, True)
        mine.refresh_from_db()
        assert (mine.status, Mail.objects.filter(user=learner).exists()) == (Status.SELF_DECLARED, False)

    def test_one_taken_out_of_use_is_not_confirmed(self, learner, staff):
        one = make_license(learner, removed_at=timezone.now())
        with pytest.raises(LicenseRefused, match="taken it out of use"):
            verify(license=one, by=staff)

    def test_a_search_names_no_number_in_its_address(self, client, learner, stranger, staff):
        mine, other = make_license(learner, "MA12345"), make_license(stranger, "MA12399")
        client.force_login(staff)
        found = {
            typed: client.post("/admin/credit/licenses/", {"q": typed})["Location"]
            for typed in ("ma-12345", "MA123", "Lena", "nobody")
        }
        assert found == {
            "ma-12345": f"/admin/credit/licenses/{mine.pk}/",
            "MA123": f"/admin/credit/licenses/?found={other.pk},{mine.pk}",
            "Lena": f"/admin/credit/licenses/{mine.pk}/",
            "nobody": "/admin/credit/licenses/?found=",
        }
        listed = client.get(f"/admin/credit/licenses/?found={other.pk},x,999999999999").content.decode()
        assert ("MA12399" in listed, "MA12345" in listed) == (True, False)

    def test_the_list_is_narrowed_and_exported_without_copies(self, client, learner, staff):
        today = timezone.localdate()
        make_license(learner, "MA1001", expires_on=today + timedelta(days=10))
        make_license(learner, "MA1002", expires_on=today + timedelta(days=40), status=Status.REJECTED)
        make_license(learner, "MA1003", expires_on=today - timedelta(days=1), code="US-TX")
        make_license(learner, "MA1004", removed_at=timezone.now())
        client.force_login(staff)
        texas = make_jurisdiction("US-TX").pk
        found = {}
        for query in ("", f"state={texas}", "status=rejected", "status=expired", "within=30", "within=x&status=y"):
            text = client.get(f"/admin/credit/licenses/?{query}&export=csv").getvalue().decode()
            found[query] = [line.split(",")[4] for line in text.splitlines()[1:]]
        assert found == {
            "": ["MA1001", "MA1002", "MA1003"],
            f"state={texas}": ["MA1003"],
            "status=rejected": ["MA1002"],
            "status=expired": ["MA1003"],
            "within=30": ["MA1001"],
            "within=x&status=y": ["MA1001", "MA1002", "MA1003"],
        }

    def test_the_list_costs_the_same_with_one_and_with_many(self, client, staff):
        client.force_login(staff)
        counts = []
        for number in range(6):
            make_license(make_user(), f"MA100{number}", expires_on=date(2027, 8, 31))
            if number in (0, 5):
                with CaptureQueriesContext(connection) as asked:
                    assert client.get("/admin/credit/licenses/").status_code == 200
                counts.append(len(asked))
        assert counts[0] == counts[1]


def test_ones_own_list_costs_the_same_with_one_and_with_many(as_learner, learner):
    as_learner.get(LIST)
    counts = []
    for number in range(6):
        one = make_license(learner, f"MA100{number}")
        LicenseEndorsement.objects.create(license=one, kind="intraoral", granted_on=date(2025, 1, 1))
        if number in (0, 5):
            with CaptureQueriesContext(connection) as asked:
                as_learner.get(LIST)
            counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_staff_confirm_the_same_number_of_two_people_at_once(transactional_db):
    by = make_user("provider@example.com")
    waiting = [make_license(make_user(), "MA12345") for _ in range(4)]
    rows = list(waiting)
    outcomes = at_once(lambda: verify(license=waiting.pop(), by=by), times=4)
    assert sorted(type(one).__name__ for one in outcomes) == ["LicenseRefused"] * 3 + ["NoneType"]
    states = [ProfessionalLicense.objects.get(pk=one.pk).status for one in rows]
    assert sorted(states) == [Status.DOCUMENT_VERIFIED, *[Status.SELF_DECLARED] * 3]
    assert Mail.objects.count() == 1
