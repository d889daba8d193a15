"""Pure rules of progress: what is open, what is done. No database, no clock."""

from collections.abc import Iterable, Mapping
from typing import Any

Outline = list[dict[str, Any]]


def modules_passed(outline: Outline, completed: Iterable[str]) -> set[str]:
    """Keys of modules whose required units are all completed. A module without required units is passed."""
    done = set(completed)
    return {
        module["module_key"]
        for module in outline
        if all(unit["unit_key"] in done for unit in module["units"] if unit["required"])
    }


def modules_open(
    outline: Outline, completed: Iterable[str], already_open: Iterable[str], locks: Mapping[str, str]
) -> list[str]:
    """Keys of modules that are open: no lock, its lock's module passed, or opened once before.

    `locks` maps a module's key to the key of the module that must be passed first, as the live pages say. A lock on a
    module that the edition does not know cannot be passed, so it does not bind.
    """
    passed = modules_passed(outline, completed)
    known = {module["module_key"] for module in outline}
    before = set(already_open)
    return [key for key, lock in locks.items() if key in before or not lock or lock in passed or lock not in known]


def course_complete(outline: Outline, completed: Iterable[str]) -> bool:
    """Every required unit of the edition is completed, and there is at least one."""
    required = {unit["unit_key"] for module in outline for unit in module["units"] if unit["required"]}
    return bool(required) and required <= set(completed)
