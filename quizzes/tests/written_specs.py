"""Small matchings, orderings, clozes, short texts and reasoned statements, and hypothesis strategies over them."""

from typing import Any

from hypothesis import strategies as st

from quizzes.questions.freezing import NOTHING, Frozen, freeze

WORDS = ["sphenoid", "occiput", "abduction", "adduction", "atlas", "dura", "sacrum", "vagus nerve", "T4", "50 %"]


def item(value: dict[str, Any], ident: str) -> dict[str, Any]:
    """One entry of a stored list."""
    return {"type": "item", "id": ident, "value": value}


def frozen(kind: str, raw: dict[str, Any], lookup: Any = NOTHING) -> Frozen:
    """The version that this form becomes."""
    return freeze(kind=kind, raw={"stem": "<p>What?</p>", **raw}, language="en", lookup=lookup)


def matching(*pairs: tuple[str, str], distractors: tuple[str, ...] = (), **more: Any) -> Frozen:
    """A matching of (stem, what belongs to it)."""
    listed = [
        item({"text": stem, "match": match, "remark": f"remark {stem}"}, f"p{n}")
        for n, (stem, match) in enumerate(pairs)
    ]
    others = [item({"text": text}, f"d{n}") for n, text in enumerate(distractors)]
    return frozen("matching", {"pairs": listed, "distractors": others, **more})


def ordering(right: str, policy: str = "position", **more: Any) -> Frozen:
    """An ordering whose items are the letters of a word, in the order of the word."""
    items = [item({"text": f"Item {letter}", "remark": f"remark {letter}"}, letter) for letter in right]
    return frozen("ordering", {"items": items, "policy": policy, **more})


def short_text(*accepted: Any, lookup: Any = NOTHING, **more: Any) -> Frozen:
    """A short text that accepts these: a text, or (text, percent)."""
    pairs = [one if isinstance(one, tuple) else (one, 100) for one in accepted]
    answers = [item({"text": text, "percent": percent}, f"a{n}") for n, (text, percent) in enumerate(pairs)]
    unsafe = [item({"text": text}, f"u{n}") for n, text in enumerate(more.pop("unsafe", ()))]
    return frozen("short_text", {"answers": answers, "unsafe": unsafe, **more}, lookup)


def gap(ident: str, kind: str, *answers: str, **more: Any) -> dict[str, Any]:
    """A gap whose mark is its id."""
    return item({"mark": ident, "kind": kind, "answers": "\n".join(answers), **more}, ident)


def cloze(passage: str, *gaps: dict[str, Any], lookup: Any = NOTHING, **more: Any) -> Frozen:
    """A cloze."""
    return frozen("cloze", {"passage": passage, "gaps": list(gaps), **more}, lookup)


def statement(answer: str = "true", right: int = 0, reasons: int = 3, **more: Any) -> Frozen:
    """A statement with reasons r0, r1, ..."""
    listed = [
        item({"text": f"reason {n}", "correct": n == right, "remark": f"remark {n}"}, f"r{n}") for n in range(reasons)
    ]
    return frozen("true_false", {"answer": answer, "reasons": listed, **more})


@st.composite
def matchings(draw: st.DrawFn) -> Frozen:
    """Any publishable matching; some stems share an option, some options have no stem."""
    matches = draw(st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=2, max_size=7))
    lonely = draw(st.lists(st.sampled_from(["X", "Y", "Z"]), unique=True, min_size=1, max_size=3))
    pairs = [(f"Stem {n}", match) for n, match in enumerate(matches)]
    return matching(*pairs, distractors=tuple(lonely), policy=draw(st.sampled_from(["per_stem", "all_or_nothing"])))


@st.composite
def orderings(draw: st.DrawFn) -> Frozen:
    """Any publishable ordering in any of the four modes."""
    right = draw(st.permutations("abcdefg"))[: draw(st.integers(2, 7))]
    modes = ["exact", "position", "adjacent_pair", "longest_subset"]
    return ordering("".join(right), draw(st.sampled_from(modes)))


@st.composite
def short_texts(draw: st.DrawFn) -> Frozen:
    """Any publishable short text."""
    texts = draw(st.lists(st.sampled_from([*WORDS, "sph*d", r"\*"]), unique=True, min_size=1, max_size=5))
    percents = [100, *(draw(st.integers(0, 100)) for _ in texts[1:])]
    lines = list(zip(texts, percents, strict=True)) + ([("*", 0)] if draw(st.booleans()) else [])
    return short_text(*lines, one_slip=draw(st.booleans()), case_counts=draw(st.booleans()))


@st.composite
def clozes(draw: st.DrawFn) -> Frozen:
    """Any publishable cloze of the three kinds of gaps."""
    gaps = []
    for n in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["select", "text", "number"]))
        answers = {"select": ("=right", "%50%half", "wrong"), "text": ("atlas", "%30%sph*"), "number": ("2.5", "%50%3")}
        gaps.append(gap(f"g{n}", kind, *answers[kind], points=draw(st.integers(1, 5)), one_slip=draw(st.booleans())))
    passage = "".join(f"<p>Text [[{one['id']}]] goes on.</p>" for one in draw(st.permutations(gaps)))
    return cloze(passage, *gaps, locale=draw(st.sampled_from(["en", "comma"])))


@st.composite
def reasoned(draw: st.DrawFn) -> Frozen:
    """Any publishable statement with reasons."""
    reasons = draw(st.integers(2, 5))
    return statement(
        draw(st.sampled_from(["true", "false"])),
        draw(st.integers(0, reasons - 1)),
        reasons,
        critical=draw(st.booleans()),
        reason_policy=draw(st.sampled_from(["half", "all_or_nothing"])),
    )


def written_questions() -> st.SearchStrategy[Frozen]:
    """Any publishable question of these kinds."""
    return st.one_of(matchings(), orderings(), short_texts(), clozes(), reasoned())


def near_answers(leaves: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Members of answers that look like ours."""
    letters = st.sampled_from(["a", "b", "c", "d", None]) | leaves
    gaps = st.dictionaries(st.sampled_from(["g0", "g1", "g2"]), leaves | st.sampled_from(["atlas", "2.5"]), max_size=3)
    return {
        "m": st.dictionaries(leaves.map(str), leaves, max_size=3) | leaves,
        "o": st.lists(letters | st.lists(letters, max_size=3), max_size=5) | leaves,
        "g": gaps | leaves,
        "t": st.sampled_from([*WORDS, "aduction", "sphenoids", " * "]) | leaves,
        "why": st.sampled_from(["r0", "r1"]) | leaves,
    }
