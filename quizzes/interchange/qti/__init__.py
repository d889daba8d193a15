"""QTI in: items of 2.1, 2.2 and 3.0, the 1.2 that Canvas writes, one file or a package of them."""

from collections.abc import Callable, Iterator
from itertools import count
from xml.etree.ElementTree import Element

from quizzes.interchange.base import Outcome, Refused, UnreadableFile, with_own_ids
from quizzes.interchange.markup import read_tree
from quizzes.interchange.packages import Package, is_package

from .canvas import read_questions
from .items import read_item
from .manifest import documents

Numbers = Iterator[int]
Reader = Callable[[Element, Numbers, Package | None, str], list[Outcome]]


def parse(content: bytes) -> list[Outcome]:
    """Every question of a QTI file or package, or why it is not taken. Raises ``UnreadableFile``."""
    if not is_package(content):
        return with_own_ids(_read_file(content, count(1), None, ""))
    package, numbers = Package(content), count(1)
    found: list[Outcome] = []
    for document in documents(package):
        if document.path is None:
            reason = "The manifest names this file, but the archive does not hold it."
            found.append(Refused(next(numbers), document.named[:200], reason))
            continue
        try:
            found += _read_file(package.read(document.path), numbers, package, document.path)
        except UnreadableFile as error:
            found.append(Refused(next(numbers), document.named[:200], str(error)))
    return with_own_ids(found)


def _read_file(content: bytes, numbers: Numbers, package: Package | None, path: str) -> list[Outcome]:
    root = read_tree(content)
    if root.tag not in ROOTS:
        message = DECLINED.get(root.tag.casefold(), f'This is no QTI file: it begins with "{root.tag[:60]}".')
        raise UnreadableFile(message)
    return ROOTS[root.tag](root, numbers, package, path)


def _one_item(root: Element, numbers: Numbers, package: Package | None, path: str) -> list[Outcome]:
    return [read_item(root, next(numbers), package=package, path=path)]


ROOTS: dict[str, Reader] = {
    "assessmentItem": _one_item,
    "questestinterop": read_questions,
}

DECLINED = {
    "assessmenttest": "This file is a test: it names its questions but does not hold them. Send the package (zip).",
    "manifest": "This is the manifest of a package by itself. Send the package (zip).",
    "assessmentresult": "This file holds the results of a learner, not questions.",
    "assessmentsection": "This file is a section of a test: it names its questions but does not hold them.",
    "assessmentstimulus": "This file is a text shared by questions; it holds none itself.",
    "quiz": "This is a Moodle XML file or the settings of a Canvas quiz, not QTI.",
    "question": "This is a Moodle XML file, not QTI.",
    "examview": "This is an ExamView file. We do not import it.",
    "pool": "This is a Blackboard question pool. We do not import it.",
    "html": "This is a web page, not a file of questions.",
}
