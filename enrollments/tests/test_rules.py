"""Rules of progress, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollments.rules import course_complete, modules_open, modules_passed


def outline(**modules):
    return [
        {
            "module_key": key,
            "units": [{"unit_key": unit.rstrip("?"), "required": not unit.endswith("?")} for unit in units.split()],
        }
        for key, units in modules.items()
    ]


PLAN = outline(a="1 2", b="3 4?", c="5?")


@pytest.mark.parametrize(
    ("done", "passed"), [("", "c"), ("1", "c"), ("12", "ac"), ("123", "abc"), ("34", "bc"), ("4", "c")]
)
def test_a_module_is_passed_with_its_required_units(done, passed):
    assert modules_passed(PLAN, done) == set(passed)


@pytest.mark.parametrize(
    ("done", "before", "locks", "opened"),
    [
        ("", "", {"a": "", "b": "a", "c": "b"}, "a"),
        ("12", "", {"a": "", "b": "a", "c": "b"}, "ab"),
        ("", "b", {"a": "", "b": "a", "c": "b"}, "ab"),
        ("", "", {"a": "", "n": "a"}, "a"),
        ("12", "", {"a": "", "n": "a"}, "an"),
        ("", "", {"a": "", "n": "m", "m": ""}, "anm"),
        ("", "", {"a": "c"}, "a"),
    ],
)
def test_a_module_is_open_without_a_lock_behind_a_passed_one_or_once_opened(done, before, locks, opened):
    assert modules_open(PLAN, done, before, locks) == list(opened)


@pytest.mark.parametrize(
    ("done", "complete"), [("", False), ("12", False), ("123", True), ("12345", True), ("45", False)]
)
def test_a_course_is_complete_with_all_its_required_units(done, complete):
    assert course_complete(PLAN, done) is complete


def test_a_course_of_extras_alone_is_never_complete():
    assert course_complete(outline(a="1? 2?"), "12") is False


KEYS = st.sets(st.sampled_from("12345"))


@given(
    done=KEYS, more=KEYS, locks=st.fixed_dictionaries({key: st.sampled_from(["", "a", "b", "c", "x"]) for key in "abc"})
)
def test_more_work_never_closes_a_module(done, more, locks):
    before = modules_open(PLAN, done, [], locks)
    assert set(before) <= set(modules_open(PLAN, done | more, before, locks))
