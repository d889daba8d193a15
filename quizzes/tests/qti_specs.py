"""Small QTI items in our own words, in the names of QTI 2; the same in those of QTI 3; and packages of them."""

import io
import re
import zipfile
from typing import Any

from quizzes.grading import grade
from quizzes.interchange import qti
from quizzes.interchange.base import Outcome, Parsed, Refused
from quizzes.questions.freezing import freeze

HTML = {"p", "div", "img", "b", "object", "br", "math", "table", "tr", "td"}
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"


def item(responses: str, body: str, rules: str = "match_correct", *, identifier: str = "Q1", more: str = "") -> str:
    """An item of QTI 2.1. ``rules`` is the name of a template, or what stands in responseProcessing."""
    processing = f"<responseProcessing>{rules}</responseProcessing>"
    if not rules.startswith("<"):
        processing = f'<responseProcessing template="{TEMPLATES}{rules}"/>' if rules else ""
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{identifier}" title="An item" '
        f'adaptive="false" timeDependent="false"{more}>{responses}{SCORE}<itemBody>{body}</itemBody>{processing}'
        "</assessmentItem>"
    )


def response(cardinality: str, base: str, *right: str, mapping: str = "", name: str = "RESPONSE") -> str:
    """A response declaration."""
    values = "".join(f"<value>{value}</value>" for value in right)
    correct = f"<correctResponse>{values}</correctResponse>" if right else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"{correct}{mapping}</responseDeclaration>"
    )


def mapping(bounds: str = "", **worth: Any) -> str:
    """A mapping of identifiers."""
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in worth.items())
    return f"<mapping {bounds}>{entries}</mapping>"


def pairs_worth(*entries: tuple[str, int]) -> str:
    """A mapping of pairs, or of texts."""
    listed = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries)
    return f'<mapping lowerBound="0">{listed}</mapping>'


def choices(*names: str, most: int = 1) -> str:
    """A choice interaction."""
    options = "".join(f'<simpleChoice identifier="{name}">Option {name}</simpleChoice>' for name in names)
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="{most}" shuffle="true">'
        f"<prompt>Which?</prompt>{options}</choiceInteraction>"
    )


def in_version_3(source: str) -> str:
    """The same item in the names of QTI 3."""

    def tag(match: re.Match[str]) -> str:
        name, attributes = match[2], match[3]
        if name in HTML:
            return match[0]
        kept = re.sub(r'([A-Za-z]+)="', lambda one: f'{kebab(one[1])}="', attributes)
        return f"<{match[1]}qti-{kebab(name)}{kept}"

    renamed = re.sub(r"<(/?)([A-Za-z]+)([^<>]*)", tag, source)
    return renamed.replace("imsqti_v2p1", "imsqtiasi_v3p0", 1)


def kebab(name: str) -> str:
    """As QTI 3 writes a name."""
    return name if name == "xmlns" else re.sub("([A-Z])", lambda letter: f"-{letter[1].lower()}", name)


def found(source: str) -> Outcome:
    """The one question of a file."""
    (one,) = qti.parse(source.encode())
    return one


def parsed(source: str) -> Parsed:
    """The same, taken."""
    one = found(source)
    assert isinstance(one, Parsed), one
    return one


def refusal(source: str) -> str:
    """The same, refused."""
    one = found(source)
    assert isinstance(one, Refused), one
    return one.reason


def marks(one: Parsed, *answers: Any) -> list[int]:
    """What these answers earn, in whole percent; an answer may be made of the public part."""
    frozen = freeze(kind=one.kind, raw=one.value, language="en")
    public = frozen.public["en"]
    given = [answer(public) if callable(answer) else answer for answer in answers]
    return [grade(one.kind, public, frozen.key, answer, None).fraction_ppm // 10_000 for answer in given]


def package(*files: tuple[str, str | bytes], resources: str = "", manifest: str = "") -> bytes:
    """A package: resources of its manifest, and files."""
    written = manifest or (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><metadata><schema>QTIv2.1 Package</schema>'
        f"<schemaversion>1.0.0</schemaversion></metadata><resources>{resources}</resources></manifest>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("imsmanifest.xml", written)
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def resource(kind: str, href: str) -> str:
    """A resource of a manifest."""
    return f'<resource identifier="{href}" type="{kind}" href="{href}"><file href="{href}"/></resource>'
