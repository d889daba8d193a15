"""GIFT, as the importer of Moodle 4.5.6 reads it, but for its faults (QUIZZES.md section 14).

The kind follows from the answers, in this order: no braces is text between questions; empty braces an essay; ``#``
numeric; ``>`` ordering (an extension of Moodle's); any ``~`` a choice; ``=`` with ``->`` matching; T, TRUE, F, FALSE
true or false; everything else short text.
"""

import hashlib

from .base import Outcome, Parsed, Refused, UnreadableFile
from .gift_answers import Asked, NotTaken, Read, choice, essay, formatted, matching, short_text, true_false
from .gift_blocks import Block, blocks, meant
from .gift_numbers import numeric
from .gift_ordering import ordering
from .texts import MOODLE, Losses, Phrase, decode

MAX_QUESTIONS = 5_000
MAX_NAME = 80
TRUE_FALSE = {"T", "TRUE", "F", "FALSE"}
FORGOTTEN = "It has no answers in braces. If it is text between questions, publish it; else add its answers."


def parse(content: bytes) -> list[Outcome]:
    """The questions of a GIFT file. Raises ``UnreadableFile``."""
    found = blocks(decode(content))
    if not found:
        message = "There is no question in this file."
        raise UnreadableFile(message)
    if len(found) > MAX_QUESTIONS:
        message = f"The file holds more than {MAX_QUESTIONS} questions. Split it."
        raise UnreadableFile(message)
    return [_question(number, block) for number, block in enumerate(found, start=1)]


def _question(number: int, block: Block) -> Outcome:
    name, text = "", block.text
    try:
        name, text = _named(block.text)
        if block.problem:
            raise NotTaken(block.problem)
        return _read(number, block, name, text)
    except NotTaken as refusal:
        return Refused(
            number, name or _first_words(text.partition("{")[0]), refusal.reason, line=block.line, kind=refusal.kind
        )


def _named(text: str) -> tuple[str, str]:
    """The title between double colons, if there is one, and the rest."""
    if not text.startswith("::"):
        return "", text
    name, ends, rest = text[2:].partition("::")
    if not ends:
        raise NotTaken('Its title begins with "::" and does not end with "::".')
    return " ".join(meant(name).split()), rest.strip()


def _read(number: int, block: Block, name: str, text: str) -> Parsed:
    stem, answers = _parted(text)
    losses = Losses()
    phrase = formatted(stem, MOODLE)
    asked = Asked(_answers_only(answers or ""), phrase.format, losses, _origin(block))
    general = _general(answers or "", phrase.format)
    read = _kind(None if answers is None else asked, named=bool(name))
    question = losses.rich(phrase, "the question")
    value = {"stem": question, "feedback": losses.rich(general, "the feedback for everyone"), **read.value}
    if not read.feedback:
        del value["feedback"]
        if not general.blank:
            losses.note("The feedback for everyone is not kept: text between questions has none.")
    for note in block.notes:
        losses.note(note)
    return Parsed(
        number=number,
        name=name or _first_words(Losses().plain(phrase, "")),
        kind=read.kind,
        value=value,
        external_id=block.ident,
        tags=block.tags,
        category=block.category,
        warnings=losses.warnings,
        draft_reasons=read.draft_reasons,
    )


def _kind(asked: Asked | None, *, named: bool) -> Read:
    """What the answers make of the question."""
    if asked is None:
        return Read("description", {}, () if named else (FORGOTTEN,), feedback=False)
    answers = asked.answers
    head = answers.partition("#")[0].strip()
    readers = [
        (not answers, essay),
        (answers.startswith("#"), numeric),
        (answers.startswith(">"), ordering),
        ("~" in answers, choice),
        ("=" in answers and "->" in answers, matching),
        (head in TRUE_FALSE, true_false),
    ]
    return next((reader for fits, reader in readers if fits), short_text)(asked)


def _parted(text: str) -> tuple[str, str | None]:
    """The question with a gap where its answers stand, and the answers; None where there are no braces."""
    opened, closed = text.count("{"), text.count("}")
    if not opened and not closed:
        return text, None
    start, end = text.find("{"), text.find("}")
    if not opened or not closed or end < start:
        raise NotTaken('Its braces do not match. A brace that is text is written "\\{" or "\\}".')
    if "{" in text[start + 1 : end]:
        raise NotTaken('A brace stands among its answers. A brace that is text is written "\\{" or "\\}".')
    if opened > 1 or closed > 1:
        raise NotTaken("It has more than one group of answers in braces, and GIFT knows one. Make a question of each.")
    before, after = text[:start], text[end + 1 :]
    return (f"{before}_____{after}" if after.strip() else before), text[start + 1 : end].strip()


def _answers_only(answers: str) -> str:
    return answers.rpartition("####")[0].strip() if "####" in answers else answers


def _general(answers: str, inherited: str) -> Phrase:
    return formatted(answers.rpartition("####")[2] if "####" in answers else "", inherited)


def _origin(block: Block) -> str:
    """What lasting ids hang on: the question's own id, else its text."""
    if block.ident:
        return f"gift id {block.ident}"
    return f"gift {hashlib.sha256(block.text.encode()).hexdigest()}"


def _first_words(text: str) -> str:
    words = " ".join(meant(text).split())
    return words if len(words) <= MAX_NAME else words[: MAX_NAME - 1].rstrip() + "…"
