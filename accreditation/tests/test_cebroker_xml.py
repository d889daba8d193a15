"""CE Broker's messages as bytes: what we send, with the secrets only on the way out, and what comes back."""

import pytest
from defusedxml import ElementTree as Tree

from accreditation.rules.cebroker import (
    UnreadableAnswer,
    build_license_check,
    build_rosters,
    key_of,
    read_license_answer,
    read_receipt,
    with_secrets,
)


def row(**changes):
    return {
        "provider_number": "12345",
        "course_number": "308410",
        "completed_on_us": "03/12/2026",
        "license_number": "MA12345",
        "state": "FL",
        "profession": "MA",
        "partial_credits": [],
        **changes,
    }


PARTIAL = [{"subject_area": "ETH", "hours": "1.5"}]


def flat(content):
    """Tags and texts in their order, a level a point."""

    def walk(node, depth):
        if isinstance(node.tag, str):
            lines.append(f"{'.' * depth}{node.tag}={(node.text or '').strip()}")
            for child in node:
                walk(child, depth + 1)

    lines = []
    walk(Tree.fromstring(content), 0)
    return lines


def test_a_roster_for_each_course_and_day_with_everyone_in_it():
    rows = [row(), row(license_number="MA2"), row(license_number="MA3", completed_on_us="03/13/2026")]
    root = Tree.fromstring(build_rosters(rows, sample=False))
    found = [
        (roster.findtext("end_date"), [one.text for one in roster.iter("license")]) for roster in root.findall("roster")
    ]
    assert found == [("03/12/2026", ["MA12345", "MA2"]), ("03/13/2026", ["MA3"])]


def test_full_credit_has_no_parts_and_partial_credit_has_its_own():
    assert flat(build_rosters([row(partial_credits=PARTIAL)], sample=False)) == [
        "rosters=",
        ".roster=",
        "..id_provider=12345",
        "..id_course=308410",
        "..id_publishing=",
        "..end_date=03/12/2026",
        "..attendees=",
        "...attendee=",
        "....licensee_profession=MA",
        "....license=MA12345",
        "....cebroker_state=FL",
        "....first_name=",
        "....last_name=",
        "....date_completed=03/12/2026",
        "....partial_credits=",
        ".....partial_credit=",
        "......cd_profession=MA",
        "......cd_subject_area=ETH",
        "......partial_credit_hours=1.5",
    ]
    assert not [line for line in flat(build_rosters([row()], sample=False)) if "partial" in line]


def test_the_stored_message_holds_no_secret_and_the_one_that_goes_out_does():
    stored = build_rosters([row()], sample=False)
    assert Tree.fromstring(stored).attrib == {"id_parent_provider": "", "upload_key": ""}
    sent = with_secrets(stored, parent_provider="77", upload_key='s"e<c', test=True)
    assert Tree.fromstring(sent).attrib == {"id_parent_provider": "77", "upload_key": 's"e<c', "test": "true"}
    assert "test" not in Tree.fromstring(with_secrets(stored, parent_provider="7", upload_key="k", test=False)).attrib
    assert flat(sent) == flat(stored)


def test_a_sample_says_so_in_the_message():
    assert [b"SAMPLE" in build_rosters([row()], sample=sample) for sample in (True, False)] == [True, False]


def test_signs_that_xml_cannot_hold_are_left_out_and_others_are_escaped():
    root = Tree.fromstring(build_rosters([row(license_number="MA\x00<1>\ud800&\x0b")], sample=False))
    assert root.findtext(".//license") == "MA<1>&"


ATTENDEE = "<attendee {}><license>{}</license><date_completed>{}</date_completed></attendee>"


def receipt(*attendees, roster="", root=""):
    return (
        f"<rosters {root}><roster {roster}><id_course>308410</id_course><attendees>{''.join(attendees)}</attendees>"
        "</roster></rosters>"
    ).encode()


KEY = ("MA12345", "2026-03-12", "308410")


@pytest.mark.parametrize(
    ("content", "accepted", "message", "number"),
    [
        (receipt(ATTENDEE.format('Message="" id_attendee="9" TimeStamp="x"', "MA12345", "03/12/2026")), True, "", "9"),
        (receipt(ATTENDEE.format('message="" ID="9"', "ma 12345", "3/12/2026 12:00:00 AM")), True, "", "9"),
        (receipt(ATTENDEE.format('Message="No such license"', "MA12345", "3/12/2026")), False, "No such license", ""),
        (
            receipt("<attendee><Message>Twice</Message><license>MA12345</license><date_completed>3/12/2026"
                    "</date_completed></attendee>"),
            False,
            "Twice",
            "",
        ),
        (receipt(ATTENDEE.format("", "MA12345", "3/12/2026")), None, "", ""),
        (
            receipt(ATTENDEE.format('Message=""', "MA12345", "3/12/2026"), roster='Message="Unknown course"'),
            None,
            "Unknown course",
            "",
        ),
        (receipt(ATTENDEE.format('Message=""', "MA12345", "3/12/2026"), root='Message="Bad key"'), None, "Bad key", ""),
    ],
)  # fmt: skip
def test_a_receipt_says_what_became_of_each_row_or_leaves_it_open(content, accepted, message, number):
    (answer,) = read_receipt(content)
    assert (answer.key, answer.accepted, answer.message, answer.external_id) == (KEY, accepted, message, number)
    assert answer.key == key_of(row())


def test_a_receipt_that_the_web_service_wrapped_into_a_string_is_read_too():
    inner = receipt(ATTENDEE.format('Message=""', "MA12345", "3/12/2026")).decode().replace("<", "&lt;")
    wrapped = f'<?xml version="1.0" encoding="utf-8"?><string xmlns="http://tempuri.org/">{inner}</string>'
    assert [one.accepted for one in read_receipt(wrapped.encode())] == [True]


BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rosters>&b;</rosters>'
OUTSIDE = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rosters>&a;</rosters>'


@pytest.mark.parametrize(
    "content",
    [b"", b"no", b"<rosters>", BOMB, OUTSIDE, b"<html/>", b"\xff\xfe\x00<", b'<?xml version="1.0" encoding="no"?><r/>'],
)
def test_what_is_no_receipt_is_refused_in_words(content):
    with pytest.raises(UnreadableAnswer, match=r"\w"):
        read_receipt(content)


def test_one_license_is_asked_about():
    assert flat(build_license_check(number="MA12345", profession="MA", state="FL")) == [
        "licensees=",
        ".licensee=",
        "..licensee_profession=MA",
        "..cebroker_state=FL",
        "..license=MA12345",
    ]


@pytest.mark.parametrize(
    ("attributes", "valid", "holder", "code"),
    [
        ('valid="true" first_name="Ada" last_name="Lind" licensee_number="12345"', True, "Ada Lind", ""),
        ('valid="True" ErrorCode=""', True, " ", ""),
        ('valid="false" ErrorCode="80" Message="Invalid licensee"', False, " ", "80"),
        ('ErrorCode="80"', False, " ", "80"),
        ('valid="true" ErrorCode="80"', False, " ", "80"),
    ],
)
def test_the_answer_to_a_license_check(attributes, valid, holder, code):
    answer = read_license_answer(f"<licensees><licensee {attributes}/></licensees>".encode())
    assert (answer.valid, f"{answer.first_name} {answer.last_name}", answer.error_code) == (valid, holder, code)


@pytest.mark.parametrize("content", [b"<licensees/>", b"<licensees><licensee/></licensees>", b"<rosters/>"])
def test_an_answer_that_says_nothing_of_the_number_is_none(content):
    with pytest.raises(UnreadableAnswer):
        read_license_answer(content)
