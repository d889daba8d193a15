"""Regrading: what the dry run shows is what is applied, once; nothing is lowered unasked; the chain of grades holds."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.tests.racing import at_once
from courses.models import CoursePage
from courses.services import assign_instructor
from courses.tests.factories import make_course, make_user
from enrollments.models import UnitCompletion
from quizzes.models import Attempt, AttemptEvent, AttemptItem, Grade, Question, QuizPage, Regrade
from quizzes.questions.base import CORRECT, NEEDS_HUMAN, WHOLE, WRONG
from quizzes.rules.regrading import (
    ACCEPT,
    BETTER,
    BY_PERSON,
    FULL,
    KEY,
    UNREADABLE,
    VOID,
    Asked,
    Change,
    Mark,
    Paper,
    Rest,
    Version,
    params_problems,
    plan,
)
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.marking import override_mark
from quizzes.services.regrading import apply_regrade, dry_run

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def hand_in(user: User, quiz: QuizPage, answers: dict[str, dict[str, Any]]) -> Attempt:
    """A try with these answers, by the question's own name."""
    course = quiz.get_parent().get_parent().specific
    enrollment = user.enrollments.filter(course=course).first() or factories.make_enrollment(user, course)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    for item in attempt.items.select_related("version__question"):
        if fields := answers.get(item.version.question.external_id):
            factories.save_one(attempt, item.position, fields)
    return submit_attempt(attempt=attempt)


def question(name: str) -> Question:
    return Question.objects.get(external_id=name)


def option(name: str, number: int) -> dict[str, list[str]]:
    """The form's fields for this option of a choice, in the author's order."""
    return {"c": [question(name).versions.first().public["en-us"]["options"][number]["id"]]}


def look(name: str, action: str, by: User, **more: Any) -> Regrade:
    return dry_run(
        question=question(name), quiz=more.pop("quiz", None), action=action, reason="Because.", by=by, **more
    )


def state() -> list[Any]:
    """Everything that a regrade can change."""
    fields = ("pk", "state", "score_m", "max_m", "passed", "critical_failed", "rev")
    marks = ("pk", "grade_state", "fraction_ppm", "score_m", "critical_failed")
    rows = [list(Attempt.objects.order_by("pk").values_list(*fields))]
    rows.append(list(AttemptItem.objects.order_by("pk").values_list(*marks)))
    return [*rows, Grade.objects.count(), AttemptEvent.objects.count(), UnitCompletion.objects.count()]


# -- the plan, by itself --------------------------------------------------------------------------------------------
CHOICE = Version(
    "single_choice", {"options": [{"id": "a"}, {"id": "b"}]}, {"correct": ["a"], "unsafe": [], "critical": False}
)
TURNED = Version("single_choice", CHOICE.public, {**CHOICE.key, "correct": ["b"]})


def paper(
    chosen: str, *, ppm: int, rest: tuple[int, int] = (1000, 1000), by_person: bool = False, state: str = ""
) -> Paper:
    mark = Mark(state or (CORRECT if ppm == WHOLE else WRONG), ppm, critical_failed=False)
    asked = Asked(7, CHOICE, 1000, {"c": [chosen]}, mark, by_person)
    return Paper(1, (asked,), Rest(*rest, critical_failed=False, waits=False), 60)


def change(action: str, *, may_lower: bool = False, newest: Version = TURNED, **params: str) -> Change:
    return Change(action, newest, params, may_lower)


def test_by_a_new_key_the_wrong_become_right_and_the_right_keep_theirs() -> None:
    up, down = plan(paper("b", ppm=0), change(KEY)), plan(paper("a", ppm=WHOLE), change(KEY))
    assert (up.after.score_m, up.after.passed, up.before.passed) == (2000, True, False)
    assert (down.marks, down.kept, down.after) == ({}, BETTER, down.before)


def test_lowering_needs_to_be_chosen() -> None:
    line = plan(paper("a", ppm=WHOLE), change(KEY, may_lower=True))
    assert (line.before.passed, line.after.passed, line.after.score_m) == (True, False, 1000)


