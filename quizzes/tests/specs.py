"""Small questions for tests, as the author's form stores them, and hypothesis strategies over them."""

import uuid
from typing import Any

from hypothesis import strategies as st

from quizzes.questions.freezing import Frozen, freeze

from . import picture_specs, video_specs, written_specs


def item(value: dict[str, Any], ident: str | None = None) -> dict[str, Any]:
    """One entry of a stored list, with a lasting id."""
    return {"type": "item", "id": ident or str(uuid.uuid4()), "value": value}


def option(ident: str, *, correct: bool = False, **more: Any) -> dict[str, Any]:
    """An option whose id is easy to read in a test."""
    return item({"text": f"Option {ident}", "correct": correct, **more}, ident)


def choice_raw(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A choice question."""
    return {"stem": "<p>Which?</p>", "options": list(options), **more}


def numeric_raw(value: str = "5", tolerance: str = "0", **more: Any) -> dict[str, Any]:
    """A numeric question with one accepted number."""
    accepted = {"value": value, "tolerance": tolerance, "tolerance_kind": more.pop("tolerance_kind", "nominal")}
    units = [item({"name": name, "factor": factor}, name) for name, factor in more.pop("units", {}).items()]
    return {"stem": "<p>How many?</p>", "answers": [item(accepted, "a1")], "units": units, **more}


def frozen(kind: str, raw: dict[str, Any]) -> Frozen:
    """The version that this form becomes."""
    return freeze(kind=kind, raw=raw, language="en")


def sides(question: Frozen) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """What ``grade`` takes first: kind, public part, key."""
    return question.kind, question.public["en"], question.key


@st.composite
def single_choices(draw: st.DrawFn) -> Frozen:
    """Any publishable single choice."""
    count = draw(st.integers(2, 8))
    right = draw(st.integers(0, count - 1))
    return frozen("single_choice", choice_raw(*(option(f"o{n}", correct=n == right) for n in range(count))))


@st.composite
def multiple_responses(draw: st.DrawFn) -> Frozen:
    """Any publishable multiple response under any of the four policies."""
    count = draw(st.integers(2, 8))
    right = draw(st.sets(st.integers(0, count - 1), min_size=1))
    policy = draw(st.sampled_from(["all_or_nothing", "right_minus_wrong", "per_option", "weights"]))
    options = []
    for number in range(count):
        wrong = f"-{draw(st.integers(1, 10))}/10"
        weight = f"1/{len(right)}" if number in right else wrong
        options.append(option(f"o{number}", correct=number in right, weight=weight))
    return frozen("multiple_response", choice_raw(*options, policy=policy))


@st.composite
def true_falses(draw: st.DrawFn) -> Frozen:
    """Any publishable statement."""
    answer = draw(st.sampled_from(["true", "false"]))
    return frozen("true_false", {"stem": "<p>Bone is alive.</p>", "answer": answer, "critical": draw(st.booleans())})


@st.composite
def numerics(draw: st.DrawFn) -> Frozen:
    """Any publishable number."""
    value = str(draw(st.decimals(-10_000, 10_000, places=3, allow_nan=False)))
    mode = draw(st.sampled_from(["none", "optional", "required"]))
    return frozen(
        "numeric",
        numeric_raw(
            value,
            str(draw(st.decimals(0, 10, places=2))),
            tolerance_kind=draw(st.sampled_from(["nominal", "relative", "geometric"])),
            unit_mode=mode,
            units={} if mode == "none" else {"g": "1", "mg": "0.001"},
            locale=draw(st.sampled_from(["en", "comma"])),
        ),
    )


def essay_raw(*rows: tuple[str, list[int]], **more: Any) -> dict[str, Any]:
    """An essay, with a rubric whose rows and levels have ids that are easy to read: row `r`, levels `r0`, `r1`."""
    rubric = [
        item(
            {
                "title": f"Row {row}",
                "levels": [item({"title": f"{row} {n}", "points": p}, f"{row}{n}") for n, p in enumerate(points)],
            },
            row,
        )
        for row, points in rows
    ]
    return {"stem": "<p>Why?</p>", "rubric": rubric, **more}


def sort_raw(**statuses: str) -> dict[str, Any]:
    """Statements by their ids, each with its status."""
    statements = [item({"text": f"Statement {one}", "status": status}, one) for one, status in statuses.items()]
    return {"stem": "<p>How sure?</p>", "statements": statements}


def reply(ident: str, leads_to: str = "", points: int = 0, **more: Any) -> dict[str, Any]:
    """A reply of a dialogue."""
    return item({"text": f"Reply {ident}", "leads_to": leads_to, "points": points, **more}, ident)


def talk_raw(steps: dict[str, list[dict[str, Any]]], **more: Any) -> dict[str, Any]:
    """A dialogue: the steps by their names, which are their ids too."""
    nodes = [item({"name": name, "text": f"Client {name}", "choices": found}, name) for name, found in steps.items()]
    return {"stem": "<p>Talk.</p>", "nodes": nodes, **more}


@st.composite
def status_sorts(draw: st.DrawFn) -> Frozen:
    """Any publishable status sort."""
    statuses = draw(st.lists(st.sampled_from(["established", "taught", "contested"]), min_size=2, max_size=8))
    raw = sort_raw(**{f"o{n}": status for n, status in enumerate(statuses)})
    return frozen("status_sort", {**raw, "policy": draw(st.sampled_from(["per_statement", "all_or_nothing"]))})


@st.composite
def dialogues(draw: st.DrawFn) -> Frozen:
    """Any publishable dialogue: each step leads to the next one, to a later one, or to the end."""
    count = draw(st.integers(1, 6))
    steps = {}
    for step in range(count):
        later = ["", *(f"n{n}" for n in range(step + 1, count))]
        ahead = "" if step == count - 1 else f"n{step + 1}"
        replies = [reply(f"o{step}", ahead, draw(st.integers(1, 9)))]
        for n in range(draw(st.integers(0, 3))):
            replies.append(reply(f"o{step}x{n}", draw(st.sampled_from(later)), draw(st.integers(0, 9))))
        steps[f"n{step}"] = replies
    return frozen("dialogue", talk_raw(steps))


def questions() -> st.SearchStrategy[Frozen]:
    """Any publishable question of any kind."""
    return st.one_of(
        single_choices(),
        multiple_responses(),
        true_falses(),
        numerics(),
        status_sorts(),
        dialogues(),
        picture_specs.picture_questions(),
        written_specs.written_questions(),
        video_specs.video_questions(),
    )


def any_json() -> st.SearchStrategy[Any]:
    """Whatever a stranger may post, from near misses to nonsense."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=80),
        st.sampled_from(["o0", "o1", "true", "5"]),
    )
    trees = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    )
    statuses = st.dictionaries(
        leaves.map(str), st.sampled_from(["established", "taught", "wrong"]) | leaves, max_size=5
    )
    near = st.fixed_dictionaries(
        {},
        optional={
            **picture_specs.near_answers(leaves),
            **written_specs.near_answers(leaves),
            "c": st.lists(leaves, max_size=5) | trees,
            "at": leaves,
            "v": leaves,
            "u": leaves,
            "h": leaves,
            "s": statuses | trees,
            "b": st.lists(leaves, max_size=5) | trees,
        },
    )
    return st.one_of(trees, near)
