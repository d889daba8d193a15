"""What may be said: claims with source and reviewer, and phrases that promise too much."""

import pytest
from django.core.exceptions import ValidationError

from evidence.models import Claim, Reference, WordingPattern
from evidence.services import wording_problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim():
    return Claim.objects.create(key="rhythm", text="Examiners disagree.", kind="mechanism", status="established")


def test_a_claim_without_source_and_reviewer_says_what_it_lacks(claim, instructor):
    assert claim.problems() == ["The claim “rhythm” has no source.", "The claim “rhythm” has no reviewer."]
    claim.references.add(Reference.objects.create(key="hammer-2015", citation="Hammer (2015)"))
    assert claim.problems() == ["The claim “rhythm” has no reviewer."]
    claim.reviewed_by = instructor
    assert claim.problems() == ["The claim “rhythm” has no reviewer."]
    claim.reviewed_on = "2026-01-05"
    assert claim.problems() == []


def test_what_is_said_is_the_approved_wording_or_else_the_statement(claim):
    assert claim.said == "Examiners disagree."
    claim.wording = "Two examiners often feel different things."
    assert claim.said == "Two examiners often feel different things."


@pytest.fixture
def _patterns():
    WordingPattern.objects.create(
        pattern=r"\bcures?\b", level="block", reason="It promises a cure.", advice="Write: may help."
    )
    WordingPattern.objects.create(pattern=r"\benergy\b", level="warn", reason="Vague.")


@pytest.mark.usefixtures("_patterns")
@pytest.mark.parametrize(
    ("text", "level", "found"),
    [
        ("It cures migraine.", "block", ["“cures”: It promises a cure. Write: may help."]),
        ("A CURE.", "block", ["“CURE”: It promises a cure. Write: may help."]),
        ("It secures the head.", "block", []),
        ("An energy that cures.", "warn", ["“energy”: Vague."]),
        ("", "block", []),
    ],
)
def test_a_phrase_that_promises_too_much_is_named_with_what_to_write(text, level, found):
    assert wording_problems(text, level=level) == found


def test_a_pattern_that_cannot_be_read_is_refused():
    with pytest.raises(ValidationError, match="not a regular expression"):
        WordingPattern(pattern="(unclosed", level="block", reason="x").full_clean()
