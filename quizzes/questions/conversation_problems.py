"""Why a conversation must not be published, in words for its author."""

from collections.abc import Mapping, Sequence

from . import conversations
from .base import Json
from .html import is_blank

MAX_STEPS, MAX_REPLIES = 60, 8


def conversation_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    """The steps by themselves, then where they lead, then what they earn: each asked only when the one before holds."""
    nodes = public["nodes"]
    found = ["Write what the conversation is about."] if is_blank(public["stem"]) else []
    found += _step_problems(nodes, key["names"]) or _way_problems(nodes, key["names"]) or _mark_problems(nodes, key)
    return found


def _step_problems(nodes: Sequence[Mapping[str, Json]], names: Mapping[str, str]) -> list[str]:
    found = []
    if not 1 <= len(nodes) <= MAX_STEPS:
        found.append(f"Give one to {MAX_STEPS} steps.")
    if not all(names.values()) or len(set(names.values())) != len(names):
        found.append("Give each step a name of its own.")
    for node in nodes:
        name, texts = names[node["id"]], [reply["text"] for reply in node["choices"]]
        if not node["text"]:
            found.append(f'Step "{name}": write what the client says or does.')
        if not 1 <= len(texts) <= MAX_REPLIES:
            found.append(f'Step "{name}": give one to {MAX_REPLIES} replies.')
        if not all(texts) or len({text.casefold() for text in texts}) != len(texts):
            found.append(f'Step "{name}": a reply is empty, or two say the same.')
    replies = [reply["id"] for node in nodes for reply in node["choices"]]
    if len(set(replies)) != len(replies):
        found.append("Two replies share one id. Save the question again.")
    return found


def _way_problems(nodes: Sequence[Mapping[str, Json]], names: Mapping[str, str]) -> list[str]:
    ids = {node["id"] for node in nodes}
    nowhere = [
        f'Step "{names[node["id"]]}": a reply leads to "{reply["next"]}", and no step has this name.'
        for node in nodes
        for reply in node["choices"]
        if reply["next"] is not None and reply["next"] not in ids
    ]
    if nowhere:
        return nowhere
    if conversations.last_first(nodes) is None:
        return ["The replies lead round in a circle. Every path must come to an end."]
    unreached = ids - conversations.reached(nodes)
    return [f'No reply leads to step "{names[node["id"]]}".' for node in nodes if node["id"] in unreached]


def _mark_problems(nodes: Sequence[Mapping[str, Json]], key: Mapping[str, Json]) -> list[str]:
    points, unsafe = key["points"], set(key["unsafe"])
    if any(number < 0 for number in points.values()):
        return ["Points are 0 or more."]
    best, _ = conversations.best_path(nodes, points)
    if not best:
        return ["Give points to the replies that are right: no path earns any."]
    found = []
    if unsafe and not key["critical"]:
        found.append("A reply is marked as unsafe, but the question is not marked as safety-critical.")
    if key["critical"] and not unsafe:
        found.append("A safety-critical question needs at least one reply marked as unsafe.")
    for node in nodes:
        if all(reply["id"] in unsafe for reply in node["choices"]):
            found.append(f'Step "{key["names"][node["id"]]}": a safe reply must be there to choose.')
    if not found and conversations.best_path(nodes, points, avoid=unsafe)[0] != best:
        found.append("A path over an unsafe reply earns more than the best safe one. Give it fewer points.")
    return found
