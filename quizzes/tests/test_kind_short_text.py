"""Short text: what is accepted, what is never taken for something else, which words a key knows (QUIZZES.md 5.4)."""

import time
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.models import GlossaryTerm
from quizzes.grading import grade, publishing_problems
from quizzes.questions import question_type
from quizzes.questions.base import WHOLE, AnswerError, Lookup
from quizzes.questions.confusables import PAIRS, PREFIXES
from quizzes.questions.wording import fits, near_miss, one_slip

from . import factories, specs, written_specs
from .written_specs import short_text


def earned(question: Any, *typed: str) -> list[int]:
    """Whole percents for each text."""
    return [grade(*specs.sides(question), {"t": text}, None).fraction_ppm // 10_000 for text in typed]


def refs(question: Any, typed: str) -> tuple[str, ...]:
    return grade(*specs.sides(question), {"t": typed}, None).feedback_refs


def test_case_spaces_quotes_and_unicode_forms_do_not_matter() -> None:
    question = short_text("Foramen of Monro's roof", "dépar\u0074")
    typed = ("  foramen  OF monro\u2019s\troof ", "DE\u0301PART", "foramen of monros roof", "depart")
    assert earned(question, *typed) == [100, 100, 0, 0]


def test_case_counts_where_the_author_says_so() -> None:
    question = short_text("pH", case_counts=True)
    assert earned(question, "pH", "ph", "PH") == [100, 0, 0]


def test_the_first_line_that_fits_counts_and_a_lone_star_comes_last() -> None:
    question = short_text(("*", 0), ("sphenoid wing", 0), ("sphenoid*", 100), ("wing", 50))
    assert earned(question, "sphenoid wing", "sphenoid bone", "wing", "frog") == [0, 100, 50, 0]
    assert refs(question, "frog") == ("answer:a0", "general")
    assert refs(question, "sphenoid wing") == ("answer:a1", "general")


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("sph*d", ["sphd", "sphenoid", "sph d"], ["sph", "sphenoids", "asphenoid"]),
        ("*nerve", ["nerve", "vagus nerve"], ["nerves"]),
        ("ab*ba", ["abba", "ab ba"], ["aba", "ab"]),
        ("a*b*a", ["aba", "a b b a"], ["ab", "aa", "abab"]),
        (r"2\*2", ["2*2"], ["2x2", "22", r"2\*2"]),
        ("a**b", ["ab", "axb"], ["a", "b"]),
        ("[a-z]+", ["[a-z]+"], ["a", "abc"]),
        (r"back\slash", [r"back\slash"], ["backslash"]),
        ("", [""], ["a"]),
    ],
)
def test_a_star_stands_for_any_run_and_nothing_else_is_special(pattern: Any, yes: Any, no: Any) -> None:
    assert [fits(pattern, text) for text in [*yes, *no]] == [True] * len(yes) + [False] * len(no)


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_fits_what_plain_backtracking_would_fit(pattern: Any, text: Any) -> None:
    def slow(rest: str, left: str) -> bool:
        if not rest:
            return not left
        if rest[0] == "*":
            return any(slow(rest[1:], left[cut:]) for cut in range(len(left) + 1))
        return bool(left) and left[0] == rest[0] and slow(rest[1:], left[1:])

    assert fits(pattern, text) == slow(pattern, text)


def test_a_hostile_pattern_takes_no_time() -> None:
    began = time.perf_counter()
    assert not fits("*a" * 100, "a" * 99 + "b" * 101)
    assert time.perf_counter() - began < 0.1


def test_a_slip_is_forgiven_only_where_the_author_allows_it_and_only_in_long_words() -> None:
    typed = ("sphenoid bone", "sphenod bone", "sphenooid bone", "sphanoid bone", "shpenoid bone", "shpenod bone")
    assert earned(short_text("sphenoid bone", one_slip=True), *typed) == [100, 100, 100, 100, 100, 0]
    assert earned(short_text("sphenoid bone"), *typed) == [100, 0, 0, 0, 0, 0]
    short = short_text("dural tube", one_slip=True)
    assert earned(short, "dural tubes", "durel tube", "dural tub", "duraltube") == [0, 0, 0, 0]


