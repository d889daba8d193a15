"""The manifest of a content package: it alone decides what in the archive is a question.

IMS Content Packaging 1.1 and 1.2 and Common Cartridge; resource types of QTI 1.2, 2.x and 3.0.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from quizzes.interchange.base import UnreadableFile
from quizzes.interchange.markup import attribute, read_tree
from quizzes.interchange.packages import Package

MANIFEST = "imsmanifest.xml"
ITEM = re.compile(r"imsqti_item_xmlv[23]p\d|imsqti_apipitem", re.IGNORECASE)
TEST = re.compile(r"imsqti_(test|assessment)_xmlv[23]p\d|imsqti_apiptest", re.IGNORECASE)
QTI12 = re.compile(r"imsqti_xmlv1p\d", re.IGNORECASE)
FOREIGN = re.compile(r"x-bb-|webct|idoc_learning|assessment/x-", re.IGNORECASE)
CANVAS = re.compile(r"(^|/)non_cc_assessments/(?P<name>[^/]+)\.xml\.qti$")


@dataclass(frozen=True)
class Document:
    """One file that the manifest names as questions: its path, or None where the archive does not hold it."""

    named: str
    path: str | None


def documents(package: Package) -> list[Document]:
    """The files of questions, those of a test in its order first. Raises ``UnreadableFile``."""
    found = next((name for name in package.names if posixpath.basename(name).casefold() == MANIFEST), None)
    if found is None:
        message = f"The archive holds no {MANIFEST}, so nothing says what in it is a question."
        raise UnreadableFile(message)
    root = read_tree(package.read(found))
    resources = list(root.iterfind("resources/resource"))
    named = list(dict.fromkeys(_named(package, found, resources)))
    if not named:
        raise UnreadableFile(_nothing(root, resources))
    return [Document(name, package.find(name, found)) for name in named]


def _named(package: Package, manifest: str, resources: list[Element]) -> Iterator[str]:
    for resource in resources:
        if TEST.search(attribute(resource, "type")):
            yield from _of_test(package, manifest, attribute(resource, "href"))
    items = (attribute(resource, "href") for resource in resources if ITEM.search(attribute(resource, "type")))
    yield from (posixpath.normpath(href) for href in items if href)
    yield from _of_version_1(resources)


def _of_test(package: Package, manifest: str, href: str) -> Iterator[str]:
    """The items of a test, in its order. A test that is missing or broken is named in their place."""
    path = package.find(href, manifest)
    if path is None:
        yield href
        return
    test = read_tree(package.read(path))
    base = posixpath.dirname(posixpath.relpath(path, posixpath.dirname(manifest) or "."))
    for part in test.iter():
        if part.tag == "assessmentItemRef" and attribute(part, "href"):
            yield posixpath.normpath(posixpath.join(base, attribute(part, "href")))


def _of_version_1(resources: list[Element]) -> Iterator[str]:
    """Files of QTI 1.2. Of the two that Canvas writes for one quiz, the one that keeps its question types."""
    kept: dict[str, str] = {}
    for resource in resources:
        for file in resource.iterfind("file"):
            match = CANVAS.search(attribute(file, "href"))
            if match:
                kept[match["name"]] = attribute(file, "href")
    for resource in resources:
        identifier, kind = attribute(resource, "identifier"), attribute(resource, "type")
        if QTI12.search(kind) and identifier not in kept:
            files = [attribute(resource, "href"), *(attribute(file, "href") for file in resource.iterfind("file"))]
            yield from [name for name in files if name.casefold().endswith(".xml")][:1]
    yield from kept.values()


def _nothing(root: Element, resources: list[Element]) -> str:
    kinds = {attribute(resource, "type") for resource in resources}
    if any(FOREIGN.search(kind) for kind in kinds):
        return "This is a Blackboard or WebCT archive. We do not import it; export it as QTI 2.1 or Common Cartridge."
    schema = " ".join(
        text.strip()
        for name in ("schema", "schemaversion")
        for text in [root.findtext(f"metadata/{name}") or ""]
        if text.strip()
    )
    named = f" ({schema[:60]})" if schema else ""
    return f"The manifest names no questions{named}: nothing in it is QTI 1.2, 2.x or 3.0."
