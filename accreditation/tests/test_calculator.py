"""What a board's rule makes of a piece of work: DOMAIN.md's worked examples, and what is refused or asked about."""

from datetime import time
from decimal import Decimal

import pytest

from accreditation.rules.calculator import KINDS, AgendaLine, HourRule, Work, calculate
from courses.models.agenda import AgendaItemBlock

NCBTMB = HourRule(minutes_per_hour=50, break_minutes=10, words_per_hour=12_000)
BREAKLESS = HourRule(minutes_per_hour=50, words_per_hour=12_000)


def day(text, number=1):
    """ "09:00 instruction 10:00 break 10:10": each kind lasts from the time before it to the time after it."""
    words = text.split()
    times = [time.fromisoformat(word) for word in words[::2]]
    rows = zip(words[1::2], times, times[1:], strict=False)
    return tuple(AgendaLine(number, kind, starts, ends) for kind, starts, ends in rows)


MORNING = "08:00 " + " ".join(f"instruction {h:02}:50 break {h + 1:02}:00" for h in range(8, 12))
AFTERNOON = " ".join(f"practice {h:02}:50 break {h + 1:02}:00" for h in range(13, 17))
WHOLE_DAY = day(f"{MORNING} meal 13:00 {AFTERNOON}")
WITH_BREAK = day("09:00 instruction 10:30 break 11:05 assessment 12:30")
TWO_HOURS = 2 * 3600


@pytest.mark.parametrize(
    ("work", "hours"),
    [
        (Work(words=30_000, media_seconds=90 * 60), "4.0"),
        (Work(words=9_000, media_seconds=45 * 60), "1.5"),
        (Work(words=9_000, media_seconds=15 * 60), "1.0"),
        (Work(words=10_000), "0.5"),
        (Work(words=10_000, media_seconds=10 * 60), "1.0"),
        (Work(agenda=WHOLE_DAY), "8.0"),
        (Work(agenda=WITH_BREAK), "3.5"),
        (Work(media_seconds=TWO_HOURS), "2.0"),
    ],
    ids=[
        "30,000 words + 90 min video",
        "9,000 words + 45 min",
        "9,000 words + 15 min",
        "10,000 words",
        "10,000 words + 10 min video + 1 h of practice that nobody verifies",
        "08:00-17:00, 60 min meal, 8 x 10 min break",
        "09:00-12:30 with 35 min break",
        "recorded 2 h webinar",
    ],
)
def test_the_worked_examples(work, hours):
    found = calculate(NCBTMB, work)
    assert (found.hours, found.errors, found.warnings) == (Decimal(hours), (), ())


def test_a_morning_without_a_break_is_an_error_and_counts_nothing():
    found = calculate(NCBTMB, Work(agenda=day("09:00 instruction 12:30")))
    assert (found.hours, found.stands) == (Decimal(0), False)
    assert found.errors == ("Day 1: 40 more minutes of break are needed: 10 for each full hour.",)


def test_thirds_of_an_hour_are_added_before_they_are_rounded():
    lessons = Work(words=4_000) + Work(words=4_000) + Work(words=4_000)
    assert calculate(NCBTMB, lessons).hours == Decimal("1.0")
    thirds = Work(words=4_000, media_seconds=20 * 60, assignment_minutes=20)
    assert calculate(NCBTMB, thirds).hours == Decimal("1.0")


def test_the_arithmetic_is_told_in_words():
    found = calculate(NCBTMB, Work(words=10_000, media_seconds=90, assignment_minutes=60, agenda=WITH_BREAK))
    assert found.lines == (
        "Text: 10,000 words ÷ 12,000 = 0.833…",
        "Recordings: 1.5 minutes ÷ 60 = 0.025",
        "Verified assignments: 60 minutes ÷ 60 = 1",
        "Day 1: 175 minutes of teaching ÷ 50 = 3.5",
        "Day 1: 35 minutes of breaks do not count.",
        "Together 5.358…, rounded down to a half hour: 5.0",
    )


