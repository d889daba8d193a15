"""The transcript in a real Chromium: made, shared and looked at without scripts, accessible in light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from certificates.models import Transcript, TranscriptShare
from certificates.tests.factories import make_course, make_edition, make_finished, make_person
from certificates.tests.register import issue_for, take_back
from certificates.tests.test_browser_verify import OpenPage, apart, faults, open_page  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def visit(request: Any) -> Iterator[OpenPage]:
    """`visit(user)`: the phone of the tests of the check."""
    return request.getfixturevalue("open_page")


def test_a_transcript_is_made_shared_and_hidden_again_without_scripts(visit: OpenPage) -> None:
    """By the holder on a phone; somebody else looks, and after that no more."""
    certificate = apart(issue_for, make_person(), "Listening Hands")
    page = visit(certificate.learner)
    page.goto("/my/certificates/")
    page.click("text=My transcript")
    page.click("text=Make a signed PDF")
    expect(page.locator(".messages")).to_contain_text(f"Your transcript is ready: {Transcript.objects.get().serial}.")
    with page.expect_download() as download:
        page.click("a:has-text('Download')")
    assert download.value.suggested_filename == f"{Transcript.objects.get().serial}.pdf"
    page.click("text=Switch the page on")
    address = page.get_by_label("The address").input_value()
    other = visit()
    other.goto(address)
    expect(other.locator("main")).to_contain_text("Listening Hands")
    other.click(f"text={certificate.serial}")
    expect(other.locator("#verdict-word")).to_contain_text("Valid")
    page.click("text=Switch the page off")
    assert TranscriptShare.objects.get().is_on is False
    assert other.goto(address).status == 404


def test_its_pages_are_accessible(visit: OpenPage) -> None:
    """Empty; with courses of every kind; as others see it; and where its number is typed at the check."""
    learner = make_person()
    page = visit(learner, scripts=True)
    page.goto("/my/transcript/")
    found = {"empty": faults(page)}
    apart(issue_for, learner, "Foundations of Craniosacral Bodywork with a Long Name for Narrow Phones", approved=True)
    take_back(apart(issue_for, learner, "Ethics at Rest"))
    plain = make_course("Resting Hands", promises_certificate=False)
    make_finished(learner, plain, of=make_edition(plain))
    page.goto("/my/transcript/")
    page.click("text=Make a signed PDF")
    page.click("text=Switch the page on")
    found["own"] = faults(page)
    page.goto(page.get_by_label("The address").input_value())
    found["shared"] = faults(page)
    page.goto(f"/verify/{Transcript.objects.get().serial}/")
    found["at the check"] = faults(page)
    assert found == {"empty": [], "own": [], "shared": [], "at the check": []}
