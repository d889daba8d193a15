"""The best assignment of hours to requirements: a small linear program, solved exactly.

Putting each line where it fits first is wrong as soon as one line fits two requirements and another fits only one of
them, or a limit cuts across both. So the whole question is asked at once, in fractions.
"""

from collections.abc import Sequence
from fractions import Fraction


def greatest(
    gains: Sequence[int], rows: Sequence[Sequence[int]], bounds: Sequence[Fraction | int]
) -> tuple[Fraction, ...]:
    """The amounts (none below zero) with the greatest gain, where no row of them sums to more than its bound.

    Dantzig's simplex method with Bland's rule, which always ends. Every amount stands in some row, no bound is
    below zero.

    >>> [int(amount) for amount in greatest([2, 1], [[1, 1], [1, 0]], [5, 3])]
    [3, 2]
    """
    many = len(gains)
    table = [
        [Fraction(value) for value in (*row, *(int(at == other) for other in range(len(rows))), bounds[at])]
        for at, row in enumerate(rows)
    ]
    goal = [Fraction(-gain) for gain in gains] + [Fraction(0)] * (len(rows) + 1)
    basis = list(range(many, many + len(rows)))
    while (enters := next((at for at, value in enumerate(goal[:-1]) if value < 0), None)) is not None:
        leaves = min((row[-1] / row[enters], basis[at], at) for at, row in enumerate(table) if row[enters] > 0)[2]
        pivot = table[leaves][enters]
        table[leaves] = [value / pivot for value in table[leaves]]
        basis[leaves] = enters
        for row in (*(row for at, row in enumerate(table) if at != leaves), goal):
            _clear(row, table[leaves], row[enters])
    found = {name: table[at][-1] for at, name in enumerate(basis)}
    return tuple(found.get(at, Fraction(0)) for at in range(many))


def _clear(row: list[Fraction], pivot_row: list[Fraction], factor: Fraction) -> None:
    """Takes the entering amount out of a row."""
    if factor:
        for at, value in enumerate(pivot_row):
            if value:
                row[at] -= factor * value
