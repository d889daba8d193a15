"""XML from strangers: no document types, nothing without end; HTML brought down to what a question holds."""

import pytest

from quizzes.interchange import markup, moodle_xml, qti
from quizzes.interchange.base import UnreadableFile
from quizzes.interchange.markup import plain, read_tree, tidy

LAUGHS = """<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<quiz><question type="essay"><name><text>&c;</text></name></question></quiz>"""
OUTSIDE = """<!DOCTYPE quiz [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<quiz><question type="essay"><name><text>&secret;</text></name></question></quiz>"""
PARAMETER = '<!DOCTYPE quiz [<!ENTITY % all SYSTEM "http://example.com/evil.dtd"> %all;]><quiz/>'
PLAIN = '<!DOCTYPE quiz SYSTEM "quiz.dtd"><quiz/>'


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_tree(content)
    return str(refused.value)


@pytest.mark.parametrize("source", [LAUGHS, OUTSIDE, PARAMETER, PLAIN])
@pytest.mark.parametrize("parse", [moodle_xml.parse, qti.parse])
def test_a_document_type_is_refused_whatever_it_declares(source: str, parse: object) -> None:
    assert callable(parse)
    with pytest.raises(UnreadableFile, match="Remove the DOCTYPE"):
        parse(source.encode())


def test_an_undeclared_entity_is_refused_by_line() -> None:
    assert refusal(b"<quiz>\n&nbsp;</quiz>") == "This is not well-formed XML: line 2, column 1."


def test_nesting_without_end_is_refused() -> None:
    assert refusal(b"<a>" * 5_000).startswith("The file is nested deeper than 100")


def test_elements_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_ELEMENTS", 50)
    assert refusal(b"<a>" + b"<b/>" * 60 + b"</a>").endswith("holds more than 50 elements.")


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_BYTES", 1024 * 1024)
    assert refusal(b" " * (1024 * 1024 + 1)) == "The file is larger than 1 MiB."


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"{}", b"<a>", '<a b="\u00e9"/>'.encode("latin-1")])
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    assert refusal(content).startswith("This is not well-formed XML: line 1")


def test_an_unknown_encoding_is_refused() -> None:
    assert refusal(b'<?xml version="1.0" encoding="klingon"?><a/>') == "The encoding that the file names is not known."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_that_a_file_names_is_used(encoding: str) -> None:
    source = f'<?xml version="1.0" encoding="{encoding}"?><a>caf\u00e9</a>'
    assert read_tree(source.encode(encoding)).text == "caf\u00e9"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<p onclick='x()'>A <b>b</b><script>alert(1)</script></p>", "<p>A <b>b</b></p>"),
        ("<div>One</div><div>Two</div>", "One<br>Two"),
        ("<p>H<sub>2</sub>O</p>", "<p>H<sub>2</sub>O</p>"),
        ("<style>p{}</style><p>\u00a0</p><p>x</p>", "<p>x</p>"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("<table><tr><td>x</td><td>y</td></tr><tr><td>z</td></tr></table>", "x y <br>z"),
    ],
)
def test_html_is_brought_down_to_the_tags_of_a_question(source: str, html: str) -> None:
    assert tidy(source).html == html


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("<table><tr><td>x</td></tr></table>", "a table (its cells are kept as text)"),
        ("<a href='https://example.com'>x</a>", "a link (its words are kept)"),
        ("<audio src='a.mp3'></audio>", "a sound"),
        ("<math><mi>x</mi></math>", "a formula in MathML"),
        ("<iframe src='x'></iframe>", "an embedded page"),
    ],
)
def test_what_was_visible_and_is_not_kept_is_named(source: str, lost: str) -> None:
    assert tidy(source).lost == (lost,)


def test_pictures_are_found_with_their_words() -> None:
    assert tidy('<p>x <img src="a.png" alt="A skull"><img src="b.png"></p>').images == (
        ("a.png", "A skull"),
        ("b.png", ""),
    )


def test_text_keeps_figures_in_their_place_and_says_what_it_cannot_keep() -> None:
    assert plain("<p>H<sub>2</sub>O</p><p>1 &lt; 2</p>").html == "H\u2082O\n1 < 2"
    assert plain("<b>x</b>").lost == ("bold or italic type in a text that takes none",)
    assert plain("x<sub>abc</sub>").lost == ("letters set low or high in a text that takes none",)
