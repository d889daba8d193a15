"""Names of areas that do not answer: where it lies, not what it is (QUIZZES.md section 12; xerteonlinetoolkits#573)."""

import re
from collections.abc import Mapping, Sequence

from .base import Json

NEUTRAL = 'Say where it lies instead, such as "area 3, upper left, beside the ear".'

_EVERYDAY_WORDS = """
    about above across after again along answer area areas around arrow back before behind below beside best
    between bone both bottom center centre choose click corner cover crown edge every figure find first from
    front hand hands head here high higher image inner inside left less line lines lower mark marked middle more
    most near next number outer outside over part parts person picture place placed please point region rest
    right seen side sides small spot tap that their them there these they this those through top touch toward
    towards under upper view what when where which with within your body bones chin cheek chest belly ear ears
    eye eyes face foot feet forehead hair jaw knee mouth neck nose shoulder shoulders throat thumb finger
    fingers palm wrist large larger largest smaller one two three four five six seven eight nine ten third
    second fourth lies stands school taught course session client contact directly name named label labels would
    should does have many each only also into just the and its are for you not her his can has was how why who
    any all but out off low tip far end way use see
"""
EVERYDAY = frozenset(re.findall(r"[a-z]+", _EVERYDAY_WORDS))
"""Words that say where something lies, or that any question holds. They give nothing away."""

TELLING = re.compile(r"\b(answer|correct|incorrect|wrong|distractor|unsafe|true|false|solution|key)\b", re.IGNORECASE)


def name_problems(areas: Sequence[Mapping[str, Json]], telling: Sequence[str]) -> list[str]:
    """Names that give the answer away: they say which is right, or use the words that are asked about."""
    asked = {word for text in telling for word in _words(text)}
    found = []
    for number, area in enumerate(areas, start=1):
        shared = sorted(written for word, written in _words(area["name"]).items() if word in asked)
        match = TELLING.search(area["name"])
        if shared or match:
            told = f'"{match[0]}"' if match else f'the question\'s own word "{shared[0]}"'
            found.append(f'The name of area {number}, "{area["name"]}", gives the answer away by {told}. {NEUTRAL}')
    return found


def _words(text: str) -> dict[str, str]:
    """The words that mean something in particular: without a plural s, as they were written."""
    plain = re.sub(r"<[^>]*>|&[a-z]+;", " ", text).casefold()
    words = [word for word in re.findall(r"[^\W\d_]{3,}", plain) if word not in EVERYDAY]
    singular = {word[:-1] if len(word) > 4 and word.endswith("s") else word: word for word in words}
    return {word: written for word, written in singular.items() if word not in EVERYDAY}
