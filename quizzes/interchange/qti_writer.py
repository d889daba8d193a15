"""Published questions as a QTI package: items of 3.0, or of 2.1, a manifest, and their pictures.

An item is built once, in the names of QTI 2; those of 3.0 differ by "qti-" and kebab case (QUIZZES.md section 14). What
a format cannot say is named; what would change a mark leaves the question out.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, indent, tostring

from .base import Exported, Media, NotCarried, Written
from .leaving import CRITICAL, CannotSay, missing_parts, part
from .qti_item import TAGS_OF_HTML
from .qti_items import WRITERS, write_item

EPOCH = (2000, 1, 1, 0, 0, 0)
"""Entries carry no time, so that the same questions make the same file."""

SAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Version:
    """What differs between the versions besides the names of elements."""

    items: str
    manifest: str
    schema: str
    schema_version: str
    resource: str
    kebab: bool


VERSION_3 = Version(
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "QTI Package",
    "3.0.0",
    "imsqti_item_xmlv3p0",
    kebab=True,
)
VERSION_2 = Version(
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imscp_v1p1",
    "QTIv2.1 Package",
    "1.0.0",
    "imsqti_item_xmlv2p1",
    kebab=False,
)
NOT_IN_2 = {"labels": "QTI 2.1 puts only pictures, not words, on a picture."}


def write(questions: Sequence[Exported]) -> Written:
    """A package of QTI 3.0."""
    return _package(questions, VERSION_3)


def write_version_2(questions: Sequence[Exported]) -> Written:
    """A package of QTI 2.1."""
    return _package(questions, VERSION_2)


def _package(questions: Sequence[Exported], version: Version) -> Written:
    missing: list[NotCarried] = []
    manifest = Element("manifest", xmlns=version.manifest, identifier="MANIFEST")
    about = part(manifest, "metadata")
    part(about, "schema", version.schema)
    part(about, "schemaversion", version.schema_version)
    part(manifest, "organizations")
    resources = part(manifest, "resources")
    files: dict[str, bytes] = {}
    for place, question in enumerate(questions, start=1):
        named = {where: (f"media/q{place:04}-{_file_name(one)}", one) for where, one in question.pictures.items()}
        try:
            item = _item(question, {where: path for where, (path, _) in named.items()}, place, version)
        except CannotSay as reason:
            missing.append(NotCarried(question.number, question.name, str(reason)))
            continue
        name = f"items/q{place:04}.xml"
        files[name] = _rendered(item, version)
        resource = part(resources, "resource", identifier=f"R{place:04}", type=version.resource, href=name)
        part(resource, "file", href=name)
        for path, media in named.values():
            part(resource, "file", href=path)
            files[path] = media.content
        missing += [NotCarried(question.number, question.name, one, whole=False) for one in _left_out(question)]
    indent(manifest)
    return Written(_zipped({"imsmanifest.xml": _document(manifest), **files}), tuple(missing))


def _left_out(question: Exported) -> list[str]:
    found = missing_parts(question, ("matching", "cloze", "numeric", "short_text", "hotspot", "labels"))
    if question.tags or question.category:
        found.append("Tags and the path of the bank are not carried.")
    if question.kind == "hotspot":
        found.append("Borders of areas are rounded to whole pixels of the picture.")
    if question.kind == "essay" and (question.public["minimum"] or question.public["maximum"]):
        found.append("The number of words is not carried.")
    return found


def _item(question: Exported, pictures: dict[str, str], place: int, version: Version) -> Element:
    if question.kind not in WRITERS or (version is VERSION_2 and question.kind in NOT_IN_2):
        message = NOT_IN_2.get(question.kind, f'QTI has no questions of the kind "{question.kind}".')
        raise CannotSay(message)
    if question.key.get("critical"):
        raise CannotSay(CRITICAL)
    identifier = question.external_id or f"Q{place:04}"
    return write_item(question, identifier, {where: f"../{path}" for where, path in pictures.items()})


def _file_name(media: Media) -> str:
    name = SAFE.sub("-", media.name).strip("-.") or "picture"
    return name[-60:]


def _rendered(item: Element, version: Version) -> bytes:
    if version.kebab:
        for element in item.iter():
            if element.tag not in TAGS_OF_HTML:
                element.tag = f"qti-{_kebab(element.tag)}"
                element.attrib = {_kebab(name): value for name, value in element.attrib.items()}
    item.set("xmlns", version.items)
    return _document(item)


def _kebab(name: str) -> str:
    return name if ":" in name else re.sub(r"([A-Z])", lambda match: f"-{match[1].lower()}", name)


def _document(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8")


def _zipped(files: dict[str, bytes]) -> bytes:
    """The archive, the same for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()
