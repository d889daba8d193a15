"""Missed safety questions come back after 2, 7 and 21 days, and give nothing away that a try may depend on."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from enrollments.services import close_hold, open_hold
from notifications.models import Mail
from quizzes.models import Attempt, Question, SafetyAnswer, SafetyReturn
from quizzes.rules.spacing import after_answer
from quizzes.services import start_attempt, submit_attempt
from quizzes.services.safety import SafetyRefused, answer_safety_return, remind_of_safety, returns_of

from . import factories

NOON = timezone.now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=1)
DAY = timedelta(days=1)


def critical(ident: str = "safety") -> dict[str, Any]:
    """Option 0 is right; everything that is secret is easy to find."""
    spec = factories.safety(ident, feedback="secret-general")
    for option in spec["options"]:
        option["feedback"] = "secret-remark"
    return spec


def miss(enrollment: Any, quiz: Any, at: Any = NOON) -> Attempt:
    return submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, at=at), at=at)


def choose(number: int) -> dict[str, list[str]]:
    version = Question.objects.get(external_id="safety").versions.first()
    return {"c": [version.public["en-us"]["options"][number]["id"]]}


def answer(number: int, at: Any) -> SafetyAnswer:
    found = SafetyReturn.objects.open().get()
    return answer_safety_return(safety_return=found, user=found.enrollment.user, fields=choose(number), at=at)


def test_missed_safety_questions_and_no_others_come_back(enrollment: Any, make_quiz: Any) -> None:
    tagged = factories.choice("tagged", tags=["safety/boundaries"])
    keyed = {key: value for key, value in factories.safety("keyed").items() if key != "tags"}
    quiz = make_quiz(factories.choice("plain", tags=["anatomy/dura"]), tagged, keyed)
    miss(enrollment, quiz)
    back = SafetyReturn.objects.select_related("question").order_by("question__title")
    assert [(one.question.title, one.due_at, one.stage) for one in back] == [
        ("keyed", NOON + 2 * DAY, 0),
        ("tagged", NOON + 2 * DAY, 0),
    ]


def test_what_was_right_does_not_come_back(enrollment: Any, make_quiz: Any) -> None:
    attempt = start_attempt(enrollment=enrollment, quiz=make_quiz(critical()), at=NOON)
    factories.save_one(attempt, 1, choose(0), at=NOON)
    submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk), at=NOON)
    assert not SafetyReturn.objects.exists()


def test_missing_it_again_begins_anew_and_stays_one(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(critical())
    miss(enrollment, quiz)
    answer(0, NOON + 2 * DAY)
    miss(enrollment, quiz, NOON + 3 * DAY)
    back = SafetyReturn.objects.get()
    assert (back.stage, back.due_at, back.missed_at) == (0, NOON + 5 * DAY, NOON + 3 * DAY)


def test_right_after_2_7_and_21_days_it_is_done(enrollment: Any, make_quiz: Any) -> None:
    miss(enrollment, make_quiz(critical()))
    for day in (2, 7, 21):
        assert SafetyReturn.objects.get().due_at == NOON + day * DAY
        with pytest.raises(SafetyRefused):
            answer(0, NOON + day * DAY - timedelta(seconds=1))
        assert answer(0, NOON + day * DAY).right is True
    back = SafetyReturn.objects.get()
    assert (back.stage, back.done_at) == (3, NOON + 21 * DAY)
    assert SafetyAnswer.objects.count() == 3


def test_a_wrong_answer_begins_again(enrollment: Any, make_quiz: Any) -> None:
    miss(enrollment, make_quiz(critical()))
    answer(0, NOON + 2 * DAY)
    assert answer(1, NOON + 7 * DAY).right is False
    back = SafetyReturn.objects.get()
    assert (back.stage, back.due_at) == (0, NOON + 9 * DAY)


def test_who_comes_late_does_not_meet_it_twice_in_a_row() -> None:
    assert after_answer(0, NOON, right=True) == (1, NOON + 5 * DAY)
    assert after_answer(1, NOON, right=True) == (2, NOON + 14 * DAY)
    assert after_answer(2, NOON, right=True) == (3, None)


def test_sending_an_answer_twice_is_one(enrollment: Any, make_quiz: Any) -> None:
    miss(enrollment, make_quiz(critical()))
    page = SafetyReturn.objects.get()
    for expected in (1, 1):
        try:
            answer_safety_return(safety_return=page, user=enrollment.user, fields=choose(0), at=NOON + 2 * DAY)
        except SafetyRefused:
            assert SafetyAnswer.objects.count() == expected
    assert SafetyAnswer.objects.count() == 1


def test_while_a_try_with_the_question_is_open_it_is_not_asked(enrollment: Any, make_quiz: Any) -> None:
    quiz = make_quiz(critical())
    miss(enrollment, quiz)
    start_attempt(enrollment=enrollment, quiz=quiz, at=NOON + 3 * DAY)
    assert list(returns_of(enrollment.user, NOON + 4 * DAY)) == []
    with pytest.raises(SafetyRefused):
        answer(0, NOON + 4 * DAY)


def test_without_the_course_nothing_is_asked(enrollment: Any, make_quiz: Any) -> None:
    miss(enrollment, make_quiz(critical()))
    hold = {"enrollment": enrollment, "reason": "refund", "source": "order:1"}
    open_hold(**hold)
    assert returns_of(enrollment.user).count() == 0
    close_hold(**hold)
    assert returns_of(enrollment.user).count() == 1


def ask(client: Client, number: int) -> str:
    page = client.get("/my/safety/").content.decode()
    assert "Which of safety?" in page
    sent = {"q1-rev": "safety", "q1-c": choose(number)["c"]}
    posted = client.post(f"/my/safety/{SafetyReturn.objects.open().get().pk}/", sent)
    assert posted.status_code == 303
    return " ".join(client.get(posted["Location"]).content.decode().split())


def test_while_another_try_may_depend_on_it_only_the_topic_is_shown(
    as_learner: Client, enrollment: Any, make_quiz: Any
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        miss(enrollment, make_quiz(critical()))
        clock.move_to(NOON + 2 * DAY)
        page = ask(as_learner, 1)
    assert [word for word in ("Not right yet", "Topic:", "red flags", "It comes back") if word not in page] == []
    assert [word for word in ("secret-general", "secret-remark", "Right answer") if word in page] == []


def test_when_no_try_depends_on_it_the_explanation_is_shown(
    as_learner: Client, enrollment: Any, make_quiz: Any
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        miss(enrollment, make_quiz(critical(), attempts=1))
        clock.move_to(NOON + 2 * DAY)
        page = ask(as_learner, 1)
    assert [
        word for word in ("secret-general", "secret-remark", "Right answer", "safety option 0") if word not in page
    ] == []


def test_the_desk_and_the_list_say_what_is_due(as_learner: Client, enrollment: Any, make_quiz: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert "No safety questions" in as_learner.get("/my/safety/").content.decode()
        miss(enrollment, make_quiz(critical()))
        assert "safety question" not in as_learner.get("/my/").content.decode()
        assert "Nothing to answer today" in as_learner.get("/my/safety/").content.decode()
        clock.move_to(NOON + 2 * DAY)
        assert "1 safety question to look at again" in as_learner.get("/my/").content.decode()
        assert "Right" in ask(as_learner, 0)
        assert "safety question to look at" not in as_learner.get("/my/").content.decode()


def test_nobody_answers_or_reads_those_of_another(
    client: Client, enrollment: Any, make_quiz: Any, stranger: Any
) -> None:
    miss(enrollment, make_quiz(critical()))
    given = answer(1, NOON + 2 * DAY)
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    doors = [f"/my/safety/{given.safety_return_id}/", f"/my/safety/answers/{given.pk}/"]
    assert [client.get(door).status_code for door in doors] == [404, 404]
    assert client.post(doors[0], {"q1-rev": "x", "q1-c": "y"}).status_code == 404


@pytest.mark.parametrize("fields", [{}, {"q1-rev": "x"}, {"q1-rev": "x", "q1-c": "nonsense"}, {"q1-rev": "\x00"}])
def test_an_odd_answer_is_told_and_nothing_changes(
    as_learner: Client, enrollment: Any, make_quiz: Any, fields: Any
) -> None:
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        miss(enrollment, make_quiz(critical()))
        answered = as_learner.post(f"/my/safety/{SafetyReturn.objects.get().pk}/", fields)
    assert (answered.status_code, SafetyAnswer.objects.count()) == (422, 0)


def test_one_mail_is_written_when_a_question_becomes_due_and_at_most_one_a_day(enrollment: Any, make_quiz: Any) -> None:
    hour = timedelta(hours=1)
    with time_machine.travel(NOON, tick=False) as clock:
        miss(enrollment, make_quiz(critical()))
        other = make_quiz(factories.choice("tagged", tags=["safety/boundaries"]), slug="other")
        counts = []
        for moment in (NOON + DAY, NOON + 2 * DAY, NOON + 2 * DAY + hour):
            clock.move_to(moment)
            counts.append(remind_of_safety())
        miss(enrollment, other, NOON + 3 * hour)
        for moment in (NOON + 2 * DAY + 4 * hour, NOON + 3 * DAY + 4 * hour, NOON + 9 * DAY):
            clock.move_to(moment)
            counts.append(remind_of_safety())
    assert counts == [0, 1, 0, 0, 1, 0]
    subjects = list(Mail.objects.order_by("created_at").values_list("subject", flat=True))
    assert subjects == ["A safety question to look at again", "2 safety questions to look at again"]


def test_a_question_of_a_case_comes_back_with_its_story(as_learner: Client, enrollment: Any, make_quiz: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        miss(enrollment, make_quiz(*factories.case("headache", critical(), factories.choice("other"))))
        clock.move_to(NOON + 2 * DAY)
        page = as_learner.get("/my/safety/").content.decode()
    assert ("The story of headache." in page, "Which of safety?" in page) == (True, True)


def test_a_conversation_comes_back_and_is_led_to_its_end(as_learner: Client, enrollment: Any, make_quiz: Any) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        miss(enrollment, make_quiz(factories.dialogue("talk")))
        clock.move_to(NOON + 2 * DAY)
        nodes = Question.objects.get(external_id="talk").versions.first().public["en-us"]["nodes"]
        door = f"/my/safety/{SafetyReturn.objects.get().pk}/"
        first, last = nodes[0]["choices"][0]["id"], nodes[1]["choices"][0]["id"]
        step = as_learner.post(door, {"q1-rev": "x", "q1-step": first})
        assert (step.status_code, "talk stop" in step.content.decode(), SafetyAnswer.objects.count()) == (200, True, 0)
        assert as_learner.post(door, {"q1-rev": "x", "q1-b": first, "q1-step": last}).status_code == 303
    assert SafetyAnswer.objects.get().right is True
