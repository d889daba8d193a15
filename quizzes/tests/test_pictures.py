"""Pictures of questions: our figures are public, uploads are for whoever met them; a version pins what it showed."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db.models import ProtectedError
from django.test import Client
from PIL import Image

from accounts.models import User
from core.access import can, visible, visitor
from courses.models import CoursePage
from courses.services import course_team
from courses.tests.factories import make_course, make_user
from enrollments.services import close_hold, open_hold
from library.models import Figure, Picture
from library.tests.factories import make_picture, png
from quizzes.models import Attempt, Question, QuestionVersion
from quizzes.models.versions import VersionPicture
from quizzes.services import freeze_question, start_attempt
from quizzes.services.pictures import link_pictures

from . import factories

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(person: User | None) -> Client:
    client = Client()
    if person:
        client.force_login(person, backend=BACKEND)
    return client


def show_upload(question: Question, picture: Picture, place: str = "image") -> QuestionVersion:
    """The question with an uploaded picture in the place of its figure, published."""
    stream = [dict(block) for block in question.body.raw_data]
    stream[0]["value"] = {**stream[0]["value"], place: {"figure": None, "picture": picture.pk}}
    question.body = question.body.stream_block.to_python(stream)
    question.save()
    return freeze_question(question=question)


def pinned(version: QuestionVersion) -> dict[str, Any]:
    """What a version keeps of its picture."""
    return next(iter(version.public.values()))["image"]


def replace_file(picture: Picture) -> None:
    """As Wagtail does: another file, the old one and its copies gone."""
    picture.file.storage.delete(picture.file.name)
    picture.renditions.all().delete()
    picture.file = ContentFile(png(60, 50), "other.png")
    picture.width, picture.height = 60, 50
    picture.save()


@pytest.fixture
def picture(course: CoursePage) -> Picture:
    """In the collection of the course's team."""
    made = make_picture()
    made.collection = course_team(course=course).collection
    made.save()
    return made


@pytest.fixture
def attempt(course: CoursePage, enrollment: Any, picture: Picture) -> Attempt:
    """A running attempt at a hotspot on the uploaded picture."""
    quiz = factories.make_quiz(course, factories.on_the_skull("hotspot"), factories.choice("plain"))
    show_upload(Question.objects.get(kind="hotspot"), picture)
    return start_attempt(enrollment=enrollment, quiz=quiz)


def door(picture: Picture) -> str:
    return f"/questions/pictures/{picture.pk}/"


def outcome(client: Client, picture: Picture) -> int:
    """What one gets in the end."""
    answer = client.get(door(picture))
    if answer.status_code == 302 and answer["Location"].startswith("/images/"):
        return client.get(answer["Location"]).status_code
    return answer.status_code


