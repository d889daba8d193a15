"""What a certificate states: every fact that is printed, as it stood on the day of issue.

The facts are frozen as one JSON text with its sha256. The PDF, the verification page and whatever comes later read this
text and nothing else, so a renamed learner, course or school changes no certificate (DESIGN.md section 3, rule 1).
Dates are ISO texts and hours are texts with one decimal: a frozen text cannot be rounded anew by a later reader.
"""

from dataclasses import asdict, dataclass
from typing import Any

from core.freeze import canonical, digest

LAYOUT = 3
"""Goes up when a field is added or its meaning changes; readers of old facts look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The school as it presents itself to boards."""

    name: str
    address: str
    email: str
    website: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """By whose approval the hours count: names and numbers as the body wrote them."""

    body: str
    provider_name: str
    provider_number: str
    course_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Approved hours of one subject in one delivery mode; a hybrid course has several, each spelled out."""

    subject: str
    delivery: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Everything that stands on one certificate."""

    layout: int = LAYOUT
    language: str = "en"
    serial: str
    kind: str
    heading: str
    name: str
    earned: str
    title: str
    hours: str
    hours_printed: str
    hours_note: str
    completed_on: str
    issued_on: str
    deliveries: tuple[str, ...]
    delivery_label: str
    place: str
    credit: tuple[Credit, ...]
    edition: str
    instructors: tuple[str, ...]
    administrator: str
    provider: Provider
    approval: Approval | None
    sample_notice: str
    notices: tuple[str, ...]
    valid_until: str = ""
    awarded_on: str = ""
    replaces: str = ""
    classroom_hours: str = ""

    def as_json(self) -> dict[str, Any]:
        """The facts as plain values, in the shape in which they are stored."""
        stored = asdict(self)
        for key in ("deliveries", "credit", "instructors", "notices"):
            stored[key] = list(stored[key])
        return stored

    def canonical(self) -> str:
        """The one text that is hashed."""
        return canonical(self.as_json())

    def sha256(self) -> str:
        """The digest that stands beside the stored facts and proves that they are the printed ones."""
        return digest(self.as_json())
