"""`make bench`: what a page costs, as ratios of CPU time measured side by side in one run, and its query count.

Absolute times say little on a shared machine, ratios say much: each figure is the CPU time of a request divided by that
of a bare view with session and user, taken in turns. The goals stand in docs/architecture.md.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("DEBUG", "on")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ROUNDS = 40
FREE = "/courses/introduction-to-craniosacral-touch/"


def main() -> int:
    """Measure on the demo database; seed it first with `make demo`."""
    import django  # noqa: PLC0415 - the settings are named above

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from courses.models import CoursePage  # noqa: PLC0415
    from enrollments.models import Enrollment  # noqa: PLC0415
    from enrollments.services import enroll  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    learner = User.objects.filter(email="learner@example.com").first()
    if learner is None:
        sys.stdout.write("There is no demo school in this database. Run `make demo` once, then `make bench`.\n")
        return 1
    enroll(user=learner, course=CoursePage.objects.get(slug=FREE.split("/")[2]), source=Enrollment.Source.FREE)
    visitor, logged_in = Client(), Client()
    logged_in.force_login(learner, backend=settings.AUTHENTICATION_BACKENDS[0])
    cases: list[tuple[str, Client, str]] = [
        ("my orders, none yet: session, user, one list", logged_in, "/my/orders/"),
        ("home page, visitor", visitor, "/"),
        ("catalogue, visitor", visitor, "/courses/"),
        ("course page, visitor", visitor, FREE),
        ("course page, learner", logged_in, FREE),
        ("lesson, learner", logged_in, f"{FREE}first-steps/what-craniosacral-touch-is/"),
        ("quiz front page, learner", logged_in, f"{FREE}first-steps/quiz/"),
        ("my desk", logged_in, "/my/"),
        ("statistics of the quiz, its teacher", *_statistics_page(learner)),
    ]
    base = _report(cases)
    for name, spent, queries in _writing():
        sys.stdout.write(f"  {queries:7d}   {spent / base:9.2f}   {name}\n")
    sys.stdout.write(f"  {'':7}   {_fold_cost() / base:9.4f}   folding one try into the statistics\n")
    return 0


def _statistics_page(learner: "User") -> tuple["Client", str]:
    """The page with one try in it: its cost does not depend on how many there are."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from courses.models import CoursePage  # noqa: PLC0415
    from enrollments.models import Enrollment  # noqa: PLC0415
    from quizzes.models import Attempt, QuizPage  # noqa: PLC0415
    from quizzes.services import start_attempt, submit_attempt  # noqa: PLC0415

    course = CoursePage.objects.get(slug=FREE.split("/")[2])
    quiz = QuizPage.objects.descendant_of(course).first()
    enrollment = Enrollment.objects.active(timezone.now()).get(user=learner, course=course)
    if not Attempt.objects.filter(quiz=quiz, state=Attempt.State.GRADED).exists():
        submit_attempt(attempt=start_attempt(enrollment=enrollment, quiz=quiz, honor=True))
    teaching = Client()
    teacher = User.objects.filter(teaches__course=course, is_staff=True)[0]
    teaching.force_login(teacher, backend=settings.AUTHENTICATION_BACKENDS[0])
    return teaching, f"/admin/quizzes/statistics/{quiz.pk}/"


def _writing() -> list[tuple[str, float, int]]:
    """CPU and queries of saving one answer and of handing in, in the introduction's quiz. Nothing of it stays."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from courses.models import CoursePage  # noqa: PLC0415
    from enrollments.models import Enrollment  # noqa: PLC0415
    from enrollments.services import enroll  # noqa: PLC0415
    from quizzes.models import QuizPage  # noqa: PLC0415
    from quizzes.services import start_attempt  # noqa: PLC0415
    from quizzes.services.answers import token_of  # noqa: PLC0415

    course = CoursePage.objects.get(slug=FREE.split("/")[2])
    quiz = QuizPage.objects.descendant_of(course).first()
    saves: list[float] = []
    hand_ins: list[float] = []
    queries = [0, 0]
    for _ in range(ROUNDS):
        with transaction.atomic():
            person, browser = User.objects.create_user("bench@example.com"), Client()
            browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
            enrollment = enroll(user=person, course=course, source=Enrollment.Source.FREE)
            attempt = start_attempt(enrollment=enrollment, quiz=quiz, honor=True)
            item = attempt.items.filter(version__kind="single_choice")[0]
            place = f"q{item.position}"
            form = {f"{place}-rev": token_of(item), f"{place}-c": item.option_order[0]}
            for number, path, data, times in (
                (0, "save", form, saves),
                (1, "submit", {}, hand_ins),
            ):
                with CaptureQueriesContext(connection) as captured:
                    began = time.process_time()
                    browser.post(f"/attempts/{attempt.uuid}/{path}/", data, headers={"accept": "application/json"})
                    times.append(time.process_time() - began)
                queries[number] = len(captured)
            transaction.set_rollback(True)
    named = (("saving one answer", saves), ("handing in", hand_ins))
    return [(name, statistics.median(times), queries[number]) for number, (name, times) in enumerate(named)]


def _fold_cost() -> float:
    """CPU of folding one try, in batches as the sweep does it. They are taken back, which costs what adding costs."""
    from django.db import transaction  # noqa: PLC0415

    from quizzes.models import StatDelta  # noqa: PLC0415
    from quizzes.services.statistics import BATCH, fold_statistics  # noqa: PLC0415

    with transaction.atomic():  # nothing of this stays
        fold_statistics()
        one = StatDelta.objects.filter(sign=1)[0]
        StatDelta.objects.bulk_create(
            StatDelta(attempt=one.attempt, quiz_version=one.quiz_version, sign=-1, payload=one.payload)
            for _ in range(BATCH)
        )
        began = time.process_time()
        folded = fold_statistics(limit=BATCH)
        spent = time.process_time() - began
        transaction.set_rollback(True)
    return spent / folded


def _report(cases: list[tuple[str, "Client", str]]) -> float:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    calls: list[Callable[[], object]] = [lambda client=client, path=path: client.get(path) for _, client, path in cases]  # type: ignore[misc]
    queries = []
    for call in calls:
        call()
        with CaptureQueriesContext(connection) as captured:
            call()
        queries.append(len(captured))
    spent: list[list[float]] = [[] for _ in cases]
    for round_number in range(ROUNDS):
        for number, call in enumerate(calls):
            began = time.process_time()
            call()
            spent[number].append(time.process_time() - began)
        sys.stdout.write(f"\r{round_number + 1}/{ROUNDS} rounds")
        sys.stdout.flush()
    base = statistics.median(spent[0])
    sys.stdout.write("\n\n  queries   CPU ratio   page\n")
    for (name, _, _), count, times in zip(cases, queries, spent, strict=True):
        sys.stdout.write(f"  {count:7d}   {statistics.median(times) / base:9.2f}   {name}\n")
    return base


if __name__ == "__main__":
    sys.exit(main())
