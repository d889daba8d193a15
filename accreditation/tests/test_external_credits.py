"""Credit from elsewhere: entered, changed, taken out; its file is private and is what it says."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accreditation.models import ExternalCredit
from accreditation.services.standing import standing_of
from accreditation.tests.factories import make_license

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DOOR = "/my/credits/external/"
PDF, PNG = b"%PDF-1.7 paper", b"\x89PNG\r\n\x1a\npicture"


def upload(content=PDF, name="Lena Learner 1987.pdf"):
    return SimpleUploadedFile(name, content)


def filled(**changes):
    facts = {
        "title": "Ethics of touch",
        "provider": "Other School",
        "completed_on": "2026-03-01",
        "hours": "2.5",
        "mode": "live_online",
        "subject": "ethics",
    }
    return facts | changes


@pytest.fixture
def entered(as_learner, learner, django_capture_on_commit_callbacks):
    license = make_license(learner)
    done = as_learner.post(DOOR, filled(licenses=[license.pk], file=upload()))
    assert (done.status_code, done["Location"]) == (303, "/my/credits/")
    return ExternalCredit.objects.get()


def test_it_is_kept_as_it_was_typed_for_the_chosen_license(entered, learner):
    assert (entered.user, entered.title, entered.hours, entered.completed_on, entered.hands_on) == (
        learner,
        "Ethics of touch",
        Decimal("2.5"),
        date(2026, 3, 1),
        False,
    )
    assert standing_of(entered.licenses.get()).hours == Decimal("2.5")


def test_it_stands_in_the_own_ledger(entered, as_learner):
    page = as_learner.get("/my/credits/").content.decode()
    assert ("Ethics of touch" in page, "2.5 hours" in page, f"{DOOR}{entered.pk}/file/" in page) == (True, True, True)


def test_the_file_gets_a_name_that_says_nothing_and_comes_back_as_a_download(entered, as_learner):
    assert "Lena" not in entered.file.name
    answer = as_learner.get(f"{DOOR}{entered.pk}/file/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="credit.pdf"'


def test_it_is_its_owner_s_only(entered, stranger, learner):
    client = Client()
    client.force_login(stranger, backend=BACKEND)
    found = {door: client.get(f"{DOOR}{entered.pk}/{door}").status_code for door in ("", "file/")}
    found["remove/"] = client.post(f"{DOOR}{entered.pk}/remove/").status_code
    assert (found, ExternalCredit.objects.count()) == ({"": 404, "file/": 404, "remove/": 404}, 1)
    stranger.is_superuser = True
    stranger.save()
    assert client.post(f"{DOOR}{entered.pk}/", filled()).status_code == 404


def test_another_s_license_is_no_choice(as_learner, stranger, learner):
    make_license(learner)
    foreign = make_license(stranger, "MA99")
    assert as_learner.post(DOOR, filled(licenses=[foreign.pk])).status_code == 422
    assert not ExternalCredit.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"file": upload(b"<html>", "paper.pdf")}, "This is no PDF, JPG or PNG."),
        ({"file": upload(PDF + b"0" * 10 * 1024 * 1024)}, "larger than 10 MB"),
        ({"completed_on": "2099-01-01"}, "has not come yet"),
        ({"completed_on": "1900-01-01"}, "look at the year"),
        ({"hours": "0"}, "greater than or equal to 0.25"),
        ({"hours": "NaN"}, "Enter a number."),
        ({"title": ""}, "This field is required."),
    ],
    ids=["a page", "too large", "not yet", "long ago", "no hours", "no number", "no title"],
)
def test_what_is_refused_keeps_what_was_typed(as_learner, changes, words):
    answer = as_learner.post(DOOR, filled(**changes))
    page = answer.content.decode()
    assert (answer.status_code, words in page, "Other School" in page) == (422, True, True)
    assert not ExternalCredit.objects.exists()


def test_a_new_file_takes_the_place_of_the_old_one(entered, as_learner, django_capture_on_commit_callbacks):
    old = entered.file.name
    with django_capture_on_commit_callbacks(execute=True):
        as_learner.post(f"{DOOR}{entered.pk}/", filled(hours="3", file=upload(PNG, "a.exe")))
    entered.refresh_from_db()
    assert (entered.hours, entered.file.name.endswith(".png"), entered.licenses.count()) == (Decimal(3), True, 0)
    assert (storages["private"].exists(old), storages["private"].exists(entered.file.name)) == (False, True)


def test_the_file_stays_where_no_other_is_chosen_and_goes_where_it_is_taken_out(
    entered, as_learner, django_capture_on_commit_callbacks
):
    name = entered.file.name
    as_learner.post(f"{DOOR}{entered.pk}/", filled())
    entered.refresh_from_db()
    assert (entered.file.name, storages["private"].exists(name)) == (name, True)
    with django_capture_on_commit_callbacks(execute=True):
        as_learner.post(f"{DOOR}{entered.pk}/", filled(drop_file="on"))
    entered.refresh_from_db()
    assert (entered.file.name, storages["private"].exists(name)) == ("", False)
    assert as_learner.get(f"{DOOR}{entered.pk}/file/").status_code == 404


def test_taken_out_it_is_gone_with_its_file(entered, as_learner, django_capture_on_commit_callbacks):
    name = entered.file.name
    with django_capture_on_commit_callbacks(execute=True):
        done = as_learner.post(f"{DOOR}{entered.pk}/remove/")
    assert (done.status_code, ExternalCredit.objects.count(), storages["private"].exists(name)) == (303, 0, False)
