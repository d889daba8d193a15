"""What the figures mean for an author, in words (QUIZZES.md section 13).

Limits: alpha above 75 is good and below 64 weak (OpenLearn Create 52746); no index below 30 attempts, because chance
would decide it (our judgment).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from quizzes.statistics.items import Item, Option

FEWEST = 30
"""No index of fewer attempts is shown."""

FEWEST_ALIKE = 5
"""A written answer is shown when so many people gave it: what only one wrote may tell who it was."""

HARD, EASY = Fraction(20, 100), Fraction(95, 100)
GOOD_ALPHA, WEAK_ALPHA = 75, 64


@dataclass(frozen=True)
class Flag:
    """Why a question needs a look: a word for the table, a sentence for its page."""

    word: str
    sentence: str


KEY = Flag(
    "Key probably wrong",
    "Those who did well on the rest chose an option that is marked wrong, and those who did badly chose the one that "
    "is marked right. Check the key first.",
)
AGAINST = Flag(
    "Against the rest",
    "Those who did well on the rest of the quiz did worse here. Read the question again: it may be unclear, a trap, or "
    "have the wrong key.",
)
TOO_HARD = Flag(
    "Very hard",
    "Less than a fifth of its points was earned. Is it taught, and is it asked clearly?",
)
TOO_EASY = Flag(
    "Very easy",
    "Nearly everybody has it right. It says little about who knows more; keep it if everybody must know it.",
)


def flags_of(item: Item, options: Iterable[tuple[bool, Option]] = ()) -> list[Flag]:
    """Why this question needs a look. ``options`` are those that can be chosen, each with whether it is right."""
    if item.n < FEWEST:
        return []
    found = [KEY] if key_seems_wrong(options) else []
    if item.discrimination is not None and item.discrimination < 0:
        found.append(AGAINST)
    if item.facility is not None and item.facility < HARD:
        found.append(TOO_HARD)
    if item.facility is not None and item.facility > EASY:
        found.append(TOO_EASY)
    return found


def key_seems_wrong(options: Iterable[tuple[bool, Option]]) -> bool:
    """A wrong option goes with doing well on the rest, and the right one with doing badly."""
    known = [(right, option.correlation) for right, option in options if option.correlation is not None]
    return any(not right and found > 0 for right, found in known) and any(right and found < 0 for right, found in known)


def about_alpha(alpha: Fraction | None, *, drawn: bool) -> str:
    """How far the quiz hangs together."""
    if alpha is None:
        return "Reliability cannot be said: it needs at least two questions, and totals that differ."
    if alpha < 0:
        words = "Reliability is below 0: the questions work against each other. Look first at those that are flagged."
    elif alpha < WEAK_ALPHA:
        words = "Reliability is weak: a good part of the differences between learners is chance. More questions, or "
        words += "clearer ones, help."
    elif alpha <= GOOD_ALPHA:
        words = "Reliability is fair: enough for learning, a little low for an exam."
    else:
        words = "Reliability is good: the questions measure the same thing."
    if drawn:
        words += " Alpha is slot-based here: papers were not all alike, so it speaks of the places in the paper."
    return words


def about_band(inside: int, n: int) -> str:
    """How many results chance may have decided."""
    if not inside:
        return "No result lies so near to the pass mark that chance could have decided it."
    tries = "1 result lies" if inside == 1 else f"{inside} results lie"
    return f"{tries} within one standard error of the pass mark, of {n}: there, chance may have decided about passing."


def about_shape(skewness: float | None, facility: Fraction | None) -> str:
    """Whether the quiz was easy or hard, and where its tail is."""
    if facility is None:
        return ""
    if facility > EASY:
        words = "Nearly all points were earned: it hardly tells learners apart."
    elif facility < HARD:
        words = "Few points were earned: it is too hard for those who took it."
    else:
        words = "The difficulty is in a range that tells learners apart."
    if skewness is not None and abs(skewness) > 1:
        words += " A few did much worse than the others." if skewness < 0 else " A few did much better than the others."
    return words


def too_few(n: int) -> str:
    """Why there is no index."""
    return f"{n} so far. Indices are shown from {FEWEST} on: with fewer, chance decides them. Counts are shown now."
