"""What a board refuses: found before credit is given and before a paper is made (DOMAIN.md 2.5, 2.6).

Each rule of a board is an argument (`Board`, from its row); nothing here knows one board from another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accreditation.rules.problems import Problem
from accreditation.rules.vocabulary import LIVE_MODES, Mode

CEU = re.compile(r"\bC\.?E\.?U\.?(?:'?s)?\b", re.IGNORECASE)
"""Ten contact hours are one CEU elsewhere; boards send such papers back."""
ENDING = re.compile(r"\s*\([^()]*\)\s*$")
"""What bodies add to a title in their directory: "(Home Study)"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The rules of one body, as its row says them."""

    name: str
    hour_label: str = "CE hours"
    requires_license_number: bool = False
    requires_exact_title: bool = True
    partial_credit_allowed: bool = False
    needs: frozenset[str] = frozenset()
    statement: str = ""
    """The sentence that it wants on its certificate, as its row has it."""
    approves_instructors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """One approval, as the board granted it, on the day of completion."""

    title: str
    number: str
    lines: tuple[tuple[str, Decimal], ...]
    """Way of teaching and hours of each credit line."""
    hours: Decimal | None = None
    """The sum in the board's letter, where staff entered it."""
    holds: bool = True
    provider_holds: bool = True
    covers_edition: bool = True
    sample_on_a_real_site: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What the learner did, and what the school has to show for it."""

    edition: str
    course_title: str
    completed: str
    """The day, in words."""
    graded_quiz: bool = False
    attendance: tuple[int, int] | None = None
    """Minutes attended, of minutes held."""
    place: str = ""
    licenses: int = 0
    instructors: tuple[str, ...] = ()
    approved_instructor: bool = False
    administrator: str = ""
    provider_contact: str = ""


def award_problems(board: Board, granted: Granted, finished: Finished) -> list[Problem]:
    """Why no credit is given: the school's staff can mend it, or nobody can."""
    return [
        *_in_force(board, granted, finished),
        *_hours(board, granted),
        *_home_study(board, granted, finished),
        *_live(board, granted, finished),
        *_taught_by(board, finished),
    ]


def issue_problems(board: Board, granted: Granted, finished: Finished) -> list[Problem]:
    """Why this board's certificate must not be made: what stops the credit, and what its paper would lack."""
    return [
        *award_problems(board, granted, finished),
        *title_problems(board, granted, finished.course_title),
        *_never_ceu(board, granted),
        *_license(board, finished),
        *_paper(board, granted, finished),
    ]


def same_title(approved: str, course: str) -> bool:
    """The same words; an ending in parentheses, which bodies add for the way of teaching, makes no other course.

    >>> same_title("Foundations (Home Study)", "Foundations"), same_title("Foundations II", "Foundations")
    (True, False)
    """
    return _words(approved) == _words(course) or _words(ENDING.sub("", approved)) == _words(course)


def title_problems(board: Board, granted: Granted, course_title: str) -> list[Problem]:
    """What is printed is the approved title; a course that goes by another one was not the course that was approved."""
    if not board.requires_exact_title or same_title(granted.title, course_title):
        return []
    text = (
        f"{board.name} approved “{granted.title}” and the course is called “{course_title}”: give it the approved "
        "title again, or ask the board and enter a new approval."
    )
    return [Problem("title", text)]


def hours_problems(board: Board, granted: Granted) -> list[Problem]:
    """The lines come to what the board's letter says."""
    return list(_hours(board, granted))


def says_ceu(*texts: str) -> bool:
    """The word stands in one of them.

    >>> says_ceu("6 CEUs"), says_ceu("6 CE hours", "pharmaceutical")
    (True, False)
    """
    return any(CEU.search(text) for text in texts)


def _words(title: str) -> list[str]:
    return title.casefold().replace("’", "'").split()


