"""The pages of the back office that take questions in and give them out."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.tests.factories import make_course, make_user
from quizzes.models import Question, QuestionImport
from quizzes.services import course_bank, import_question

from . import factories

pytestmark = pytest.mark.django_db

RIGHTS = ["access_admin", "add_question", "change_question", "view_question", "publish_question"]
IMPORT, EXPORT = "/admin/quizzes/import/", "/admin/quizzes/export/"
GIFT = "// [id:a]\n::Alive::Is **bone** alive? {T}\n\nWhich? {=full ~%50%half ~none}\n\nHow many? {#abc}\n"
LOGIN = "allauth.account.auth_backends.AuthenticationBackend"


def staff(user: User, *more: str) -> Client:
    """Somebody's browser, with what the role gives."""
    user.user_permissions.set(Permission.objects.filter(codename__in=[*RIGHTS, *more]))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user, backend=LOGIN)
    return client


@pytest.fixture
def author(instructor: User, course: Any) -> Client:
    return staff(instructor)


@pytest.fixture
def bank(course: Any) -> Any:
    return course_bank(course=course)


def send(client: Client, bank: Any, content: str | bytes = GIFT, name: str = "questions.gift", **more: str) -> Any:
    content = content.encode() if isinstance(content, str) else content
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), "bank": bank.pk, **more})


def test_a_file_is_looked_at_and_nothing_is_stored(author: Any, bank: Any) -> None:
    response = send(author, bank)
    upload = QuestionImport.objects.get()
    assert (response.status_code, response.url) == (302, reverse("question_import", args=[upload.uuid]))
    page = author.get(response.url).content.decode()
    assert ("Nothing is stored yet" in page, "Store 2 questions" in page, Question.objects.count()) == (True, True, 0)
    assert "&quot;abc&quot; is not a number. Write it like 2.5, without a unit. (line 6)" in page


def test_the_button_stores_and_lets_go_of_the_file(author: Any, bank: Any, instructor: Any) -> None:
    address = send(author, bank).url
    page = author.post(address, follow=True).content.decode()
    upload = QuestionImport.objects.get()
    assert ("Stored: 1 imported, 1 draft, 1 not taken." in page, bytes(upload.content), upload.state) == (
        True,
        b"",
        "stored",
    )
    assert list(Question.objects.order_by("pk").values_list("title", "live", "bank")) == [
        ("Alive", True, bank.pk),
        ("Which?", False, bank.pk),
    ]
    assert Question.objects.get(title="Alive").versions.get().author == instructor


def test_the_button_twice_is_once(author: Any, bank: Any) -> None:
    address = send(author, bank).url
    for _ in range(2):
        author.post(address)
    assert (Question.objects.count(), QuestionImport.objects.get().report["imported"]) == (2, 1)


def test_the_report_shows_question_options_and_right_answer(author: Any, bank: Any) -> None:
    page = author.get(send(author, bank, "Which <b>one</b>? {=Dura ~Pia}").url).content.decode()
    assert ("Which <b>one</b>?" in page, "<li>Pia</li>" in page, "</strong> Dura" in page) == (True, True, True)


def test_the_report_can_be_narrowed_to_what_needs_attention(author: Any, bank: Any) -> None:
    page = author.get(send(author, bank).url + "?status=refused").content.decode()
    assert ("How many?" in page, "Alive" in page) == (True, False)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The submitted file is empty."),
        ("Jühl {T}".encode("latin-1"), "The file is not UTF-8: line 1, byte 2 of the line."),
        (b"Say {1:SHORTANSWER:=dura}.", "This is a file of Moodle cloze text, which is not imported."),
    ],
)
def test_a_bad_file_changes_nothing_and_says_why(author: Any, bank: Any, content: Any, says: Any) -> None:
    response = send(author, bank, content)
    assert (response.status_code, says in response.content.decode(), QuestionImport.objects.count()) == (422, True, 0)


def test_a_file_of_another_encoding_is_kept_as_it_was_read(author: Any, bank: Any) -> None:
    address = send(author, bank, "Ist Jühl da? {T}".encode("windows-1252"), encoding="windows-1252").url
    author.post(address)
    assert Question.objects.get().title == "Ist Jühl da?"


