"""The author's form as it is stored: its lists, its texts, its percentages."""

from collections.abc import Mapping

from . import numbers
from .base import Json, SpecError


def list_items(raw: Json, what: str) -> list[tuple[str, Mapping[str, Json]]]:
    """The (id, value) pairs of a stored list.

    An item without an id gets a new one at every load [measured on Wagtail 8.0.1, QUIZZES.md section 3], and saved
    answers would then point at nothing: such a list is refused.
    """
    items: list[tuple[str, Mapping[str, Json]]] = []
    for item in raw or []:
        if not isinstance(item, dict) or item.get("type") != "item" or not item.get("id") or "value" not in item:
            message = f"{what}: an item has no lasting id. Save the question again before it is published."
            raise SpecError(message)
        items.append((str(item["id"]), item["value"]))
    if len({key for key, _ in items}) != len(items):
        message = f"{what}: two items share one id."
        raise SpecError(message)
    return items


def said(value: Mapping[str, Json], name: str) -> str:
    """What stands in a field, without the spaces around it."""
    return str(value.get(name) or "").strip()


def credit_of(value: Mapping[str, Json]) -> int:
    """What an accepted answer earns, in millionths of the points; all where nothing is written."""
    percent = value.get("percent")
    return (100 if percent is None else int(percent)) * 10_000


def locale_of(form: Mapping[str, Json]) -> str:
    """How decimals are written in the answers. Raises ``SpecError``."""
    locale = form.get("locale") or numbers.POINT_LOCALE
    if locale not in numbers.LOCALES:
        message = f'Decimals are written with a point ("en") or a comma ("comma"), not "{locale}".'
        raise SpecError(message)
    return str(locale)
