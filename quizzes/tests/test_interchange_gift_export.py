"""GIFT out and in again: every answer earns what it earned, and what cannot be said is named."""

from fractions import Fraction
from html import escape
from itertools import combinations, permutations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quizzes.grading import grade, publishing_problems
from quizzes.interchange import gift, gift_writer
from quizzes.interchange.base import Exported, Parsed
from quizzes.interchange.sameness import essence
from quizzes.questions.freezing import Frozen, freeze

from .specs import choice_raw, frozen, item, numeric_raw, option

SIGNS = "\\~=#{}:%[]<>&*/-+'\"_ .,\n\tabT1"
LETTERS = st.one_of(st.sampled_from(SIGNS), st.characters(exclude_categories=["Cs", "Cc"]))


def texts(longest: int = 20) -> st.SearchStrategy[str]:
    """What somebody may write, full of the format's own signs."""
    return st.text(LETTERS, min_size=1, max_size=longest).map(str.strip).filter(bool)


def said(number: int) -> st.SearchStrategy[list[str]]:
    """Texts of which no two say the same."""
    return st.lists(texts(), min_size=number, max_size=number, unique_by=str.casefold)


def stem(text: str) -> str:
    return f"<p>{escape(text)}</p>"


@st.composite
def choices(draw: st.DrawFn) -> Frozen:
    """Any choice, under each way of marking."""
    count = draw(st.integers(2, 5))
    written, remarks = (
        draw(said(count)),
        draw(st.lists(st.one_of(st.just(""), texts()), min_size=count, max_size=count)),
    )
    right = draw(st.integers(1, count - 1))
    policy = draw(st.sampled_from(["single", "right_minus_wrong", "all_or_nothing", "per_option", "weights"]))
    right = 1 if policy == "single" else right
    parts = draw(st.lists(st.integers(1, 20), min_size=right, max_size=right))
    worth = [Fraction(part, sum(parts)) for part in parts]
    worth += [Fraction(-draw(st.integers(1, 12)), 12) for _ in range(count - right)]
    entries = [
        item(
            {"text": text, "correct": n < right, "remark": remark, "weight": str(worth[n])}
            if policy == "weights"
            else {"text": text, "correct": n < right, "remark": remark},
            f"o{n}",
        )
        for n, (text, remark) in enumerate(zip(written, remarks, strict=True))
    ]
    entries = draw(st.permutations(entries))
    raw = {"stem": stem(draw(texts())), "options": entries, "feedback": stem(draw(texts()))}
    kind = "single_choice" if policy == "single" else "multiple_response"
    return frozen(kind, raw if policy == "single" else {**raw, "policy": policy})


@st.composite
def statements(draw: st.DrawFn) -> Frozen:
    remarks = st.one_of(st.just(""), texts())
    return frozen(
        "true_false",
        {
            "stem": stem(draw(texts())),
            "answer": draw(st.sampled_from(["true", "false"])),
            "remark_true": draw(remarks),
            "remark_false": draw(remarks),
        },
    )


def decimals() -> st.SearchStrategy[str]:
    return st.decimals(-1000, 1000, places=3).map(lambda number: f"{number:f}")


