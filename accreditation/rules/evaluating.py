"""What course evaluations say: figures of a group, never of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

LIKERT, TEXT = "likert", "text"
AGREEMENT = (
    (5, "Strongly agree"),
    (4, "Agree"),
    (3, "Neither"),
    (2, "Disagree"),
    (1, "Strongly disagree"),
)
FEWEST = 5
"""Answers of fewer people are not shown: whoever knows the people could tell who said what."""
FAVORABLE = 4
"""A mean of the ratings from here on is favorable (agree)."""


@dataclass(frozen=True, slots=True)
class SurveyRule:
    """When a board that approves provisionally has heard from enough learners."""

    share: Fraction
    favorable_share: Fraction
    favorable: int


@dataclass(frozen=True, slots=True)
class Period:
    """Months together in which enough people answered; no smaller part of them is ever shown."""

    first: date
    last: date
    answers: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One question's answers in a group. `counts` goes from 5 to 1; too few answers: no figures."""

    question: int
    text: str
    kind: str
    answered: int
    mean: Decimal | None
    counts: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether it may be shown."""
        return self.answered >= FEWEST


def favorable(answers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one person's ratings come to "agree" on the whole."""
    ratings = [int(one["answer"]) for one in answers if one["kind"] == LIKERT]
    return bool(ratings) and Fraction(sum(ratings), len(ratings)) >= FAVORABLE


def periods(months: Mapping[date, int]) -> tuple[list[Period], int]:
    """Months put together, the oldest first, until each group has enough answers; and how many answers still wait.

    Any two groups that can be asked for differ by whole periods, so that their difference names nobody either.
    """
    found: list[Period] = []
    first, answers = None, 0
    for month in sorted(months):
        first, answers = first or month, answers + months[month]
        if answers >= FEWEST:
            found.append(Period(first, month, answers))
            first, answers = None, 0
    return found, answers


def figures(evaluations: Sequence[Sequence[Mapping[str, Any]]]) -> list[Figures]:
    """Question by question as they were asked: a question whose words were changed is another one."""
    asked: dict[tuple[int, str, str], list[Any]] = {}
    for answers in evaluations:
        for one in answers:
            key = (int(one["question"]), str(one["text"]), str(one["kind"]))
            asked.setdefault(key, []).append(one["answer"])
    return [_figures(key, answers) for key, answers in asked.items()]


def missing_for(rule: SurveyRule, *, learners: int, answered: int, favorable_answers: int | None) -> list[str]:
    """What a provisional approval still waits for, in words; empty: nothing. None: too few answers to say."""
    wanted = max(-(-learners * rule.share // 1), 1)
    found = []
    if answered < wanted:
        found.append(f"{answered} of {learners} learners answered; {wanted} are needed, {_percent(rule.share)}.")
    if favorable_answers is None:
        found.append(f"{rule.favorable} favorable answers are needed, and {_percent(rule.favorable_share)} of all.")
        return found
    if favorable_answers < rule.favorable_share * answered:
        found.append(
            f"{favorable_answers} of {answered} answers are favorable; {_percent(rule.favorable_share)} are needed."
        )
    if favorable_answers < rule.favorable:
        found.append(f"{favorable_answers} favorable answers; {rule.favorable} are needed.")
    return found


def _figures(key: tuple[int, str, str], answers: list[Any]) -> Figures:
    """Texts in the order of the alphabet: the order in which they came would tell who answered when."""
    question, text, kind = key
    given = [answer for answer in answers if answer not in ("", None)]
    enough = len(given) >= FEWEST
    if kind == TEXT:
        return Figures(question, text, kind, len(answers), None, (), tuple(sorted(map(str, given))))
    counts = Counter(int(answer) for answer in given)
    mean = (Decimal(sum(map(int, given))) / len(given)).quantize(Decimal("0.1"), ROUND_HALF_UP) if enough else None
    return Figures(
        question=question,
        text=text,
        kind=kind,
        answered=len(given),
        mean=mean,
        counts=tuple(counts[value] for value, _ in AGREEMENT) if enough else (),
        texts=(),
    )


def _percent(share: Fraction) -> str:
    return f"{int(share * 100)}%"
