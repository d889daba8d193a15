"""The transcript: every course on one paper of as many pages as it takes, signed as a certificate is."""

import dataclasses
import io
import re

import pikepdf
import pytest

from certificates.paper.examining import examine_pdf
from certificates.paper.transcript import Transcript, TranscriptLine, render_transcript
from certificates.rendering import RenderError
from certificates.tests.paper import needs_poppler, needs_qpdf, run, signed
from certificates.tests.printing import PROVIDER, SERIAL
from certificates.tests.test_paper_signing import roots
from certificates.tests.test_paper_structure import tags
from certificates.tests.test_rendering_design import LONG_NAME, LONG_TITLE, SCHOOL_DESIGN

CHECK_URL = "https://school.example.com/verify/"


def line(**changes):
    return TranscriptLine(
        **(
            {
                "title": "Listening Hands",
                "completed_on": "2026-11-18",
                "hours_printed": "4.0 CE hours",
                "delivery": "Self-paced home study",
                "approval": "Example Board: Example School, no. EX-451234",
                "score": "86%",
                "serial": SERIAL,
            }
            | changes
        )
    )


def transcript(count=1, **changes):
    lines = tuple(line(title=f"Course {number} of many") for number in range(1, count + 1))
    facts = {
        "name": "Ada Lindqvist",
        "provider": PROVIDER,
        "issued_on": "2026-11-20",
        "lines": lines,
        "totals": (("Approved CE hours", "4.0 CE hours"), ("By our own count, not approved", "3.5 hours")),
        "check_url": CHECK_URL,
    }
    return Transcript(**(facts | changes))


def words(data, *options):
    return " ".join(run("pdftotext", "-layout", *options, "-", "-", data=data).split())


def pages(data):
    return int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", "-", data=data)).group(1))


@needs_poppler
def test_a_line_names_course_day_hours_score_and_certificate():
    lines = (line(), line(title="Ethics", score="", hours_printed="3.5 hours", standing="Replaced"))
    text = words(render_transcript(transcript(lines=lines, license_number="MA-12345")))
    for fact in (
        "Transcript of continuing education",
        "Ada Lindqvist License MA-12345, as of November 20, 2026",
        "4.0 CE hours 3.5 hours",
        "Course Completed Hours Score Certificate",
        f"Listening Hands November 18, 2026 4.0 CE hours 86% {SERIAL}",
        f"Ethics November 18, 2026 3.5 hours {SERIAL}",
        "Replaced",
        "Example Board: Example School, no. EX-451234",
        "school.example.com/verify",
        "It is not a license",
    ):
        assert fact in text


@needs_poppler
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_a_long_table_runs_over_pages_and_repeats_its_header(paper):
    data = render_transcript(transcript(60), paper=paper)
    count = pages(data)
    assert count > 3
    for number in range(1, count + 1):
        text = words(data, "-f", str(number), "-l", str(number))
        assert f"Ada Lindqvist, as of November 20, 2026 Page {number} of {count}" in text
        if "Course 1" in text or number < count:
            assert "Course Completed Hours Score Certificate" in text
    assert re.findall(r"Course (\d+) of many", words(data)) == [str(number) for number in range(1, 61)]


def test_the_table_is_tagged_with_one_header():
    with pikepdf.open(io.BytesIO(render_transcript(transcript(60), design=SCHOOL_DESIGN))) as pdf:
        kinds = [kind for kind, _ in tags(pdf)]
        figures = [alt for kind, alt in tags(pdf) if kind == "/Figure"]
        claims = pdf.open_metadata()
    assert [kinds.count(kind) for kind in ("/Table", "/THead", "/TH", "/TD", "/H1", "/H2")] == [1, 1, 5, 300, 1, 1]
    assert figures == ["A ring", f"QR code of {CHECK_URL}"]
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("3", "B", "1")


@needs_poppler
def test_a_sample_says_so_on_every_page():
    data = render_transcript(transcript(40, sample_notice="Sample: not valid for credit"), test_keys=True)
    for number in range(1, pages(data) + 1):
        assert "Sample: not valid for credit" in words(data, "-f", str(number), "-l", str(number))
    assert "Test. Signed with a demonstration key." in words(data)


@needs_poppler
def test_somebody_without_courses_gets_a_sentence_and_no_empty_table():
    assert "No finished courses." in words(render_transcript(transcript(lines=(), totals=())))


@needs_poppler
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_long_names_and_titles_stay_inside_the_margins(paper):
    data = render_transcript(transcript(name=LONG_NAME, lines=(line(title=LONG_TITLE),) * 12), paper=paper)
    width = float(re.search(r"Page size:\s+([\d.]+)", run("pdfinfo", "-", data=data)).group(1))
    sides = re.findall(
        r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', run("pdftotext", "-bbox", "-", "-", data=data)
    )
    assert [side for side in sides if float(side[0]) < 57 or float(side[1]) > width - 57] == []


@needs_poppler
def test_a_name_in_another_script_is_read_back():
    assert "渡邊 さくら" in words(render_transcript(transcript(name="渡邊 さくら")))


def test_the_same_facts_give_the_same_bytes():
    assert render_transcript(transcript(5)) == render_transcript(transcript(5))


@needs_qpdf
def test_signed_it_is_ours_and_without_fault(tmp_path):
    paper = signed(render_transcript(transcript(40)))
    assert examine_pdf(paper.bytes, roots()).ours_unchanged
    (tmp_path / "paper.pdf").write_bytes(paper.bytes)
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", str(tmp_path / "paper.pdf"), data=b"")


def test_a_logo_that_cannot_be_printed_is_told_to_staff():
    with pytest.raises(RenderError, match="A ring: not a picture"):
        render_transcript(transcript(), design=dataclasses.replace(SCHOOL_DESIGN, logo=b"?"))
