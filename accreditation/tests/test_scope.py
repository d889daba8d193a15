"""What a license lets one do: told on lessons, and the technique card closed where a state closes it."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accreditation.models import LicenseEndorsement, ProfessionalLicense, TechniqueScopeRule
from accreditation.services.scope import scope_of, scope_of_techniques
from accreditation.tests.factories import make_jurisdiction, make_license, make_profession
from courses.models import CoursePage, LessonPage, ModulePage, Technique
from courses.services import assign_instructor
from courses.tests.factories import publish
from enrollments.models import Enrollment
from enrollments.services import enroll
from evidence.models import Contraindication

pytestmark = pytest.mark.django_db

CARD = "Gloved finger at the hard palate"
NOTICE = "This technique card is not shown to you"
REQUIREMENT = "An intraoral endorsement: 16 hours, directly supervised."
WORDS = {
    "title": "Palate hold",
    "intent": "To rest.",
    "contact": CARD,
    "pressure_min_g": 1,
    "pressure_max_g": 5,
    "duration": "1 minute",
    "stop_signs": ["The client says stop."],
    "consent": "“May I? Say stop at any time.”",
    "not_claimed": "That anything moves.",
}


@pytest.fixture
def intraoral() -> Technique:
    return Technique.objects.create(slug="intraoral", name="Intraoral work")


@pytest.fixture
def rule(intraoral: Technique) -> TechniqueScopeRule:
    return TechniqueScopeRule.objects.create(
        technique=intraoral,
        jurisdiction=make_jurisdiction("US-WA", "Washington"),
        profession=make_profession(),
        requirement=REQUIREMENT,
        endorsement="intraoral",
        effect="block",
        source_url="https://example.org/wac",
        source_as_of="WAC 246-830-490",
    )


@pytest.fixture
def lesson(course: CoursePage, learner: User, intraoral: Technique, rule: TechniqueScopeRule) -> LessonPage:
    """A lesson with a technique card, in a course that the learner studies."""
    sign = Contraindication.objects.create(
        key="latex", severity="site", presentation="Latex allergy", action="Other gloves.", source="Example"
    )
    page = LessonPage(
        title="The jaw",
        slug="the-jaw",
        live=False,
        body=[
            {"type": "prose", "value": "<p>The jaw is a joint.</p>"},
            {
                "type": "contraindication",
                "value": {"heading": "Ask first", "severity": "site", "items": [sign.pk], "note": ""},
            },
            {"type": "technique", "value": WORDS},
        ],
    )
    page = ModulePage.objects.child_of(course).get().add_child(instance=page)
    page.techniques = [intraoral]
    page.save()
    enroll(user=learner, course=course, source=Enrollment.Source.FREE)
    return publish(page)


def in_washington(user: User, **fields: Any) -> ProfessionalLicense:
    return make_license(user, "MA60000000", code="US-WA", **fields)


def endorse(held: ProfessionalLicense, kind: str = "intraoral") -> None:
    LicenseEndorsement.objects.create(license=held, kind=kind, granted_on=date(2026, 1, 5))


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def read(client: Client, lesson: LessonPage) -> str:
    answer = client.get(lesson.get_url())
    assert answer.status_code == 200
    return answer.content.decode()


WHO = {
    "no license": (lambda user: None, True),
    "a license elsewhere": (lambda user: make_license(user), True),
    "another profession there": (lambda user: in_washington(user, profession=make_profession("nurse", "Nurse")), True),
    "no endorsement": (lambda user: in_washington(user), False),
    "another endorsement": (lambda user: endorse(in_washington(user), "lymph"), False),
    "the endorsement": (lambda user: endorse(in_washington(user)), True),
    "the endorsement, license expired": (
        lambda user: endorse(in_washington(user, expires_on=date(2026, 1, 31))),
        False,
    ),
    "the endorsement, license refused by staff": (
        lambda user: endorse(in_washington(user, status="rejected")),
        False,
    ),
}


def test_the_card_is_shown_unless_ones_own_license_closes_it(
    as_learner: Client, learner: User, lesson: LessonPage
) -> None:
    found = {}
    for who, (give, _) in WHO.items():
        LicenseEndorsement.objects.all().delete()
        ProfessionalLicense.objects.all().delete()
        give(learner)
        page = read(as_learner, lesson)
        assert ("The jaw is a joint." in page, "Ask first" in page) == (True, True), who
        assert (CARD in page) != (NOTICE in page), who
        found[who] = CARD in page
    assert found == {who: shown for who, (_, shown) in WHO.items()}


def test_in_its_place_stand_the_requirement_and_what_to_do_and_the_lesson_can_be_completed(
    as_learner: Client, learner: User, lesson: LessonPage
) -> None:
    in_washington(learner)
    closed = read(as_learner, lesson).partition(NOTICE)[2]
    for words in (REQUIREMENT, "https://example.org/wac", "WAC 246-830-490", "/my/licenses/", "Not verified"):
        assert words in closed
    as_learner.post(f"/units/{lesson.pk}/complete/")
    assert Enrollment.objects.get(user=learner).completions.filter(unit=lesson.pk).count() == 1


def test_what_one_reader_is_not_shown_stays_shown_to_the_others_also_where_the_lesson_is_free(
    as_learner: Client, learner: User, stranger: User, lesson: LessonPage
) -> None:
    """The kept body is everybody's: it is made for no one reader."""
    lesson.free_preview = True
    lesson = publish(lesson)
    cache.clear()
    in_washington(learner)
    readers = (as_learner, log_in(stranger), Client(), as_learner, Client())
    assert [CARD in read(client, lesson) for client in readers] == [False, True, True, False, True]


