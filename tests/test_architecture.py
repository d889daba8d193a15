"""What import-linter cannot see: relations, page types and strings point down the street, and the house rules hold."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from wagtail.models import Page

from tests.sources import tree_of

ROOT = Path(settings.BASE_DIR)
STREET = [
    ["config"],
    ["demo"],
    ["operations"],
    ["home"],
    ["records", "directory"],
    ["certificates"],
    ["accreditation"],
    ["payments", "quizzes", "workshops", "practicum"],
    ["enrollments"],
    ["courses"],
    ["evidence"],
    ["library"],
    ["notifications"],
    ["accounts"],
    ["core"],
]
RANK = {app: number for number, row in enumerate(STREET) for app in row}  # 0 = config, rising downward
APPS = sorted(app for app in RANK if (ROOT / app / "__init__.py").exists())
OURS = [model for model in apps.get_models() if model._meta.app_label in RANK]
PAGES = [model for model in OURS if issubclass(model, Page)]
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
SOURCES = sorted(path for app in [*APPS, "stripe_sandbox", "tests", "tools"] for path in (ROOT / app).rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
PAGE_TEMPLATES = [path for path in TEMPLATES if not {"emails", "email"} & set(path.parts)]
LONGEST = 500


def name_of(path):
    return str(path.relative_to(ROOT))


def words(rows):
    """Names out of import-linter's layers: "(records) | (directory)" holds two."""
    return [[word for word in re.split(r"[|:()\s]+", row) if word] for row in rows]