def test_the_format_can_be_chosen_against_the_name(author: Any, bank: Any) -> None:
    send(author, bank, "Which?\nA) a\nB) b\nANSWER: A\n", "questions.gift", format="aiken")
    assert QuestionImport.objects.get().report["questions"][0]["kind"] == "single_choice"


def test_without_the_right_to_publish_everything_waits(instructor: Any, bank: Any) -> None:
    client = staff(instructor)
    right = Permission.objects.get(codename="publish_question")
    instructor.user_permissions.remove(right)
    right.group_set.clear()
    client.post(send(client, bank).url)
    assert [question.live for question in Question.objects.all()] == [False, False]


def test_nobody_brings_questions_into_a_bank_of_another_course(author: Any) -> None:
    elsewhere = make_course("Elsewhere", instructor=make_user("other@example.com"))
    foreign = course_bank(course=elsewhere)
    page = author.get(IMPORT).content.decode()
    assert (send(author, foreign).status_code, QuestionImport.objects.count(), "Elsewhere" in page) == (422, 0, False)


def test_only_its_owner_and_the_provider_see_an_upload(author: Any, bank: Any, course: Any) -> None:
    address = send(author, bank).url
    colleague = make_user("colleague@example.com")
    provider = make_user("provider@example.com")
    seen = [
        client.get(address).status_code
        for client in (author, staff(colleague), staff(provider, "change_questionbank", "view_questionbank"))
    ]
    assert seen == [200, 404, 200]
    assert staff(colleague).post(address).status_code == 404
    assert Question.objects.count() == 0


def test_who_no_longer_teaches_the_course_stores_nothing(author: Any, bank: Any, instructor: Any) -> None:
    address = send(author, bank).url
    instructor.teaches.all().delete()
    assert (author.post(address).status_code, Question.objects.count()) == (404, 0)


@pytest.mark.parametrize("address", [IMPORT, EXPORT])
def test_the_doors_are_for_those_who_write_questions(address: Any, learner: Any) -> None:
    reviewer = make_user("reviewer@example.com")
    reviewer.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    client = Client()
    client.force_login(reviewer, backend=LOGIN)
    answers = [client.get(address, follow=True).redirect_chain[-1][0]]
    client.force_login(learner, backend=LOGIN)
    answers.append(client.get(address).status_code)
    assert answers == ["/admin/", 404]


def test_an_upload_that_nobody_confirmed_goes_after_a_week(author: Any, bank: Any, instructor: Any) -> None:
    send(author, bank)
    QuestionImport.objects.update(created_at=timezone.now() - timezone.timedelta(days=8))
    send(author, bank)
    assert QuestionImport.objects.count() == 1


def test_the_menu_leads_to_both_pages(author: Any) -> None:
    page = author.get("/admin/").content.decode()
    assert (IMPORT in page, EXPORT in page) == (True, True)


# Out


@pytest.fixture
def stocked(bank: Any) -> Any:
    import_question(bank=bank, spec=factories.statement(tags=["anatomy/bone"]))
    import_question(bank=bank, spec=factories.number())
    return bank


def test_what_the_format_cannot_carry_is_named_before_the_download(author: Any, stocked: Any) -> None:
    page = author.get(EXPORT, {"bank": stocked.pk, "format": "gift"}).content.decode()
    assert ("1 of 2 published questions" in page, "GIFT knows no units." in page) == (True, True)


def test_the_file_holds_the_published_questions(author: Any, stocked: Any) -> None:
    response = author.get(EXPORT, {"bank": stocked.pk, "format": "gift", "download": "1"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="resting-hands.gift"'
    assert "Bone is alive." in response.content.decode()


def test_tags_narrow_the_file(author: Any, stocked: Any) -> None:
    import_question(bank=stocked, spec=factories.statement("other"))
    tag = Question.objects.get(title="statement").tags.get()
    text = author.get(EXPORT, {"bank": stocked.pk, "format": "gift", "tags": tag.pk, "download": "1"}).content.decode()
    assert ("::statement::" in text, "::other::" in text) == (True, False)


def test_keys_of_another_course_are_not_given_out(author: Any) -> None:
    elsewhere = make_course("Elsewhere", instructor=make_user("other@example.com"))
    foreign = course_bank(course=elsewhere)
    import_question(bank=foreign, spec=factories.statement())
    response = author.get(EXPORT, {"bank": foreign.pk, "format": "gift", "download": "1"})
    assert (response.status_code, "Bone is alive" in response.content.decode()) == (422, False)