def test_each_word_may_have_a_slip_but_words_hyphens_and_digits_must_agree() -> None:
    question = short_text("foramen magnum", "T4-dermatome", one_slip=True)
    typed = ("foramn magnun", "foramen", "magnum foramen", "foramen-magnum", "t5-dermatome", "t4-dermatme")
    assert earned(question, *typed) == [100, 0, 0, 0, 0, 100]


def test_only_case_wrong_is_no_slip_where_case_counts() -> None:
    question = short_text("Sylvius aqueduct", one_slip=True, case_counts=True)
    assert earned(question, "Sylvius aqeduct", "sylvius aqueduct") == [100, 0]


@pytest.mark.parametrize(("one", "other"), [(a, b) for pair in PAIRS for a, b in (pair, pair[::-1])])
def test_no_confusable_word_is_ever_taken_for_the_other(one: Any, other: Any) -> None:
    alone, within = short_text(one, one_slip=True), short_text(f"the {one} again", one_slip=True)
    assert (earned(alone, one, other), earned(within, f"the {other} again")) == ([100, 0], [0])


@given(st.sampled_from(PREFIXES), st.sampled_from(["tension", "thermia", "spinatus", "orbital", "cranial", "osseous"]))
def test_an_exchanged_beginning_is_never_forgiven(prefixes: Any, stem: Any) -> None:
    for one, other in product(prefixes, repeat=2):
        assert earned(short_text(one + stem, one_slip=True), other + stem) == [100 if one == other else 0]


@given(st.sampled_from(PAIRS), st.data())
def test_what_could_be_either_of_two_words_is_neither(pair: Any, data: Any) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    one, other = pair
    place = data.draw(st.integers(0, len(one) - 1))
    typed = one[:place] + data.draw(st.sampled_from(["", *letters])) + one[place + 1 :]
    if typed != one and one_slip(other, typed):
        assert earned(short_text(one, one_slip=True), typed) == [0]


def test_aduction_may_have_been_either_and_is_not_accepted() -> None:
    question = short_text("abduction", one_slip=True)
    assert earned(question, "abducton", "abdution", "aduction", "adduction", "Adduction.", "hip adduction") == [
        100, 100, 0, 0, 0, 0,
    ]  # fmt: skip


@given(st.text("abcde", min_size=1, max_size=7), st.text("abcde", min_size=1, max_size=7))
def test_one_slip_is_optimal_string_alignment_of_one(one: Any, other: Any) -> None:
    table = {(i, j): i + j for i in range(len(one) + 1) for j in range(len(other) + 1) if not i * j}
    for i, j in product(range(1, len(one) + 1), range(1, len(other) + 1)):
        change = table[i - 1, j - 1] + (one[i - 1] != other[j - 1])
        table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, change)
        if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    assert one_slip(one, other) == (table[len(one), len(other)] == 1)


def test_a_worse_line_of_the_same_question_is_a_known_word_too() -> None:
    question = short_text("sacrotuberous", ("sacrotuberal", 0), one_slip=True)
    assert earned(question, "sacrotuberouss", "sacrotuberal", "sacrotubera") == [100, 0, 0]
    near = short_text("maxillary", ("maxillery", 30), one_slip=True)
    assert earned(near, "maxillery", "maxilary", "maxillry") == [30, 100, 30]


def test_known_words_are_kept_only_where_they_could_matter() -> None:
    terms = Lookup(terms=frozenset({"Sphenoids", "The sphenoidal sinus", "Fascia", "Cranial base", "sphenoid"}))
    question = short_text("sphenoid", lookup=terms, one_slip=True)
    assert question.key["terms"] == ["sphenoidal", "sphenoids"]
    assert earned(question, "sphenoids", "sphenoi") == [0, 100]
    assert short_text("sphenoid", lookup=terms).key["terms"] == []


def test_near_miss_takes_any_text_without_an_error() -> None:
    assert not near_miss("abduction", "\u0301" * 50, {"abduction"})


def test_an_unsafe_answer_fails_whatever_else_would_accept_it() -> None:
    question = short_text("*call*", critical=True, unsafe=("*do not call*",))
    safe, unsafe = (grade(*specs.sides(question), {"t": text}, None) for text in ("I call 911", "Do not  CALL yet"))
    assert (safe.fraction_ppm, safe.critical_failed) == (WHOLE, False)
    assert (unsafe.fraction_ppm, unsafe.critical_failed, unsafe.feedback_refs) == (0, True, ("unsafe:u0", "general"))