class TestStreet:
    @pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
    def test_relations_point_down(self, model):
        mine = RANK[model._meta.app_label]
        others = [
            field
            for field in model._meta.get_fields()
            if field.is_relation
            and not field.auto_created
            and field.related_model
            and field.related_model._meta.app_label in RANK.keys() - {model._meta.app_label}
        ]
        assert [str(field) for field in others if RANK[field.related_model._meta.app_label] <= mine] == []

    @pytest.mark.parametrize("model", PAGES, ids=lambda model: model._meta.label)
    def test_parents_and_children_named_by_a_page_stand_at_or_below_it(self, model):
        named = [name for kind in ("parent_page_types", "subpage_types") for name in vars(model).get(kind) or []]
        labels = [name.split(".")[0] for name in named]
        upward = [
            name
            for name, label in zip(named, labels, strict=True)
            if label in RANK and RANK[label] < RANK[model._meta.app_label]
        ]
        assert upward == []

    def test_the_linters_street_is_this_street(self):
        assert words(CONTRACTS["Apps form a one-way street"]["layers"]) == STREET

    def test_every_folder_with_code_is_known_to_the_linter(self):
        folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
        assert sorted(LINTER["root_packages"]) == sorted(folders)

    def test_the_installed_apps_are_the_apps_of_the_street(self):
        installed = {config.name for config in apps.get_app_configs()} & (
            {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
        )
        assert sorted(installed) == APPS

    @pytest.mark.parametrize(
        "contract",
        ["Only payments talks to Stripe", "The Stripe sandbox stands alone", "Nothing of the shop knows the sandbox"],
    )
    def test_each_contract_names_every_app(self, contract):
        named = CONTRACTS[contract]["forbidden_modules" if "alone" in contract else "source_modules"]
        assert sorted(named) == sorted(set(APPS) - ({"payments"} if "Only payments" in contract else set()))

    def test_the_layers_inside_an_app_hold_for_every_app_that_has_any(self):
        inside = CONTRACTS["Inside an app: edges import the domain, never the reverse"]
        assert (sorted(inside["containers"]), inside["exhaustive"]) == (
            sorted(set(APPS) - {"config", "demo", "core"}),
            True,
        )

    def test_only_payments_imports_stripe(self):
        importers = {name_of(path).split("/")[0] for path in SOURCES if "stripe" in imported_by(path)}
        assert importers <= {"payments", "stripe_sandbox"}
        assert "stripe" in imported_by(ROOT / "payments/services/stripe_api.py")

    def test_policies_are_asked_from_the_top_of_the_street_down(self):
        ranks = [RANK[path.split(".")[0]] for path in settings.ACCESS_POLICIES]
        assert ranks == sorted(ranks)


def imported_by(path):
    """First words of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


class TestHouseRules:
    def test_no_module_is_longer_than_a_person_can_hold(self):
        assert {
            name_of(path): len(path.read_text().splitlines())
            for path in SOURCES
            if "migrations" not in path.parts and len(path.read_text().splitlines()) > LONGEST  # those are generated
        } == {}

    def test_no_module_is_a_drawer_for_everything(self):
        drawers = {"utils", "helpers", "common", "misc", "util", "helper"}
        assert [name_of(path) for path in SOURCES if drawers & {*path.relative_to(ROOT).parts[:-1], path.stem}] == []

    def test_nothing_is_left_to_do(self):
        mark = re.compile(r"#\s*(?:TO" r"DO|FIX" r"ME)\b")
        assert [name_of(path) for path in SOURCES if mark.search(path.read_text())] == []

    def test_every_model_and_service_says_what_it_is(self):
        silent = [
            name_of(path)
            for path in SOURCES
            if {"models", "services"} & {path.stem, path.parent.name}
            and path.read_text().strip()
            and not ast.get_docstring(tree_of(path))
        ]
        assert silent == []

    def test_the_environment_file_names_every_variable_that_the_settings_read_and_no_other(self):
        read = set()
        for node in ast.walk(tree_of(ROOT / "config/settings.py")):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", "") == "env"
            ):
                first = node.args[0] if node.args else None
                if node.func.attr != "read_env" and isinstance(first, ast.Constant):
                    read.add(first.value)
        named = re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
        assert sorted(named) == sorted(read)

    def test_no_other_module_reads_the_environment(self):
        readers = [
            name_of(path)
            for path in SOURCES
            if path.relative_to(ROOT).parts[0] in APPS
            and "tests" not in path.parts
            and path.name not in ("settings.py", "settings_test.py", "wsgi.py")
            and re.search(r"\bos\.(environ|getenv)\b|\benviron\.Env\b", path.read_text())
        ]
        assert readers == []


class TestTemplates:
    @pytest.mark.parametrize("path", PAGE_TEMPLATES, ids=name_of)
    def test_a_page_template_has_no_inline_script_or_style(self, path):
        """The policy of core.middleware refuses them; data for a script (type="application/json") carries the nonce."""
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
        scripts = [
            tag for tag in re.findall(r"<script\b[^>]*>", text) if " src=" not in tag and "application/json" not in tag
        ]
        assert (
            scripts,
            re.findall(r"<style\b", text),
            re.findall(r"\sstyle=", text),
            re.findall(r"\son[a-z]+=[\"']", text),
        ) == ([], [], [], [])

    @pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
    def test_a_template_loads_nothing_from_elsewhere(self, path):
        loaded = re.findall(
            r"<(?:script|img|iframe|source|track|video|audio|embed|object|use)\b[^>]*\b(?:src|href|data|poster)=[\"']((?:https?:)?//[^\"']*)",
            path.read_text(),
        )
        linked = re.findall(r"<link\b[^>]*\bhref=[\"']((?:https?:)?//[^\"']*)", path.read_text())
        assert (loaded, linked) == ([], [])

    def test_styles_scripts_and_figures_fetch_nothing_from_elsewhere(self):
        fetching = re.compile(
            r"""(@import|url\(|fetch\(|importScripts\(|import\s|\bsrc\s*=|xlink:href\s*=|<image\b)[^;\n]*?["'(]\s*(https?:)?//"""
        )
        files = [path for kind in ("css", "js", "svg") for path in (ROOT / "static").rglob(f"*.{kind}")]
        assert files != []
        assert [name_of(path) for path in files if fetching.search(path.read_text())] == []

    def test_figures_cannot_run_anything(self):
        running = re.compile(r"<script|<foreignObject|\son[a-z]+=|javascript:", re.IGNORECASE)
        assert [name_of(path) for path in (ROOT / "static").rglob("*.svg") if running.search(path.read_text())] == []
