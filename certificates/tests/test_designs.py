"""How certificates look: edited and tried by the provider, published as versions that nothing can change."""

import base64
import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import Image
from wagtail.models import Site

from accounts.models import User
from certificates.models import CertificateDesign, DesignSignature, PublishedDesign
from certificates.paper.design import LARGEST_PICTURE
from certificates.services import publish_design
from certificates.services.designs import drawn_as, is_published, newest_design
from certificates.tests.desk import browser, issued, page_of, staff, told, words_of
from certificates.tests.factories import make_course, set_up_school
from certificates.tests.paper import needs_poppler, run
from library.models import Picture

DESIGN = "/admin/certificates/design/"
PUBLISH = f"{DESIGN}publish/"
KINDS = {"achievement": "Certificate of Achievement", "completion": "Certificate of Completion"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    set_up_school()
    make_course()


@pytest.fixture
def provider() -> User:
    return staff("provider@example.com", "change_certificatedesign", "view_certificate")


@pytest.fixture
def desk(provider: User) -> Client:
    return browser(provider)


def drawn(color: str = "navy", kind: str = "PNG", size: tuple[int, int] = (120, 40)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, kind)
    return buffer.getvalue()


def picture(title: str, content: bytes | None = None) -> Picture:
    """In the library; what its file holds need not be a picture."""
    found = Picture.objects.create(title=title, file=ContentFile(drawn(), name="picture.png"))
    if content is not None:
        overwrite(found, content)
    return found


def overwrite(found: Picture, content: bytes) -> None:
    storage, name = found.file.storage, found.file.name
    storage.delete(name)
    assert storage.save(name, ContentFile(content)) == name


def edited() -> CertificateDesign:
    return CertificateDesign.for_site(Site.objects.get(is_default_site=True))


def settings_page() -> str:
    return f"/admin/settings/certificates/certificatedesign/{edited().site_id}/"


def form(*signatures: tuple[str, Picture], **words: Any) -> dict[str, Any]:
    """What the form of the setting sends."""
    rows = {
        "signatures-TOTAL_FORMS": len(signatures),
        "signatures-INITIAL_FORMS": 0,
        "signatures-MIN_NUM_FORMS": 0,
        "signatures-MAX_NUM_FORMS": 1000,
    }
    for n, (name, signature) in enumerate(signatures):
        row = {"id": "", "ORDER": n + 1, "DELETE": "", "name": name, "picture": signature.pk}
        rows |= {f"signatures-{n}-{key}": value for key, value in row.items()}
    plain = {"logo": "", "paper": "letter", "opening": "This certifies that"}
    return {**plain, "achievement_closing": "", "completion_closing": "", **rows, **words}


def words_on(pdf: bytes) -> str:
    return " ".join(run("pdftotext", "-", "-", data=pdf).split())


def change(**words: Any) -> None:
    design = edited()
    for name, value in words.items():
        setattr(design, name, value)
    design.save()


# -- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rights", [(), ("view_certificate", "change_certificate", "revoke_certificate")])
def test_only_those_who_may_change_the_design_come_in(provider: User, rights: tuple[str, ...]) -> None:
    publish_design(by=provider)
    others = browser(staff("other@example.com", *rights))
    doors = [settings_page(), DESIGN, PUBLISH, f"{DESIGN}draft/achievement.pdf", f"{DESIGN}1/achievement.pdf"]
    assert [others.get(path).status_code for path in doors] == [302] * 5
    assert [others.post(path).status_code for path in doors[:1] + doors[2:3]] == [302] * 2
    assert [browser(provider).get(path).status_code for path in doors] == [200] * 5
    assert PublishedDesign.objects.count() == 1


# -- edit -----------------------------------------------------------------------------------------------------------
def test_the_provider_edits_and_it_counts_for_nothing_until_it_is_published(desk: Client) -> None:
    mine = picture("Signature of Jonas")
    words = {"logo": picture("Our mark").pk, "paper": "a4", "opening": "We are glad to say that"}
    answer = desk.post(settings_page(), form(("Jonas Reyes", mine), **words))
    assert (answer.status_code, answer["Location"]) == (302, settings_page())
    design = edited()
    assert (design.logo.title, design.paper, design.signatures.get().picture) == ("Our mark", "a4", mine)
    page = words_of(desk.get(settings_page()))
    assert "Not published yet. New certificates have the plain look, without logo and signatures." in page
    assert issued().design is None


def test_the_page_says_when_it_is_published_and_when_it_is_no_longer(desk: Client, provider: User) -> None:
    publish_design(by=provider)
    assert "Published. New certificates look like this: Design 1" in words_of(desk.get(settings_page()))
    change(opening="We are glad to say that")
    assert "Not published yet. New certificates use Design 1 of" in words_of(desk.get(settings_page()))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (drawn(kind="GIF"), "not a picture that can be printed. Use PNG or JPEG."),
        (drawn(kind="WEBP"), "not a picture that can be printed. Use PNG or JPEG."),
        (drawn() + b"0" * LARGEST_PICTURE, "the picture is larger than 512 KB."),
        (drawn(size=(3000, 2001)), "the picture has more than 6 million pixels."),
    ],
    ids=["gif", "webp", "too large", "too many pixels"],
)
@pytest.mark.parametrize("place", ["Logo", "Signature of Jonas Reyes"])
def test_a_picture_that_cannot_be_printed_is_refused_with_words(
    desk: Client, place: str, content: bytes, said: str
) -> None:
    bad = picture("Bad", content)
    sent = form(logo=bad.pk) if place == "Logo" else form(("Jonas Reyes", bad))
    answer = desk.post(settings_page(), sent)
    assert (answer.status_code, f"{place}: {said}" in words_of(answer)) == (200, True)
    assert (edited().logo, edited().signatures.count()) == (None, 0)


