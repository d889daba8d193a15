"""Search: odd input finds nothing and breaks nothing. What each person finds: tests/test_access.py."""

import re

import pytest

from courses.tests.factories import make_course

pytestmark = pytest.mark.django_db
ODD = {
    "a quote": "%22",
    "quote and bracket": "%22%29",
    "markup": "%27%22%3E",
    "a quote inside": "a%22b",
    "NUL": "%00",
    "NUL inside": "rest%00ing",
    "not UTF-8": "%FF",
    "brackets": "%28%28%28",
    "operators": "AND%20OR%20NOT",
    "a column": "title:rest",
    "stars": "***",
    "minus": "-",
    "carets": "%5E%7B%7D",
    "filters of nothing": "live:yes%20foo:bar",
    "a megabyte": "x" * 1_000_000,
    "many words": "rest%20" * 5_000,
    "bidi": "%E2%80%AE",
    "emoji": "%F0%9F%91%90",
    "a lone surrogate": "%ED%A0%80",
    "SQL": "%27%3B%20DROP%20TABLE%20accounts_user%3B--",
}


@pytest.mark.parametrize("typed", list(ODD.values()), ids=list(ODD))
@pytest.mark.parametrize("name", ["q", "p", "nothing"])
def test_odd_input_is_answered_with_a_page(client, name, typed):
    other = "q=rest&" if name == "p" else ""
    assert client.get(f"/search/?{other}{name}={typed}").status_code == 200


@pytest.fixture
def found(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_course("Resting hands")
        make_course("Listening hands")
        make_course("Quiet feet")

    def ask(query):
        page = client.get(f"/search/?q={query}").content.decode()
        return sorted(re.findall(r"<li><a href=\"/courses/[^\"]+\">([^<]*)</a>", page))

    return ask


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("hands", ["Listening hands", "Resting hands"]),
        ("HANDS", ["Listening hands", "Resting hands"]),
        ("resting+hands", ["Resting hands"]),
        ("%22resting+hands%22", ["Resting hands"]),
        ("resting+feet", []),
        ("++resting++", ["Resting hands"]),
        ("", []),
        ("nothing", []),
    ],
)
def test_pages_are_found_by_all_their_words(found, query, titles):
    assert found(query) == titles


def test_modules_are_found_as_their_course(found):
    assert found("Module") == []


def test_what_was_typed_is_printed_as_text(client):
    page = client.get("/search/?q=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_only_the_first_two_hundred_characters_are_looked_for(client):
    page = client.get(f"/search/?q={'y' * 300}").content.decode()
    assert ("y" * 200 in page, "y" * 201 in page) == (True, False)
