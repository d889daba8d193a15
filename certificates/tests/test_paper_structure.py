"""Read with a program that is not ours: what the PDF claims, its tags, its words for pictures, what it carries."""

import io

import pikepdf
import pytest

from certificates.rendering import render
from certificates.tests.paper import CREDENTIAL, needs_qpdf, run, signed, signed_paper, unsigned_paper
from certificates.tests.printing import SERIAL, VERIFY_URL, approved_credit, printed
from certificates.tests.test_rendering_design import SCHOOL_DESIGN

PAPERS = {
    "letter": lambda: unsigned_paper(),
    "a4": lambda: unsigned_paper("a4"),
    "signed": lambda: signed_paper(),
}


@pytest.fixture(params=PAPERS)
def pdf(request):
    with pikepdf.open(io.BytesIO(PAPERS[request.param]())) as opened:
        yield opened


def tags(pdf):
    """Every structure element, in reading order, as (tag, alternative text)."""
    found = []

    def walk(element):
        if isinstance(element, pikepdf.Array):
            for child in element:
                walk(child)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append((str(element.S), str(element.get("/Alt", ""))))
            walk(element.get("/K", pikepdf.Array()))

    walk(pdf.Root.StructTreeRoot.K)
    return found


def test_it_claims_to_be_archival_and_accessible_at_once(pdf):
    with pdf.open_metadata() as meta:
        claims = (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"], meta["dc:title"])
    assert claims == ("3", "B", "1", "Certificate of Achievement: Foundations of Craniosacral Bodywork (Home Study)")


def test_it_is_a_pdf_of_the_version_that_its_claims_are_built_on(pdf):
    """PDF/A-3b and PDF/UA-1 are built on PDF 1.7; neither typesetter nor signature may write a newer one."""
    assert (pdf.pdf_version, pdf.Root.get("/Version")) == ("1.7", None)


def test_it_is_tagged_speaks_english_and_shows_its_title(pdf):
    assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked), bool(pdf.Root.ViewerPreferences.DisplayDocTitle)) == (
        "en",
        True,
        True,
    )
    assert [str(page.obj.get("/Tabs")) for page in pdf.pages] == ["/S"]
    kinds = [kind for kind, _ in tags(pdf)]
    assert (kinds.count("/H1"), kinds.count("/Figure"), kinds.count("/Link")) == (1, 1, 1)


def test_every_picture_has_its_words():
    data = render(printed(approved_credit()).as_json(), VERIFY_URL, design=SCHOOL_DESIGN)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert [words for kind, words in tags(pdf) if kind == "/Figure"] == [
            "A ring",
            "Signature of Mara Ellison",
            "Signature of Jonas Reyes",
            f"QR code of {VERIFY_URL}",
        ]


def test_the_link_can_be_clicked_and_says_where_it_goes(pdf):
    (link,) = [note for note in pdf.pages[0].Annots if note.Subtype == "/Link"]
    assert str(link.A.URI) == VERIFY_URL
    assert str(link.Contents) != ""


def test_the_credential_is_inside_byte_for_byte(pdf):
    (file,) = pdf.Root.AF
    assert (str(file.AFRelationship), str(file.EF.F.Subtype), str(file.UF)) == (
        "/Data",
        "/application/vc",
        f"{SERIAL}.json",
    )
    assert file.EF.F.read_bytes() == CREDENTIAL
    assert list(pdf.attachments) == [f"{SERIAL}.json"]


def test_no_letter_is_the_box_of_a_missing_one(pdf):
    """Glyph 0 of a font is its box for what it lacks; the fonts have two bytes a glyph (Identity-H)."""
    shown = b"".join(
        bytes(part)
        for operands, operator in pikepdf.parse_content_stream(pdf.pages[0])
        if str(operator) in {"Tj", "TJ"}
        for part in (operands[0] if str(operator) == "TJ" else operands)
        if isinstance(part, pikepdf.String)
    )
    assert len(shown) > 500
    assert 0 not in [int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)]


def test_without_a_credential_nothing_is_attached():
    with pikepdf.open(io.BytesIO(render(printed().as_json(), VERIFY_URL))) as pdf:
        assert "/AF" not in pdf.Root


@needs_qpdf
@pytest.mark.parametrize("name", PAPERS)
def test_qpdf_finds_no_fault(name, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(PAPERS[name]())
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", str(path), data=b"")


def test_signing_leaves_claims_metadata_and_tags_as_they_were():
    data = render(printed(approved_credit()).as_json(), VERIFY_URL, design=SCHOOL_DESIGN, credential=CREDENTIAL)
    with pikepdf.open(io.BytesIO(data)) as before, pikepdf.open(io.BytesIO(signed(data).bytes)) as after:
        assert tags(after) == tags(before)
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert dict(after.docinfo) == dict(before.docinfo)
