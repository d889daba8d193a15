"""The back office asked for what is not one's own: another course's numbers, one's own papers, questions elsewhere."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import CourseInstructor
from courses.tests.factories import make_course, make_user
from quizzes.models import Accommodation, Attempt, AttemptItem, MarkingTask, Question, QuestionImport, Regrade
from quizzes.services import course_bank, import_question, start_attempt, submit_attempt
from quizzes.services.regrading import apply_regrade, dry_run

from . import factories

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
RIGHTS = ["access_admin", "add_question", "change_question", "view_question", "publish_question"]


def staff(user: User, *more: str) -> Client:
    """Somebody's browser, with what the role of an instructor gives."""
    user.user_permissions.set(Permission.objects.filter(codename__in=[*RIGHTS, *more]))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def handed_in(enrollment: Any, make_quiz: Any) -> Attempt:
    """A paper of the course with a choice and an essay that waits."""
    quiz = make_quiz(factories.choice("canary-title", feedback="canary-key"), factories.essay("canary-essay"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    factories.save_one(attempt, 2, {"h": "canary-words of mine"})
    return submit_attempt(attempt=attempt)


@pytest.fixture
def outsider(db: None) -> User:
    other = make_user("other@example.com")
    make_course("Elsewhere", instructor=other)
    return other


def doors(attempt: Attempt, regrade: Regrade, upload: QuestionImport) -> list[str]:
    item, task, course = attempt.items.all()[0], MarkingTask.objects.get(), attempt.enrollment.course_id
    question, quiz = item.version.question, attempt.quiz_id
    numbers = [
        f"try/{quiz}/", f"marking/{task.pk}/", f"items/{item.pk}/mark/", f"regrades/{regrade.pk}/",
        f"regrades/new/?question={question.pk}", f"gradebook/{course}/", f"gradebook/{course}/?export=csv",
        f"gradebook/{course}/?export=xlsx", f"statistics/{quiz}/", f"statistics/{quiz}/question/{question.pk}/",
        f"import/{upload.uuid}/", f"attempts/{attempt.uuid}/",
    ]  # fmt: skip
    return [f"/admin/quizzes/{one}" for one in numbers]


def test_no_number_of_another_course_opens_a_door(handed_in: Any, outsider: Any, instructor: Any, course: Any) -> None:
    question = handed_in.items.all()[0].version.question
    regrade = dry_run(question=question, quiz=handed_in.quiz, action="void", reason="x", by=instructor)
    upload = QuestionImport.objects.create(
        bank=course_bank(course=course), user=instructor, format="gift", name="x", content=b"x", sha256="x",
        created_at=timezone.now(),
        report={"questions": [], "imported": 0, "draft": 0, "unchanged": 0, "refused": 0},
    )  # fmt: skip
    client = staff(outsider)
    for door in doors(handed_in, regrade, upload):
        assert (door, client.get(door).status_code, client.post(door).status_code in (404, 405)) == (door, 404, True)
    take = f"/admin/quizzes/marking/{MarkingTask.objects.get().pk}/take/"
    assert client.post(take).status_code == 404
    lists = ("attempts/", "marking/", "regrades/?q=title", "gradebook/", "statistics/", "import/", "export/")
    for page in (*lists, "questions/twins/", f"questions/twins/?bank={question.bank_id}"):
        answer = client.get(f"/admin/quizzes/{page}", follow=True)
        assert (page, answer.status_code, b"canary" in answer.content) == (page, 200, False)
    export = client.get(f"/admin/quizzes/export/?bank={question.bank_id}&format=gift&download=1")
    assert (export.status_code, b"canary" in export.content) == (422, False)
    Accommodation.objects.create(learner=handed_in.enrollment.user, extra_attempts=1)
    grants = client.get(reverse("accommodations:index"))
    assert (grants.status_code, b"learner@example.com" in grants.content) == (302, False)


SNIPPETS = "wagtailsnippets_quizzes_question"


def test_questions_of_another_bank_are_named_by_no_view_of_wagtail(handed_in: Any, outsider: Any) -> None:
    mine = import_question(bank=course_bank(course=outsider.teaches.get().course), spec=factories.choice("mine"))
    foreign = handed_in.items.all()[0].version.question
    revisions = [one.save_revision() for one in (mine, foreign)]
    client = staff(outsider)
    addresses = [
        reverse(f"{SNIPPETS}:revisions_view", args=[mine.pk, revisions[1].pk]),
        reverse(f"{SNIPPETS}:revisions_revert", args=[mine.pk, revisions[1].pk]),
        reverse(f"{SNIPPETS}:revisions_compare", args=[mine.pk, revisions[0].pk, revisions[1].pk]),
        reverse(f"{SNIPPETS}:revisions_unschedule", args=[mine.pk, revisions[1].pk]),
        *(reverse(f"{SNIPPETS}:{name}", args=[foreign.pk]) for name in ("edit", "history", "usage", "unpublish")),
        *(
            f"/admin/bulk/quizzes/question/{action}/?id={foreign.pk}&next=/admin/"
            for action in ("delete", "publish", "unpublish")
        ),
        reverse("wagtailsnippetchoosers_quizzes_question:choose"),
        reverse("wagtailsnippetchoosers_quizzes_question:choose_results") + "?q=canary",
        reverse("wagtailsnippetchoosers_quizzes_question:chosen", args=[foreign.pk]),
        reverse("wagtailsnippetchoosers_quizzes_question:chosen_multiple") + f"?id={foreign.pk}",
        "/admin/reports/site-history/", "/admin/reports/locked/", "/admin/reports/workflow/", "/admin/",
    ]  # fmt: skip
    named = []
    for address in addresses:
        answer = client.get(address, follow=True)
        if b"canary-title" in answer.content:
            named.append(address)
    assert named == []


def test_who_teaches_and_studies_marks_nothing_of_their_own(course: Any, make_quiz: Any) -> None:
    both = make_user("both@example.com")
    CourseInstructor.objects.create(course=course, user=both)
    quiz = make_quiz(factories.choice("one"), factories.essay("two"))
    attempt = start_attempt(enrollment=factories.make_enrollment(both, course), quiz=quiz)
    factories.save_one(attempt, 2, {"h": "my own words"})
    attempt = submit_attempt(attempt=attempt)
    client, task = staff(both), MarkingTask.objects.get()
    item = attempt.items.get(position=1)
    client.post(f"/admin/quizzes/items/{item.pk}/mark/", {"percent": "100", "reason": "mine"})
    assert client.get(f"/admin/quizzes/marking/{task.pk}/").status_code == 404
    assert client.post(f"/admin/quizzes/marking/{task.pk}/take/").status_code == 404
    for action in ("extend", "void", "reopen"):
        fields = {f"{action}-minutes": "60", f"{action}-reason": "mine"}
        client.post(f"/admin/quizzes/attempts/{attempt.uuid}/", {"action": action, **fields})
    item.refresh_from_db()
    attempt.refresh_from_db()
    assert (item.score_m, attempt.state) == (0, "awaiting_human")


FORMULAS = ('=HYPERLINK("http://x.test")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A1")


@pytest.mark.parametrize("typed", FORMULAS)
def test_nothing_that_somebody_typed_is_a_formula_in_an_export(
    instructor: Any, learner: Any, course: Any, make_quiz: Any, typed: str
) -> None:
    User.objects.filter(pk=learner.pk).update(legal_name=typed)
    quiz = make_quiz(factories.choice("one"), title=typed.strip())
    submit_attempt(attempt=start_attempt(enrollment=factories.make_enrollment(learner, course), quiz=quiz))
    client = staff(instructor)
    for address in (f"/admin/quizzes/gradebook/{course.pk}/?export=csv", "/admin/quizzes/attempts/?export=csv"):
        answer = client.get(address)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert (len(cells) > 10, [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]) == (True, [])


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)><a href=javascript:alert(3)>x</a><svg onload=alert(4)>"


def evil_questions() -> list[dict[str, Any]]:
    """Every text of these kinds is an attack."""
    spec = factories.choice("evil", title=EVIL[:200], text=EVIL, feedback=EVIL, source=EVIL[:200])
    spec["options"] = [{"text": EVIL + str(n), "correct": n == 0, "feedback": EVIL} for n in range(3)]
    pairs = [{"text": EVIL + str(n), "match": EVIL + f"m{n}", "feedback": EVIL} for n in range(2)]
    zone = {
        "name": '"><script>alert(5)</script> upper',
        "at": [100, 100, 2000, 2000],
        "correct": True,
        "feedback": EVIL,
    }
    other = {"name": "lower 'onfocus=alert(6) x='", "at": [5000, 5000, 2000, 2000]}
    gaps = [{"mark": "1", "kind": "select", "answers": ["=" + EVIL, "b"], "feedback": EVIL}]
    return [
        spec,
        factories.pairs("evil-pairs", pairs=pairs, distractors=[EVIL]),
        factories.on_the_skull("hotspot", zones=[zone, other], alt='"><script>alert(7)</script>'),
        factories.passage("evil-gaps", gaps=gaps, passage=EVIL + " [[1]]"),
        factories.dialogue("evil-talk", text=EVIL),
        factories.essay("evil-essay", text=EVIL, notes=EVIL),
    ]


def test_no_text_of_a_question_runs_on_any_page(instructor: Any, learner: Any, course: Any, make_quiz: Any) -> None:
    quiz = make_quiz(*evil_questions(), attempts=1, title="Evil" + EVIL[:150])
    enrollment = factories.make_enrollment(learner, course)
    User.objects.filter(pk=learner.pk).update(legal_name=EVIL[:100])
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    reader = Client()
    reader.force_login(learner, backend=BACKEND)
    paper = f"/attempts/{attempt.uuid}/"
    pages = [reader.get(quiz.url), reader.get(paper), reader.get(f"{paper}?check=1")]
    pages += [reader.post(f"{paper}save/", {"q1-rev": "0.x", "q1-c": EVIL}), reader.get(f"{paper}log/")]
    factories.save_one(attempt, 6, {"h": EVIL})
    reader.post(f"{paper}submit/")
    pages += [reader.get(f"{paper}review/"), reader.get(f"{paper}log/")]
    client = staff(instructor)
    client.post(f"/admin/quizzes/marking/{MarkingTask.objects.get().pk}/take/")
    admin = [
        "gradebook/", "regrades/?q=script", f"attempts/{attempt.uuid}/", f"statistics/{quiz.pk}/", "marking/",
        f"marking/{MarkingTask.objects.get().pk}/", f"items/{attempt.items.get(position=1).pk}/mark/", "attempts/",
        f"regrades/new/?question={attempt.items.get(position=1).version.question_id}", "questions/twins/",
    ]  # fmt: skip
    pages += [client.get(f"/admin/quizzes/{address}", follow=True) for address in admin]
    for question in Question.objects.all():
        pages += [
            client.get(reverse(f"{SNIPPETS}:{name}", args=[question.pk])) for name in ("edit", "history", "usage")
        ]
    for number, page in enumerate(pages):
        text = page.content.decode()
        assert (number, page.status_code in (200, 422)) == (number, True)
        runs = [f"alert({n})" for n in range(1, 8) if f"<script>alert({n})" in text]
        runs += [bad for bad in ("<img src=x", "<svg onload", "<a href=javascript", "' onfocus=alert") if bad in text]
        assert (number, runs) == (number, [])


def test_own_paper_is_left_out_of_a_regrade_that_one_asks_for_oneself(
    course: Any, enrollment: Any, make_quiz: Any
) -> None:
    both = make_user("both@example.com")
    CourseInstructor.objects.create(course=course, user=both)
    quiz = make_quiz(factories.choice("one"))
    for enrolled in (enrollment, factories.make_enrollment(both, course)):
        submit_attempt(attempt=start_attempt(enrollment=enrolled, quiz=quiz))
    question = Question.objects.get(external_id="one")
    regrade = dry_run(question=question, quiz=quiz, action="full", reason="Unclear", by=both)
    apply_regrade(regrade=regrade, by=both)
    scores = dict(AttemptItem.objects.values_list("attempt__enrollment__user__email", "score_m"))
    assert scores == {"learner@example.com": 1000, "both@example.com": 0}


def test_the_pages_of_the_queue_name_no_learner_and_no_attempt(handed_in: Any, instructor: Any) -> None:
    client, task = staff(instructor), MarkingTask.objects.get()
    client.post(f"/admin/quizzes/marking/{task.pk}/take/")
    blind = [client.get("/admin/quizzes/marking/"), client.get(f"/admin/quizzes/marking/{task.pk}/")]
    told = [page.content.decode() + str(page.headers) for page in blind]
    assert "canary-words" in told[1]
    learner = handed_in.enrollment.user
    secret = (learner.email, learner.legal_name, str(handed_in.uuid))
    assert [text for text in secret for page in told if text in page] == []
