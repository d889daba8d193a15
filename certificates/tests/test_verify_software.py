"""The check for software: the same address, asked with another Accept header."""

import json
import re

import pytest

from certificates.models import Certificate
from certificates.services import share
from certificates.tests.factories import make_person
from certificates.tests.register import (
    HOST,
    SHE,
    STATES,
    UNKNOWN,
    ask,
    browser,
    check,
    in_state,
    issue_for,
    open_school,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


@pytest.fixture
def certificate():
    return issue_for(make_person())


def test_software_gets_the_documented_members_and_no_others(settings):
    certificate = in_state("valid", settings, approved=True)
    response = check(certificate, accept="application/json")
    answer = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert (response["Access-Control-Allow-Origin"], "Accept" in response["Vary"]) == ("*", True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", answer.pop("checked_at"))
    assert answer == {
        "version": 1,
        "serial": certificate.serial,
        "url": f"https://{HOST}/verify/{certificate.serial}/",
        "status": "valid",
        "counts": True,
        "statements": ["Valid. Issued by Example School and stands. Compare each line with the paper."],
        "issued_on": "2026-11-20",
        "awarded_on": "2026-11-20",
        "valid_until": None,
        "ended_on": None,
        "reason": None,
        "note": "",
        "replaced_by": None,
        "replaces": [],
        "facts": certificate.facts,
        "pdf_sha256": certificate.pdf_sha256,
        "public_pdf_sha256": certificate.pdf_sha256,
    }


@pytest.mark.parametrize("state", STATES)
def test_software_hears_the_state_and_only_valid_counts(settings, state):
    answer = ask(in_state(state, settings))
    assert (answer["status"], answer["counts"]) == (state, state == "valid")


def test_software_is_led_along_the_chain(settings):
    old = in_state("replaced", settings)
    new = Certificate.objects.get(supersedes=old)
    assert ask(old)["replaced_by"] == {"serial": new.serial, "url": f"https://{HOST}/verify/{new.serial}/"}
    assert [one["serial"] for one in ask(new)["replaces"]] == [old.serial]


def test_software_that_asks_for_a_number_nobody_has_is_told_so():
    response = browser().get(f"/verify/{UNKNOWN}/", headers={"accept": "application/json"})
    answer = json.loads(response.content)
    assert (response.status_code, answer["status"], answer["counts"]) == (404, "unknown", False)
    assert response["Access-Control-Allow-Origin"] == "*"


def test_schema_org_says_the_state_too(settings):
    answer = ask(in_state("revoked", settings), accept="application/ld+json")
    assert answer["@type"] == "EducationalOccupationalCredential"
    assert answer["creativeWorkStatus"] == "Revoked"
    assert answer["about"] == {"@type": "Person", "name": SHE}


def test_the_badge_is_had_from_the_same_address_only_where_it_is_shared(certificate):
    assert check(certificate, accept="application/vc").status_code == 406
    share(certificate=certificate, on=True, by=certificate.learner)
    response = check(certificate, accept="application/vc")
    assert (response.status_code, response["Location"]) == (303, f"/certificates/{certificate.serial}.json")
    assert (
        json.loads(browser().get(response["Location"]).content)["id"] == f"https://{HOST}/verify/{certificate.serial}/"
    )


def test_a_browser_gets_the_page_whatever_else_it_would_take(certificate):
    response = check(certificate, accept="text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "Access-Control-Allow-Origin" not in response