def test_a_mark_that_a_person_gave_stays_except_for_what_reaches_everyone() -> None:
    given = paper("b", ppm=0, by_person=True)
    kept = [plan(given, change(KEY)), plan(given, change(ACCEPT, option="b"))]
    assert [(line.marks, line.kept) for line in kept] == [({}, BY_PERSON)] * 2
    assert [plan(given, change(action)).after.passed for action in (FULL, VOID)] == [True, True]


def test_an_answer_that_waits_for_a_person_is_not_marked_by_a_key() -> None:
    waits = paper("b", ppm=0, state=NEEDS_HUMAN)
    assert plan(waits, change(KEY)).marks == {}
    assert (plan(waits, change(FULL)).before.passed, plan(waits, change(FULL)).after.passed) == (None, True)


def test_an_answer_that_the_newest_version_cannot_read_keeps_its_mark() -> None:
    other = Version("single_choice", {"options": [{"id": "x"}]}, {**CHOICE.key, "correct": ["x"]})
    numeric = Version("numeric", {}, {})
    lines = [plan(paper("a", ppm=WHOLE), change(KEY, newest=newest, may_lower=True)) for newest in (other, numeric)]
    assert [(line.marks, line.kept) for line in lines] == [({}, UNREADABLE)] * 2


def test_a_void_takes_the_points_out_of_the_maximum_unless_that_lowers_the_share() -> None:
    wrong, right = plan(paper("b", ppm=0), change(VOID)), plan(paper("a", ppm=WHOLE, rest=(500, 1000)), change(VOID))
    assert (wrong.after.score_m, wrong.after.max_m, wrong.after.passed) == (1000, 1000, True)
    assert (right.marks, right.kept) == ({}, BETTER)
    lowered = plan(paper("a", ppm=WHOLE, rest=(500, 1000)), change(VOID, may_lower=True))
    assert (lowered.after.score_m, lowered.after.max_m) == (500, 1000)


def test_a_paper_of_nothing_but_the_void_question_is_not_passed() -> None:
    line = plan(paper("b", ppm=0, rest=(0, 0)), change(VOID))
    assert (line.after.max_m, line.after.passed) == (0, False)


def test_accepting_an_unsafe_option_lifts_the_unsafe_answer() -> None:
    unsafe = Version("single_choice", CHOICE.public, {"correct": ["a"], "unsafe": ["b"], "critical": True})
    asked = Asked(7, unsafe, 1000, {"c": ["b"]}, Mark(WRONG, 0, critical_failed=True), by_person=False)
    line = plan(Paper(1, (asked,), Rest(0, 0, False, False), 60), change(ACCEPT, option="b"))
    assert (line.before.critical_failed, line.after.critical_failed, line.after.passed) == (True, False, True)


@pytest.mark.parametrize(
    ("kind", "params", "fine"),
    [
        ("single_choice", {"option": "a"}, True),
        ("single_choice", {"option": "z"}, False),
        ("short_text", {"text": " "}, False),
        ("short_text", {"text": "dura"}, True),
        ("numeric", {"value": "5", "tolerance": "0.5"}, True),
        ("numeric", {"value": "5 g"}, False),
        ("numeric", {"value": "five"}, False),
        ("multiple_response", {"option": "a"}, False),
        ("essay", {}, False),
    ],
)
def test_what_can_be_accepted(kind: str, params: dict[str, str], fine: bool) -> None:
    assert (params_problems(ACCEPT, kind, ["a"], params) == []) == fine


