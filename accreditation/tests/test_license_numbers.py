"""License numbers as people type them, and the forms that the boards' rows give (DOMAIN.md 4, LicenseFormat)."""

from time import process_time

import pytest

from accreditation.rules.numbers import LONGEST_PATTERN, fits, normalize, number_problem, pattern_problem

FLORIDA = {"pattern": r"MA[0-9]{3,6}", "prefix": "MA"}
TEXAS = {"pattern": r"MT[0-9]{6}", "prefix": "MT"}
NCCAOM = {"pattern": r"^[1-9]\d{2,5}$"}


@pytest.mark.parametrize(
    ("typed", "prefix", "kept"),
    [
        ("MA12345", "MA", "MA12345"),
        (" ma 12 345 ", "MA", "MA12345"),
        ("12345", "MA", "MA12345"),
        ("MA-12.345", "MA", "MA12345"),
        ("\uff2d\uff2112345", "MA", "MA12345"),
        ("MT12345", "MA", "MT12345"),
        ("12345", "", "12345"),
        ("12345", "ma", "MA12345"),
        ("--", "MA", ""),
    ],
)
def test_one_number_is_written_in_one_way(typed, prefix, kept):
    assert normalize(typed, prefix) == kept


@pytest.mark.parametrize(
    ("form", "typed", "right"),
    [
        (FLORIDA, "MA12345", True),
        (FLORIDA, "12345", True),
        (FLORIDA, "ma 12345", True),
        (FLORIDA, "MT12345", False),
        (FLORIDA, "MA12", False),
        (FLORIDA, "MA1234567", False),
        (TEXAS, "123456", True),
        (TEXAS, "MT12345", False),
        (NCCAOM, "123456", True),
        (NCCAOM, "012345", False),
        (NCCAOM, "12", False),
        (NCCAOM, "\u0661\u0662\u0663", False),
        ({"pattern": r"227\.[0-9]{6}"}, "227.012345", True),
        ({"pattern": r"227\.[0-9]{6}"}, "227012345", False),
        ({"pattern": "MA|MT[0-9]"}, "MA1", False),
    ],
)
def test_forms_are_data(form, typed, right):
    assert fits(typed, **form) is right


@pytest.mark.parametrize(
    ("typed", "form", "said"),
    [
        ("12345", {**FLORIDA, "example": "MA12345"}, ""),
        (
            "MT12345",
            {**FLORIDA, "example": "MA12345"},
            "This is not the form of a license number there. It looks like MA12345. Please compare it.",
        ),
        ("anything 7", {}, ""),
        ("-", {}, "Write the number as it stands on your license."),
        ("1" * 41, {}, "A license number has at most 40 characters."),
        ("1" * 40, {"prefix": "MA"}, "A license number has at most 40 characters."),
    ],
)
def test_a_wrong_number_is_told_with_an_example(typed, form, said):
    assert number_problem(typed, **form) == said


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+b", "(a|a)*b", "([0-9]{1,5}){1,9}", r"(a)\1", "(?=a)a", "a*a*a*a*a*a*b", "(", "a{99999999999}"),
        "[0-9]" * (LONGEST_PATTERN // 5) + "x",
    ],
)
def test_a_pattern_that_could_hang_the_site_is_named_and_refuses_nobody(pattern):
    assert pattern_problem(pattern) != ""
    assert fits("a" * 40, pattern=pattern) is True


@pytest.mark.parametrize("pattern", [".*.*.*.*.*X", "a?a?a?a?a?a{30}X", "[A-Z]+[A-Z]+[A-Z]+[A-Z]+[A-Z]+1"])
def test_the_worst_pattern_that_is_used_answers_at_once(pattern):
    assert pattern_problem(pattern) == ""
    began = process_time()
    assert fits("A" * 40, pattern=pattern) is False
    assert process_time() - began < 2