@st.composite
def numbers(draw: st.DrawFn) -> Frozen:
    """Several accepted numbers with every kind of tolerance."""
    entries = [
        item(
            {
                "value": draw(decimals()),
                "tolerance": draw(st.sampled_from(["0", "0.25", "1", "3"])),
                "tolerance_kind": draw(st.sampled_from(["nominal", "relative", "geometric"])),
                "percent": 100 if not n else draw(st.integers(0, 100)),
                "remark": draw(st.one_of(st.just(""), texts())),
            },
            f"a{n}",
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    return frozen("numeric", {"stem": stem(draw(texts())), "answers": entries})


@st.composite
def short_texts(draw: st.DrawFn) -> Frozen:
    written = draw(said(draw(st.integers(1, 3))))
    percents = [100, *draw(st.lists(st.integers(0, 100), min_size=2, max_size=2))]
    entries = [item({"text": text, "percent": percents[n], "remark": ""}, f"a{n}") for n, text in enumerate(written)]
    return frozen("short_text", {"stem": stem(draw(texts())), "answers": entries})


@st.composite
def matchings(draw: st.DrawFn) -> Frozen:
    stems, matches = draw(said(3)), draw(said(3))
    shared = draw(st.booleans())
    entries = [
        item({"text": text, "match": matches[n and shared * n], "remark": ""}, f"p{n}") for n, text in enumerate(stems)
    ]
    rest = [item({"text": f"rest {draw(texts())}"}, "d")] if draw(st.booleans()) else []
    return frozen("matching", {"stem": stem(draw(texts())), "pairs": entries, "distractors": rest})


@st.composite
def orderings(draw: st.DrawFn) -> Frozen:
    entries = [
        item({"text": text, "remark": ""}, f"i{n}") for n, text in enumerate(draw(said(draw(st.integers(2, 4)))))
    ]
    policy = draw(st.sampled_from(["position", "exact", "adjacent_pair", "longest_subset"]))
    return frozen("ordering", {"stem": stem(draw(texts())), "items": entries, "policy": policy})


def exported(question: Frozen, **more: Any) -> Exported:
    feedback = question.key["feedback"]["en"]
    given_ = {"number": 1, "name": "A title", "external_id": "an id"} | more
    return Exported(kind=question.kind, public=question.public["en"], key=question.key, feedback=feedback, **given_)


def again(question: Frozen) -> Frozen | None:
    """Out and in; None where the writer left it out."""
    written = gift_writer.write([exported(question)])
    if any(one.whole for one in written.not_carried):
        assert written.content == b""
        return None
    (found,) = gift.parse(written.content)
    assert isinstance(found, Parsed), (found, written.content.decode())
    assert (found.name, found.external_id, found.draft_reasons) == ("A title", "an id", ())
    return freeze(kind=found.kind, raw=found.value, language="en")


def ids(question: Frozen) -> list[str]:
    """The ids of its parts in an order that both sides share."""
    public = question.public["en"]
    if question.kind == "matching":
        options = {one["id"]: one["text"] for one in public["options"]}
        stems = [one["id"] for one in public["stems"]]
        return stems + sorted(options, key=lambda one: options[one])
    if question.kind == "ordering":
        return list(question.key["order"])
    return [one["id"] for one in public.get("options", ())]


def renamed(answer: Any, names: dict[str, str]) -> Any:
    if isinstance(answer, dict):
        return {names.get(key, key): renamed(value, names) for key, value in answer.items()}
    if isinstance(answer, list):
        return [renamed(value, names) for value in answer]
    return names.get(answer, answer)


def assert_marks_alike(question: Frozen, answers: list[Any]) -> None:
    assume(not publishing_problems(question.kind, question.public["en"], question.key))
    back = again(question)
    if back is None:
        return
    names = dict(zip(ids(question), ids(back), strict=True))
    for answer in answers:
        mine = grade(question.kind, question.public["en"], question.key, answer, None)
        theirs = grade(back.kind, back.public["en"], back.key, renamed(answer, names), None)
        assert (mine.fraction_ppm, mine.state) == (theirs.fraction_ppm, theirs.state), (answer, question)


LOOK = settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@LOOK
@given(choices())
def test_choices_mark_every_choice_as_before(question: Any) -> None:
    every = ids(question)
    most = 1 if question.kind == "single_choice" else len(every)
    picked = [list(some) for size in range(1, most + 1) for some in combinations(every, size)]
    assert_marks_alike(question, [None, *({"c": some} for some in picked)])


@LOOK
@given(statements())
def test_statements_mark_both_sides_as_before(question: Any) -> None:
    assert_marks_alike(question, [None, {"c": ["true"]}, {"c": ["false"]}])


@LOOK
@given(numbers(), st.lists(decimals(), max_size=10))
def test_numbers_mark_every_number_as_before(question: Any, tried: Any) -> None:
    near = [
        str(Fraction(one["value"]) + step * Fraction(one["tolerance"]))
        for one in question.key["answers"]
        for step in (-1, 0, 1)
    ]
    whole = [one for one in near if "/" not in one]
    assert_marks_alike(question, [{"v": value} for value in [*tried, *whole, "5 mm", "nothing"]])


@LOOK
@given(short_texts(), st.lists(texts(), max_size=10))
def test_short_texts_mark_every_text_as_before(question: Any, tried: Any) -> None:
    known = [one["text"] for one in question.key["accepted"]]
    typed = [*tried, *known, *(text.replace("*", "x") for text in known), *(text.upper() for text in known)]
    assert_marks_alike(question, [{"t": text} for text in typed])


@LOOK
@given(matchings())
def test_matchings_mark_every_match_as_before(question: Any) -> None:
    public = question.public["en"]
    stems, options = [one["id"] for one in public["stems"]], [one["id"] for one in public["options"]]
    answers = [{"m": dict(zip(stems, some, strict=True))} for some in product(options, repeat=len(stems))]
    assert_marks_alike(question, answers)


@LOOK
@given(orderings())
def test_orderings_mark_every_order_as_before(question: Any) -> None:
    assert_marks_alike(question, [{"o": list(some)} for some in permutations(question.key["order"])])


@LOOK
@given(choices())
def test_a_choice_that_comes_back_says_the_same(question: Any) -> None:
    assume(not publishing_problems(question.kind, question.public["en"], question.key))
    back = again(question)
    if back is None or back.public["en"].get("policy") != question.public["en"].get("policy"):
        return
    sides = [
        (one.kind, one.public["en"], {**one.key, "feedback": one.key["feedback"]["en"]}) for one in (question, back)
    ]
    assert essence(*sides[0]) == essence(*sides[1])


def reasons(*questions: Exported) -> list[tuple[str, bool]]:
    return [(one.reason, one.whole) for one in gift_writer.write(questions).not_carried]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            frozen("single_choice", choice_raw(option("a", correct=True), option("b", unsafe=True), critical=True)),
            [("GIFT cannot say that an unsafe answer fails the whole quiz.", True)],
        ),
        (
            frozen("single_choice", choice_raw(option("a", correct=True), option("b", fixed=True))),
            [("GIFT cannot keep an option in its place.", False)],
        ),
        (
            frozen("multiple_response", choice_raw(option("a", correct=True), option("b"), policy="per_option")),
            [('GIFT has no marking like "per_option".', True)],
        ),
        (frozen("numeric", numeric_raw(units={"g": "1"}, unit_mode="required")), [("GIFT knows no units.", True)]),
        (frozen("numeric", numeric_raw(locale="comma")), [("GIFT knows no decimal comma.", True)]),
        (
            frozen("numeric", numeric_raw("1", "2", tolerance_kind="geometric")),
            [("GIFT cannot write the number 1/3 exactly.", True)],
        ),
    ],
)
def test_what_gift_cannot_say_is_named(question: Any, expected: Any) -> None:
    assert reasons(exported(question)) == expected