SEED_MARKS = st.sampled_from([0, 250_000, 500_000, WHOLE])


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Any paper with the question in it once or twice."""
    asked = []
    for item in range(draw(st.integers(1, 2))):
        ppm = draw(SEED_MARKS)
        states = [CORRECT if ppm == WHOLE else WRONG, "void", *([NEEDS_HUMAN] if not ppm else [])]
        mark = Mark(draw(st.sampled_from(states)), ppm, draw(st.booleans()) and not ppm)
        answer = draw(st.sampled_from([None, {"c": ["a"]}, {"c": ["b"]}, {"c": ["gone"]}]))
        asked.append(Asked(item, CHOICE, draw(st.integers(0, 3000)), answer, mark, draw(st.booleans())))
    most = draw(st.integers(0, 5000))
    rest = Rest(draw(st.integers(0, most)), most, draw(st.booleans()), draw(st.booleans()))
    return Paper(1, tuple(asked), rest, draw(st.integers(1, 100)))


@given(papers(), st.sampled_from([KEY, ACCEPT, FULL, VOID]))
def test_nothing_is_lowered_unasked_and_a_second_time_changes_nothing(found: Paper, action: str) -> None:
    asked = change(action, option="b")
    line = plan(found, asked)
    assert not line.after.worse_than(line.before)
    then = tuple(
        Asked(
            one.item,
            one.version,
            one.points_m,
            one.answer,
            line.marks.get(one.item, (None, one.mark))[1],
            one.by_person,
        )
        for one in found.asked
    )
    again = plan(Paper(1, then, found.rest, found.pass_mark), asked)
    assert (again.before, again.marks) == (line.after, {})


# -- from the dry run to the applied change -------------------------------------------------------------------------
def test_accepting_a_written_answer_makes_those_who_gave_it_pass(
    instructor: User, make_quiz: Any, django_capture_on_commit_callbacks: Any
) -> None:
    short = {"id": "layer", "kind": "short_text", "title": "layer", "text": "Which?", "answers": ["dura mater"]}
    quiz = make_quiz(short, pass_mark=100)
    said = {"dura": " The  Dura ", "other": "pia", "right": "Dura mater"}
    attempts = {
        name: hand_in(make_user(f"{name}@example.com"), quiz, {"layer": {"t": text}}) for name, text in said.items()
    }
    before = state()
    regrade = look("layer", ACCEPT, instructor, params={"text": "the dura"})
    assert state() == before
    with django_capture_on_commit_callbacks(execute=True):
        applied = apply_regrade(regrade=regrade, by=instructor)
    passed = {name: Attempt.objects.get(pk=attempt.pk).passed for name, attempt in attempts.items()}
    assert (applied.state, applied.table["to_pass"], applied.table["changed"]) == ("applied", 1, 1)
    assert passed == {"dura": True, "other": False, "right": True}
    assert [(message.to, "Because." in message.body) for message in mail.outbox] == [(["dura@example.com"], True)]
    assert UnitCompletion.objects.filter(enrollment=attempts["dura"].enrollment).count() == 1


def test_accepting_a_number_marks_it_with_its_unit(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.number("grams"), pass_mark=80)
    with_unit = hand_in(make_user(), quiz, {"grams": {"v": "7", "u": "g"}})
    in_milligrams = hand_in(make_user(), quiz, {"grams": {"v": "7000", "u": "mg"}})
    without = hand_in(make_user(), quiz, {"grams": {"v": "7"}})
    apply_regrade(regrade=look("grams", ACCEPT, instructor, params={"value": "7", "tolerance": "0"}), by=instructor)
    marks = [attempt.items.get().fraction_ppm for attempt in (with_unit, in_milligrams, without)]
    assert marks == [WHOLE, WHOLE, 900_000]


def test_marking_by_the_newest_key_keeps_what_is_better(course: CoursePage, instructor: User, make_quiz: Any) -> None:
    spec = factories.choice("one")
    quiz = make_quiz(spec, pass_mark=100)
    first, second = (hand_in(make_user(), quiz, {"one": option("one", number)}) for number in (0, 1))
    for number, one in enumerate(spec["options"]):
        one["correct"] = number == 1
    factories.reimport(course, spec)
    regrade = apply_regrade(regrade=look("one", KEY, instructor), by=instructor)
    assert [Attempt.objects.get(pk=one.pk).passed for one in (first, second)] == [True, True]
    assert regrade.table["kept"] == {BETTER: 1}
    lowered = apply_regrade(regrade=look("one", KEY, instructor, may_lower=True), by=instructor)
    assert [Attempt.objects.get(pk=one.pk).passed for one in (first, second)] == [False, True]
    assert (lowered.table["to_fail"], UnitCompletion.objects.count()) == (1, 2)


def test_a_void_question_leaves_the_maximum_of_every_paper(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"), factories.choice("two"), pass_mark=80)
    attempt = hand_in(make_user(), quiz, {"one": option("one", 0), "two": option("two", 1)})
    apply_regrade(regrade=look("two", VOID, instructor), by=instructor)
    done = Attempt.objects.get(pk=attempt.pk)
    item = done.items.get(version__question__external_id="two")
    assert (done.score_m, done.max_m, done.passed) == (item.points_m, item.points_m, True)
    assert item.grade_state == "void"


def test_full_points_end_the_waiting_for_a_person(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.essay("essay"))
    attempt = hand_in(make_user(), quiz, {"essay": {"h": "two words"}})
    apply_regrade(regrade=look("essay", FULL, instructor), by=instructor)
    done = Attempt.objects.get(pk=attempt.pk)
    open_tasks = done.items.get().marking_tasks.filter(done_at=None).count()
    assert (done.state, done.passed, open_tasks) == ("graded", True, 0)


def test_every_changed_item_has_a_grade_that_supersedes_the_one_before(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"))
    attempts = [hand_in(make_user(), quiz, {"one": option("one", 1)}) for _ in range(3)]
    apply_regrade(regrade=look("one", FULL, instructor), by=instructor)
    for attempt in attempts:
        item = attempt.items.get()
        newest = Grade.objects.get(item=item, superseded_by=None)
        assert (newest.reason, newest.fraction_ppm, newest.supersedes.supersedes) == ("Because.", WHOLE, None)
        assert newest.supersedes.fraction_ppm == 0
        events = list(AttemptEvent.objects.filter(attempt=attempt).order_by("seq").values_list("kind", flat=True))
        assert events[-1] == "regraded"


def test_applying_twice_changes_nothing_more(instructor: User, make_quiz: Any) -> None:
    hand_in(make_user(), make_quiz(factories.choice("one")), {"one": option("one", 1)})
    regrade = look("one", FULL, instructor)
    apply_regrade(regrade=regrade, by=instructor)
    before = state()
    assert (apply_regrade(regrade=regrade, by=instructor).state, state()) == ("applied", before)
    again = apply_regrade(regrade=look("one", FULL, instructor), by=instructor)
    assert (again.table["changed"], state()) == (0, before)


def one_more_hands_in(quiz: QuizPage, item: AttemptItem, by: User) -> None:
    hand_in(make_user(), quiz, {"one": option("one", 2)})


def a_person_marks(quiz: QuizPage, item: AttemptItem, by: User) -> None:
    override_mark(item=item, fraction_ppm=500_000, reason="Half.", by=by)


def a_person_confirms_the_mark(quiz: QuizPage, item: AttemptItem, by: User) -> None:
    """The table would read the same; what it rests on is another grade."""
    override_mark(item=item, fraction_ppm=0, reason="Looked at.", by=by)


def an_attempt_is_voided(quiz: QuizPage, item: AttemptItem, by: User) -> None:
    Attempt.objects.filter(pk=item.attempt_id).update(state="voided")


def the_key_changes(quiz: QuizPage, item: AttemptItem, by: User) -> None:
    factories.reimport(quiz.get_parent().get_parent().specific, factories.choice("one", right=2))


@pytest.mark.parametrize(
    "meanwhile", [one_more_hands_in, a_person_marks, a_person_confirms_the_mark, an_attempt_is_voided, the_key_changes]
)
def test_when_anything_changed_since_the_dry_run_nothing_is_applied(
    instructor: User, make_quiz: Any, meanwhile: Any
) -> None:
    quiz = make_quiz(factories.choice("one"))
    attempt = hand_in(make_user(), quiz, {"one": option("one", 1)})
    regrade = look("one", FULL, instructor)
    meanwhile(quiz, attempt.items.get(), instructor)
    before = state()
    stale = apply_regrade(regrade=regrade, by=instructor)
    assert (stale.state, stale.applied_by, state()) == ("stale", None, before)
    assert apply_regrade(regrade=stale, by=instructor).state == "stale"


def test_whose_result_changed_in_several_tries_hears_once(
    instructor: User, make_quiz: Any, django_capture_on_commit_callbacks: Any
) -> None:
    quiz, learner = make_quiz(factories.choice("one")), make_user()
    for _ in range(3):
        hand_in(learner, quiz, {"one": option("one", 1)})
    with django_capture_on_commit_callbacks(execute=True):
        apply_regrade(regrade=look("one", FULL, instructor), by=instructor)
    assert [message.subject for message in mail.outbox] == ["Your result has changed: Quiz"]


def test_a_regrade_of_one_quiz_leaves_the_other_alone(instructor: User, course: CoursePage) -> None:
    first = factories.make_quiz(course, factories.choice("one"), slug="first")
    other = factories.make_quiz(course, factories.choice("one"), slug="other")
    attempts = [hand_in(make_user(), quiz, {"one": option("one", 1)}) for quiz in (first, other)]
    apply_regrade(regrade=look("one", FULL, instructor, quiz=first), by=instructor)
    assert [Attempt.objects.get(pk=one.pk).passed for one in attempts] == [True, False]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    answers=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4),
    action=st.sampled_from([FULL, VOID, ACCEPT, KEY]),
    may_lower=st.booleans(),
    pass_mark=st.integers(1, 100),
)
def test_applying_does_exactly_what_the_dry_run_showed(
    db: None, answers: Any, action: str, may_lower: bool, pass_mark: int
) -> None:
    by = make_user()
    course = make_course()
    quiz = factories.make_quiz(course, factories.choice("one"), factories.choice("two"), pass_mark=pass_mark)
    bank = factories.bank_of(course)
    asked = Question.objects.get(bank=bank, external_id="one")
    ids = {
        name: [
            one["id"]
            for one in Question.objects.get(bank=bank, external_id=name).versions.first().public["en-us"]["options"]
        ]
        for name in ("one", "two")
    }
    for first, second in answers:
        hand_in(make_user(), quiz, {"one": {"c": [ids["one"][first]]}, "two": {"c": [ids["two"][second]]}})
    factories.reimport(course, factories.choice("one", right=1))
    params = {"option": ids["one"][2]} if action == ACCEPT else {}
    regrade = dry_run(
        question=asked, quiz=quiz, action=action, params=params, may_lower=may_lower, reason="Any.", by=by
    )
    grades = Grade.objects.count()
    applied = apply_regrade(regrade=regrade, by=by)
    shown = {row["attempt"]: row for row in regrade.table["rows"]}
    assert applied.state == "applied"
    for attempt in Attempt.objects.filter(quiz=quiz):
        now = {name: getattr(attempt, name) for name in ("score_m", "max_m", "passed", "critical_failed")}
        if row := shown.get(str(attempt.uuid)):
            assert now == row["new"]
        items = attempt.items.exclude(grade_state="void")
        assert (attempt.score_m, attempt.max_m) == (
            sum(item.score_m for item in items),
            sum(item.points_m for item in items),
        )
    assert Grade.objects.count() - grades == sum(len(row["marks"]) for row in shown.values())
    again = dry_run(question=asked, quiz=quiz, action=action, params=params, may_lower=may_lower, reason="Any.", by=by)
    assert again.table["rows"] == []


def test_looking_costs_the_same_for_two_papers_as_for_twenty(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"))
    costs = []
    for more in (2, 18):
        for _ in range(more):
            hand_in(make_user(), quiz, {"one": option("one", 1)})
        with CaptureQueriesContext(connection) as captured:
            look("one", FULL, instructor)
        costs.append(len(captured))
    assert costs[0] == costs[1]


# -- the pages ------------------------------------------------------------------------------------------------------
def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_from_the_item_report_to_the_applied_regrade(instructor: User, make_quiz: Any) -> None:
    short = {"id": "layer", "kind": "short_text", "title": "layer", "text": "Which?", "answers": ["dura mater"]}
    quiz = make_quiz(short, pass_mark=100)
    attempt = hand_in(make_user("wren@example.com", legal_name="Jenny Wren"), quiz, {"layer": {"t": "<dura>"}})
    browser = browser_of(instructor)
    start = f"/admin/quizzes/regrades/new/?question={question('layer').pk}&quiz={quiz.pk}&action=accept&text=%3Cdura%3E"
    form = browser.get(start).content.decode()
    assert ('value="&lt;dura&gt;"' in form, Regrade.objects.count()) == (True, 0)
    sent = {"quiz": quiz.pk, "action": "accept", "text": "<dura>", "reason": "It is meant."}
    answer = browser.post(start, sent)
    page = f"/admin/quizzes/regrades/{Regrade.objects.get().pk}/"
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    table = " ".join(browser.get(page).content.decode().split())
    words = ["Jenny Wren", "0%, not yet", "100%, passed", "Now passed", "Apply exactly this", "&lt;dura&gt;"]
    assert [word for word in words if word not in table] == []
    assert browser.post(page).status_code == 303
    assert (Attempt.objects.get(pk=attempt.pk).passed, "exactly as shown" in browser.get(page).content.decode()) == (
        True,
        True,
    )


def test_a_regrade_needs_a_reason_and_a_further_answer(instructor: User, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"))
    hand_in(make_user(), quiz, {})
    start = f"/admin/quizzes/regrades/new/?question={question('one').pk}"
    browser = browser_of(instructor)
    sent = [
        {"quiz": quiz.pk, "action": "full", "reason": " "},
        {"quiz": quiz.pk, "action": "accept", "reason": "Yes.", "option": "nothing"},
        {"quiz": quiz.pk, "action": "explode", "reason": "Yes."},
        {"quiz": 999999, "action": "full", "reason": "Yes."},
        {"quiz": "all", "action": "full", "reason": "Yes."},
    ]
    assert [browser.post(start, one).status_code for one in sent] == [422] * 5
    assert Regrade.objects.count() == 0


WHO = ("visitor", "learner", "other", "instructor", "reviewer", "provider")


@pytest.mark.parametrize("who", WHO)
def test_people_and_doors(who: str, course: CoursePage, make_quiz: Any) -> None:
    quiz = make_quiz(factories.choice("one"))
    hand_in(make_user(), quiz, {})
    person = None if who == "visitor" else make_user(f"{who}-door@example.com")
    if who in ("reviewer", "provider"):
        person.groups.add(Group.objects.get(name=f"{who.capitalize()}s"))
        User.objects.filter(pk=person.pk).update(is_staff=True)
    if who in ("instructor", "other"):
        assign_instructor(course=course if who == "instructor" else make_course("Elsewhere"), user=person)
    regrade = look("one", FULL, make_user(), quiz=quiz)
    everywhere = look("one", FULL, make_user())
    browser = browser_of(User.objects.get(pk=person.pk)) if person else Client()
    new = f"/admin/quizzes/regrades/new/?question={question('one').pk}"
    doors = ["/admin/quizzes/regrades/", new]
    doors += [f"/admin/quizzes/regrades/{one.pk}/" for one in (regrade, everywhere)]
    outcomes = [browser.get(door).status_code for door in doors]
    outcomes.append(browser.post(new, {"quiz": quiz.pk, "action": "full", "reason": "Yes."}).status_code)
    outcomes.append(browser.post(doors[2]).status_code)
    expected = {
        "visitor": [302] * 6, "learner": [404] * 6, "reviewer": [404] * 6, "other": [200, *[404] * 5],
        "instructor": [200, 200, 200, 404, 303, 303], "provider": [200, 200, 200, 200, 303, 303],
    }  # fmt: skip
    assert outcomes == expected[who]


# -- races ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.both_databases
def test_applied_eight_times_at_once_it_happens_once() -> None:
    quiz = factories.make_quiz(make_course("Resting hands"), factories.choice("one"))
    attempts = [hand_in(make_user(), quiz, {"one": option("one", 1)}) for _ in range(3)]
    by = make_user()
    regrade = look("one", FULL, by)
    results = at_once(lambda: apply_regrade(regrade=regrade, by=by).state)
    assert results == ["applied"] * 8
    chains = [attempt.items.get().grades.count() for attempt in attempts]
    assert (chains, AttemptEvent.objects.filter(kind="regraded").count()) == ([2, 2, 2], 3)
