"""Files leave by three doors, whole or in parts, under headers that make them harmless. Who may: enrollments/tests."""

import pytest
from django.conf import settings

from library.models import Rendition
from library.tests.factories import SOUND, make_handout, make_picture, make_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client, admin_user):
    """May open every file, so that only the door itself is tested."""
    client.force_login(admin_user)
    return client


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def ask(client, url, byte_range=None):
    headers = {} if byte_range is None else {"Range": byte_range}
    return client.get(url, headers=headers)


class TestPrivateStorage:
    def test_the_address_that_the_storage_would_give_is_no_door(self, operator):
        for item in (make_handout(), make_recording(), make_picture()):
            assert operator.get(item.file.storage.url(item.file.name)).status_code == 404

    def test_nothing_is_served_where_files_are_stored(self, operator):
        for item in (make_handout(), make_recording(), make_picture()):
            for prefix in (settings.MEDIA_URL, "/media/", "/documents/", "/static/"):
                assert operator.get(prefix + item.file.name).status_code == 404

    def test_the_addresses_that_pages_print_are_the_doors(self):
        handout, recording, picture = make_handout("a.pdf"), make_recording("b.mp3"), make_picture("c.png")
        rendition = picture.get_rendition("width-20")
        assert handout.url == f"/documents/{handout.pk}/{handout.filename}"
        assert recording.url == f"/media/{recording.pk}/{recording.filename}"
        assert recording.captions_url == f"/media/{recording.pk}/{recording.captions.name.split('/')[-1]}"
        assert rendition.url == f"/images/{picture.pk}/width-20/{rendition.file.name.split('/')[-1]}"


class TestDoors:
    def test_a_handout_is_a_download(self, operator):
        handout = make_handout("Rest quietly.pdf")
        answer = ask(operator, handout.url)
        assert (answer.status_code, body(answer)) == (200, b"%PDF-1.7 rest")
        assert answer["Content-Disposition"] == f'attachment; filename="{handout.filename}"'
        assert (answer["Content-Type"], answer["Content-Security-Policy"]) == ("application/pdf", "default-src 'none'")
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, max-age=3600")

    def test_a_foreign_name_stays_readable(self, operator):
        answer = ask(operator, make_handout("Übung.pdf").url)
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%9Cbung")

    def test_captions_leave_by_the_door_of_their_recording(self, operator):
        answer = ask(operator, make_recording().captions_url)
        assert (answer.status_code, answer["Content-Type"], body(answer)[:6]) == (200, "text/vtt", b"WEBVTT")

    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("a.mp3", "audio/mpeg"),
            ("a.m4a", "audio/mp4"),
            ("a.ogg", "audio/ogg"),
            ("a.opus", "audio/ogg"),
            ("a.flac", "audio/flac"),
            ("a.mp4", "video/mp4"),
            ("a.M4V", "video/mp4"),
            ("a.webm", "video/webm"),
        ],
    )
    def test_a_recording_plays_in_the_page_on_any_machine(self, operator, monkeypatch, name, content_type):
        import mimetypes  # noqa: PLC0415 - its table is what the machine brings

        monkeypatch.setattr(mimetypes, "guess_type", mimetypes.MimeTypes().guess_type)  # as without /etc/mime.types
        answer = ask(operator, make_recording(name).url)
        assert (answer["Content-Type"], answer["Content-Disposition"].split(";")[0]) == (content_type, "inline")

    @pytest.mark.parametrize("name", ["evil.html", "evil.txt", "evil.js", "evil.xyz"])
    def test_what_a_browser_could_run_is_handed_over_closed(self, operator, name):
        answer = ask(operator, make_handout(name, b"<script>alert(1)</script>").url)
        kind = answer["Content-Disposition"].split(";")[0]
        assert (kind, answer["Content-Security-Policy"]) == ("attachment", "default-src 'none'")

    def test_another_name_another_number_or_a_lost_file_is_404(self, operator):
        handout, recording = make_handout(), make_recording()
        lost = make_handout("lost.pdf")
        lost.file.storage.delete(lost.file.name)
        for url in (
            f"/documents/{handout.pk}/other.pdf",
            f"/documents/{handout.pk + 99}/{handout.filename}",
            f"/documents/{2**70}/{handout.filename}",
            f"/media/{recording.pk}/other.mp3",
            f"/media/{recording.pk}/{handout.filename}",
            f"/media/{recording.pk}/%00",
            f"/media/{recording.pk}/..%2F..%2Fsettings.py",
            lost.url,
        ):
            assert ask(operator, url).status_code == 404, url

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_the_doors_only_give(self, operator, method):
        handout, recording, picture = make_handout(), make_recording(), make_picture()
        for url in (handout.url, recording.url, picture.get_rendition("width-20").url):
            assert getattr(operator, method)(url).status_code == 405


class TestRenditions:
    def test_a_size_that_a_page_has_asked_for_is_served(self, operator):
        answer = ask(operator, make_picture().get_rendition("width-20").url)
        assert (answer.status_code, answer["Content-Type"], body(answer)[:4]) == (200, "image/png", b"\x89PNG")

    @pytest.mark.parametrize(
        "spec", ["width-21", "fill-4000x4000", "original", "format-webp", "width-99999999", "x" * 300, "%00"]
    )
    def test_a_size_that_no_page_asked_for_is_never_made(self, operator, spec):
        picture = make_picture()
        name = picture.get_rendition("width-20").file.name.split("/")[-1]
        assert ask(operator, f"/images/{picture.pk}/{spec}/{name}").status_code == 404
        assert Rendition.objects.filter(image=picture).count() == 1


class TestRanges:
    """RFC 9110, 14: Safari does not even start a recording without."""

    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ("bytes=0-0", 0, 0),
            ("bytes=0-1", 0, 1),
            ("bytes=10-19", 10, 19),
            ("bytes=1000-", 1000, 1023),
            ("bytes=1000-99999", 1000, 1023),
            ("bytes=-24", 1000, 1023),
            ("bytes=-5000", 0, 1023),
            ("bytes=0-", 0, 1023),
            (" bytes=1-2 ", 1, 2),
        ],
    )
    def test_a_part_is_answered_as_that_part(self, operator, asked, first, last):
        answer = ask(operator, make_recording().url, asked)
        assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/1024")
        assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(last - first + 1), "bytes")
        assert body(answer) == SOUND[first : last + 1]

    @pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0", "bytes=999999999999999999-"])
    def test_a_part_beyond_the_end_is_416_with_the_size(self, operator, asked):
        answer = ask(operator, make_recording().url, asked)
        assert (answer.status_code, answer["Content-Range"], answer.content) == (416, "bytes */1024", b"")

    @pytest.mark.parametrize(
        "asked",
        [
            "",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "items=0-1",
            "bytes=0-1,5-6",
            "bytes=--1",
            "bytes=0-1-2",
            "bytes=" + "9" * 400 + "-",
            "bytes=1.5-2",
            "bytes=١-٢",
            "bytes 0-1",
        ],
    )
    def test_what_is_not_one_range_is_answered_whole(self, operator, asked):
        answer = ask(operator, make_recording().url, asked)
        assert (answer.status_code, body(answer)) == (200, SOUND)

    def test_an_empty_file_has_no_part(self, operator):
        assert ask(operator, make_handout("empty.txt", b"").url, "bytes=0-").status_code == 416

    def test_the_size_can_be_asked_for_without_the_content(self, operator):
        answer = operator.head(make_recording().url)
        assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, "1024", "bytes")
