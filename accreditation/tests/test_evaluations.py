"""The course evaluation: who may give it and when, what is kept of it, and what is shown of the answers."""

from datetime import date
from fractions import Fraction
from itertools import count

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.template import RequestContext
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accreditation.models import CourseEvaluation, EvaluationCount, EvaluationGiven, EvaluationQuestion
from accreditation.rules.evaluating import Period, SurveyRule, favorable, missing_for, periods
from accreditation.services.evaluations import decline, evaluation_missing, give_evaluation
from accreditation.signals import evaluation_given
from accreditation.templatetags.evaluation import evaluation_of
from accreditation.tests.factories import finish, make_approval, make_body
from courses.services import current_edition
from courses.tests.factories import make_course, make_user
from enrollments.models import Enrollment
from enrollments.services import enroll

pytestmark = pytest.mark.django_db
DOOR = "/courses/resting-hands/evaluation/"
INDEX = "/admin/credit/evaluations/"
FSMTB = SurveyRule(share=Fraction(1, 10), favorable_share=Fraction(1, 2), favorable=50)  # DOMAIN.md 2.1
_numbers = count(1)


@pytest.fixture
def rating():
    return EvaluationQuestion.objects.create(text="It did what it promised.", order=1)


@pytest.fixture
def words():
    return EvaluationQuestion.objects.create(text="What should we change?", kind="text", order=2)


@pytest.fixture
def finished(learner, course):
    return finish(learner, course)


