"""What the school and the holder add to a certificate: paper size, logo, signatures, wording, license, marks."""

import dataclasses
import re
from itertools import product

import pytest

from certificates.paper.design import LARGEST_PICTURE, STANDARD, Design
from certificates.rendering import RenderError, render
from certificates.tests.paper import drawing, needs_poppler, run
from certificates.tests.printing import VERIFY_URL, approved_credit, printed

SCHOOL_DESIGN = Design(
    version="7",
    logo=drawing(),
    logo_alt="A ring",
    opening="Let it be known that",
    closing="Given with the thanks of the faculty.",
    signatures={"Mara Ellison": drawing(700, 200), "Jonas Reyes": drawing(600, 600, mode="RGB", kind="JPEG")},
)
LONG_TITLE = (
    "Advanced Craniosacral Bodywork: Intracranial Membranes, the Dural Tube and the Vagus Nerve in "
    "Trauma-Informed Practice (Home Study)"
)
LONG_NAME = "Bartholomew Maximilian Montgomery Christopherson-Fitzgerald Oglethorpe of the Upper Lindqvist"
APPROVALS = [
    {"body": "Example Board", "provider_name": "Example School", "provider_number": "EX-1", "course_number": "C-1"},
    {
        "body": "National Example Board for Therapeutic Massage and Bodywork (NEBTMB)",
        "provider_name": "The Example School of Craniosacral Therapy and Bodywork, Inc.",
        "provider_number": "451234-26",
        "course_number": "C-2",
    },
    {"body": "Example State Board", "provider_name": "Example School", "provider_number": "50-9", "course_number": ""},
]


def facts(**changes):
    return printed(approved_credit()).as_json() | changes


def words(data):
    return " ".join(run("pdftotext", "-raw", "-", "-", data=data).split())


def page_size(data):
    found = re.search(r"Page size:\s+([\d.]+) x ([\d.]+) pts", run("pdfinfo", "-", data=data))
    return tuple(round(float(side)) for side in found.groups())


@needs_poppler
@pytest.mark.parametrize(("paper", "points"), [("letter", (792, 612)), ("a4", (842, 595))])
def test_the_page_is_one_landscape_sheet_of_the_paper_that_was_asked_for(paper, points):
    data = render(facts(), VERIFY_URL, paper=paper)
    assert page_size(data) == points
    assert "Pages:           1\n" in run("pdfinfo", "-", data=data)


@needs_poppler
def test_the_schools_own_wording_stands_in_its_places():
    text = words(render(facts(), VERIFY_URL, design=SCHOOL_DESIGN))
    assert "Let it be known that Ada Lindqvist passed every quiz" in text
    assert "(Home Study) Given with the thanks of the faculty." in text
    assert "This certifies that" not in text


@needs_poppler
def test_a_logo_and_both_signatures_are_drawn():
    listed = run("pdfimages", "-list", "-", data=render(facts(), VERIFY_URL, design=SCHOOL_DESIGN)).splitlines()[2:]
    assert sorted(line.split()[2:5] for line in listed if line.split()[2] == "image") == [
        ["image", "300", "300"],
        ["image", "600", "600"],
        ["image", "700", "200"],
    ]


@needs_poppler
def test_a_signature_belongs_to_the_name_that_is_printed():
    design = dataclasses.replace(STANDARD, signatures={"Somebody Else": drawing()})
    assert run("pdfimages", "-list", "-", data=render(facts(), VERIFY_URL, design=design)).splitlines()[2:] == []


@needs_poppler
def test_two_instructors_sign_each_and_many_share_a_line():
    two = words(render(facts(instructors=["Mara Ellison", "Otto Lind"]), VERIFY_URL))
    assert "Mara Ellison Instructor Otto Lind Instructor Jonas Reyes For the school" in two
    many = words(render(facts(instructors=["Ann A", "Ben B", "Cleo C", "Dan D"]), VERIFY_URL))
    assert "Ann A, Ben B, Cleo C, Dan D Instructors Jonas Reyes For the school" in many