def test_a_signature_that_nobody_would_see_is_pointed_out(desk: Client) -> None:
    for name in ("Jonas Reyes", "Mara Ellison", "Jonas A. Reyes"):
        DesignSignature.objects.create(design=_saved(), name=name, picture=picture(name))
    page = words_of(desk.get(settings_page()))
    assert page.count("No certificate prints the name") == 1
    assert "No certificate prints the name Jonas A. Reyes" in page


def _saved() -> CertificateDesign:
    design = edited()
    design.save()
    return design


# -- preview --------------------------------------------------------------------------------------------------------
@needs_poppler
@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_shows_what_is_saved_and_is_marked_as_a_sample(desk: Client, kind: str) -> None:
    change(opening="We are glad to say that", achievement_closing="Well done.", completion_closing="Well attended.")
    answer = desk.get(f"{DESIGN}draft/{kind}.pdf")
    assert (answer["Content-Type"], answer["Content-Disposition"][:6]) == ("application/pdf", "inline")
    text = words_on(answer.content)
    for words in (KINDS[kind], "We are glad to say that", "ot valid for credit", "Jonas Reyes", "Mara Ellison"):
        assert words in text
    assert ("Well done." in text, "Well attended." in text) == (kind == "achievement", kind == "completion")


def test_what_cannot_be_set_is_said_in_words_and_cannot_be_published(desk: Client) -> None:
    change(opening="ᏣᎳᎩ")
    answers = [desk.get(f"{DESIGN}draft/achievement.pdf"), desk.get(PUBLISH), desk.post(PUBLISH)]
    for answer in answers:
        assert (answer.status_code, "Our certificate fonts have no sign for Ꮳ" in words_of(answer)) == (422, True)
    assert newest_design() is None


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "Logo: the file is gone. Choose another picture."), (b"none", "Logo: not a picture that can be printed.")],
    ids=["gone", "damaged"],
)
def test_a_picture_that_was_lost_or_damaged_in_the_storage_is_not_published(
    desk: Client, content: bytes, said: str
) -> None:
    logo = picture("Our mark", content)
    if not content:
        logo.file.storage.delete(logo.file.name)
    change(logo=logo)
    for answer in (desk.get(PUBLISH), desk.post(PUBLISH), desk.get(f"{DESIGN}draft/achievement.pdf")):
        assert (answer.status_code, said in words_of(answer)) == (422, True)
    assert newest_design() is None


@pytest.mark.parametrize("path", ["draft/diploma.pdf", "1/diploma.pdf", "2/achievement.pdf"])
def test_other_samples_do_not_exist(desk: Client, provider: User, path: str) -> None:
    publish_design(by=provider)
    assert desk.get(DESIGN + path).status_code == 404