@pytest.fixture
def provider(client):
    user = make_user("provider@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    client.force_login(user)
    return client


def given_by(course, many, rating=None, **answers):
    """So many learners finish the course and answer."""
    question = rating or EvaluationQuestion.objects.first()
    edition = current_edition(course)
    for _ in range(many):
        enrollment = Enrollment.objects.create(
            user=make_user(f"graduate{next(_numbers)}@example.com"),
            course=course,
            edition=edition,
            source="free",
            completed_on=answers.get("on", date(2026, 11, 2)),
        )
        give_evaluation(enrollment=enrollment, answers={question.pk: answers.get("value", 4)})


# -- the door -------------------------------------------------------------------------------------------------------
def test_answers_are_kept_without_a_name_and_the_learner_is_thanked(as_learner, finished, rating, words):
    answer = as_learner.post(DOOR, {f"question_{rating.pk}": "4", f"question_{words.pk}": "More pauses."})
    assert (answer.status_code, answer["Location"]) == (303, DOOR)
    kept = CourseEvaluation.objects.get()
    assert kept.answers == [
        {"question": rating.pk, "text": "It did what it promised.", "kind": "likert", "answer": 4},
        {"question": words.pk, "text": "What should we change?", "kind": "text", "answer": "More pauses."},
    ]
    assert (kept.course_id, kept.edition_id, kept.month.day) == (finished.course_id, finished.edition_id, 1)
    assert {field.name for field in CourseEvaluation._meta.get_fields()} == {
        *("uuid", "course", "edition", "month", "answers")
    }
    assert "You have answered. Thank you." in as_learner.get(DOOR).content.decode()


def test_one_learner_answers_once(as_learner, finished, rating):
    for value in ("4", "1"):
        as_learner.post(DOOR, {f"question_{rating.pk}": value})
    assert [one.answers[0]["answer"] for one in CourseEvaluation.objects.all()] == [4]


def test_before_completion_the_page_says_when_it_opens_and_takes_nothing(as_learner, learner, course, rating):
    enroll(user=learner, course=course, source="free")
    assert "The evaluation opens when you have completed the course." in as_learner.get(DOOR).content.decode()
    assert as_learner.post(DOOR, {f"question_{rating.pk}": "4"}).status_code == 200
    assert (CourseEvaluation.objects.count(), EvaluationGiven.objects.count()) == (0, 0)


def test_who_would_rather_not_may_still_answer_later(as_learner, finished, rating):
    as_learner.post(DOOR, {"decline": "1"})
    assert (CourseEvaluation.objects.count(), EvaluationGiven.objects.get().declined) == (0, True)
    as_learner.post(DOOR, {f"question_{rating.pk}": "5"})
    assert (CourseEvaluation.objects.count(), EvaluationGiven.objects.get().declined) == (1, False)


def test_a_missing_rating_is_asked_for_and_what_was_written_stays(as_learner, finished, rating, words):
    answer = as_learner.post(DOOR, {f"question_{words.pk}": "More pauses."})
    page = answer.content.decode()
    assert (answer.status_code, CourseEvaluation.objects.count()) == (422, 0)
    assert ("Choose one of the five." in page, "More pauses." in page) == (True, True)


@pytest.mark.parametrize("who", ["stranger", "instructor"])
def test_who_is_not_enrolled_finds_nothing(client, request, course, rating, who):
    client.force_login(request.getfixturevalue(who))
    assert [client.get(path).status_code for path in (DOOR, "/courses/nothing/evaluation/")] == [404, 404]


def test_each_rating_is_a_group_of_radio_buttons_with_its_question_as_legend(as_learner, finished, rating):
    page = as_learner.get(DOOR).content.decode()
    assert (page.count("<fieldset"), page.count('type="radio"')) == (1, 5)
    assert "<legend>It did what it promised.</legend>" in page


# -- boards ---------------------------------------------------------------------------------------------------------
def test_a_boards_question_is_asked_where_its_approval_holds(as_learner, learner, course, rating):
    make_approval(course, make_body("asks"))
    for code in ("asks", "other"):
        EvaluationQuestion.objects.create(text=f"For {code}?", body=make_body(code))
    EvaluationQuestion.objects.create(text="Old?", is_active=False)
    finish(learner, course)
    page = as_learner.get(DOOR).content.decode()
    assert [text in page for text in ("It did what", "For asks?", "For other?", "Old?")] == [True, True, False, False]


@pytest.mark.parametrize(("ratings", "counted"), [((5, 3), (1, 1)), ((4, 3), (1, 0))], ids=["favorable", "not"])
def test_each_approval_counts_answers_and_favorable_ones(learner, course, ratings, counted):
    approval = make_approval(course)
    questions = [EvaluationQuestion.objects.create(text=str(n)) for n in range(2)]
    enrollment = finish(learner, course)
    answers = {question.pk: value for question, value in zip(questions, ratings, strict=True)}
    assert [give_evaluation(enrollment=enrollment, answers=answers) for _ in range(2)] == [True, False]
    assert EvaluationCount.objects.values_list("answered", "favorable").get(course_approval=approval) == counted


def test_a_certificate_waits_only_where_the_board_says_so_and_until_it_is_answered(learner, course, rating):
    gates = make_approval(course, make_body("gates", evaluation_gates=True))
    free = make_approval(course, make_body("free"))
    enrollment = finish(learner, course)
    heard = []
    evaluation_given.connect(lambda enrollment, **_: heard.append(enrollment), weak=False, dispatch_uid="test")
    waits = [[evaluation_missing(enrollment, one) for one in (gates, free)]]
    decline(enrollment=enrollment)
    waits.append([evaluation_missing(enrollment, one) for one in (gates, free)])
    give_evaluation(enrollment=enrollment, answers={rating.pk: 4})
    waits.append([evaluation_missing(enrollment, one) for one in (gates, free)])
    evaluation_given.disconnect(dispatch_uid="test")
    assert waits == [[True, False], [True, False], [False, False]]
    assert heard == [enrollment]


def test_where_nothing_is_asked_nothing_waits(learner, course):
    gates = make_approval(course, make_body("gates", evaluation_gates=True))
    assert evaluation_missing(finish(learner, course), gates) is False


# -- the notice -----------------------------------------------------------------------------------------------------
def offered(*enrollments):
    context = RequestContext(RequestFactory().get("/"))
    return [evaluation_of(context, one) for one in enrollments]


def test_a_finished_course_offers_its_evaluation_until_it_is_given(as_learner, finished, rating):
    link = "What do you think of this course?"
    assert link in as_learner.get("/courses/resting-hands/").content.decode()
    give_evaluation(enrollment=finished, answers={rating.pk: 4})
    assert link not in as_learner.get("/courses/resting-hands/").content.decode()


def test_the_offer_names_the_boards_whose_certificate_waits(learner, course, rating):
    make_approval(course, make_body("gates", evaluation_gates=True))
    (offer,) = offered(finish(learner, course))
    assert (offer.url, offer.declined, offer.boards) == (DOOR, False, ["Example Board gates"])


def test_many_rows_cost_no_more_than_one(learner, rating):
    for number in range(4):
        finish(learner, make_course(f"Course number {number}", lessons=1))
    rows = list(learner.enrollments.select_related("course"))
    costs = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as asked:
            assert len([one for one in offered(*some) if one]) == len(some)
        costs.append(len(asked))
    assert costs == [3, 3]


# -- results --------------------------------------------------------------------------------------------------------
def test_five_answers_are_shown_and_four_are_not(provider, course, rating):
    address = f"{INDEX}{course.pk}/"
    given_by(course, 4, rating)
    page = provider.get(address).content.decode()
    assert ("Results appear when 5 learners have answered." in page, "<strong>4.0</strong>" in page) == (True, False)
    given_by(course, 1, rating, value=2)
    page = provider.get(address).content.decode()
    assert ("<strong>5 of 5</strong>" in page, "<strong>3.6</strong>" in page) == (True, True)


def test_the_file_holds_figures_and_texts_but_no_line_of_a_person(provider, course, rating, words):
    given_by(course, 5, rating, value=5)
    lines = b"".join(provider.get(f"{INDEX}{course.pk}/?export=csv").streaming_content).decode("utf-8-sig")
    assert lines.splitlines() == [
        "Course,Question,Answers,Mean,Strongly agree,Agree,Neither,Disagree,Strongly disagree",
        "Resting hands,It did what it promised.,5,5.0,5,0,0,0,0",
    ]


def test_a_board_counter_says_what_a_provisional_approval_waits_for(provider, course, rating):
    body = make_body(survey_percent=10, survey_favorable_percent=50, survey_favorable_count=50)
    make_approval(course, body, status="provisional")
    given_by(course, 5, rating)
    page = provider.get(f"{INDEX}{course.pk}/").content.decode()
    assert ("5 favorable answers; 50 are needed." in page, "learners answered;" in page) == (True, False)


def test_results_are_the_providers_and_of_ones_own_courses(client, course, instructor, learner, rating):
    other = make_course("Another course")
    given_by(course, 5, rating)
    seen = {}
    bare = make_user("bare@example.com", is_staff=True)
    bare.user_permissions.add(Permission.objects.get(codename="access_admin"))
    people = {"instructor": instructor, "learner": learner, "staff without a course": bare}
    for who, user in people.items():
        client.force_login(user)
        seen[who] = [client.get(path).status_code for path in (INDEX, f"{INDEX}{course.pk}/", f"{INDEX}{other.pk}/")]
    assert seen == {
        "instructor": [200, 200, 404],
        "learner": [404, 404, 404],
        "staff without a course": [404, 404, 404],
    }


def test_the_list_of_courses_costs_the_same_for_many(provider, course, rating):
    costs = []
    for many in (1, 3):
        for _ in range(many):
            make_course(lessons=1)
        with CaptureQueriesContext(connection) as asked:
            provider.get(INDEX)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_the_questions_are_edited_in_the_back_office(provider, rating):
    address = reverse("wagtailsnippets_accreditation_evaluationquestion:edit", args=[rating.pk])
    form = {"text": "It kept its promise.", "kind": "likert", "order": "1", "body": ""}
    assert provider.post(address, form).status_code == 302
    rating.refresh_from_db()
    assert (rating.text, rating.is_active) == ("It kept its promise.", False)


# -- the rules ------------------------------------------------------------------------------------------------------
def test_months_are_put_together_until_they_hold_five_answers():
    jan, feb, mar, apr, may = (date(2026, month, 1) for month in range(1, 6))
    months = {apr: 6, jan: 5, feb: 1, mar: 4, may: 3}
    assert periods(months) == ([Period(jan, jan, 5), Period(feb, mar, 5), Period(apr, apr, 6)], 3)


def test_a_mean_of_four_is_favorable():
    def rated(*values):
        return favorable({"kind": "likert", "answer": value} for value in values)

    assert [rated(5, 3), rated(4, 4, 3), rated()] == [True, False, False]


@pytest.mark.parametrize(
    ("figures", "missing"),
    [
        ((1000, 100, 50), []),
        ((1000, 99, 99), ["99 of 1000 learners answered; 100 are needed, 10%."]),
        ((100, 101, 50), ["50 of 101 answers are favorable; 50% are needed."]),
        ((95, 49, 49), ["49 favorable answers; 50 are needed."]),
        (
            (0, 0, None),
            ["0 of 0 learners answered; 1 are needed, 10%.", "50 favorable answers are needed, and 50% of all."],
        ),
    ],
)
def test_what_a_provisional_approval_still_waits_for(figures, missing):
    learners, answered, liked = figures
    assert missing_for(FSMTB, learners=learners, answered=answered, favorable_answers=liked) == missing
