"""Small questions of Moodle XML in our own words, and what becomes of them."""

from typing import Any

from quizzes.grading import grade, publishing_problems
from quizzes.interchange import moodle_xml
from quizzes.interchange.base import Outcome, Parsed, Refused
from quizzes.questions.freezing import freeze


def question(kind: str, inner: str = "", stem: str = "<p>Which?</p>") -> str:
    """A question element."""
    return (
        f'<question type="{kind}"><name><text>A question</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>{inner}</question>'
    )


def answer(text: str, fraction: str = "100", remark: str = "", more: str = "") -> str:
    """An answer with its share of the points."""
    return (
        f'<answer fraction="{fraction}"><text><![CDATA[{text}]]></text>'
        f"<feedback><text>{remark}</text></feedback>{more}</answer>"
    )


def read(*questions: str) -> list[Outcome]:
    """What a file of these questions gives."""
    return moodle_xml.parse(f"<quiz>{''.join(questions)}</quiz>".encode())


def one(text: str) -> Parsed:
    """The one question of a file, taken."""
    (found,) = read(text)
    assert isinstance(found, Parsed), found
    return found


def refusal(text: str) -> str:
    """The same, refused."""
    (found,) = read(text)
    assert isinstance(found, Refused), found
    return found.reason


def marks(found: Parsed, *answers: Any) -> list[int]:
    """What these answers earn in percent."""
    frozen = freeze(kind=found.kind, raw=found.value, language="en")
    public = frozen.public["en"]
    given = [answer(public) if callable(answer) else answer for answer in answers]
    return [grade(found.kind, public, frozen.key, one, None).fraction_ppm // 10_000 for one in given]


def problems(found: Parsed) -> list[str]:
    """Why it must not be published."""
    frozen = freeze(kind=found.kind, raw=found.value, language="en")
    return publishing_problems(found.kind, frozen.public["en"], frozen.key)


def chosen(*places: int) -> Any:
    """A choice of options by their place."""
    return lambda public: {"c": [public["options"][place]["id"] for place in places]}


def values(found: Parsed, name: str) -> list[Any]:
    """The entries of a list of the form."""
    return [entry["value"] for entry in found.value[name]]


def gaps(found: Parsed) -> list[tuple[Any, ...]]:
    """What each gap of a cloze holds."""
    return [(v["kind"], v["points"], v["answers"], v["tolerance"], v["case_counts"]) for v in values(found, "gaps")]