# -- publish --------------------------------------------------------------------------------------------------------
def test_publishing_is_confirmed_and_pressed_twice_is_once(desk: Client, provider: User) -> None:
    change(logo=picture("Our mark"))
    assert "Certificates that exist stay as they are." in words_of(desk.get(PUBLISH))
    assert newest_design() is None
    for _ in range(2):
        answer = desk.post(PUBLISH)
        assert (answer.status_code, answer["Location"]) == (303, settings_page())
    version = PublishedDesign.objects.get()
    assert (version.number, version.published_by, bytes(version.logo)) == (1, provider, drawn())
    assert "Design 1 is published." in told(desk)
    assert "Nothing has changed since Design 1" in words_of(desk.get(PUBLISH))


@needs_poppler
def test_new_certificates_use_the_newest_and_say_which(desk: Client, provider: User) -> None:
    change(opening="First words")
    first = publish_design(by=provider)
    one = issued()
    change(opening="Second words")
    second = publish_design(by=provider)
    two = issued("Bo Berg", "bo@example.com")
    assert (one.design, two.design) == (first, second)
    assert ["First words" in words_on(paper.read_pdf()) for paper in (one, two)] == [True, False]
    assert [words_of(desk.get(page_of(paper))).count(f"Design {paper.design}") for paper in (one, two)] == [1, 1]
    listed = words_of(desk.get(DESIGN))
    assert [f"Design {n}" in listed for n in (1, 2, 3)] == [True, True, False]
    assert "First words" in words_on(desk.get(f"{DESIGN}1/achievement.pdf").content)


def test_a_picture_that_is_replaced_or_deleted_changes_no_version(provider: User) -> None:
    logo, signature = picture("Our mark"), picture("Hand", drawn("black"))
    change(logo=logo)
    DesignSignature.objects.create(design=edited(), name="Jonas Reyes", picture=signature)
    publish_design(by=provider)
    before = PublishedDesign.objects.values().get()
    overwrite(logo, drawn("red"))
    assert not is_published()
    logo.delete()
    signature.delete()
    assert PublishedDesign.objects.values().get() == before
    look, paper = drawn_as(newest_design(), "achievement")
    assert (look.logo, look.signatures, paper) == (drawn(), {"Jonas Reyes": drawn("black")}, "letter")
    assert (edited().logo, edited().signatures.count()) == (None, 0)


def test_a_picture_in_the_design_can_be_deleted_in_the_back_office(django_user_model: Any, provider: User) -> None:
    logo = picture("Our mark")
    change(logo=logo)
    publish_design(by=provider)
    boss = browser(django_user_model.objects.create_superuser("boss@example.com"))
    assert boss.post(f"/admin/images/{logo.pk}/delete/").status_code == 302
    assert (Picture.objects.count(), bytes(PublishedDesign.objects.get().logo)) == (0, drawn())


def test_the_model_refuses_every_change_of_a_version(provider: User) -> None:
    version = publish_design(by=provider)
    version.content = {}
    for act in (version.save, version.delete):
        with pytest.raises(ValidationError, match="stands"):
            act()
    assert PublishedDesign.objects.get().content["opening"] == "This certifies that"


@pytest.mark.both_databases
@pytest.mark.parametrize("column", ["number", "content", "logo", "sha256", "published_at", "published_by_id"])
def test_the_database_refuses_it_too(provider: User, column: str) -> None:
    publish_design(by=provider)
    with (
        pytest.raises(DatabaseError, match="A published design stands"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE certificates_publisheddesign SET {column} = {column}")  # noqa: S608 - our own names
    with pytest.raises(DatabaseError, match="A published design stands"), transaction.atomic():
        PublishedDesign.objects.update(content={})


def test_signatures_are_kept_as_bytes(provider: User) -> None:
    DesignSignature.objects.create(design=_saved(), name="Jonas Reyes", picture=picture("Hand"))
    kept = publish_design(by=provider).content["signatures"]
    assert {name: base64.b64decode(data) for name, data in kept.items()} == {"Jonas Reyes": drawn()}


def test_the_same_name_twice_is_refused_with_words(desk: Client) -> None:
    answer = desk.post(settings_page(), form(*(("Jonas Reyes", picture(f"Hand {n}")) for n in (1, 2))))
    assert (answer.status_code, "duplicate" in words_of(answer)) == (200, True)
    assert edited().signatures.count() == 0
