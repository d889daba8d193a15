"""Renewal rules as data: cycles, and what somebody's hours fill (DOMAIN.md 2.2). Pure; no database."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from accreditation.rules.renewal import Bucket, Credit, Cycle, Rule, Standing, cycle_of, evaluate

TODAY = date(2026, 11, 20)
SELF, ONLINE, ROOM = "self_paced", "live_online", "live_in_person"
HOME, WEB, LIVE = frozenset({SELF}), frozenset({ONLINE, ROOM}), frozenset({ROOM})


def hours(text: str) -> Decimal:
    return Decimal(text)


def bucket(name: str, least: str | None = None, most: str | None = None, **rest: object) -> Bucket:
    subjects = rest.pop("subjects", frozenset())
    return Bucket(
        name,
        frozenset(subjects),  # type: ignore[call-overload]
        min_hours=Decimal(least) if least else None,
        max_hours=Decimal(most) if most else None,
        **rest,  # type: ignore[arg-type]
    )


FLORIDA = Rule(
    Decimal(24),
    fixed=(8, 31),
    parity="odd",
    first_cycle="per_month",
    first_cycle_hours=Decimal(1),
    buckets=(
        bucket("Medical errors", "2", subjects=["medical_errors"]),
        bucket("Laws", "2", subjects=["laws"], in_first_cycle=False),
        bucket("Ethics", "2", subjects=["ethics"], in_first_cycle=False),
        bucket("Trafficking", "1", subjects=["human_trafficking"]),
        bucket("In person", "12", subjects=["technique"], modes=LIVE, hands_on=True, in_first_cycle=False),
    ),
)
TEXAS = Rule(Decimal(12))
NEW_YORK = Rule(
    Decimal(36), cycle_months=36, first_cycle="none", buckets=(bucket("Self-instruction", most="12", modes=HOME),)
)
OREGON = Rule(
    Decimal(25),
    buckets=(
        bucket("Supervised", "8", modes=WEB, overlaps=True),
        bucket("Ethics, supervised", "4", subjects=["ethics"], modes=WEB, overlaps=True),
        bucket("Cultural competency", "1", subjects=["cultural_competency"]),
        bucket("Pain management", "1", subjects=["pain_management"], once_only=True),
    ),
)
NCBTMB = Rule(
    Decimal(24),
    buckets=(bucket("Ethics", "3", subjects=["ethics"]), bucket("Self-care", most="4", subjects=["self_care"])),
)
CALIFORNIA = Rule(Decimal(0), buckets=(bucket("Ethics", "3", subjects=["ethics"]),))
CYCLE = Cycle(date(2025, 9, 1), date(2027, 8, 31), is_first=False, months=24)
FIRST = Cycle(date(2026, 11, 20), date(2027, 8, 31), is_first=True, months=10)


def credit(amount: str, subject: str = "general", mode: str = SELF, hands_on: bool = False, on: date = TODAY) -> Credit:
    return Credit(Decimal(amount), subject, mode, hands_on, on)


def filled(standing: Standing) -> list[str]:
    """All hours first, then part by part: counted of required (or of the limit)."""
    parts = [standing.total, *standing.parts]
    return [f"{part.name} {part.counted.normalize():f}/{part.limit or part.required}" for part in parts]


@pytest.mark.parametrize(
    ("rule", "cycle", "credits", "expected", "unused"),
    [
        pytest.param(
            FLORIDA,
            CYCLE,
            [credit("6")],
            "All hours 5/24, Medical errors 0/2, Laws 0/2, Ethics 0/2, Trafficking 0/1, In person 0/12,"
            " Any subject 5/5",
            "1",
            id="florida-six-general-hours-fill-the-five-of-any-subject",
        ),
        pytest.param(
            FLORIDA,
            CYCLE,
            [credit("14", "technique", ROOM, True), credit("3", "ethics"), credit("4", "technique", ROOM)],
            "All hours 19/24, Medical errors 0/2, Laws 0/2, Ethics 2/2, Trafficking 0/1, In person 12/12,"
            " Any subject 5/5",
            "2",
            id="florida-what-is-over-goes-into-the-room-for-any-subject",
        ),
        pytest.param(
            FLORIDA,
            FIRST,
            [credit("6"), credit("2", "medical_errors"), credit("1", "human_trafficking"), credit("2", "laws")],
            "All hours 10/10, Medical errors 2/2, Trafficking 1/1, Any subject 7/7",
            "1",
            id="florida-first-cycle-an-hour-for-each-month-or-part",
        ),
        pytest.param(
            FLORIDA,
            Cycle(date(2027, 8, 1), date(2027, 8, 31), is_first=True, months=1),
            [credit("1", "laws", on=date(2027, 8, 2))],
            "All hours 0/3, Medical errors 0/2, Trafficking 0/1",
            "1",
            id="florida-first-cycle-never-asks-for-less-than-its-parts",
        ),
        pytest.param(TEXAS, CYCLE, [credit("6"), credit("8", "ethics")], "All hours 12/12", "2", id="texas"),
        pytest.param(
            NEW_YORK,
            CYCLE,
            [credit("20"), credit("6", mode=ROOM)],
            "All hours 18/36, Self-instruction 12/12",
            "8",
            id="new-york-self-instruction-is-cut-at-twelve",
        ),
        pytest.param(
            NEW_YORK,
            FIRST,
            [credit("6")],
            "All hours 0/0",
            "0",
            id="new-york-the-first-three-years-are-exempt",
        ),
        pytest.param(
            OREGON,
            CYCLE,
            [credit("6", "ethics", ONLINE), credit("3", "ethics"), credit("1", "cultural_competency")],
            "All hours 10/25, Supervised 6/8, Ethics, supervised 4/4, Cultural competency 1/1, Pain management 0/1,"
            " Any subject 9/23",
            "0",
            id="oregon-supervised-ethics-counts-in-both",
        ),
        pytest.param(
            OREGON,
            CYCLE,
            [credit("40"), credit("8", mode=ONLINE), credit("1", "pain_management", on=date(2021, 5, 5))],
            "All hours 24/25, Supervised 8/8, Ethics, supervised 0/4, Cultural competency 0/1, Pain management 1/1,"
            " Any subject 24/24",
            "24",
            id="oregon-pain-management-once-and-the-supervised-hours-before-the-others",
        ),
        pytest.param(
            NCBTMB,
            CYCLE,
            [credit("6", "self_care"), credit("5", "ethics")],
            "All hours 9/24, Ethics 3/3, Self-care 4/4, Any subject 6/21",
            "2",
            id="ncbtmb-self-care-is-cut-at-four",
        ),
        pytest.param(CALIFORNIA, CYCLE, [credit("6", "ethics")], "All hours 0/0", "0", id="california-asks-nothing"),
        pytest.param(
            TEXAS,
            CYCLE,
            [credit("6", on=date(2025, 8, 31)), credit("2", on=date(2025, 9, 1)), credit("1", on=date(2027, 9, 1))],
            "All hours 2/12",
            "0",
            id="only-hours-of-this-cycle",
        ),
    ],
)
def test_what_hours_fill_of_a_renewal(
    rule: Rule, cycle: Cycle, credits: list[Credit], expected: str, unused: str
) -> None:
    standing = evaluate(rule, credits, cycle)
    assert (", ".join(filled(standing)), standing.unused) == (expected, Decimal(unused))
    assert all(part.missing == part.required - part.counted for part in standing.parts if part.kind != "limit")


def test_an_hour_goes_where_no_other_can_go() -> None:
    """Put into the first requirement that it fits, live ethics would leave the live one empty: 2 instead of 4."""
    rule = Rule(
        Decimal(4),
        buckets=(bucket("Ethics", "2", subjects=["ethics"]), bucket("Live", "2", modes=LIVE)),
    )
    both, only_ethics = credit("2", "ethics", ROOM), credit("2", "ethics")
    for order in ([both, only_ethics], [only_ethics, both]):
        assert filled(evaluate(rule, order, CYCLE)) == ["All hours 4/4", "Ethics 2/2", "Live 2/2"]


def test_a_limit_leaves_out_the_hours_that_no_requirement_needs() -> None:
    rule = Rule(
        Decimal(10),
        buckets=(
            bucket("Self-paced", most="3", modes=HOME),
            bucket("Research", most="2", subjects=["research"]),
            bucket("Ethics", "2", subjects=["ethics"]),
        ),
    )
    standing = evaluate(rule, [credit("5", "research"), credit("2", "ethics"), credit("1", mode=ROOM)], CYCLE)
    assert filled(standing) == [
        "All hours 4/10",
        "Self-paced 3/3",
        "Research 1/2",
        "Ethics 2/2",
        "Any subject 2/8",
    ]


def test_where_a_limit_forces_a_choice_the_hours_go_where_only_they_can() -> None:
    rule = Rule(
        Decimal(4),
        buckets=(
            bucket("Ethics", "1", subjects=["ethics"]),
            bucket("Live", "3", modes=LIVE, overlaps=True),
            bucket("Online school", most="1"),
        ),
    )
    standing = evaluate(rule, [credit("1", "ethics"), credit("2", mode=ROOM)], CYCLE)
    assert filled(standing) == ["All hours 1/4", "Ethics 1/1", "Live 0/3", "Online school 1/1", "Any subject 0/3"]


def test_one_more_credit_never_takes_hours_out_of_a_requirement() -> None:
    """And the assignment is the best there is: compared with every possible one, hour by hour."""
    chance = Random(7)
    for _ in range(25):
        rule = Rule(
            Decimal(chance.randint(3, 6)),
            buckets=(
                *(bucket(str(at), str(chance.randint(1, 2)), subjects=chance.sample("abc", 2)) for at in range(2)),
                bucket("limit", most=str(chance.randint(1, 3)), modes=HOME),
            ),
        )
        credits = [credit("1", chance.choice("abc"), chance.choice([SELF, ROOM])) for _ in range(5)]
        before, after = evaluate(rule, credits[:-1], CYCLE), evaluate(rule, credits, CYCLE)
        assert after.total.counted == best_by_trying(rule, credits)
        pairs = zip(before.parts, after.parts, strict=True)
        assert [now.name for was, now in pairs if now.kind != "limit" and now.counted < was.counted] == []


def best_by_trying(rule: Rule, credits: Sequence[Credit]) -> Decimal:
    """Every hour in every room or nowhere."""
    *asked, limit = rule.buckets
    rooms = [one.min_hours or 0 for one in asked]
    rooms.append(max(0, int(rule.total_hours) - int(sum(rooms))))
    best = 0
    for tried in product([None, *range(len(rooms))], repeat=len(credits)):
        used = [(one, room) for one, room in zip(credits, tried, strict=True) if room is not None]
        fits = all(room == len(asked) or asked[room].fits(one) for one, room in used)
        full = any(sum(1 for _, room in used if room == at) > rooms[at] for at in range(len(rooms)))
        if fits and not full and sum(1 for one, _ in used if limit.fits(one)) <= (limit.max_hours or 0):
            best = max(best, len(used))
    return Decimal(best)


@pytest.mark.parametrize(
    ("rule", "asked", "expected"),
    [
        pytest.param(FLORIDA, {}, ("2025-09-01", "2027-08-31", False, 24), id="florida"),
        pytest.param(FLORIDA, {"on": date(2027, 8, 31)}, ("2025-09-01", "2027-08-31", False, 24), id="its-last-day"),
        pytest.param(FLORIDA, {"on": date(2027, 9, 1)}, ("2027-09-01", "2029-08-31", False, 24), id="the-day-after"),
        pytest.param(
            FLORIDA,
            {"issued_on": TODAY, "first_cycle": True},
            ("2026-11-20", "2027-08-31", True, 10),
            id="first-cycle-from-the-day-of-issue",
        ),
        pytest.param(
            FLORIDA,
            {"first_cycle": True},
            ("2025-09-01", "2027-08-31", True, 24),
            id="first-cycle-issued-we-do-not-know-when-asks-for-the-most",
        ),
        pytest.param(
            FLORIDA,
            {"issued_on": date(2025, 8, 31), "first_cycle": True},
            ("2025-09-01", "2027-08-31", False, 24),
            id="issued-before-this-cycle-is-not-the-first",
        ),
        pytest.param(
            Rule(Decimal(12), fixed=(6, 30), parity="even"),
            {},
            ("2026-07-01", "2028-06-30", False, 24),
            id="hawaii-even-years",
        ),
        pytest.param(
            Rule(Decimal(30), cycle_months=36, fixed=(2, 29)),
            {"expires_on": date(2028, 2, 29)},
            ("2025-03-01", "2028-02-29", False, 36),
            id="a-fixed-day-every-third-year-which-the-license-says",
        ),
        pytest.param(
            NEW_YORK,
            {"expires_on": date(2027, 1, 31)},
            ("2024-02-01", "2027-01-31", False, 36),
            id="the-license's-own-day",
        ),
        pytest.param(
            TEXAS,
            {"expires_on": date(2026, 10, 31), "first_cycle": True},
            ("2026-11-01", "2028-10-31", False, 24),
            id="an-old-date-rolls-on-and-the-first-cycle-is-over",
        ),
        pytest.param(
            TEXAS,
            {"expires_on": date(2030, 10, 31)},
            ("2026-11-01", "2028-10-31", False, 24),
            id="a-far-date-rolls-back",
        ),
        pytest.param(
            TEXAS,
            {"issued_on": date(2026, 3, 10), "first_cycle": True},
            ("2026-03-10", "2028-03-10", True, 25),
            id="no-date-but-the-day-of-issue",
        ),
        pytest.param(
            TEXAS,
            {"issued_on": date(1990, 3, 10), "first_cycle": True},
            ("2026-03-11", "2028-03-10", False, 24),
            id="issued-long-ago-is-not-the-first",
        ),
        pytest.param(
            TEXAS,
            {"issued_on": date.max, "first_cycle": True, "expires_on": date.max},
            ("2026-01-01", "2027-12-31", True, 24),
            id="a-date-that-cannot-be",
        ),
    ],
)
def test_the_cycle_in_which_a_day_lies(
    rule: Rule, asked: dict[str, date], expected: tuple[str, str, bool, int]
) -> None:
    cycle = cycle_of(rule, **{"on": TODAY, **asked})  # type: ignore[arg-type]
    assert (cycle.start.isoformat(), cycle.end.isoformat(), cycle.is_first, cycle.months) == expected


def test_without_any_date_the_end_of_the_cycle_is_not_known() -> None:
    assert cycle_of(TEXAS, on=TODAY).known is False
    assert cycle_of(FLORIDA, on=TODAY).known is True
