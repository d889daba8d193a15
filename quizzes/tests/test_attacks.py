"""What a learner who wants a better mark would try, through the doors that are there."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.tests.factories import make_course
from enrollments.services import open_hold
from quizzes.models import Accommodation, Attempt, AttemptEvent, QuestionBank, SafetyReturn
from quizzes.models.quiz import QuizSlot
from quizzes.services import freeze_quiz, import_question, start_attempt, submit_attempt
from quizzes.services.safety import may_be_explained

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
AS_SCRIPT = {"headers": {"accept": "application/json"}}
NOON = timezone.now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=1)
MINUTE = timedelta(minutes=1)


def browser(person: User | None = None) -> Client:
    client = Client()
    if person:
        client.force_login(person, backend=BACKEND)
    return client


def begin(client: Client, quiz: Any) -> Attempt:
    client.post(f"/quizzes/{quiz.pk}/start/")
    return Attempt.objects.order_by("-pk")[0]


def option(attempt: Attempt, number: int, position: int = 1) -> str:
    return str(attempt.items.get(position=position).version.public["en-us"]["options"][number]["id"])


# The key


def test_an_old_page_does_not_show_where_a_reply_leads_before_it_is_taken(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = begin(as_learner, make_quiz(factories.dialogue("talk")))
    first = attempt.items.get().version.public["en-us"]["nodes"][0]["choices"]
    tried = {"q1-rev": "99.x", "q1-step": first[1]["id"], "key": "another-page"}
    answer = as_learner.post(f"/attempts/{attempt.uuid}/save/", tried)
    seen = answer.content.decode() + as_learner.get(f"/attempts/{attempt.uuid}/").content.decode()
    assert ("talk stop" in seen, attempt.items.get().answer) == (True, {"b": [first[1]["id"]]})
    again = as_learner.post(f"/attempts/{attempt.uuid}/save/", {**tried, "q1-step": first[0]["id"]})
    assert (again.status_code, attempt.items.get().answer) == (422, {"b": [first[1]["id"]]})


def test_the_front_page_names_no_score_before_the_review_does(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    nothing = {"after_item": [], "after_submit": [], "after_pass_or_last": ["score"], "after_close": []}
    quiz = make_quiz(factories.choice("one"), factories.choice("two"), attempts=2, review_policy=nothing)
    for expected in (False, True):
        attempt = begin(as_learner, quiz)
        as_learner.post(f"/attempts/{attempt.uuid}/save/", {"q1-rev": "0.x", "q1-c": option(attempt, 0)})
        as_learner.post(f"/attempts/{attempt.uuid}/submit/")
        assert ("50%" in as_learner.get(quiz.url).content.decode()) is expected


def test_two_sets_of_answers_cannot_be_kept_and_chosen_between_when_the_front_page_tells_the_mark(
    learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        quiz = make_quiz(factories.number("grams"), minutes=20)
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        kept = browser()
        kept.post(f"/attempts/{attempt.uuid}/save/", {"q1-rev": "0.x", "q1-v": "5", "q1-u": "g"})
        clock.move_to(NOON + 40 * MINUTE)
        assert "Not yet" in browser(learner).get(quiz.url).content.decode()
        kept.post("/accounts/login/", {"login": learner.email, "password": "still-point-demo"})
    attempt.refresh_from_db()
    assert (attempt.score_m, list(attempt.events.values_list("kind", flat=True))) == (
        0,
        ["started", "settled", "seen", "late"],
    )


def test_an_untimed_try_that_goes_on_after_the_closing_keeps_the_right_answers_back(
    as_learner: Any, learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.choice("one", feedback="canary"), closes_at=NOON)
    Accommodation.objects.create(learner=learner, quiz=quiz, untimed=True)
    with time_machine.travel(NOON - 10 * MINUTE, tick=False) as clock:
        first = begin(as_learner, quiz)
        as_learner.post(f"/attempts/{first.uuid}/submit/")
        second = begin(as_learner, quiz)
        shown = []
        for minutes in (-5, 5, 6):
            clock.move_to(NOON + minutes * MINUTE)
            shown.append("canary" in as_learner.get(f"/attempts/{first.uuid}/review/").content.decode())
            if minutes == 5:
                as_learner.post(f"/attempts/{second.uuid}/submit/")
    assert shown == [False, False, True]


def test_a_question_of_two_courses_is_explained_when_both_would(
    learner: Any, course: Any, enrollment: Any, instructor: Any
) -> None:
    school = QuestionBank.objects.create(name="School")
    question = import_question(bank=school, spec=factories.safety("shared", feedback="canary"))
    backs = []
    for place, tries in ((course, 1), (make_course("Second course", instructor=instructor), 0)):
        enrolled = enrollment if place == course else factories.make_enrollment(learner, place)
        quiz = factories.make_quiz(place, factories.choice(f"own-{place.pk}"), attempts=tries, slug=f"quiz-{place.pk}")
        QuizSlot.objects.create(section=quiz.sections.first(), question=question)
        freeze_quiz(quiz=quiz)
        submit_attempt(attempt=start_attempt(enrollment=enrolled, quiz=quiz))
        backs.append(SafetyReturn.objects.get(enrollment=enrolled))
        assert ("right_answer" in may_be_explained(safety_return=backs[0])) is (place == course)
    assert "right_answer" not in may_be_explained(safety_return=backs[1])


# Marks


def sent(attempt: Attempt, number: int = 0, position: int = 1) -> dict[str, str]:
    return {f"q{position}-rev": "0.x", f"q{position}-c": option(attempt, number, position)}


def test_every_door_that_takes_a_post_asks_for_the_page_it_came_from(
    learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.safety())
    submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz))
    attempt, back = start_attempt(enrollment=enrollment, quiz=quiz), SafetyReturn.objects.get()
    doors = [f"/quizzes/{quiz.pk}/start/", f"/my/safety/{back.pk}/"]
    doors += [f"/attempts/{attempt.uuid}/{name}/" for name in ("save", "check", "submit")]
    for person in (learner, None):
        client = Client(enforce_csrf_checks=True)
        if person:
            client.force_login(person, backend=BACKEND)
        assert [client.post(door).status_code for door in doors] == [403] * len(doors)
    assert AttemptEvent.objects.filter(attempt=attempt).count() == 1


def test_after_handing_in_nothing_changes_the_mark_however_it_is_sent(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = begin(as_learner, make_quiz(factories.choice("one")))
    door = f"/attempts/{attempt.uuid}"
    for _ in range(2):
        assert as_learner.post(f"{door}/submit/", {"key": "same"})["Location"] == f"{door}/review/"
    late = [
        as_learner.post(f"{door}/save/", sent(attempt)),
        as_learner.post(f"{door}/save/", sent(attempt), **AS_SCRIPT),
        as_learner.post(f"{door}/check/", {**sent(attempt), "check": "1"}),
        as_learner.post(f"{door}/submit/", {**sent(attempt), "key": "other"}),
    ]
    attempt.refresh_from_db()
    assert ([one.status_code for one in late], attempt.score_m) == ([303, 409, 303, 303], 0)
    kinds = list(attempt.events.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["started", "submitted", "late", "late", "late"]


def test_the_time_is_the_servers_whatever_a_form_says(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        attempt = begin(as_learner, make_quiz(factories.choice("one"), minutes=10))
        clock.move_to(NOON + 11 * MINUTE + timedelta(seconds=1))
        forged = {
            **sent(attempt), "at": NOON.isoformat(), "saved_at": NOON.isoformat(), "deadline_at": "2099-01-01",
            "arrived": NOON.isoformat(), "q1-at": NOON.isoformat(), "seconds_left": "900", "hand_in": "1",
        }  # fmt: skip
        as_learner.post(f"/attempts/{attempt.uuid}/save/", forged)
        visitor = browser()
        visitor.post(f"/attempts/{attempt.uuid}/save/", forged)
        login = {"login": attempt.enrollment.user.email, "password": "still-point-demo"}
        assert visitor.post("/accounts/login/", {**login, **forged}).status_code == 302
        as_learner.get(f"/attempts/{attempt.uuid}/")
    attempt.refresh_from_db()
    assert (attempt.score_m, attempt.submitted_at) == (0, NOON + 10 * MINUTE)


def test_an_answer_of_one_question_or_paper_is_none_of_another(
    as_learner: Any, learner: Any, course: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = begin(as_learner, make_quiz(factories.choice("one"), factories.choice("two"), factories.text("read")))
    foreign = {"q1-rev": "0.x", "q1-c": option(attempt, 0, 2)}
    unknown = {"q3-rev": "0.x", "q3-c": option(attempt, 0), "q9-rev": "0.x", "q999-rev": "0.x", "q9-c": "x"}
    save = f"/attempts/{attempt.uuid}/save/"
    assert [as_learner.post(save, fields).status_code for fields in (foreign, unknown)] == [422, 303]
    assert set(attempt.items.values_list("answer", flat=True)) == {None}


def test_how_sure_one_is_counts_for_nothing_in_an_exam(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    attempt = begin(as_learner, make_quiz(factories.choice("one"), certainty=True))
    as_learner.post(f"/attempts/{attempt.uuid}/save/", {**sent(attempt), "q1-sure": "3"})
    assert attempt.items.values_list("certainty", flat=True).get() is None


def test_a_checked_answer_stays_whatever_comes_after(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    policy = {"after_item": ["right_wrong", "right_answer"]}
    quiz = make_quiz(factories.choice("one"), mode="practice", certainty=True, review_policy=policy)
    attempt = begin(as_learner, quiz)
    door, wrong = f"/attempts/{attempt.uuid}", {**sent(attempt, 1), "q1-sure": "1", "key": "page"}
    assert as_learner.post(f"{door}/check/", {**wrong, "check": "1"}).status_code == 303
    right = {**sent(attempt), "q1-rev": "1.x", "q1-sure": "3", "key": "page"}
    for name in ("save", "check"):
        as_learner.post(f"{door}/{name}/", {**right, "check": "1"})
        as_learner.post(f"{door}/{name}/", {**right, "check": "1"}, **AS_SCRIPT)
    visitor = browser()
    visitor.post(f"{door}/save/", right)
    visitor.post("/accounts/login/", {"login": attempt.enrollment.user.email, "password": "still-point-demo"})
    as_learner.post(f"{door}/submit/")
    item = attempt.items.get()
    assert (item.answer, item.certainty, item.score_m) == ({"c": [option(attempt, 1)]}, 1, 0)


def test_without_access_no_door_takes_anything(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(factories.safety())
    submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz))
    attempt, back = start_attempt(enrollment=enrollment, quiz=quiz), SafetyReturn.objects.get()
    open_hold(enrollment=enrollment, reason="refund", source="order:1")
    door = f"/attempts/{attempt.uuid}"
    answers = [
        as_learner.post(f"/quizzes/{quiz.pk}/start/"),
        as_learner.get(f"{door}/"),
        as_learner.post(f"{door}/save/", sent(attempt)),
        as_learner.post(f"{door}/check/", {**sent(attempt), "check": "1"}),
        as_learner.post(f"{door}/submit/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert as_learner.post(f"/my/safety/{back.pk}/", sent(attempt)).status_code == 422
    attempt.refresh_from_db()
    assert (attempt.state, attempt.items.get().answer) == ("in_progress", None)


def test_no_try_begins_without_the_honor_statement_or_beyond_the_limit_or_the_wait(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    quiz = make_quiz(factories.choice("one"), attempts=2, cooldown_minutes=60, honor_statement="I answer alone.")
    start = f"/quizzes/{quiz.pk}/start/"
    counts = []
    with time_machine.travel(NOON, tick=False) as clock:
        for minutes, fields in (
            (0, {}),
            (0, {"honor": "1"}),
            (30, {"honor": "1"}),
            (61, {"honor": "1"}),
            (200, {"honor": "1"}),
        ):
            clock.move_to(NOON + minutes * MINUTE)
            as_learner.post(start, {**fields, "number": "9", "extra_attempts": "5", "time_percent": "300"})
            counts.append(Attempt.objects.count())
            for attempt in Attempt.objects.open():
                as_learner.post(f"/attempts/{attempt.uuid}/submit/")
    assert counts == [0, 1, 1, 2, 2]
    assert [attempt.accommodation["extra_attempts"] for attempt in Attempt.objects.all()] == [0, 0]


def test_what_a_visitor_left_is_dropped_when_somebody_else_logs_in_and_never_goes_through_twice(
    learner: Any, stranger: Any, enrollment: Any, make_quiz: Any
) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(factories.choice("one")))
    client = browser()
    client.post(f"/attempts/{attempt.uuid}/save/", sent(attempt))
    before = client.session.session_key
    client.post("/accounts/login/", {"login": stranger.email, "password": "still-point-demo"})
    assert (client.session.session_key != before, "held_posts" in client.session) == (True, False)
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": learner.email, "password": "still-point-demo"})
    assert list(attempt.events.values_list("kind", flat=True)) == ["started"]
    assert attempt.items.get().answer is None


# Too much


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        ({"q1-rev": "0.x", "q1-h": "x" * 200_000}, {422}),
        ({"q1-rev": "0.x", "q1-h": "a\x00b"}, {422}),
        ({"q1-rev": "0.x", "q1-h": "\u202eabc\u2066 \ufeff\U0010ffff"}, {200, 303}),
        ({"q1-rev": "0.x", **{f"q1-m.{number:060d}": "x" for number in range(9_000)}}, {200, 303, 422}),
        ({"q1-rev": "0.x", **{f"x{number}": "x" for number in range(10_500)}}, {400}),
        ({f"q{number}-rev": "0.x" for number in range(1, 1_000)}, {200, 303}),
        ({"q1-rev": "0.x", "q1-c": "x" * 100_000, "go": "q1" * 5_000, "key": "k" * 10_000}, {200, 303, 422}),
        ({"q1-rev": "0.x", "q1-z": ["z" * 60] * 4_000, "q1-p": ["1,1"] * 4_000}, {200, 303, 422}),
        ({"q1-rev": "-1.x", "check": "-1"}, {200, 303}),
        ({"q00001-rev": "0.x", "q-1-rev": "0.x", "q1000-rev": "0.x", "q\u0661-rev": "0.x"}, {303, 200, 404}),
    ],
)
def test_too_much_or_too_strange_is_answered_and_never_an_error(
    as_learner: Any, enrollment: Any, make_quiz: Any, fields: Any, statuses: Any
) -> None:
    attempt = begin(as_learner, make_quiz(factories.essay(minimum=0, maximum=0)))
    form = as_learner.post(f"/attempts/{attempt.uuid}/save/", fields)
    script = as_learner.post(f"/attempts/{attempt.uuid}/save/", fields, **AS_SCRIPT)
    assert ({form.status_code, script.status_code} <= statuses, form.status_code) == (True, form.status_code)
    pages = ("", "?check=1", "log/")
    assert [as_learner.get(f"/attempts/{attempt.uuid}/{page}").status_code for page in pages] == [200, 200, 200]


@pytest.mark.parametrize("check", ["-1", "0", "999", "9999999999", "1e1", "\u0661", "", "1\x00", "q1"])
def test_no_check_of_a_question_that_is_not_there(as_learner: Any, enrollment: Any, make_quiz: Any, check: str) -> None:
    policy = {"after_item": ["right_wrong"]}
    attempt = begin(as_learner, make_quiz(factories.choice("one"), mode="practice", review_policy=policy))
    for more in ({}, AS_SCRIPT):
        assert as_learner.post(f"/attempts/{attempt.uuid}/check/", {"check": check}, **more).status_code == 404


def test_nobody_fills_sessions_with_answers_to_papers_that_do_not_exist(db: None) -> None:
    client = browser()
    nowhere = "/attempts/00000000-0000-0000-0000-000000000000"
    forms = [client.post(f"{nowhere}/{door}/", {"q1-rev": "0.x", "q1-h": "x" * 9_000}) for door in ("save", "submit")]
    script = client.post(f"{nowhere}/save/", {"q1-rev": "0.x", "q1-h": "x"}, headers={"accept": "application/json"})
    assert [answer.status_code for answer in (*forms, script)] == [303, 303, 401]
    assert "held_posts" not in client.session