def test_a_slip_never_leads_to_an_unsafe_answer_being_accepted() -> None:
    question = short_text("referral", critical=True, unsafe=("deferral",), one_slip=True)
    assert earned(question, "referal", "deferral", "eferral") == [100, 0, 0]


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        (short_text(), "Give an accepted answer that earns 100 %."),
        (short_text(("dura", 50)), "Give an accepted answer that earns 100 %."),
        (short_text("dura", ""), "An accepted answer is empty."),
        (short_text("dura", "Dura "), "Two accepted answers say the same."),
        (short_text("dura", ("pia", 120)), "Credit is a percentage from 0 to 100."),
        (
            short_text("dura", "*"),
            'A "*" alone accepts any answer at all: give it less than 100 %, or write a word beside it.',
        ),
        (short_text("* *"), "Give an accepted answer that holds more than stars."),
        (short_text("dura", critical=True), "A safety-critical question needs at least one unsafe answer."),
        (
            short_text("dura", unsafe=("pia",)),
            "Unsafe answers are listed, but the question is not marked as safety-critical.",
        ),
        (
            short_text("dura", unsafe=("*",), critical=True),
            'An unsafe answer is empty, or a "*" alone, which every answer fits.',
        ),
        (short_text("dura", unsafe=("d*",), critical=True), "An answer is accepted and unsafe at once."),
        (short_text(("dura*", 0), ("dura mater", 100)), "No answer reaches 100 %."),
    ],
)
def test_what_must_not_be_asked_says_why(question: Any, problem: Any) -> None:
    assert publishing_problems(*specs.sides(question))[0] == problem


@pytest.mark.parametrize("answer", [{"t": "x" * 201}, {"t": "a\x00"}, {"t": 5}, {"t": ["dura"]}, {"x": "dura"}, "dura"])
def test_an_answer_that_no_form_sends_is_refused(answer: Any) -> None:
    with pytest.raises(AnswerError):
        question_type("short_text").clean({"stem": ""}, answer)


def test_the_item_report_counts_what_was_written_in_one_form() -> None:
    question = short_text("dura")
    written = [grade(*specs.sides(question), {"t": text}, None).normalized for text in (" Pia ", "pia", "PIA")]
    assert written == [{"t": "pia"}] * 3
    assert question_type("short_text").choosables(question.public["en"], question.key) == []


@pytest.mark.django_db
def test_known_words_come_from_the_glossary_and_from_the_bank(course: Any, django_assert_num_queries: Any) -> None:
    factories.make_quiz(course, factories.word("other", answers=["occipital", "sphenoids"]))
    GlossaryTerm.objects.create(key="s", term="Sphenoidal", definition="-", status="established", source="-")
    question = factories.reimport(course, factories.word("mine"))
    assert question.versions.get().key["terms"] == ["sphenoidal", "sphenoids"]
    with django_assert_num_queries(2):
        question.spec()
    plain = factories.reimport(course, factories.word("plain", one_slip=False))
    with django_assert_num_queries(0):
        plain.spec()


@pytest.mark.django_db
def test_an_unrelated_word_of_the_glossary_makes_no_new_version(course: Any) -> None:
    factories.make_quiz(course, factories.word("mine"))
    before = factories.reimport(course, factories.word("mine")).spec().sha256
    GlossaryTerm.objects.create(key="x", term="Fascia", definition="-", status="established", source="-")
    assert factories.reimport(course, factories.word("mine")).spec().sha256 == before


@given(written_specs.short_texts(), st.text(max_size=30))
def test_whatever_is_written_earns_a_share_of_one_line(question: Any, text: Any) -> None:
    allowed = {0, *(line["fraction_ppm"] for line in question.key["accepted"])}
    assert grade(*specs.sides(question), {"t": text}, None).fraction_ppm in allowed


def test_moodles_published_wildcards_come_out_equal(corpus_cases: Any) -> None:
    rows = corpus_cases("shorttext_wildcard")
    wrong = [
        row["id"]
        for row in rows
        if fits(row["input"]["pattern"], row["input"]["string"], case_counts=not row["input"]["ignore_case"])
        is not row["expected"]
    ]
    assert (len(rows), wrong) == (17, [])