def test_the_paper_shows_the_upload_by_an_address_that_works(attempt: Any, picture: Any, learner: Any) -> None:
    client = browser(learner)
    page = client.get(f"/attempts/{attempt.uuid}/").content.decode()
    assert f'<img src="{door(picture)}" alt="Two hands at rest.' not in page  # its question has words of its own
    assert f'<img src="{door(picture)}" alt="A skull from the left side, its bones' in page
    answer = client.get(client.get(door(picture))["Location"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(b"".join(answer.streaming_content))).size == (40, 30)


def test_our_own_figures_are_shown_by_their_static_address(course: Any, enrollment: Any, learner: Any) -> None:
    quiz = factories.make_quiz(course, factories.on_the_skull("hotspot"))
    attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    page = browser(learner).get(f"/attempts/{attempt.uuid}/").content.decode()
    assert '<img src="/static/figures/lateral-skull.svg#bare"' in page  # without its own numbers


@pytest.fixture
def people(attempt: Any, learner: Any, stranger: Any, instructor: Any, course: Any) -> dict[str, Any]:
    """Everybody who may come by."""
    classmate, foreign = make_user("classmate@example.com"), make_user("foreign@example.com")
    factories.make_enrollment(classmate, course)
    make_course("Elsewhere", instructor=foreign)
    provider = User.objects.create_superuser("provider@example.com", "still-point-demo")
    return {
        "visitor": None,
        "stranger": stranger,
        "classmate who never met it": classmate,
        "taker": learner,
        "instructor": instructor,
        "foreign instructor": foreign,
        "provider": provider,
    }


CLOSED = {
    "visitor": 404,
    "stranger": 404,
    "classmate who never met it": 404,
    "taker": 404,
    "instructor": 200,
    "foreign instructor": 404,
    "provider": 200,
}


def test_a_picture_is_for_whoever_met_it_and_whoever_works_with_it(people: Any, picture: Any, attempt: Any) -> None:
    got = {name: outcome(browser(person), picture) for name, person in people.items()}
    assert got == {**CLOSED, "taker": 200}
    hold = {"enrollment": attempt.enrollment, "reason": "refund", "source": "order:1"}
    open_hold(**hold)
    assert {name: outcome(browser(person), picture) for name, person in people.items()} == CLOSED
    close_hold(**hold)
    assert outcome(browser(people["taker"]), picture) == 200


def test_one_by_one_and_in_lists_the_answer_is_the_same(people: Any, picture: Any, attempt: Any) -> None:
    unused = make_picture("unused.png")
    for person in people.values():
        person = User.objects.get(pk=person.pk) if person else visitor()
        for action in ("view", "download", "edit"):
            listed = set(visible(person, action, Picture.objects.all()))
            assert listed == {one for one in (picture, unused) if can(person, action, one)}


def test_a_version_records_each_upload_that_it_shows_once(course: Any, picture: Any) -> None:
    factories.make_quiz(course, factories.on_the_skull("hotspot"), factories.choice("plain"))
    hotspot, plain = Question.objects.get(kind="hotspot"), Question.objects.get(kind="single_choice")
    other = make_picture("other.png")
    first, second = show_upload(hotspot, picture), show_upload(plain, other, "illustration")
    for version in (first, second):
        link_pictures([version])
        freeze_question(question=version.question)
    rows = VersionPicture.objects.order_by("version").values_list("version", "picture")
    assert list(rows) == [(first.pk, picture.pk), (second.pk, other.pk)]
    with pytest.raises(ProtectedError):
        picture.delete()


def test_pictures_of_versions_made_in_bulk_are_recorded_together(
    course: Any, picture: Any, django_assert_num_queries: Any
) -> None:
    factories.make_quiz(course, factories.on_the_skull("hotspot"))
    version = show_upload(Question.objects.get(), picture)
    VersionPicture.objects.all().delete()
    with django_assert_num_queries(2):
        link_pictures([version] * 3)
    assert VersionPicture.objects.count() == 1
    drawn = version.question.versions.get(number=1)
    with django_assert_num_queries(0):
        link_pictures([drawn])  # a figure: nothing to record


def test_a_replaced_file_is_another_version_at_the_next_publish(attempt: Any, picture: Any, learner: Any) -> None:
    question = Question.objects.get(kind="hotspot")
    before = question.versions.first()
    replace_file(picture)
    assert outcome(browser(learner), picture) == 200  # the running attempt shows the file that there is
    item = attempt.items.get(version__kind="hotspot")
    assert pinned(item.version) == pinned(before)
    after = freeze_question(question=question)
    assert (after.number, freeze_question(question=question).pk) == (before.number + 1, after.pk)
    assert (pinned(after)["sha256"] != pinned(before)["sha256"], pinned(after)["width"]) == (True, 60)


def test_a_picture_whose_file_is_lost_is_not_found(attempt: Any, picture: Any, learner: Any) -> None:
    picture.file.storage.delete(picture.file.name)
    assert browser(learner).get(door(picture)).status_code == 404
    assert browser(learner).get(f"/attempts/{attempt.uuid}/").status_code == 200


def test_many_pictures_cost_no_more_than_one(
    course: Any, enrollment: Any, learner: Any, picture: Any, django_assert_max_num_queries: Any
) -> None:
    quiz = factories.make_quiz(course, *(factories.on_the_skull("hotspot", id=f"spot-{n}") for n in range(12)))
    for question in Question.objects.all():
        show_upload(question, picture)
    attempt, client = start_attempt(enrollment=enrollment, quiz=quiz), browser(learner)
    client.get(f"/attempts/{attempt.uuid}/")
    with django_assert_max_num_queries(8):
        page = client.get(f"/attempts/{attempt.uuid}/").content.decode()
    assert page.count(f'<img src="{door(picture)}"') == 12


def test_nothing_of_the_key_stands_in_the_paper(course: Any, enrollment: Any, learner: Any) -> None:
    spec = factories.on_the_skull("hotspot", feedback="canary-general")
    spec["zones"] = [
        {**zone, "at": [zone["at"][0] + 37, *zone["at"][1:]], "feedback": "canary-remark"} for zone in spec["zones"]
    ]
    quiz = factories.make_quiz(course, spec)
    Figure.objects.update(description="canary-description: 11 squamous suture")
    attempt, client = start_attempt(enrollment=enrollment, quiz=quiz), browser(learner)
    save = f"/attempts/{attempt.uuid}/save/"
    sent = {"q1-rev": "0.x", "q1-p": "5337,3000"}
    pages = [
        client.get(f"/attempts/{attempt.uuid}/"),
        client.post(save, sent, headers={"accept": "application/json"}),
        client.post(save, {"q1-rev": "1.x", "q1-p": ["1,1", "2,2"]}, headers={"accept": "application/json"}),
        client.get(f"/attempts/{attempt.uuid}/?check=1"),
    ]
    assert [page.status_code for page in pages] == [200, 200, 422, 200]
    text = " ".join(page.content.decode() for page in pages)
    assert [word in text for word in ("canary", "3937", "7637", "plate-area")] == [False] * 4
    assert attempt.items.get().answer == {"p": [[5337, 3000]]}


def test_a_picture_that_was_met_is_not_deleted_in_the_back_office(people: Any, picture: Any) -> None:
    unused = make_picture("unused.png")
    client = browser(people["provider"])
    both = {"id": [picture.pk, unused.pk]}
    bulk = f"/admin/bulk/library/picture/delete/?id={picture.pk}&id={unused.pk}"
    for address, sent in ((f"/admin/images/{picture.pk}/delete/", {}), (bulk, both)):
        page = client.post(address, sent, follow=True).content.decode()
        assert "is shown by a question that learners have met: it stays." in page
    assert Picture.objects.count() == 2
    client.post(f"/admin/images/{unused.pk}/delete/")
    assert list(Picture.objects.all()) == [picture]
    assert browser(people["foreign instructor"]).post(f"/admin/images/{picture.pk}/delete/").status_code == 302
    assert Picture.objects.count() == 1


# The back office's drawing surface.
FACTS = "/admin/quizzes/questions/picture/"


def test_the_drawing_surface_knows_figures_and_ones_own_pictures(instructor: Any, picture: Any) -> None:
    factories.on_the_skull("hotspot")
    figure = Figure.objects.get()
    client = browser(instructor)
    assert client.get(FACTS, {"figure": figure.pk}).json() == {
        "url": "/static/figures/lateral-skull.svg#bare", "width": 540, "height": 468, "title": "Skull, left side",
    }  # fmt: skip
    told = client.get(FACTS, {"picture": picture.pk}).json()
    assert (told["width"], told["height"], client.get(told["url"]).status_code) == (40, 30, 200)


def test_the_drawing_surface_knows_nothing_of_others(instructor: Any, learner: Any, picture: Any) -> None:
    foreign = make_user("foreign@example.com")
    make_course("Elsewhere", instructor=foreign)
    assert browser(foreign).get(FACTS, {"picture": picture.pk}).status_code == 404
    assert browser(learner).get(FACTS, {"picture": picture.pk}).status_code == 404
    assert Client().get(FACTS, {"picture": picture.pk}).status_code == 302
    for asked in ({}, {"figure": "x"}, {"figure": "9" * 30}, {"picture": "0"}, {"figure": "-1"}):
        assert browser(instructor).get(FACTS, asked).status_code == 404
