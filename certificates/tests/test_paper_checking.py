"""The check of dropped files: right about good ones, calm about broken ones, bounded about hostile ones."""

import random
import time
import zlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from certificates.paper.checking import check_pdf
from certificates.paper.examining import MOST_BYTES, PaperCheck, examine_pdf
from certificates.tests.paper import CREDENTIAL, SIGNED_AT, school_authority, signed_paper, unsigned_paper


def root():
    return school_authority().certificate


def root_pem():
    return root().public_bytes(Encoding.PEM)


def bare_pdf(*objects):
    """The smallest file with these objects, the first being the catalog, and a true cross-reference table."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def test_our_paper_is_found_whole_and_ours_from_a_process_of_its_own():
    check = check_pdf(signed_paper(), [root()])
    assert check == examine_pdf(signed_paper(), [root_pem()])
    assert (check.ours_unchanged, check.signed_at, check.attached_credential, check.problem) == (
        True,
        SIGNED_AT,
        CREDENTIAL,
        "",
    )


def test_without_our_root_it_is_whole_but_not_ours():
    check = check_pdf(signed_paper(), [])
    assert (check.signed, check.intact, check.trusted, check.ours_unchanged) == (True, True, False, False)


def test_an_unsigned_paper_still_hands_out_its_credential():
    assert check_pdf(unsigned_paper(), [root()]) == PaperCheck(attached_credential=CREDENTIAL)


def test_words_after_the_signature_are_seen():
    check = check_pdf(signed_paper() + b"\n% and two hours more\n", [root()])
    assert (check.signed, check.covers_whole, check.ours_unchanged) == (True, False, False)


def test_a_page_changed_by_an_update_is_seen(tmp_path):
    """The classic forgery: the signed bytes stay, an update after them draws something else."""
    with (tmp_path / "forged.pdf").open("w+b") as file:
        file.write(signed_paper())
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Rotate"] = generic.NumberObject(180)
        writer.update_container(page)
        writer.write_in_place()
    check = check_pdf((tmp_path / "forged.pdf").read_bytes(), [root()])
    assert (check.signed, check.intact, check.covers_whole, check.ours_unchanged) == (True, False, False, False)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 2000, "not a PDF"),
        (b" " * 2000 + b"%PDF-1.7", "not a PDF"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"%PDF-1.7\n" + b"x" * (MOST_BYTES + 1), "too large"),
        (bare_pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 61>>"), "too many pages"),
        (bare_pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 60>>"), ""),
        (bare_pdf(b"<</Type/Catalog/Pages 1 0 R>>"), "unreadable"),
        (bare_pdf(b"<</Type/Catalog/Pages " + b"[" * 200_000 + b"]" * 200_000 + b">>"), "unreadable"),
    ],
    ids=["empty", "image", "late", "head only", "large", "many pages", "pages enough", "loop", "deep"],
)
def test_what_cannot_be_read_is_said_in_a_word(data, problem):
    check = check_pdf(data, [root()])
    assert (check.signed, check.problem) == (False, problem)


def test_a_file_that_swells_is_not_swallowed():
    """64 MB of nothing in a few kilobytes, as the attached credential."""
    swollen = zlib.compress(bytes(64 * 1024 * 1024))
    stream = b"<</Subtype/application#2Fvc/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (
        len(swollen),
        swollen,
    )
    data = bare_pdf(
        b"<</Type/Catalog/Pages 2 0 R/AF[3 0 R]>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Filespec/AFRelationship/Data/EF<</F 4 0 R>>>>",
        stream,
    )
    assert check_pdf(data, [root()]) == PaperCheck(problem="unreadable")


@pytest.mark.slow
def test_a_file_that_keeps_the_reader_busy_is_given_up():
    """Millions of brackets and names: each cheap, together hours of reading in pure Python."""
    started = time.monotonic()
    data = bare_pdf(b"<</Type/Catalog/Pages 2 0 R/X[" + b"<</A[/B 1]>>" * 800_000 + b"]>>", b"<</Count 1>>")
    assert check_pdf(data, [root()]).problem == "too slow to read"
    assert time.monotonic() - started < 25


def test_no_mutation_raises_or_passes_for_ours():
    """300 broken copies: bytes changed, cut out, doubled or cut off, and numbers made absurd."""
    good, dice = signed_paper(), random.Random(20261120)
    gap = good.index(b"/Contents <")
    outside = [at for at in range(len(good)) if not gap < at < good.index(b">", gap)]
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(dice.randint(1, 12)):
            at, length = dice.choice(outside) % len(bad), dice.randint(1, 40)
            match dice.randrange(5):
                case 0:
                    bad[at] ^= 1 << dice.randrange(8)
                case 1:
                    del bad[at : at + length]
                case 2:
                    bad[at:at] = bad[at : at + length]
                case 3:
                    bad[at : at + 1] = str(dice.choice([-1, 0, 2**31, 10**30])).encode()
                case 4 if dice.random() < 0.2:
                    del bad[max(at, 2000) :]
        check = examine_pdf(bytes(bad), [root_pem()])
        assert isinstance(check, PaperCheck)
        assert not check.ours_unchanged or bytes(bad) == good


def test_an_answer_survives_the_way_out_of_the_process():
    check = examine_pdf(signed_paper(), [root_pem()])
    assert PaperCheck.from_text(check.to_text()) == check
    assert PaperCheck.from_text(PaperCheck(problem="unreadable").to_text()) == PaperCheck(problem="unreadable")
