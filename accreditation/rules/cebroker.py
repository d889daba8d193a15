"""CE Broker's XML messages: rosters and license checks as we send them, receipts and answers as they come back.

Pure. Element names, and what an answer holds: DOMAIN.md section 3. A stored message has no secrets: `with_secrets` puts
them in on the way out. What comes from outside is parsed by defusedxml.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree import ElementTree as Tree

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_BYTES = 16 * 1024 * 1024
"""Of one message (CE Broker)."""
SAMPLE = " SAMPLE: example data of a sample school. Never send it to a board. "
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Signs that XML cannot hold, whoever typed them."""
OWN_NUMBERS = ("id_attendee", "id_roster", "id")
INVALID_NUMBER = "80"
Key = tuple[str, str, str]
"""License, day of completion, course: by these a line of a receipt is known again."""


class UnreadableAnswer(Exception):
    """What came back is no answer that we understand; the message says why, for staff."""


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What was said of one row. `accepted` None: it cannot be told, a person must look."""

    key: Key
    accepted: bool | None
    message: str
    external_id: str


@dataclass(frozen=True, slots=True)
class LicenseAnswer:
    """What CE Broker knows of a license number."""

    valid: bool
    number: str
    first_name: str
    last_name: str
    error_code: str
    message: str


def build_rosters(rows: Sequence[Mapping[str, Any]], *, sample: bool) -> bytes:
    """One message: a roster for each course and day, in it everyone who completed on that day."""
    root = Tree.Element("rosters", {"id_parent_provider": "", "upload_key": ""})
    if sample:
        root.append(Tree.Comment(SAMPLE))
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["provider_number"], row["course_number"], row["completed_on_us"]), []).append(row)
    for (provider, course, day), attendees in groups.items():
        roster = _put(root, "roster")
        _texts(roster, id_provider=provider, id_course=course, id_publishing="", end_date=day)
        everyone = _put(roster, "attendees")
        for row in attendees:
            _attendee(everyone, row)
    return _bytes(root)


def with_secrets(message: bytes, *, parent_provider: str, upload_key: str, test: bool) -> bytes:
    """The message as it goes out; never stored."""
    root = Tree.fromstring(message)  # noqa: S314 - our own bytes
    root.set("id_parent_provider", parent_provider)
    root.set("upload_key", upload_key)
    if test:
        root.set("test", "true")
    return _bytes(root)


def key_of(fields: Mapping[str, Any]) -> Key:
    """By which a row's answer is found."""
    return _key(fields["license_number"], fields["completed_on_us"], fields["course_number"])


def read_receipt(content: bytes) -> list[RowAnswer]:
    """The request again, each node with `Message`: empty = accepted. Raises UnreadableAnswer."""
    root = parse(content)
    if _name(root) != "rosters":
        raise UnreadableAnswer(f"This is no receipt of rosters: it begins with {_name(root)}.")
    return list(_answers(root))


def build_license_check(*, number: str, profession: str, state: str) -> bytes:
    """One number asked about; secrets are added on the way out."""
    root = Tree.Element("licensees", {"id_parent_provider": "", "upload_key": ""})
    _texts(_put(root, "licensee"), licensee_profession=profession, cebroker_state=state, license=number)
    return _bytes(root)


def read_license_answer(content: bytes) -> LicenseAnswer:
    """Valid, or why not. Raises UnreadableAnswer."""
    root = parse(content)
    node = next((one for one in root.iter() if _name(one) == "licensee"), None)
    if node is None:
        raise UnreadableAnswer(_said(root) or "There is no licensee in the answer.")
    if not _has(node, "valid") and not _value(node, "errorcode"):
        raise UnreadableAnswer(_said(node) or "The answer does not say whether the number is valid.")
    code = _value(node, "errorcode")
    return LicenseAnswer(
        valid=_value(node, "valid").lower() in {"true", "1", "y", "yes"} and code != INVALID_NUMBER,
        number=_value(node, "licensee_number"),
        first_name=_value(node, "first_name"),
        last_name=_value(node, "last_name"),
        error_code=code,
        message=_said(node),
    )


