"""An award in words, for the learner's ledger, the back office and their files."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from accreditation.models import ProfessionalLicense
from accreditation.rules.vocabulary import Mode, Subject

FACTS = {
    "title_as_approved": "Title as approved",
    "course_number": "Number of the course",
    "provider_number": "Number of the school",
    "provider_name": "The school, as approved",
    "body_name": "Board",
    "body_short": "Board, in short",
    "body_code": "Code of the board",
    "hour_label": "Hours are called",
    "sample": "Sample",
    "edition": "Edition",
    "course_title": "Title of the course",
    "learner_name": "Name of the learner",
    "place": "Place",
    "correction": "Why it was corrected",
}
LICENSE = {
    "number": "License number",
    "number_normalized": "License number, as compared",
    "jurisdiction_code": "Code of the state",
    "jurisdiction": "Licensed in",
    "profession_code": "Code of the profession",
    "profession": "Licensed as",
    "name_on_license": "Name on the license",
    "status": "Checked",
}


def facts_in_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """What an award states, each fact by its name for people; empty ones left out."""
    license = facts.get("license") or {}
    named = {FACTS[name]: facts[name] for name in FACTS} | {LICENSE[name]: license.get(name, "") for name in LICENSE}
    checked = dict(ProfessionalLicense.Status.choices).get(license.get("status", ""), "")
    named |= {FACTS["sample"]: "yes" if facts["sample"] else "", LICENSE["status"]: checked}
    return {name: str(value) for name, value in named.items() if value}


def lines_in_words(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """2 Ethics, Home study. Of a part of a live line also what was approved."""
    return [
        f"{plain(line['hours'])} {Subject(line['subject']).label}, {Mode(line['mode']).label}"
        + (", hands-on" if line["hands_on"] else "")
        + (f" (of {plain(line['approved'])})" if "approved" in line else "")
        for line in lines
    ]


def plain(hours: Decimal | str) -> str:
    """Hours without zeros at the end: 6.00 -> 6, 2.50 -> 2.5."""
    return f"{Decimal(hours).normalize():f}"