def _in_force(board: Board, granted: Granted, finished: Finished) -> Iterator[Problem]:
    if granted.sample_on_a_real_site:
        text = (
            f"The approval {granted.number} is a sample: it gives no credit here. Enter what {board.name} itself says."
        )
        yield Problem("sample", text)
        return
    if not granted.holds:
        yield Problem("approval", f"{board.name}'s approval {granted.number} did not hold on {finished.completed}.")
    if not granted.provider_holds:
        yield Problem("provider", f"The school's approval by {board.name} did not hold on {finished.completed}.")
    if not granted.covers_edition:
        text = f"The approval {granted.number} does not cover {finished.edition}: read the edition, then tick it there."
        yield Problem("edition", text)


def _hours(board: Board, granted: Granted) -> Iterator[Problem]:
    lines = sum((hours for _, hours in granted.lines), Decimal(0))
    if not lines:
        yield Problem("hours", f"The approval {granted.number} has no credit line: enter the hours as approved.")
    elif granted.hours is not None and granted.hours != lines:
        text = (
            f"The credit lines of {granted.number} come to {_said(lines)} hours and {board.name} approved "
            f"{_said(granted.hours)}: correct the lines."
        )
        yield Problem("hours", text)


def _home_study(board: Board, granted: Granted, finished: Finished) -> Iterator[Problem]:
    """Home study counts with a graded test and a documented pass mark (NCBTMB; DOMAIN.md 2.6, 3)."""
    if not finished.graded_quiz and _taught(granted.lines, (Mode.SELF_PACED.value,)):
        text = (
            f"{finished.edition} has no required, graded quiz, and home study counts only with one: publish a quiz "
            "and make a new edition."
        )
        yield Problem("quiz", text)


def _live(board: Board, granted: Granted, finished: Finished) -> Iterator[Problem]:
    """All of it, or part of it only where the board's row allows that (DOMAIN.md 2.6, 4)."""
    if not _taught(granted.lines, LIVE_MODES):
        return
    if finished.attendance is None:
        yield Problem("attendance", "Nobody has attested the attendance yet: enter it under Attendance.")
        return
    attended, held = finished.attendance
    if attended >= held or (attended and board.partial_credit_allowed):
        return
    text = f"Attended {attended} of {held} minutes, and {board.name} gives credit for the whole only."
    yield Problem("attendance", text if attended else "Did not attend.")


def _taught_by(board: Board, finished: Finished) -> Iterator[Problem]:
    if board.approves_instructors and not finished.approved_instructor:
        text = (
            f"{board.name} approves instructors, and none of this course's was approved on {finished.completed}: "
            "enter the approval under Instructors' approvals."
        )
        yield Problem("instructor_approval", text)


def _never_ceu(board: Board, granted: Granted) -> Iterator[Problem]:
    if says_ceu(board.hour_label, granted.title, board.statement):
        yield Problem("ceu", f"What would be printed for {board.name} says CEU: write CE hours.")


def _license(board: Board, finished: Finished) -> Iterator[Problem]:
    if board.requires_license_number and not finished.licenses:
        text = f"{board.name} wants your license number on the certificate: say for which license you claim the credit."
        yield Problem("license", text, by="learner")


def _paper(board: Board, granted: Granted, finished: Finished) -> Iterator[Problem]:
    """Of what the board wants on its certificate, what the school does not have (DOMAIN.md 2.5)."""
    settings = "enter it under Settings, School"
    has: dict[str, tuple[bool, str]] = {
        "place": (
            bool(finished.place) or not _taught(granted.lines, (Mode.LIVE_IN_PERSON.value,)),
            "the place: enter it with the attendance",
        ),
        "administrator": (bool(finished.administrator), f"the administrator's name: {settings}"),
        "instructor": (bool(finished.instructors), "an instructor's name: say who teaches the course"),
        "provider_contact": (bool(finished.provider_contact), f"the school's address or e-mail: {settings}"),
        "statement": (bool(board.statement), "its own statement: enter it with the board, for the certificate"),
    }
    for need, (met, what) in has.items():
        if need in board.needs and not met:
            yield Problem(need, f"{board.name}'s certificate needs {what}.")


def _taught(lines: Sequence[tuple[str, Decimal]], modes: Sequence[str]) -> bool:
    return any(mode in modes for mode, _ in lines)


def _said(hours: Decimal) -> str:
    """6 and 6.5, without zeros at the end."""
    return f"{hours.normalize():f}"
