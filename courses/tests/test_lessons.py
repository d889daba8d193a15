"""A lesson: its body kept once for everybody, its words counted by rule. Query budgets: home/tests/test_budgets.py."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from courses.blocks import PROSE, ProseBlock
from courses.models import LessonPage
from courses.tests.factories import publish
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference
from library.models import Figure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    cache.clear()


@pytest.fixture
def reviewed(instructor):
    """A claim, a term, a warning and a drawing as a lesson may show them."""
    by = {"reviewed_by": instructor, "reviewed_on": "2026-01-05"}
    claim = Claim.objects.create(key="rhythm", text="Examiners disagree.", kind="mechanism", status="established", **by)
    source = Reference.objects.create(key="hammer-2015", citation="Hammer (2015)")
    claim.references.add(source)
    return {
        "claim": claim,
        "source": source,
        "term": GlossaryTerm.objects.create(
            key="vault", term="Vault", definition="The roof.", status="taught", source="Us"
        ),
        "sign": Contraindication.objects.create(
            key="headache",
            severity="emergency",
            presentation="Sudden headache",
            action="Stop. Call.",
            source="Us",
            **by,
        ),
        "figure": Figure.objects.create(slug="hero-rest", title="Rest", alt="Two hands", description="1 hand"),
    }


@pytest.fixture
def lesson(course, reviewed):
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.free_preview = True
    lesson.body = [
        {"type": "prose", "value": "<p>one two <b>three</b></p>"},
        {"type": "evidence", "value": {"claim": reviewed["claim"].pk}},
        {"type": "glossary", "value": {"term": reviewed["term"].pk}},
        {
            "type": "contraindication",
            "value": {"heading": "Stop.", "severity": "emergency", "items": [reviewed["sign"].pk]},
        },
        {"type": "figure", "value": {"figure": reviewed["figure"].pk, "caption": "not counted"}},
        {"type": "reflection", "value": {"prompt": "four five"}},
        {"type": "critical_reading", "value": {"quote": "not counted", "source": "x", "why": "<p>six seven</p>"}},
    ]
    return publish(lesson)


def read(lesson, **headers):
    return Client().get(lesson.get_url(), headers=headers).content.decode()


def change_claim(reviewed):
    reviewed["claim"].text = "Examiners still disagree."
    reviewed["claim"].save()


def change_status(reviewed):
    reviewed["claim"].status = "contested"
    reviewed["claim"].save()


def change_source(reviewed):
    reviewed["source"].citation = "Hammer and others (2015)"
    reviewed["source"].save()


def add_source(reviewed):
    reviewed["claim"].references.add(Reference.objects.create(key="green", citation="Green (2024)"))


def change_term(reviewed):
    reviewed["term"].definition = "The upper part."
    reviewed["term"].save()


def change_sign(reviewed):
    reviewed["sign"].action = "Call first."
    reviewed["sign"].save()


def change_figure(reviewed):
    reviewed["figure"].alt = "Two hands at rest"
    reviewed["figure"].save()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_claim, "Examiners still disagree."),
        (change_status, "Contested"),
        (change_source, "Hammer and others (2015)"),
        (add_source, "Green (2024)"),
        (change_term, "The upper part."),
        (change_sign, "Call first."),
        (change_figure, "Two hands at rest"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_kept_body_is_made_anew_when_the_register_changes(
    lesson, reviewed, change, words, django_capture_on_commit_callbacks
):
    body = read(lesson)
    assert words not in body[body.index('id="main"') :]
    with django_capture_on_commit_callbacks(execute=True):
        change(reviewed)
    assert words in read(lesson)


def test_a_kept_body_is_made_anew_when_the_lesson_is_published_again(lesson):
    assert "one two" in read(lesson)
    lesson.body = [{"type": "prose", "value": "<p>Other words.</p>"}]
    publish(lesson)
    assert ("Other words." in read(lesson), "one two" in read(lesson)) == (True, False)


def test_a_body_is_rendered_once_for_everybody(lesson, monkeypatch):
    rendered = []
    monkeypatch.setattr("courses.rendering._render", lambda lesson: rendered.append(lesson.pk) or "kept")
    for _ in range(3):
        read(lesson)
    assert rendered == [lesson.pk]


def test_the_body_of_a_lesson_counts_words_as_the_rule_says(lesson):
    """Text, reflection and the taking apart; not captions, claims of the register or quoted public claims."""
    assert lesson.words() == 7


def test_what_an_author_pastes_cannot_run_in_the_readers_browser():
    """Through the editor's own door: the form field that reads what Draftail sends."""
    pasted = {
        "blocks": [
            {
                "key": "a",
                "type": "unstyled",
                "depth": 0,
                "text": "Rest <script>alert(1)</script>",
                "inlineStyleRanges": [],
                "entityRanges": [{"offset": 0, "length": 4, "key": 0}],
            }
        ],
        "entityMap": {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}},
    }
    block = ProseBlock(features=PROSE)
    html = str(block.render(block.value_from_datadict({"x": json.dumps(pasted)}, {}, "x")))
    assert ("<script" in html, "javascript:" in html, "Rest" in html) == (False, False, True)