def test_the_preview_as_a_learner_closes_it_for_an_author_with_such_a_license(
    instructor: User, lesson: LessonPage, course: CoursePage
) -> None:
    assign_instructor(course=course, user=instructor)
    instructor.groups.add(Group.objects.get(name="Instructors"))
    address = reverse("wagtailadmin_pages:view_draft", args=[lesson.pk]) + "?mode=enrolled"
    before = log_in(instructor).get(address).content.decode()
    in_washington(instructor)
    after = log_in(instructor).get(address).content.decode()
    assert [(CARD in page, NOTICE in page) for page in (before, after)] == [(True, False), (False, True)]


def test_ones_own_rules_come_first_and_the_others_are_folded(
    as_learner: Client, learner: User, lesson: LessonPage, intraoral: Technique
) -> None:
    TechniqueScopeRule.objects.create(
        technique=intraoral, jurisdiction=make_jurisdiction("US-AA", "Aaland"), requirement="Ask."
    )
    in_washington(learner)
    lines = [(line.jurisdiction, line.mine, line.closed) for line in scope_of(lesson, learner)]
    assert lines == [("Washington", True, True), ("Aaland", False, False)]
    page = read(as_learner, lesson)
    assert page.index("Your license") < page.index("Washington") < page.index("Elsewhere (1)") < page.index("Aaland")


def test_only_a_rule_that_blocks_closes_and_only_an_endorsement_that_it_names_opens(
    as_learner: Client, learner: User, lesson: LessonPage
) -> None:
    held = in_washington(learner)
    TechniqueScopeRule.objects.update(effect="inform")
    page = read(as_learner, lesson)
    assert (CARD in page, REQUIREMENT in page) == (True, True)
    TechniqueScopeRule.objects.update(effect="block", endorsement="")
    endorse(held)
    assert CARD not in read(as_learner, lesson)
    ProfessionalLicense.objects.filter(pk=held.pk).update(removed_at=held.created_at)
    assert CARD in read(as_learner, lesson)


def test_a_rule_read_lately_says_when_it_was_checked(as_learner: Client, lesson: LessonPage) -> None:
    TechniqueScopeRule.objects.update(verified_on=date(2026, 11, 3))
    page = read(as_learner, lesson)
    assert ("Checked November 3, 2026." in page, "Not verified" in page) == (True, False)


def test_samples_say_nothing_on_a_real_site(
    as_learner: Client, learner: User, lesson: LessonPage, settings: Any
) -> None:
    TechniqueScopeRule.objects.update(is_sample=True)
    in_washington(learner)
    assert [line.is_sample for line in scope_of(lesson, learner)] == [True]
    settings.SAMPLES = False
    assert scope_of(lesson, learner) == []
    assert CARD in read(as_learner, lesson)


def test_most_lessons_cost_no_query_and_many_rules_and_licenses_no_more_than_one(
    as_learner: Client, learner: User, lesson: LessonPage, intraoral: Technique
) -> None:
    in_washington(learner)
    costs = []
    for number in range(3):
        with CaptureQueriesContext(connection) as asked:
            scope_of_techniques([intraoral.pk], learner)
        costs.append(len(asked))
        place = make_jurisdiction(f"US-{number}", f"State {number}")
        TechniqueScopeRule.objects.create(technique=intraoral, jurisdiction=place, requirement="Ask.")
        endorse(make_license(learner, f"N{number}", code=place.code))
    with CaptureQueriesContext(connection) as asked:
        scope_of_techniques([], learner)
    assert (len(asked), len(set(costs)), costs[0] <= 5) == (0, 1, True)
