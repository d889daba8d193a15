"""What the documents name exists: files, functions, doors, commands, settings, links. Renaming breaks its document."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from demo.reading import read_lesson
from demo.seeding.evidence import seed_figures
from demo.seeding.pages import BLOCKS
from demo.seeding.people import PASSWORD, PEOPLE
from payments.services.events import LOCATORS
from quizzes.questions import BY_KIND
from quizzes.services import content_format
from tests.sources import tree_of

HERE = Path(__file__).resolve()
"""Holds made-up names, so it proves nothing."""
ROOT = HERE.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
APPS = (
    *("config", "demo", "operations", "home", "records", "certificates", "accreditation", "payments"),
    *(
        "quizzes",
        "enrollments",
        "courses",
        "evidence",
        "library",
        "notifications",
        "accounts",
        "core",
        "stripe_sandbox",
    ),
)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml|html|css|js|txt|typ|svg|ttf|woff2|in))")
CALL = re.compile(r"([\w.]+)\(\)")
DOTTED = re.compile(rf"({'|'.join(APPS)})(\.\w+)+")
CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
DOOR = re.compile(r"((GET|POST) )?(/[\w<>./-]*)")
SAMPLES = {"uuid": "6f1bb4f2-4d63-5b0e-9a5e-2a1c3b9e7d10", "id": "1", "page-id": "1", "filter": "width-400"}
PAGES = ("/", "/courses/", "/help/")
"""Doors of the page tree: their content decides, no URL pattern does."""


def prose(text: str) -> str:
    """Without fenced code, which may show what does not exist yet."""
    return FENCE.sub("", text)


def spans(text: str) -> list[str]:
    """Everything set as code in the running text; a span with a placeholder names a form, not a thing."""
    return [span.strip() for span in SPAN.findall(prose(text))]


def commands_in(text: str) -> Iterator[str]:
    """Lines that a reader would type: spans, and the lines of fenced code."""
    yield from spans(text)
    for block in FENCE.findall(text):
        yield from (line.strip() for line in block.splitlines())


@cache
def sources() -> dict[Path, ast.Module]:
    """Every module of ours."""
    folders = [*APPS, "tests", "tools"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    files = [path for path in [*files, ROOT / "conftest.py"] if path != HERE]
    return {path: tree_of(path) for path in files}


@cache
def callables(app: str = "") -> frozenset[str]:
    """Names that `name()` may stand for: functions and methods of an app, or of all, as `name` and `Class.name`."""
    found: set[str] = set()
    for path, tree in sources().items():
        if app and path.relative_to(ROOT).parts[0] != app:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return frozenset(found)


@cache
def names(app: str) -> frozenset[str]:
    """Everything an app defines or names: modules, classes, functions, assignments, fields."""
    found = {part for path in (ROOT / app).rglob("*.py") for part in (*path.relative_to(ROOT).parts, path.stem)}
    for path, tree in sources().items():
        if path.relative_to(ROOT).parts[0] != app:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return frozenset(found)


@cache
def code() -> str:
    """The text of all that may read a setting or keep a constant."""
    others = [ROOT / "Makefile", ROOT / "pyproject.toml"]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*sources(), *others])


@cache
def targets() -> frozenset[str]:
    """What `make` can do: the rules of the Makefile, not the names of its .PHONY line."""
    return frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def missing_files(text: str) -> list[str]:
    """Paths that do not exist. A bare file name is left alone: it is "the file `models.py` of an app"."""
    paths = [span for span in spans(text) if FILE.fullmatch(span) and "/" in span.rstrip("/")]
    return [path for path in paths if not path.startswith("var/") and not (ROOT / path).exists()]


def missing_functions(text: str) -> list[str]:
    """`name()`, `Class.name()` and `app.module.name()` that nobody defines."""
    missing = []
    for span in spans(text):
        match = CALL.fullmatch(span)
        if not match:
            continue
        *before, last = match[1].split(".")
        app = before[0] if before and before[0] in APPS else ""
        name = f"{before[-1]}.{last}" if before and before[-1][0].isupper() else last
        if name not in callables(app):
            missing.append(span)
    return missing


def missing_names(text: str) -> list[str]:
    """`app.module.Thing` of which a part does not exist in that app."""
    dotted = [span for span in spans(text) if DOTTED.fullmatch(span) and not FILE.fullmatch(span)]
    return [span for span in dotted if not set(span.split(".")[1:]) <= names(span.split(".")[0])]


def missing_constants(text: str) -> list[str]:
    """Settings, variables and constants that no code of ours holds."""
    found = [span for span in spans(text) if CONSTANT.fullmatch(span)]
    return [span for span in found if not re.search(rf"\b{span}\b", code())]


def missing_doors(text: str) -> list[str]:
    """Addresses that no URL pattern answers."""
    missing = []
    for span in spans(text):
        match = DOOR.fullmatch(span)
        if not match or match[3] in PAGES or match[3].startswith("/courses/"):
            continue
        address = re.sub(r"<([\w-]+)>", lambda part: SAMPLES.get(part[1], "x"), match[3])
        try:
            answered_by_tree = resolve(address).url_name == "wagtail_serve"
        except Resolver404:
            answered_by_tree = True
        if answered_by_tree:
            missing.append(span)
    return missing


def missing_commands(text: str) -> list[str]:
    """`make ...` and `manage.py ...` that cannot be run."""
    missing = []
    known = get_commands()
    for line in commands_in(text):
        made = re.match(r"make ([a-z][a-z-]*)", line)
        managed = re.search(r"manage\.py ([a-z_]+)", line)
        missing += [made[0]] if made and made[1] not in targets() else []
        missing += [managed[0]] if managed and managed[1] not in known else []
    return missing


def broken_links(text: str, folder: Path) -> list[str]:
    """Relative links whose file or heading does not exist."""
    broken = []
    for link in LINK.findall(prose(text)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, heading = link.partition("#")
        target = (folder / path).resolve()
        if not target.exists() or (heading and heading not in headings(target.read_text() if path else text)):
            broken.append(link)
    return broken


def headings(text: str) -> set[str]:
    """Anchors as the usual readers of Markdown make them."""
    titles = re.findall(r"^#{1,6} (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


CHECKS = (missing_files, missing_functions, missing_names, missing_constants, missing_doors, missing_commands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_document_names_only_what_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    wrong = {check.__name__: found for check in CHECKS if (found := check(text))}
    assert wrong == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_document_links_to_what_exists(document: Path) -> None:
    assert broken_links(document.read_text(encoding="utf-8"), document.parent) == []


def test_the_checks_find_what_does_not_exist() -> None:
    """The control: every check refuses a made-up thing beside a real one."""
    text = (
        "`core/access.py` `core/acess.py` `can()` `may()` `Order.needs_review()` `Order.needs_reviews()` "
        "`core.access.can()` `core.access.enroll()` `courses.Unit` `courses.Units` `ACCESS_POLICIES` `ACCESS_POLICY` "
        "`/verify/<serial>/` `/verified/<serial>/` `make demo` `make demos`\n\n"
        "```sh\npython manage.py sweep\npython manage.py sweeps\n```\n"
    )
    found = {check.__name__: check(text) for check in CHECKS}
    assert found == {
        "missing_files": ["core/acess.py"],
        "missing_functions": ["may()", "Order.needs_reviews()", "core.access.enroll()"],
        "missing_names": ["courses.Units"],
        "missing_constants": ["ACCESS_POLICY"],
        "missing_doors": ["/verified/<serial>/"],
        "missing_commands": ["make demos", "manage.py sweeps"],
    }


def test_the_link_check_finds_what_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# One\n\n## The one-way street\n", encoding="utf-8")
    text = "[a](there.md) [b](there.md#the-one-way-street) [c](there.md#two-way) [d](gone.md) [e](https://example.org/x.md)"
    assert broken_links(text, tmp_path) == ["there.md#two-way", "gone.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_readme_lists_the_demo_people_and_their_password() -> None:
    readme = read("README.md")
    assert re.findall(r"^\| `(\w+@example\.com)`", readme, re.MULTILINE) == [person[0] for person in PEOPLE.values()]
    assert f"`{PASSWORD}`" in readme


def test_operations_explains_every_variable_that_settings_read() -> None:
    explained = re.findall(r"^\| `([A-Z0-9_]+)`", read("docs/operations.md"), re.MULTILINE)
    asked = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', read("config/settings.py")))
    assert sorted(explained) == sorted(asked)


def test_operations_lists_the_events_that_the_shop_acts_on() -> None:
    listed = re.findall(r"^ *- `([a-z_.]+)`$", read("docs/operations.md"), re.MULTILINE)
    assert sorted(listed) == sorted(LOCATORS)


def test_the_lesson_of_the_content_format_can_be_read_and_shows_every_block(tmp_path: Path) -> None:
    fences = [fence.strip("`\n") for fence in FENCE.findall(read("docs/how-to/write-content.md"))]
    file = tmp_path / "01-example.md"
    file.write_text("\n\n".join(part for part in fences if part.startswith(("+++", ":::"))), encoding="utf-8")
    lesson = read_lesson(file)
    assert {"title", "slug", "minutes", "summary", "objectives", "references"} <= set(lesson.meta)
    assert sorted({kind for kind, _ in lesson.blocks}) == sorted(BLOCKS)


def test_the_quiz_of_the_content_format_can_be_read_and_shows_every_kind(db: None) -> None:
    seed_figures()
    tables = [
        tomllib.loads(part)
        for part in re.findall(r"^```toml$(.*?)^```$", read("docs/how-to/write-content.md"), re.M | re.S)
    ]
    questions = [question for table in tables for question in table.get("question", [])]
    assert {question["kind"] for question in questions} == set(BY_KIND)
    assert [content_format.stream_of(question, "docs")[0]["type"] for question in questions] == [
        one["kind"] for one in questions
    ]


def test_decisions_are_numbered_and_listed() -> None:
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", read("docs/decisions/README.md")) == files


def test_architecture_explains_every_app() -> None:
    explained = re.findall(r"^\| `([a-z_]+)` \|", read("docs/architecture.md"), re.MULTILINE)
    assert sorted(explained) == sorted(APPS)
