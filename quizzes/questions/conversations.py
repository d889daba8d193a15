"""A conversation as a graph: steps, each with replies that lead to another step or end it. No step comes back.

Pure functions over the frozen form: a step is ``{"id", "text", "choices": [{"id", "text", "next"}]}``, the first one
begins, and ``next`` is the id of a step or None for the end.
"""

from collections.abc import Collection, Mapping, Sequence

from .base import Json

Step = Mapping[str, Json]


def walk(nodes: Sequence[Step], path: Sequence[str]) -> list[tuple[Step, Mapping[str, Json]]] | None:
    """The steps that these replies pass through, each with the reply given; None where the path leaves the graph."""
    by_id = {node["id"]: node for node in nodes}
    node = nodes[0] if nodes else None
    passed: list[tuple[Step, Mapping[str, Json]]] = []
    for chosen in path:
        reply = next((choice for choice in node["choices"] if choice["id"] == chosen), None) if node else None
        if node is None or reply is None:
            return None
        passed.append((node, reply))
        node = by_id.get(reply["next"])
    return passed


def now_at(nodes: Sequence[Step], path: Sequence[str]) -> Step | None:
    """The step that stands open after these replies; None when the conversation has ended."""
    passed = walk(nodes, path)
    if not passed:
        return nodes[0] if nodes else None
    return next((node for node in nodes if node["id"] == passed[-1][1]["next"]), None)


def last_first(nodes: Sequence[Step]) -> list[Step] | None:
    """The steps so that each stands after all it leads to; None where replies lead round in a circle."""
    ids = {node["id"] for node in nodes}
    waits = {node["id"]: {reply["next"] for reply in node["choices"]} & ids for node in nodes}
    placed: list[Step] = []
    done: set[str] = set()
    while len(placed) < len(nodes):
        ready = [node for node in nodes if node["id"] not in done and waits[node["id"]] <= done]
        if not ready:
            return None
        placed += ready
        done |= {node["id"] for node in ready}
    return placed


def best_path(nodes: Sequence[Step], points: Mapping[str, int], avoid: Collection[str] = ()) -> tuple[int, list[str]]:
    """What can be earned at most from the first step to an end without the replies to avoid, and one way there.

    From the last steps to the first (dynamic programming), so every step is looked at once. (0, []) where there is
    no way, or replies lead round in a circle.
    """
    best: dict[str | None, tuple[int, list[str]]] = {None: (0, [])}
    for node in last_first(nodes) or []:
        ways = [
            (points.get(reply["id"], 0) + best[reply["next"]][0], [reply["id"], *best[reply["next"]][1]])
            for reply in node["choices"]
            if reply["id"] not in avoid and reply["next"] in best
        ]
        if ways:
            best[node["id"]] = max(ways, key=lambda way: way[0])
    return best.get(nodes[0]["id"], (0, [])) if nodes else (0, [])


def reached(nodes: Sequence[Step]) -> set[str]:
    """The steps that some path comes to."""
    by_id = {node["id"]: node for node in nodes}
    found: set[str] = set()
    ahead = [nodes[0]["id"]] if nodes else []
    while ahead:
        here = ahead.pop()
        if here in by_id and here not in found:
            found.add(here)
            ahead += [reply["next"] for reply in by_id[here]["choices"]]
    return found