def test_a_question_that_is_left_out_leaves_the_others_in() -> None:
    fine = frozen("true_false", {"stem": "<p>Bone is alive.</p>", "answer": "true"})
    unsaid = frozen("numeric", numeric_raw(locale="comma"))
    written = gift_writer.write([exported(unsaid), exported(fine, tags=("a/b",), category="Bones", external_id="x]y")])
    (found,) = gift.parse(written.content)
    assert (found.category, found.tags, found.external_id) == ("Bones", ("a/b",), "x]y")


MOODLE_WROTE = [
    "// question: 666  name: Shortanswer\n::Shortanswer::Which is the best animal?{\n\t=%100%Frog#Good!\n"
    "\t=%50%Cat#What is it with Moodlers and cats?\n\t=%0%*#Completely wrong\n}\n\n",
    "// question: 666  name: Q1\n::Q1::42 is the Absolute Answer to everything.{TRUE#[html]42 is the Ultimate Answer."
    "#You gave the right answer.}\n\n",
]


@pytest.mark.parametrize("text", MOODLE_WROTE)
def test_what_moodle_writes_and_what_we_write_is_read_the_same(text: Any) -> None:
    """The two export cases of Moodle's own tests: we name every format, Moodle leaves out its own."""
    (theirs,) = gift.parse(text.encode())
    question = freeze(kind=theirs.kind, raw=theirs.value, language="en")
    back = again(question)
    sides = [
        (one.kind, one.public["en"], {**one.key, "feedback": one.key["feedback"]["en"]}) for one in (question, back)
    ]
    assert essence(*sides[0]) == essence(*sides[1])
