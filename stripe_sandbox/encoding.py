"""Stripe's form encoding: `line_items[0][price_data][currency]=usd` as a tree of mappings and strings."""

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from stripe_sandbox.errors import ApiError

Tree: TypeAlias = "dict[str, str | Tree]"

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
MAX_PARAMETERS = 1000


def decode(text: str) -> Tree:
    """Read a query string or form body; list positions stay keys ("0", "1"), as the field types expect."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise ApiError("Invalid request: the parameters could not be decoded.") from error
    tree: Tree = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            raise ApiError(f"Invalid parameter name: {name}", param=name)
        _plant(tree, [match[1], *_PART.findall(match[2])], value, name)
    return tree


def _plant(tree: Tree, path: list[str], value: str, name: str) -> None:
    *branches, leaf = path
    for part in branches:
        below = tree.setdefault(part or str(len(tree)), {})
        if isinstance(below, str):
            raise ApiError(f"Invalid parameter: {name} is given both a value and inner values.", param=name)
        tree = below
    leaf = leaf or str(len(tree))
    if leaf in tree:
        raise ApiError(f"Invalid parameter: {name} is given twice.", param=name)
    tree[leaf] = value


def child(parent: str, name: str) -> str:
    """The name of an inner parameter as Stripe writes it in `error.param`."""
    return f"{parent}[{name}]" if parent else name
