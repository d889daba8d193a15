"""What each door costs in queries: within its limit, and the same for 5 questions as for 100 (QUIZZES.md 15)."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from quizzes.models import Attempt, SafetyReturn
from quizzes.services import start_attempt

from . import factories

LIMITS = {"paper": 7, "last look": 7, "save one": 6, "save all": 7, "submit": 12, "review": 8, "front page": 17}
PRACTICE_LIMITS = {"paper": 8, "check": 12, "review": 8, "log": 8, "safety": 12, "desk": 16}


def cost(client: Client, method: str, path: str, sent: dict[str, Any] | None = None, **headers: str) -> int:
    """Queries of one request; savepoints are the test's own transaction, not the product's."""
    with CaptureQueriesContext(connection) as captured:
        response = getattr(client, method)(path, sent or {}, headers=headers)
    assert response.status_code == (200 if method == "get" or headers else 303)
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def costs(client: Client, enrollment: Any, quiz: Any) -> dict[str, int]:
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    base = f"/attempts/{attempt.uuid}/"
    client.get(base)
    found = {"paper": cost(client, "get", base), "last look": cost(client, "get", f"{base}?check=1")}
    option = attempt.items.get(position=1).option_order[0]
    one = {"q1-rev": "0.x", "q1-c": option}
    found["save one"] = cost(client, "post", f"{base}save/", one, accept="application/json")
    every = {}
    for item in attempt.items.all():
        every |= {f"q{item.position}-rev": f"{item.answer_rev}.x", f"q{item.position}-c": item.option_order[1]}
    found["save all"] = cost(client, "post", f"{base}save/", every)
    found["submit"] = cost(client, "post", f"{base}submit/")
    found["review"] = cost(client, "get", f"{base}review/")
    client.get(quiz.url)  # the first unit of a day asks once whether a board wants a license number (accreditation)
    found["front page"] = cost(client, "get", quiz.url)
    return found


def test_a_paper_of_100_questions_costs_as_much_as_one_of_5(as_learner: Any, enrollment: Any, make_quiz: Any) -> None:
    terms = {"minutes": 60, "cooldown_minutes": 0}
    small = make_quiz(*(factories.choice() for _ in range(5)), slug="small", **terms)
    large = make_quiz(*(factories.choice() for _ in range(100)), slug="large", **terms)
    Site.get_site_root_paths()  # a cache that the whole site shares
    for_small, for_large = costs(as_learner, enrollment, small), costs(as_learner, enrollment, large)
    assert for_small == for_large
    assert {door: number for door, number in for_small.items() if number > LIMITS[door]} == {}
    assert Attempt.objects.filter(state="graded").count() == 2


def practice_costs(client: Client, enrollment: Any, quiz: Any) -> dict[str, int]:
    """What checking and its feedback add, with every answer checked."""
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    base = f"/attempts/{attempt.uuid}/"
    for item in attempt.items.all():
        one = {f"q{item.position}-rev": "0.x", f"q{item.position}-c": item.option_order[1], "check": str(item.position)}
        found = {"check": cost(client, "post", f"{base}check/", one, accept="application/json")}
    found["paper"] = cost(client, "get", base)
    client.post(f"{base}submit/")
    found["review"] = cost(client, "get", f"{base}review/")
    found["log"] = cost(client, "get", f"{base}log/")
    SafetyReturn.objects.update(due_at=attempt.started_at)
    found["safety"] = cost(client, "get", "/my/safety/")
    found["desk"] = cost(client, "get", "/my/")
    return found


def test_a_practice_of_40_checked_questions_costs_as_much_as_one_of_5(
    as_learner: Any, enrollment: Any, make_quiz: Any
) -> None:
    policy = {"after_item": ["right_wrong", "remark"], "after_submit": ["score", "right_wrong", "remark"]}
    terms = {"mode": "practice", "certainty": True, "review_policy": policy}
    found = []
    for size in (5, 40):
        questions = [factories.choice(tags=["safety/boundaries"]) for _ in range(size)]
        quiz = make_quiz(*questions, slug=f"practice-{size}", **terms)
        Site.get_site_root_paths()
        as_learner.get("/my/")
        found.append(practice_costs(as_learner, enrollment, quiz))
    assert found[0] == found[1]
    assert {door: number for door, number in found[0].items() if number > PRACTICE_LIMITS[door]} == {}
