"""Names in every script that the school can meet: printed as they are written, or refused with the sign named."""

import re
import unicodedata

import pytest

from certificates.paper.typesetting import direction
from certificates.rendering import MissingGlyphError, render
from certificates.tests.paper import needs_poppler, run
from certificates.tests.printing import VERIFY_URL, approved_credit, printed

NAMES = {
    "Latin": "Zbigniew Żółć-Łąkowski",
    "African": "Ɔkɔmfo Ŋgũgĩ",
    "Azerbaijani": "Əli Əliyeva",
    "Vietnamese": "Nguyễn Thị Hồng Ánh",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Анастасія Преображенська",
    "Kazakh": "Әлия Құрманғазы",
    "Hebrew": "יעל כהן־לוי",
    "Arabic": "محمد عبد الرحمن الخوارزمي",
    "Persian": "پریسا گلشیری",
    "Devanagari": "प्रियंका श्रीवास्तव",
    "Chinese simplified": "朱镕基 王芳",
    "Chinese traditional": "歐陽靖雯",
    "Japanese": "渡邊 さくら ジョン",
    "Japanese variants": "髙橋 﨑",
    "Korean": "김민서 설믜",
}
EMBEDDING = re.compile("[\u202a-\u202e]")


def paper(name, **changes):
    return render(printed(approved_credit(), learner_name=name, **changes).as_json(), VERIFY_URL)


@needs_poppler
@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_printed_and_read_back_as_it_is_written(script):
    """The bidirectional marks are the reader's own; everything else must be the name, letter by letter."""
    name = unicodedata.normalize("NFC", NAMES[script])
    lines = EMBEDDING.sub(
        "", run("pdftotext", "-layout", "-x", "0", "-y", "0", "-W", "500", "-H", "612", "-", "-", data=paper(name))
    )
    assert [line.strip() for line in lines.splitlines() if name in line] == [name]


@needs_poppler
@pytest.mark.parametrize("script", ["Vietnamese", "Hebrew", "Arabic", "Devanagari", "Japanese", "Korean"])
def test_a_name_in_another_script_is_as_large_as_one_in_ours(script, tmp_path):
    """36 points: a fallback font with taller letters must not be stepped down for them."""
    (tmp_path / "paper.pdf").write_bytes(paper(NAMES[script]))
    fonts = run("pdftohtml", "-xml", "-stdout", "-zoom", "1", "-i", str(tmp_path / "paper.pdf"), data=b"")
    assert max(int(size) for size in re.findall(r'<fontspec id="\d+" size="(\d+)"', fonts)) == 36


@pytest.mark.parametrize(
    ("name", "signs"), [("ᚠᚢ", "ᚠ, ᚢ"), ("Ada 😀", "😀"), ("ᏣᎳᎩ", "Ꮳ, Ꮃ, Ꭹ")], ids=["runes", "emoji", "Cherokee"]
)
def test_a_letter_that_no_font_holds_is_told_to_staff_and_not_printed(name, signs):
    with pytest.raises(MissingGlyphError, match=f"have no sign for {signs}\\."):
        paper(name)


@pytest.mark.parametrize(
    ("text", "way"),
    [("Ada", "ltr"), ("יעל (Yael)", "rtl"), ("(محمد)", "rtl"), ("123", "ltr"), ("", "ltr"), ("王", "ltr")],
)
def test_a_line_runs_as_its_first_letter_does(text, way):
    assert direction(text) == way
