"""Aiken: a question, lettered options, and a line that names the right one. Text only, never markup.

A question over several lines is taken whole; an option before any question, fewer than two options, no ANSWER and a
letter that no option has are refused by line (QUIZZES.md section 14: Moodle loses or stores them).
"""

import hashlib
import re
from dataclasses import dataclass, field

from .base import Outcome, Parsed, Refused, UnreadableFile
from .gift_answers import Items
from .texts import PLAIN, Losses, Phrase, decode, lines_of

MAX_QUESTIONS = 5_000
LETTERS = 26
"""No question has more options: of so many and one more, two share a letter."""

KIND = "single_choice"
_OPTION = re.compile(r"([A-Z])[.)](?:\s+(.*))?")
_ANSWER = re.compile(r"ANSWER\s*:\s*(.*)")


@dataclass
class _Draft:
    """The question that is being read."""

    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    line: int = 0
    problem: str = ""
    problem_line: int = 0

    def refuse(self, problem: str, line: int) -> None:
        """The first thing that is wrong is the one that is said."""
        if not self.problem:
            self.problem, self.problem_line = problem, line


def parse(content: bytes) -> list[Outcome]:
    """The questions of an Aiken file. Raises ``UnreadableFile``."""
    lines = [line.strip() for line in lines_of(decode(content))]
    if not any(_ANSWER.fullmatch(line) for line in lines):
        message = 'This is not an Aiken file: no line begins with "ANSWER:".'
        raise UnreadableFile(message)
    found: list[Outcome] = []
    current = _Draft()
    for number, line in enumerate([*lines, ""], start=1):
        answer = _ANSWER.fullmatch(line)
        if answer or (not line and current.options) or number > len(lines):
            if answer or current.stem or current.options:
                found.append(_finished(len(found) + 1, current, answer[1].strip() if answer else None, number))
            current = _Draft()
        elif line:
            _take(current, line, number)
        if len(found) > MAX_QUESTIONS:
            message = f"The file holds more than {MAX_QUESTIONS} questions. Split it."
            raise UnreadableFile(message)
    return found


def _take(current: _Draft, line: str, number: int) -> None:
    current.line = current.line or number
    option = _OPTION.fullmatch(line)
    if not option:
        if current.options:
            current.refuse("This line is neither an option nor ANSWER. An option stands on one line.", number)
        else:
            current.stem.append(line)
        return
    letter, text = option[1], (option[2] or "").strip()
    if not current.stem:
        current.refuse("An option stands before any question.", number)
    if not text:
        current.refuse(f"Option {letter} is empty.", number)
    if any(letter == other for other, _ in current.options[:LETTERS]):
        current.refuse(f"Option {letter} is there twice.", number)
    current.options.append((letter, text))


def _finished(number: int, draft: _Draft, answer: str | None, line: int) -> Outcome:
    letters = [letter for letter, _ in draft.options]
    if not draft.stem and not draft.options:
        draft.refuse("An ANSWER stands without a question.", line)
    if answer is None:
        draft.refuse('There is no line "ANSWER:" below its options.', draft.line)
    if len(letters) < 2:
        draft.refuse("A question has two options at least.", draft.line or line)
    if answer is not None and answer not in letters:
        draft.refuse(f'ANSWER names "{answer[:20]}", which is none of its options.', line)
    name = " ".join(draft.stem)[:80]
    if draft.problem:
        return Refused(number, name, draft.problem, line=draft.problem_line, kind=KIND)
    text = "\n".join(draft.stem)
    written = "\n".join([text, *(f"{letter} {option}" for letter, option in draft.options), str(answer)])
    options = Items(f"aiken {hashlib.sha256(written.encode()).hexdigest()}")
    for letter, option in draft.options:
        entry = {"text": option, "correct": letter == answer, "remark": "", "unsafe": False, "fixed": False}
        options.add(f"option {option}", entry)
    value = {
        "stem": Losses().rich(Phrase(text, PLAIN), "the question"),
        "feedback": "",
        "options": options.made,
        "critical": False,
    }
    return Parsed(number, name, KIND, value)