@needs_poppler
def test_the_license_number_stands_only_where_it_was_given():
    assert "License MA-12345" in words(render(facts(), VERIFY_URL, license_number="MA-12345"))
    assert "MA-12345" not in words(render(facts(), VERIFY_URL))


@needs_poppler
def test_marks_say_sample_and_test_in_words_and_across_the_sheet():
    def marks(**changes):
        text = words(
            render(facts(sample_notice=changes.get("notice", "")), VERIFY_URL, test_keys=changes.get("test", False))
        )
        return [
            mark
            for mark in ("Sample: not valid", "Test. Signed with a demonstration key.", "Sample ", "Test ")
            if mark in text
        ]

    assert marks() == []
    assert marks(test=True) == ["Test. Signed with a demonstration key.", "Test "]
    both = marks(notice="Sample: not valid for credit", test=True)
    assert both == ["Sample: not valid", "Test. Signed with a demonstration key.", "Sample "]


@needs_poppler
def test_several_approvals_are_each_printed_with_their_numbers():
    text = words(render(facts(approvals=APPROVALS), VERIFY_URL))
    assert "Approved by Example Board: Example School, no. EX-1; course C-1 Approved by National" in text
    assert (
        "Bodywork, Inc., no. 451234-26; course C-2 Approved by Example State Board: Example School, no. 50-9 Course"
        in text
    )


@needs_poppler
@pytest.mark.parametrize(
    ("paper", "design", "name"),
    [*product(("letter", "a4"), (STANDARD, SCHOOL_DESIGN), ("Ada Lind", LONG_NAME))],
)
def test_the_longest_facts_stay_inside_the_margins(paper, design, name):
    """Each word within the margins of 0.8 inch, and none lost."""
    long_facts = facts(
        name=name,
        title=LONG_TITLE,
        approvals=APPROVALS,
        instructors=["Mara Ellison", "Josephine Featherstonehaugh-Cholmondeley"],
        sample_notice="Sample: not valid for credit",
        valid_until="2028-11-18",
        awarded_on="2026-11-19",
        replaces="CST-2026-7K4MQ-X9RTB-Z",
    )
    data = render(long_facts, VERIFY_URL, paper=paper, design=design, license_number="MA-12345", test_keys=True)
    width, height = page_size(data)
    boxes = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)</word>',
        run("pdftotext", "-bbox", "-", "-", data=data),
    )
    outside = [
        word
        for left, top, right, bottom, word in boxes
        if word != "Sample"
        and min(float(left) - 57, width - 57 - float(right), float(top) - 52, height - 52 - float(bottom)) < 0
    ]
    assert outside == []
    text = " ".join(box[4] for box in boxes)
    for fact in (
        *LONG_TITLE.split(),
        *name.replace("-", " ").split(),
        "MA-12345",
        "451234-26;",
        "50-9",
        "2028",
        "CST-2026-7K4MQ-X9RTB-Z",
    ):
        assert fact in text


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (b"<svg/>", "A ring: not a picture that can be printed. Use PNG or JPEG."),
        (drawing()[:200], "A ring: not a picture that can be printed. Use PNG or JPEG."),
        (drawing(kind="GIF", mode="RGB"), "A ring: not a picture that can be printed. Use PNG or JPEG."),
        (drawing() + b"x" * LARGEST_PICTURE, "A ring: the picture is larger than 512 KB."),
        (drawing(3000, 3000, mode="1"), "A ring: the picture has more than 6 million pixels."),
    ],
    ids=["svg", "cut off", "gif", "heavy", "huge"],
)
def test_a_picture_that_cannot_be_printed_is_told_to_staff(picture, says):
    with pytest.raises(RenderError, match=re.escape(says)):
        render(facts(), VERIFY_URL, design=dataclasses.replace(SCHOOL_DESIGN, logo=picture))
