import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import segno

from certificates.rendering import DoesNotFitError, MissingGlyphError, RenderError, qr_svg, render
from certificates.tests.paper import needs_poppler, needs_qpdf, run
from certificates.tests.printing import SERIAL, VERIFY_URL, approved_credit, line, printed


def pdf(facts=None):
    return render((facts or printed()).as_json(), VERIFY_URL)


def words(data):
    """The text of the page in reading order, on one line."""
    return " ".join(run("pdftotext", "-raw", "-", "-", data=data).split())


def word_boxes(data):
    """Each word with the height of its box, which grows with the type size."""
    found = re.findall(
        r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]+)<', run("pdftotext", "-bbox", "-", "-", data=data)
    )
    return {word: float(bottom) - float(top) for top, bottom, word in found}


def test_the_same_facts_give_the_same_bytes():
    assert pdf() == pdf()


def test_another_process_gives_the_same_bytes_too():
    """Nothing of the machine or the moment gets in: another seed of hashing, another time zone."""
    program = (
        "import hashlib; from certificates.tests.printing import *; from certificates.rendering import render; "
        "print(hashlib.sha256(render(printed().as_json(), VERIFY_URL)).hexdigest())"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.decode().strip() == hashlib.sha256(pdf()).hexdigest()


def test_another_fact_gives_other_bytes():
    assert pdf() != pdf(printed(learner_name="Ada Lindquist"))


@needs_poppler
def test_the_file_is_one_tagged_letter_page_with_title_author_and_date():
    info = dict(re.findall(r"^([^:]+):\s*(.*)$", run("pdfinfo", "-", data=pdf()), re.MULTILINE))
    assert info["Title"] == "Certificate of Achievement: Foundations of Craniosacral Bodywork"
    assert info["Author"] == "Example School of Craniosacral Therapy"
    assert info["Keywords"] == SERIAL
    assert (info["Tagged"], info["Pages"], info["JavaScript"], info["Encrypted"]) == ("yes", "1", "no", "no")
    assert info["Page size"] == "792 x 612 pts (letter)"
    assert run("pdfinfo", "-isodates", "-", data=pdf()).count("2026-11-20T00:00:00Z") == 2


@needs_qpdf
def test_the_file_claims_archival_and_accessible_forms_and_speaks_english(tmp_path):
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf())
    plain = run("qpdf", "--qdf", "--object-streams=disable", str(path), "-", data=b"")
    claims = dict(re.findall(r"<(pdf\w+:\w+)>([^<]+)</", plain))
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("3", "B", "1")
    assert re.findall(r"/Lang \((\w+)\)", plain) == ["en"]


@needs_poppler
def test_every_font_is_ours_and_embedded():
    rows = [line.split() for line in run("pdffonts", "-", data=pdf()).splitlines()[2:]]
    assert {row[0].split("+")[1].split("-")[0] for row in rows} == {"Alegreya", "AlegreyaSans"}
    assert {row[-5] for row in rows} == {"yes"}


@needs_poppler
def test_the_page_prints_the_facts_of_an_approved_course():
    text = words(pdf(printed(approved_credit())))
    for fact in (
        "Certificate of Achievement",
        "Ada Lindqvist",
        "passed every quiz of the self-paced course",
        "Foundations of Craniosacral Bodywork (Home Study)",
        "4.0 CE hours",
        "Completed November 18, 2026",
        "Subject Ethics 1.0, Technique 3.0",
        "Provider Example School, no. EX-451234",
        "Course number EX-2117",
        "Mara Ellison Instructor",
        "Jonas Reyes For the school",
        "school.example.com/verify",
        SERIAL,
    ):
        assert fact in text
    assert "our own count" not in text
    assert "Sample" not in text


@needs_poppler
def test_the_page_of_an_unapproved_sample_course_says_both():
    text = words(pdf(printed(sample_school=True)))
    assert "4.5 hours Hours by our own count, not approved CE credit." in text
    assert "Sample: not valid for credit" in text
    assert "Provider" not in text
    assert "CE hours" not in text


@needs_poppler
def test_signs_in_a_name_are_printed_as_they_are():
    name = 'Anne-Sophie O\'Neil "Annie" Smith & Daughters'
    assert name in words(pdf(printed(learner_name=name)))


@needs_poppler
def test_markup_in_a_name_is_only_letters():
    name = "#panic() *b* $x$ <a> @x \\ [c]"
    assert name in words(pdf(printed(learner_name=name)))


@needs_poppler
def test_a_long_name_steps_down_takes_two_lines_and_then_three():
    regular = word_boxes(pdf())["Lindqvist"]
    sizes = {
        "Bartholomew C. Lindqvist": 36,
        "Bartholomew Oglethorpe Lindqvist": 30,
        "Bartholomew Maximilian Lindqvist-Berg": 24,
        "Bartholomew Maximilian Oglethorpe Lindqvist": 30,
        "Bartholomew Maximilian Christopherson Oglethorpe Lindqvist": 24,
        "Bartholomew Maximilian Montgomery Christopherson-Fitzgerald Oglethorpe of the Upper Lindqvist": 18,
    }
    for name, points in sizes.items():
        boxes = word_boxes(pdf(printed(learner_name=name)))
        assert round(boxes[name.split()[0]] / regular * 36) == points


def test_a_name_that_fits_at_no_size_is_refused():
    with pytest.raises(DoesNotFitError, match=r"Too long for the page: X+"):
        pdf(printed(learner_name="X" * 150))


def test_facts_that_overflow_the_page_are_refused():
    with pytest.raises(DoesNotFitError, match="the facts of this certificate"):
        pdf(printed(approved_credit(lines=(line("Technique", "1"),) * 200)))


def test_every_refusal_is_one_kind_for_the_sweep():
    assert issubclass(MissingGlyphError, RenderError)
    assert issubclass(DoesNotFitError, RenderError)


def test_the_qr_code_carries_the_address_and_a_quiet_zone():
    modules = len(segno.make(VERIFY_URL, error="m", micro=False).matrix)
    assert f'viewBox="0 0 {modules + 8} {modules + 8}"' in qr_svg(VERIFY_URL)
    assert qr_svg(VERIFY_URL) != qr_svg(VERIFY_URL.replace("7K4MQ", "7K4MR"))


@needs_poppler
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_the_qr_code_on_the_page_reads_as_the_address_at_150_dots_an_inch(paper, tmp_path):
    """Of a sample too, whose word across the sheet runs behind the code."""
    reader = pytest.importorskip("zxingcpp", reason="needs zxing-cpp to read the QR code back, not installed")
    image = pytest.importorskip("PIL.Image")
    data = render(printed(sample_school=True).as_json(), VERIFY_URL, paper=paper)
    (tmp_path / "page.pdf").write_bytes(data)
    run("pdftoppm", "-r", "150", "-png", "-singlefile", str(tmp_path / "page.pdf"), str(tmp_path / "page"), data=b"")
    assert [code.text for code in reader.read_barcodes(image.open(tmp_path / "page.png"))] == [VERIFY_URL]
