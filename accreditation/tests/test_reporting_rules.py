"""The rules of reports: due days, alarms, numbers, fields, obstacles, columns. No database."""

from dataclasses import replace
from datetime import date

import pytest

from accreditation.rules.reporting import (
    SOURCES,
    Line,
    RowFacts,
    columns_problem,
    countdown,
    csv_line,
    due_by,
    fields_of,
    obstacles_of,
    without_prefix,
)

TODAY = date(2026, 11, 20)
FACTS = RowFacts(
    award="a1",
    name="Ada Maria Lindqvist",
    license_number="MA12345",
    state="FL",
    profession="MA",
    provider_name="Example School, Inc.",
    provider_number="50-12345",
    course_number="20-308410",
    title="Resting hands",
    board="Example Board",
    completed_on=date(2026, 3, 12),
    hours="6",
    lines=(
        Line(subject="Ethics", subject_code="ETH", mode="Anytime", hours="2"),
        Line(subject="General", subject_code="", mode="Anytime", hours="4"),
    ),
    partial=False,
)


@pytest.mark.parametrize(
    ("number", "written"),
    [("50-12345", "12345"), ("20-308410", "308410"), ("40-7", "7"), ("308410", "308410"), ("2050-1", "2050-1")],
)
def test_numbers_go_without_their_prefix(number, written):
    assert without_prefix(number) == written


def test_the_last_day_is_so_many_days_after_completion_and_a_board_may_name_none():
    assert (due_by(date(2026, 10, 31), 30), due_by(date(2026, 10, 31), None)) == (date(2026, 11, 30), None)


@pytest.mark.parametrize(
    ("completed", "expires", "left", "alarm"),
    [
        (date(2026, 11, 20), None, 30, ""),
        (date(2026, 11, 1), None, 11, ""),
        (date(2026, 10, 31), None, 10, "day 20"),
        (date(2026, 10, 21), None, 0, "day 30"),
        (date(2026, 10, 20), None, -1, "too late"),
        (date(2026, 11, 20), date(2026, 12, 20), 30, "the license expires soon"),
        (date(2026, 11, 20), date(2026, 12, 21), 30, ""),
        (date(2026, 11, 20), date(2026, 11, 19), 30, "the license has expired"),
        (date(2026, 10, 20), date(2026, 11, 19), -1, "too late"),
    ],
)
def test_staff_are_alarmed_on_day_20_and_for_licenses_that_expire_soon(completed, expires, left, alarm):
    found = countdown(completed, within_days=30, alarm_days=20, expires_on=expires, license_alarm_days=30, today=TODAY)
    assert (found.days_left, found.alarm, found.late) == (left, alarm, left < 0)


def test_a_board_without_a_last_day_still_has_its_alarm():
    found = countdown(
        date(2026, 10, 1), within_days=None, alarm_days=20, expires_on=None, license_alarm_days=30, today=TODAY
    )
    assert (found.due_by, found.days_left, found.alarm, found.late) == (None, None, "day 50", False)


def test_every_source_has_a_text_and_nothing_else_is_a_source():
    fields = fields_of(FACTS)
    assert fields.keys() - {"partial_credits"} == SOURCES.keys()
    assert fields == {
        "award": "a1",
        "learner_name": "Ada Maria Lindqvist",
        "first_name": "Ada Maria",
        "last_name": "Lindqvist",
        "license_number": "MA12345",
        "state": "FL",
        "profession": "MA",
        "provider_name": "Example School, Inc.",
        "provider_number": "12345",
        "course_number": "308410",
        "course_title": "Resting hands",
        "completed_on": "2026-03-12",
        "completed_on_us": "03/12/2026",
        "hours": "6",
        "subjects": "2 Ethics; 4 General",
        "modes": "Anytime",
        "board": "Example Board",
        "partial_credits": [],
    }


def test_partial_credit_is_told_line_by_line():
    assert fields_of(replace(FACTS, partial=True))["partial_credits"] == [
        {"subject_area": "ETH", "hours": "2"},
        {"subject_area": "", "hours": "4"},
    ]


@pytest.mark.parametrize(
    ("change", "rules", "found"),
    [
        ({}, {}, 0),
        ({"license_number": ""}, {}, 1),
        ({"license_number": ""}, {"for_cebroker": False}, 1),
        ({"license_number": ""}, {"for_cebroker": False, "needs_license": False}, 0),
        ({"profession": ""}, {}, 1),
        ({"profession": "", "state": ""}, {}, 2),
        ({"profession": "", "state": ""}, {"for_cebroker": False}, 0),
        ({"partial": True}, {}, 1),  # General has no code there
        ({"partial": True, "lines": FACTS.lines[:1]}, {}, 0),
        ({"partial": True, "lines": FACTS.lines[:1]}, {"allows_partial": False}, 1),
        ({"partial": True}, {"for_cebroker": False}, 0),
    ],
)
def test_what_a_board_would_refuse_is_held_back(change, rules, found):
    asked = {"for_cebroker": True, "needs_license": True, "allows_partial": True, **rules}
    assert len(obstacles_of(fields_of(replace(FACTS, **change)), **asked)) == found


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([{"header": "License", "source": "license_number"}], ""),
        ([], "Name the columns in order"),
        ("license_number", "Name the columns in order"),
        ([{"header": "License"}], "Column 1 must have a header and a source"),
        (["License"], "Column 1 must have a header and a source"),
        ([{"header": " ", "source": "hours"}], "Column 1 has no header"),
        ([{"header": 5, "source": "hours"}], "Column 1 has no header"),
        ([{"header": "Phone", "source": "phone"}], "Column 1: we have no phone. Choose from award, learner_name"),
        ([{"header": "Phone", "source": ["hours"]}], "Column 1: we have no ['hours']."),
        ([{"header": "H", "source": "hours"}, {"header": "H", "source": "state"}], "The header H stands there twice"),
    ],
)
def test_columns_are_checked_with_words(columns, words):
    problem = columns_problem(columns)
    assert problem.startswith(words)
    assert bool(problem) == bool(words)


def test_a_line_has_the_cells_of_its_columns():
    columns = [{"header": "L", "source": "license_number"}, {"header": "D", "source": "completed_on_us"}]
    assert csv_line(fields_of(FACTS), columns) == ["MA12345", "03/12/2026"]