def parse(content: bytes) -> Tree.Element:
    """An answer, also one that the web service has wrapped into a string. Raises UnreadableAnswer."""
    if len(content) > MOST_BYTES:
        raise UnreadableAnswer("It is longer than 16 MB.")
    try:
        root: Tree.Element = fromstring(content, forbid_dtd=True)
        if _name(root) == "string" and root.text:
            root = fromstring(root.text.strip().encode(), forbid_dtd=True)
    except (Tree.ParseError, DefusedXmlException, ValueError, LookupError) as error:  # LookupError: odd encodings
        raise UnreadableAnswer("It is not well-formed XML, or holds what no answer needs.") from error
    return root


def _attendee(parent: Tree.Element, row: Mapping[str, Any]) -> None:
    """Names stay empty: the license says who it is, and which word is a family name is a guess."""
    node = _put(parent, "attendee")
    _texts(node, licensee_profession=row["profession"], license=row["license_number"], cebroker_state=row["state"])
    _texts(node, first_name="", last_name="", date_completed=row["completed_on_us"])
    if row["partial_credits"]:
        parts = _put(node, "partial_credits")
        for part in row["partial_credits"]:
            _texts(
                _put(parts, "partial_credit"),
                cd_profession=row["profession"],
                cd_subject_area=part["subject_area"],
                partial_credit_hours=part["hours"],
            )


def _answers(root: Tree.Element) -> Iterator[RowAnswer]:
    for roster in _named(root, "roster"):
        course = _value(roster, "id_course") or _value(roster, "provider_course_code")
        above = " ".join(filter(None, [_said(root), _said(roster)]))
        for attendee in (one for one in roster.iter() if _name(one) == "attendee"):
            own = _said(attendee)
            number = next(filter(None, (_value(node, name) for node in (attendee, roster) for name in OWN_NUMBERS)), "")
            yield RowAnswer(
                key=_key(_value(attendee, "license"), _value(attendee, "date_completed"), course),
                accepted=_verdict(attendee, own, above),
                message=(own or above)[:250],
                external_id=number[:60],
            )


def _verdict(attendee: Tree.Element, own: str, above: str) -> bool | None:
    """Refused by its own words. A complaint about the roster, or no word at all, leaves it open for a person."""
    if own:
        return False
    if above or not _has(attendee, "message"):
        return None
    return True


def _key(number: str, day: str, course: str) -> Key:
    return (re.sub(r"\W", "", number).upper(), _day(day), course.strip())


def _day(text: str) -> str:
    """`3/12/2026` and `03/12/2026 12:00:00 AM` are one day."""
    found = re.match(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\b", text)
    try:
        return date(int(found[3]), int(found[1]), int(found[2])).isoformat() if found else text.strip()
    except ValueError:
        return text.strip()


def _put(parent: Tree.Element, name: str) -> Tree.Element:
    return Tree.SubElement(parent, name)


def _texts(parent: Tree.Element, **texts: str) -> None:
    for name, text in texts.items():
        _put(parent, name).text = NO_XML.sub("", text)


def _bytes(root: Tree.Element) -> bytes:
    Tree.indent(root)
    written: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _name(node: Tree.Element) -> str:
    """Without a namespace, in small letters."""
    return node.tag.rpartition("}")[2].lower()


def _named(parent: Tree.Element, name: str) -> Iterable[Tree.Element]:
    return (one for one in parent if _name(one) == name)


def _value(node: Tree.Element, name: str) -> str:
    """An attribute or an element of that name, in whatever case."""
    for attribute, value in node.attrib.items():
        if attribute.lower() == name:
            return value.strip()
    return next(((one.text or "").strip() for one in _named(node, name)), "")


def _has(node: Tree.Element, name: str) -> bool:
    return any(attribute.lower() == name for attribute in node.attrib) or any(True for _ in _named(node, name))


def _said(node: Tree.Element) -> str:
    return _value(node, "message")
