"""What may be uploaded, and what an item says of itself."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.forms import get_document_form
from wagtail.images.forms import get_image_form

from library.models import Handout, PersonRelease, Picture, Recording
from library.tests.factories import make_picture, make_recording, png

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'


def picture_problems(name, content, user):
    form = get_image_form(Picture)({"title": "x"}, {"file": SimpleUploadedFile(name, content)}, user=user)
    return "file" in form.errors


@pytest.mark.parametrize(
    ("name", "content", "refused"),
    [
        ("hands.png", png(), False),
        ("evil.svg", SVG, True),
        ("evil.png", SVG, True),
        ("evil.png", b"<html>", True),
        ("hands.gif", png(), True),
        ("hands.png.exe", png(), True),
    ],
)
def test_a_picture_is_what_its_name_says_and_never_an_svg(admin_user, name, content, refused):
    assert picture_problems(name, content, admin_user) is refused


@pytest.mark.parametrize(
    ("name", "refused"),
    [("a.pdf", False), ("a.docx", False), ("a.html", True), ("a.svg", True), ("a.js", True), ("a.exe", True)],
)
def test_a_handout_is_of_a_kind_that_cannot_run(admin_user, name, refused):
    form = get_document_form(Handout)({"title": "x"}, {"file": SimpleUploadedFile(name, b"%PDF-1.7")}, user=admin_user)
    assert ("file" in form.errors) is refused


def test_a_person_is_shown_only_with_a_release():
    picture = make_picture()
    assert picture.may_be_published is True
    picture.shows_person = True
    assert picture.may_be_published is False
    picture.release = PersonRelease.objects.create(person="Pat", signed_on="2026-01-05", kept_at="Binder 3")
    assert picture.may_be_published is True


@pytest.mark.parametrize(
    ("name", "fields", "has_words"),
    [
        ("a.mp3", {"transcript": "Rest."}, True),
        ("a.mp3", {"transcript": "Rest.", "captions": ""}, True),
        ("a.mp4", {"transcript": "Rest."}, True),
        ("a.mp4", {"transcript": "Rest.", "captions": ""}, False),
        ("a.mp4", {"transcript": "  "}, False),
        ("a.mp3", {"transcript": ""}, False),
    ],
)
def test_a_recording_is_never_without_words(name, fields, has_words):
    assert make_recording(name, **fields).has_words is has_words


def test_a_length_is_not_negative():
    with pytest.raises(ValidationError, match="cannot be negative"):
        Recording(title="x", file="x.mp3", type="audio", duration=-1).clean()


def test_captions_are_webvtt():
    recording = make_recording()
    recording.captions = SimpleUploadedFile("evil.html", b"<script>")
    with pytest.raises(ValidationError) as refused:
        recording.full_clean()
    assert set(refused.value.message_dict) == {"captions"}


def test_the_words_of_a_picture_are_its_description():
    picture = make_picture()
    assert picture.default_alt_text == "Two hands at rest."
    picture.description = ""
    assert picture.default_alt_text == "Hands"


def test_a_release_is_signed_already() -> None:
    release = PersonRelease(person="Pat", signed_on=date(2999, 1, 1), kept_at="Binder 3")
    with pytest.raises(ValidationError, match="still to come"):
        release.full_clean()