@pytest.mark.parametrize(
    ("agenda", "errors"),
    [
        (
            day("09:00 instruction 11:55 break 12:30"),
            (
                "Day 1: 35 minutes of break are saved for the end. Put them between the hours.",
                "Day 1: 20 more minutes of break are needed: 10 for each full hour.",
            ),
        ),
        (day("09:00 instruction 09:50 break 10:00"), ()),
        (
            day("09:00 instruction 09:50 meal 10:00"),
            ("Day 1: 10 more minutes of break are needed: 10 for each full hour.",),
        ),
        (
            (*day("09:00 instruction 10:00"), *day("09:30 instruction 10:30")),
            ("Day 1: 09:00 to 10:00 and 09:30 to 10:30 overlap.",),
        ),
        (day("10:00 instruction 09:00"), ("Day 1: 10:00 to 09:00 ends before it begins.",)),
        (day("10:00 instruction 10:00"), ("Day 1: 10:00 to 10:00 ends before it begins.",)),
        ((*day("09:00 instruction 09:30"), *day("09:00 instruction 09:30", 2)), ()),
    ],
    ids=["saved for the end", "the last hour's own", "a meal", "overlap", "reversed", "no length", "days apart"],
)
def test_what_an_agenda_must_not_have(agenda, errors):
    assert calculate(NCBTMB, Work(agenda=agenda)).errors == errors


def test_time_that_no_line_speaks_of_and_long_stretches_are_asked_about():
    late = day("09:00 instruction 10:00 instruction 11:45 break 12:15 instruction 12:20")
    gap = (*day("13:00 instruction 13:30"), *day("14:00 instruction 14:20"))
    assert calculate(NCBTMB, Work(agenda=late)).warnings == (
        "Day 1: 165 minutes of teaching without a break before 11:45.",
    )
    assert calculate(BREAKLESS, Work(agenda=gap)).warnings == (
        "Day 1: nothing is said of 13:30 to 14:00; it does not count.",
    )


@pytest.mark.parametrize(
    ("rule", "work", "said"),
    [
        (
            HourRule(50, 10, None),
            Work(words=100),
            "We do not know how many words this board takes for an hour: ask the board.",
        ),
        (
            HourRule(None, None, 12_000),
            Work(words=12_000, agenda=WITH_BREAK),
            "We do not know how many minutes of teaching this board takes for an hour: ask the board.",
        ),
    ],
    ids=["words", "minutes"],
)
def test_a_figure_that_the_rule_lacks_is_said_and_never_assumed(rule, work, said):
    found = calculate(rule, work)
    assert (found.hours, found.errors) == (Decimal(0), (said,))


def test_a_rule_without_a_figure_for_breaks_says_that_they_are_not_checked():
    found = calculate(BREAKLESS, Work(agenda=day("09:00 instruction 12:30")))
    assert (found.hours, found.lines[0]) == (
        Decimal("4.0"),
        "We know of no rule of this board about breaks: they are not checked.",
    )


@pytest.mark.parametrize(
    ("rounding", "hours"), [("half_down", "0.5"), ("quarter_down", "0.75"), ("tenth_down", "0.8"), ("none", "0.83")]
)
def test_each_board_rounds_its_own_way_and_always_down(rounding, hours):
    found = calculate(HourRule(50, 10, 12_000, rounding=rounding), Work(words=10_000))
    assert str(found.hours) == hours


def test_a_board_may_not_count_assignments():
    found = calculate(HourRule(50, 10, 12_000, counts_assignments=False), Work(words=12_000, assignment_minutes=60))
    assert found.hours == Decimal("1.0")
    assert found.lines[1] == "Assignments: 60 minutes; this board does not count them."


def test_nothing_is_no_hours():
    assert calculate(HourRule(), Work()).lines == ("There is nothing to count yet.",)


def test_the_kinds_are_those_of_the_editor():
    assert tuple(value for value, _ in AgendaItemBlock().child_blocks["kind"].field.choices if value) == KINDS
