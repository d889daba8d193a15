import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.serials import (
    LOOKALIKES,
    SYMBOLS,
    SerialProblem,
    check_symbol,
    new_serial,
    normalize_serial,
    write_serial,
)

bodies = st.text(alphabet=SYMBOLS, min_size=10, max_size=10)
SERIAL = "CST-2026-7K4MQ-X9RTB-" + (check_symbol(year="2026", body="7K4MQX9RTB") or "")


def test_new_serial_has_the_written_form_and_reads_back_as_itself():
    for _ in range(500):
        serial = new_serial(2026)
        assert re.fullmatch(rf"CST-2026-[{SYMBOLS}]{{5}}-[{SYMBOLS}]{{5}}-[{SYMBOLS}]", serial)
        assert normalize_serial(serial).serial == serial


def test_symbols_are_thirty_without_the_easily_mistaken_ones():
    assert len(set(SYMBOLS)) == 30
    assert set(SYMBOLS) & set(LOOKALIKES) == set()


@pytest.mark.parametrize("year", [26, 0, -1, 10_000])
def test_new_serial_refuses_a_year_that_is_not_four_digits(year):
    with pytest.raises(ValueError, match="four digits"):
        new_serial(year)


@given(body=bodies, year=st.integers(1000, 9999))
def test_every_single_wrong_symbol_is_detected(body, year):
    check = check_symbol(year=str(year), body=body)
    if check is None:
        return
    symbols = body + check
    for place, symbol in itertools.product(range(len(symbols)), SYMBOLS):
        changed = symbols[:place] + symbol + symbols[place + 1 :]
        expected = None if changed == symbols else SerialProblem.CHECK
        assert normalize_serial(write_serial(str(year), changed)).problem == expected


@given(body=bodies, year=st.integers(2000, 2999))
def test_every_single_wrong_digit_of_the_year_is_detected(body, year):
    check = check_symbol(year=str(year), body=body)
    if check is None:
        return
    for place, digit in itertools.product(range(1, 4), "0123456789"):
        changed = str(year)[:place] + digit + str(year)[place + 1 :]
        expected = None if changed == str(year) else SerialProblem.CHECK
        assert normalize_serial(write_serial(changed, body + check)).problem == expected


@given(body=bodies)
def test_any_two_symbols_in_each_others_place_are_detected(body):
    check = check_symbol(year="2026", body=body)
    if check is None:
        return
    symbols = body + check
    for left, right in itertools.combinations(range(len(symbols)), 2):
        changed = list(symbols)
        changed[left], changed[right] = changed[right], changed[left]
        expected = None if "".join(changed) == symbols else SerialProblem.CHECK
        assert normalize_serial(write_serial("2026", "".join(changed))).problem == expected


@pytest.mark.parametrize(
    "typed",
    [
        SERIAL,
        SERIAL.lower(),
        SERIAL.replace("-", ""),
        SERIAL.replace("-", " "),
        f"  {SERIAL}\t\n",
        SERIAL.replace("-", "\u2013"),
        SERIAL.replace("2026", "2O26"),
        "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in SERIAL),
    ],
    ids=["as printed", "lower case", "no hyphens", "spaces", "padded", "dashes", "letter O in the year", "full width"],
)
def test_a_number_is_read_as_people_type_it(typed):
    assert normalize_serial(typed).serial == SERIAL


@pytest.mark.parametrize("lookalike", list(LOOKALIKES))
def test_a_lookalike_is_explained_with_its_place(lookalike):
    reading = normalize_serial(SERIAL.replace("4", lookalike))
    assert reading.problem == SerialProblem.LOOKALIKE
    assert reading.explanation == (
        f"Sign 3 after the year was read as {lookalike}. Our numbers never use 0, O, 1, I, L or U there, "
        "because they are easily mistaken. Look at that sign again."
    )


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", SerialProblem.EMPTY),
        (" - ", SerialProblem.EMPTY),
        ("ABC-2026-7K4MQ-X9RTB-2", SerialProblem.PREFIX),
        ("CST", SerialProblem.LENGTH),
        ("CST-2026-7K4MQ-X9RTB", SerialProblem.LENGTH),
        (SERIAL + "7", SerialProblem.LENGTH),
        ("CST-2X26-7K4MQ-X9RTB-2", SerialProblem.YEAR),
        ("CST-0026-7K4MQ-X9RTB-2", SerialProblem.YEAR),
        ("CST-2026-7K4MQ-X9RT\u00df-2", SerialProblem.FOREIGN),
        ("CST-2026-7K4MQ-X9RT\x00-2", SerialProblem.FOREIGN),
        ("CST-2026-7K4MQ-X9RT\u0664-2", SerialProblem.FOREIGN),
        ("CST-\u0662\u0660\u0662\u0666-7K4MQ-X9RTB-2", SerialProblem.YEAR),
    ],
)
def test_what_cannot_be_a_serial_is_told_apart(typed, problem):
    reading = normalize_serial(typed)
    assert (reading.ok, reading.problem, reading.serial) == (False, problem, "")
    assert reading.explanation.endswith(".")


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_stumble(text):
    reading = normalize_serial(text)
    assert reading.ok == bool(reading.serial)
