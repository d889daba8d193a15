"""Modules of ours as syntax trees."""

import ast
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path


@cache
def tree_of(path: Path) -> ast.Module:
    """Parsed in a thread of its own: where Playwright has run, its greenlets upset the recursion count by which
    CPython 3.11 guards its parser in the main one.
    """
    with ThreadPoolExecutor(max_workers=1) as own:
        return own.submit(ast.parse, path.read_text(encoding="utf-8")).result()
