"""Archives: one trap per test, each made here. Nothing of an archive is ever written to disk."""

import io
import stat
import zipfile
from time import process_time
from typing import Any

import pytest

from quizzes.interchange import packages
from quizzes.interchange.base import UnreadableFile
from quizzes.interchange.markup import tidy
from quizzes.interchange.packages import Package


def zipped(*entries: tuple[str, bytes], **more: Any) -> bytes:
    """An archive of (name, content)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(_named(name, **more), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _named(name: str, mode: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name  # the constructor would mend the names that these tests are about
    entry.external_attr = mode << 16
    return entry


def refusal(content: bytes, name: str = "") -> str:
    with pytest.raises(UnreadableFile) as refused:
        Package(content).read(name)
    return str(refused.value)


def test_a_harmless_archive_is_read_by_name() -> None:
    package = Package(zipped(("a.xml", b"<a/>"), ("media/b c.png", b"png")))
    assert (package.names, package.read("a.xml")) == (["a.xml", "media/b c.png"], b"<a/>")


def test_a_reference_is_found_beside_the_file_that_makes_it() -> None:
    package = Package(zipped(("items/q.xml", b""), ("media/b c.png", b"")))
    assert [package.find(name, "items/q.xml") for name in ("../media/b%20c.png", "q.xml", "../../etc/passwd")] == [
        "media/b c.png",
        "items/q.xml",
        None,
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../a.xml", "reaches outside the archive"),
        ("a/../../b.xml", "reaches outside the archive"),
        ("/etc/passwd", "has an absolute name"),
        ("C:/a.xml", "names a drive"),
        ("C:a.xml", "names a drive"),
        ("a\\b.xml", "has a backslash in its name"),
    ],
)
def test_a_name_that_could_leave_the_archive_is_refused(name: str, why: str) -> None:
    assert refusal(zipped((name, b"x"))) == f'The archive is not opened: "{name}" {why}.'


def test_a_zero_byte_in_a_name_is_refused() -> None:
    content = zipped(("aQb.xml", b"x")).replace(b"aQb.xml", b"a\x00b.xml")
    assert refusal(content).endswith("has a zero byte in its name.")


def test_a_link_is_refused() -> None:
    content = zipped(("a.xml", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777)
    assert refusal(content) == 'The archive is not opened: "a.xml" is a link.'


def test_an_encrypted_entry_is_refused() -> None:
    content = bytearray(zipped(("a.xml", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert refusal(bytes(content)) == 'The archive is not opened: "a.xml" is encrypted.'


@pytest.mark.parametrize("second", ["a.xml", "A.XML", "a\u0308.xml"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_under_one_name_are_refused(second: str) -> None:
    first = "\u00e4.xml" if second.startswith("a\u0308") else "a.xml"
    assert refusal(zipped((first, b"1"), (second, b"2"))) == f'The archive holds "{second}" twice.'


@pytest.mark.parametrize("name", ["inner.zip", "inner.TAR", "more.tar.gz", "game.h5p", "cartridge.imscc"])
def test_an_archive_inside_is_refused_by_its_name(name: str) -> None:
    assert refusal(zipped((name, b"x"))).startswith(f'"{name}" is an archive inside the archive.')


def test_an_archive_inside_is_refused_by_its_bytes() -> None:
    content = zipped(("picture.png", zipped(("a.xml", b"x"))))
    assert refusal(content, "picture.png").startswith('"picture.png" is an archive inside the archive.')


def test_too_many_entries_are_refused() -> None:
    content = zipped(*((f"{number}.xml", b"") for number in range(packages.MAX_ENTRIES + 1)))
    assert refusal(content) == "The archive holds 2001 files; at most 2000 are read."


def test_an_entry_that_says_it_is_too_large_is_refused_unread() -> None:
    content = zipped(("a.xml", bytes(packages.MAX_ENTRY + 1)))
    assert refusal(content) == '"a.xml" in the archive is larger than 10 MiB.'


def test_an_archive_that_says_it_is_too_large_is_refused_unread() -> None:
    part = bytes(packages.MAX_ENTRY)
    content = zipped(*((f"{number}.bin", part) for number in range(6)))
    assert refusal(content) == "The archive unpacks to more than 50 MiB."


def test_an_entry_packed_too_tightly_is_refused_while_it_is_read() -> None:
    content = zipped(("a.xml", bytes(5 * 1024 * 1024)))
    assert refusal(content, "a.xml") == '"a.xml" unpacks to more than 100 times its size.'


def test_white_space_in_a_small_file_does_no_harm() -> None:
    assert len(Package(zipped(("a.xml", b" " * 60_000))).read("a.xml")) == 60_000


def test_bytes_are_counted_as_they_are_read_over_the_whole_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package(zipped(("a.bin", bytes(range(256)) * 40), ("b.bin", bytes(range(256)) * 40)))
    monkeypatch.setattr(packages, "MAX_TOTAL", 15_000)
    package.read("a.bin")
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        package.read("b.bin")


def test_reading_an_entry_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package(zipped(("a.bin", bytes(range(256)) * 40)))
    monkeypatch.setattr(packages, "MAX_TOTAL", 15_000)
    assert package.read("a.bin") == package.read("a.bin")


def test_a_size_that_lies_does_not_get_more_bytes_through() -> None:
    content = bytearray(zipped(("a.xml", b"x" * 5_000)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(signature) + offset
        content[place : place + 4] = (10).to_bytes(4, "little")
    assert refusal(bytes(content), "a.xml") == '"a.xml" in the archive is damaged.'


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100), zipped(("a.xml", b"x"))[:-30]])
def test_a_damaged_archive_is_refused(content: bytes) -> None:
    assert refusal(content) == "The archive is damaged and cannot be opened."


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("h5p.json", "an H5P package"),
        (".bb-package-info", "a Blackboard archive"),
        ("examview.xml", "an ExamView archive"),
        ("xl/workbook.xml", "a spreadsheet, not a package of questions"),
    ],
)
def test_packages_of_other_systems_are_declined_by_name(name: str, what: str) -> None:
    assert refusal(zipped((name, b"{}"))) == f"This is {what}. We do not import it."


@pytest.mark.parametrize("broken", ["<p ", "<ul><li>", "<b", "<!--", "<a href='"])
def test_a_text_of_broken_tags_is_read_in_the_time_of_its_length(broken: str) -> None:
    began = process_time()
    tidy(broken * (1_000_000 // len(broken)))
    tidy(broken * (50_000 // len(broken)))
    assert process_time() - began < 5
