"""Counting attempts: with the mark, folded exactly once, and equal to what is made anew from the attempts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from courses.tests.factories import make_user
from quizzes.models import Attempt, ItemStat, OptionStat, QuestionVersion, QuizStat, StatDelta
from quizzes.questions.freezing import in_language
from quizzes.services import attempts, publish_question, start_attempt, submit_attempt
from quizzes.services.statistics import fold_statistics, rebuild_statistics, record, restate

from . import factories

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def take(enrollment: Any, quiz: Any, *right: bool, seconds: int = 600) -> Attempt:
    """One try: these answers in the order of the paper, handed in."""
    began = timezone.now()
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=began)
    for item, is_right in zip(
        attempt.items.select_related("version__question").order_by("position"), right, strict=True
    ):
        wrong = [
            one["id"]
            for one in in_language(item.version.public, "en-us").get("options", [])
            if one["id"] not in item.version.key.get("correct", ())
        ]
        fields = factories.right_fields(item.version.question) if is_right else {"c": wrong[:1], "v": "77", "u": "g"}
        factories.save_one(attempt, item.position, fields, at=began)
    return submit_attempt(attempt=attempt, at=began + timedelta(seconds=seconds))


def state() -> Any:
    """Everything that the statistics hold; rows of nothing say nothing."""
    sums = [name.name for name in ItemStat._meta.fields if name.name not in ("id", "quiz_stat")]
    return {
        (stat.quiz_version_id, stat.population): (
            stat.n, stat.passed, stat.totals, stat.seconds, stat.papers, stat.slots,
            [
                (
                    {name: getattr(item, name) for name in sums},
                    list(item.options.values("written", "option", "n", "sum_x", "sum_t", "sum_r")),
                )
                for item in stat.items.order_by("pool_id", "points_m")
            ],
        )
        for stat in QuizStat.objects.all()
        if stat.n or stat.items.exists()
    }  # fmt: skip


def rebuilt() -> Any:
    rebuild_statistics()
    return state()


@pytest.fixture
def two(make_quiz: Callable[..., Any]) -> Any:
    return make_quiz(factories.choice("one"), factories.choice("two"))


@pytest.fixture
def people(course: Any) -> Callable[[], Any]:
    """Another learner in the course, each time."""
    numbers = iter(range(1000))
    return lambda: factories.make_enrollment(make_user(f"learner-{next(numbers)}@example.com"), course)


def test_handing_in_counts_the_attempt_and_leaves_the_sums_alone(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, False)
    delta = StatDelta.objects.get()
    assert (delta.attempt_id, delta.sign) == (attempt.pk, 1)
    assert [row[1:3] for row in delta.payload["items"]] == [[1000, 1000], [1000, 0]]
    assert QuizStat.objects.count() == 0


def test_folding_adds_what_waits_once(two: Any, people: Any) -> None:
    take(people(), two, True, False, seconds=600)
    take(people(), two, True, True, seconds=610)
    assert fold_statistics() == 2
    assert (fold_statistics(), StatDelta.objects.filter(folded=False).count()) == (0, 0)
    first = QuizStat.objects.get(population="first")
    assert (first.n, first.passed, first.totals) == (2, 1, {"1000": 1, "2000": 1})
    assert (first.seconds, first.papers) == ({"600": 1, "615": 1}, {"2000": 2})
    assert list(first.items.values_list("n", "sum_x", "sum_xx", "sum_xt", "sum_t")) == [
        (2, 2000, 2000000, 3000000, 3000), (2, 1000, 1000000, 2000000, 3000)
    ]  # fmt: skip
    assert state() == rebuilt()


def test_options_are_counted_with_what_their_choosers_earned(two: Any, people: Any) -> None:
    take(people(), two, True, True)
    take(people(), two, False, True)
    fold_statistics()
    question = two.slots()[0].question
    version = question.versions.get()
    right, wrong = version.key["correct"][0], in_language(version.public, "en-us")["options"][1]["id"]
    rows = OptionStat.objects.filter(item_stat__quiz_stat__population="first", item_stat__pool=version)
    assert sorted(rows.values_list("option", "written", "n", "sum_x", "sum_t", "sum_r")) == sorted(
        [(right, False, 1, 1000, 2000, 1000), (wrong, False, 1, 0, 1000, 1000)]
    )


def test_only_the_first_try_of_a_learner_is_in_the_first_population(two: Any, people: Any) -> None:
    enrollment = people()
    take(enrollment, two, False, False)
    take(enrollment, two, True, True)
    take(people(), two, True, False)
    fold_statistics()
    found = dict(QuizStat.objects.values_list("population", "totals"))
    assert found == {"first": {"0": 1, "1000": 1}, "all": {"0": 1, "1000": 1, "2000": 1}}


def test_an_attempt_is_counted_once_however_often_it_is_recorded(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, True)
    record(attempt=attempt)
    restate(attempt=attempt)
    assert StatDelta.objects.count() == 1


def test_an_attempt_that_waits_for_a_person_is_not_counted_yet(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, True)
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.AWAITING_HUMAN)
    restate(attempt=attempt)
    fold_statistics()
    assert (state(), StatDelta.objects.count()) == ({}, 0)
    record(attempt=attempt)
    assert StatDelta.objects.count() == 0
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.GRADED)
    record(attempt=attempt)
    fold_statistics()
    assert QuizStat.objects.get(population="first").n == 1


def test_a_changed_mark_takes_the_old_one_back(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, False)
    fold_statistics()
    attempt.items.filter(position=2).update(score_m=500)
    restate(attempt=attempt)
    assert sorted(StatDelta.objects.values_list("sign", "folded")) == [(-1, False), (1, False)]
    fold_statistics()
    assert QuizStat.objects.get(population="first").totals == {"1500": 1}
    assert state() == rebuilt()


def test_a_mark_that_did_not_change_leaves_no_trace(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, False)
    fold_statistics()
    restate(attempt=attempt)
    assert list(StatDelta.objects.values_list("sign", "folded")) == [(1, True)]


def test_a_change_before_it_is_folded_replaces_what_waits(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, False)
    attempt.items.filter(position=2).update(score_m=500)
    restate(attempt=attempt)
    assert list(StatDelta.objects.values_list("sign", "folded")) == [(1, False)]
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.VOIDED)
    restate(attempt=attempt)
    assert StatDelta.objects.count() == 0


def test_a_voided_attempt_is_out_and_everything_is_as_if_it_had_never_been(two: Any, people: Any) -> None:
    take(people(), two, True, True)
    fold_statistics()
    before = state()
    attempt = take(people(), two, False, True)
    fold_statistics()
    assert state() != before
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.VOIDED)
    restate(attempt=attempt)
    fold_statistics()
    assert state() == before == rebuilt()


def test_a_question_that_was_taken_out_is_out(two: Any, people: Any) -> None:
    attempt = take(people(), two, True, True)
    attempt.items.filter(position=1).update(grade_state="void")
    restate(attempt=attempt)
    fold_statistics()
    first = QuizStat.objects.get(population="first")
    assert (first.totals, first.papers, first.items.count()) == ({"1000": 1}, {"1000": 1}, 1)
    assert state() == rebuilt()


def test_not_answered_counts_as_nothing_earned(two: Any, people: Any) -> None:
    submit_attempt(attempt=start_attempt(enrollment=people(), quiz=two))
    fold_statistics()
    first = QuizStat.objects.get(population="first")
    assert (first.totals, set(first.items.values_list("n", "sum_x"))) == ({"0": 1}, {(1, 0)})
    assert OptionStat.objects.count() == 0


def test_what_was_written_is_counted_by_its_words(make_quiz: Any, people: Any) -> None:
    quiz = make_quiz(factories.number())
    for _ in range(2):
        take(people(), quiz, False)
    take(people(), quiz, True)
    fold_statistics()
    rows = OptionStat.objects.filter(item_stat__quiz_stat__population="first")
    assert list(rows.values_list("option", "written", "n", "sum_x")) == [("5 g", True, 1, 1000), ("77 g", True, 2, 0)]


@pytest.mark.parametrize(("change", "pools"), [("typo", 1), ("content", 2), ("key", 2)])
def test_versions_that_differ_in_spelling_only_are_counted_together(
    two: Any, people: Any, change: str, pools: int
) -> None:
    take(people(), two, True, True)
    question = two.slots()[0].question
    for text in ("Which, exactly?", "Which one, exactly?"):
        body = [dict(block) for block in question.body.raw_data]
        body[0] = {**body[0], "value": {**body[0]["value"], "stem": f"<p>{text}</p>"}}
        question.body = body
        question.save()
        question.refresh_from_db()
        publish_question(question=question, change=change if "one" not in text else "typo")
        take(people(), two, True, True)
    fold_statistics()
    versions = QuestionVersion.objects.filter(question=question).order_by("number")
    assert list(versions.values_list("change", flat=True)) == ["content", change, "typo"]
    rows = ItemStat.objects.filter(quiz_stat__population="first", pool__question=question).order_by("pool__number")
    assert list(rows.values_list("pool__number", "n")) == ([(1, 3)] if pools == 1 else [(1, 1), (2, 2)])
    assert state() == rebuilt()


def test_drawn_questions_are_counted_each_by_itself_and_by_their_place(make_quiz: Any, people: Any) -> None:
    drawn = [factories.choice(f"drawn-{number}", tags=["anatomy/dura"]) for number in range(6)]
    quiz = make_quiz(*drawn, draw=[{"tags": ["anatomy/dura"], "count": 2}])
    for _ in range(5):
        take(people(), quiz, *([True] * len(start_attempt(enrollment=people(), quiz=quiz).items.all())))
    fold_statistics()
    first = QuizStat.objects.get(population="first")
    places = first.slots
    assert sum(first.items.values_list("n", flat=True)) == sum(slot["n"] for slot in places.values())
    assert {slot["n"] for slot in places.values()} == {5}


def test_what_was_counted_in_a_transaction_that_failed_is_not_there(two: Any, people: Any, monkeypatch: Any) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        message = "the power went"
        raise RuntimeError(message)

    monkeypatch.setattr(attempts, "complete_if_passed", fail)
    with pytest.raises(RuntimeError):
        take(people(), two, True, True)
    assert StatDelta.objects.count() == 0
