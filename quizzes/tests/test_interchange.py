"""Importing into a bank: a report first, then all at once; twice is once; what is published is never overwritten."""

import io
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from courses.services.teams import course_team
from library.models import Picture
from quizzes.grading import grade
from quizzes.interchange.base import Media, Parsed, UnreadableFile, item
from quizzes.models import Question, QuestionBank, QuestionVersion, Tag
from quizzes.services import course_bank
from quizzes.services import interchange as verbs
from quizzes.services.interchange import import_questions, read_questions
from quizzes.services.interchange_export import export_questions

from . import factories

pytestmark = pytest.mark.django_db

GIFT = """
// [id:one] [tag:anatomy/dura]
::Outermost::Which layer is outermost? {=Dura#Yes. ~Pia}

Bone is alive. {T}

Which? {=full ~%50%half ~none}

How many? {#abc}
"""


@pytest.fixture
def bank(course: Any) -> QuestionBank:
    return course_bank(course=course)


def bring(bank: QuestionBank, text: str, **more: Any) -> dict[str, Any]:
    return import_questions(bank=bank, content=text.encode(), format="gift", **more)


def statuses(report: dict[str, Any]) -> list[str]:
    return [row["status"] for row in report["questions"]]


def test_a_report_stores_nothing(bank: Any) -> None:
    report = read_questions(bank=bank, content=GIFT.encode(), format="gift")
    assert (statuses(report), Question.objects.count()) == (["imported", "imported", "draft", "refused"], 0)


def test_what_can_be_asked_is_published_and_the_rest_waits_as_a_draft(bank: Any, instructor: Any) -> None:
    report = bring(bank, GIFT, user=instructor)
    kept = list(Question.objects.order_by("pk").values_list("title", "kind", "live", "versions__number"))
    assert kept == [
        ("Outermost", "single_choice", True, 1),
        ("Bone is alive.", "true_false", True, 1),
        ("Which?", "multiple_response", False, None),
    ]
    assert {name: report[name] for name in ("imported", "draft", "unchanged", "refused")} == {
        "imported": 2,
        "draft": 1,
        "unchanged": 0,
        "refused": 1,
    }
    assert report["questions"][3]["reason"] == '"abc" is not a number. Write it like 2.5, without a unit. (line 9)'


def test_the_report_carries_what_grading_takes(bank: Any) -> None:
    row = bring(bank, GIFT)["questions"][0]
    stored = QuestionVersion.objects.get(question__external_id="one")
    assert (stored.public["en-us"], stored.key) == (row["spec"], row["key"])
    right = {"c": [one["id"] for one in row["spec"]["options"] if one["text"] == "Dura"]}
    assert grade(row["kind"], row["spec"], row["key"], right, None).fraction_ppm == 1_000_000


def test_importing_twice_changes_nothing(bank: Any) -> None:
    bring(bank, GIFT)
    before = list(Question.objects.order_by("pk").values()), list(QuestionVersion.objects.values())
    report = bring(bank, GIFT)
    assert statuses(report) == ["unchanged", "unchanged", "unchanged", "refused"]
    assert (list(Question.objects.order_by("pk").values()), list(QuestionVersion.objects.values())) == before


def test_a_changed_question_waits_as_a_draft_and_what_is_published_stays(bank: Any) -> None:
    bring(bank, GIFT)
    report = bring(bank, GIFT.replace("Which layer is", "Which of the layers is"))
    question = Question.objects.get(external_id="one")
    assert statuses(report)[0] == "draft"
    assert report["questions"][0]["reason"].startswith("It is in the bank already and has been changed")
    assert ("Which layer is" in question.body.raw_data[0]["value"]["stem"], question.versions.count()) == (True, 1)
    drafted = question.get_latest_revision_as_object()
    assert "Which of the layers is" in drafted.body.raw_data[0]["value"]["stem"]


def test_the_same_change_twice_makes_one_draft(bank: Any) -> None:
    bring(bank, GIFT)
    changed = GIFT.replace("Which layer is", "Which of the layers is")
    bring(bank, changed)
    report = bring(bank, changed)
    assert (statuses(report)[0], Question.objects.get(external_id="one").revisions.count()) == ("unchanged", 1)


def test_a_draft_of_a_change_can_be_published(bank: Any) -> None:
    bring(bank, GIFT)
    bring(bank, GIFT.replace("=Dura#Yes. ~Pia", "~Dura =Pia"))
    question = Question.objects.get(external_id="one")
    question.get_latest_revision().publish()
    assert question.versions.count() == 2
    assert statuses(bring(bank, GIFT))[0] == "unchanged"  # the first version says it


def test_the_same_question_twice_in_a_file_is_stored_once(bank: Any) -> None:
    report = bring(bank, "Bone is alive. {T}\n\nBone is alive. {T}")
    assert [(row["status"], row["reason"]) for row in report["questions"]] == [
        ("imported", ""),
        ("unchanged", "It is the same as question 1 of this file."),
    ]


def test_one_id_for_two_questions_is_refused_by_name(bank: Any) -> None:
    report = bring(bank, "// [id:a]\nBone is alive. {T}\n\n// [id:a]\nBone is dead. {F}")
    assert [(row["status"], row["reason"]) for row in report["questions"]] == [
        ("imported", ""),
        ("refused", 'Its id "a" belongs to question 1 of this file.'),
    ]


def test_without_the_right_to_publish_everything_waits(bank: Any) -> None:
    report = bring(bank, "Bone is alive. {T}", publish=False)
    question = Question.objects.get()
    assert (statuses(report), question.live, question.versions.count()) == (["draft"], False, 0)


def test_known_tags_are_set_and_unknown_ones_named(bank: Any) -> None:
    Tag.objects.create(slug="anatomy/dura", name="the dura")
    report = bring(bank, "// [tag:Anatomy/Dura] [tag:wizardry]\nBone is alive. {T}")
    assert [tag.slug for tag in Question.objects.get().tags.all()] == ["anatomy/dura"]
    assert report["questions"][0]["warnings"] == ['The tag "wizardry" is not in our list of tags and is left out.']
    assert QuestionVersion.objects.get().topic == "the dura"


def test_a_category_is_named_once(bank: Any) -> None:
    report = bring(bank, "$CATEGORY: Bones\n\nBone is alive. {T}\n\nBone is dead. {F}")
    assert [row["warnings"] for row in report["questions"]] == [
        ['The category "Bones" is not kept: the questions go into this bank.'],
        [],
    ]


def test_another_bank_has_questions_of_its_own(bank: Any) -> None:
    other = QuestionBank.objects.create(name="Other")
    assert [statuses(bring(one, "// [id:a]\nBone is alive. {T}")) for one in (bank, other)] == [["imported"]] * 2


def test_a_broken_file_changes_nothing(bank: Any) -> None:
    with pytest.raises(UnreadableFile):
        import_questions(bank=bank, content=b"Bone {T}\n\n\xff", format="gift")
    assert Question.objects.count() == 0


def test_what_no_column_can_hold_is_refused_by_name(bank: Any, shown: Any) -> None:
    value = {"stem": "<p>a\x00b</p>", "answer": "true"}
    fine = {"stem": "<p>ab</p>", "answer": "true"}
    report = shown(Parsed(1, "One", "true_false", value), Parsed(2, "Two", "true_false", fine))
    assert [(row["status"], row["reason"]) for row in report["questions"]] == [
        ("refused", "It holds characters that cannot be stored."),
        ("imported", ""),
    ]


def many(count: int, word: str = "wrong") -> str:
    return "\n\n".join(f"// [id:q{n}]\nWhat is {n}? {{=right {n} ~{word}}}" for n in range(count))


@pytest.mark.parametrize("step", ["new", "unchanged", "changed"])
def test_the_number_of_queries_hardly_grows_with_the_questions(bank: Any, step: Any) -> None:
    """SQLite takes 999 values per statement, so inserting comes in batches; everything else is constant."""
    counted = []
    for count in (5, 200):
        target = QuestionBank.objects.create(name=f"{step} {count}")
        if step != "new":
            bring(target, many(count))
        with CaptureQueriesContext(connection) as queries:
            report = bring(target, many(count, "false" if step == "changed" else "wrong"))
        assert report["refused"] == 0
        counted.append(len(queries))
    assert (counted[0] <= 10, counted[1] <= 24) == (True, True), counted


# Pictures


def png(size: tuple[int, int] = (8, 6), color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def with_picture(number: int, media: Media) -> Parsed:
    value = {
        "stem": f"<p>What is this {number}?</p>",
        "options": [item("o", f"{number} {t}", {"text": t, "correct": t == "a"}) for t in "ab"],
    }
    return Parsed(number, f"Q{number}", "single_choice", value, f"p{number}", pictures={"illustration": media})


@pytest.fixture
def shown(bank: Any, monkeypatch: Any) -> Any:
    """Imports these questions, as a parser of packages would hand them over."""

    def bring_in(*parsed: Parsed) -> dict[str, Any]:
        monkeypatch.setitem(verbs.PARSERS, "gift", lambda content: list(parsed))
        return import_questions(bank=bank, content=b"any", format="gift")

    return bring_in


def test_a_picture_is_stored_once_in_the_collection_of_the_course(shown: Any, course: Any) -> None:
    media = Media("skull.png", png(), "A skull from the side")
    report = shown(with_picture(1, media), with_picture(2, media))
    (picture,) = Picture.objects.all()
    assert (picture.collection, picture.description, picture.width, picture.height) == (
        course_team(course=course).collection,
        "A skull from the side",
        8,
        6,
    )
    assert [row["spec"]["illustration"]["ref"] for row in report["questions"]] == [str(picture.pk)] * 2
    assert [link.picture for version in QuestionVersion.objects.all() for link in version.picture_links.all()] == [
        picture
    ] * 2


def test_importing_pictures_twice_changes_nothing(shown: Any) -> None:
    parsed = with_picture(1, Media("skull.png", png(), "A skull"))
    shown(parsed)
    assert (statuses(shown(parsed)), Picture.objects.count(), QuestionVersion.objects.count()) == (["unchanged"], 1, 1)


MISSING = "A picture is missing: it could not be taken."


@pytest.mark.parametrize(
    ("media", "reason"),
    [
        (Media("a.png", b"no picture", "A"), MISSING),
        (Media("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "A"), MISSING),
        (Media("a.png", png((300, 300))[:200], "A"), MISSING),
        (Media("a.png", b"\x00" * (10 * 1024 * 1024 + 1), "A"), MISSING),
        (Media("a.png", png(), ""), "Describe the picture a.png for those who do not see it."),
    ],
)  # fmt: skip
def test_a_question_waits_for_a_picture_that_can_be_shown_and_described(shown: Any, media: Any, reason: Any) -> None:
    (row,) = shown(with_picture(1, media))["questions"]
    assert (row["status"], row["reason"]) == ("draft", reason)


def test_a_failed_import_leaves_no_file(shown: Any, bank: Any, monkeypatch: Any) -> None:
    before = set(_stored())

    def fail(*args: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(verbs, "_insert", fail)
    with pytest.raises(IntegrityError):
        shown(with_picture(1, Media("gone.png", png(color="blue"), "A")))
    assert (set(_stored()), Picture.objects.count()) == (before, 0)


def _stored() -> list[str]:
    storage = Picture._meta.get_field("file").storage
    return list(storage.listdir("original_images")[1]) if storage.exists("original_images") else []


# Out


def test_what_is_exported_comes_back_as_unchanged(bank: Any) -> None:
    bring(bank, GIFT + "\n\nMatch. {=a -> 1 =b -> 2 = -> 3}\n\nOrder. {>2 ALL VERT ABSOLUTE\nx\ny\n}\n\nSay. {=dura}")
    written = export_questions(questions=bank.questions.all(), format="gift")
    assert written.not_carried == ()
    before = QuestionVersion.objects.count()
    report = import_questions(bank=bank, content=written.content, format="gift")
    assert (set(statuses(report)), QuestionVersion.objects.count()) == ({"unchanged"}, before)


def test_an_authored_question_is_known_again_by_its_uid(bank: Any) -> None:
    factories.import_question(bank=bank, spec=factories.statement())
    Question.objects.update(external_id="")
    written = export_questions(questions=bank.questions.all(), format="gift")
    assert statuses(import_questions(bank=bank, content=written.content, format="gift")) == ["unchanged"]


def test_drafts_are_not_exported(bank: Any) -> None:
    bring(bank, GIFT)
    written = export_questions(questions=bank.questions.all(), format="gift").content.decode()
    assert ("Outermost" in written, "half" in written) == (True, False)


def test_exporting_takes_the_same_queries_for_few_and_many(bank: Any) -> None:
    counted = []
    for count in (5, 100):
        target = QuestionBank.objects.create(name=str(count))
        bring(target, many(count))
        with CaptureQueriesContext(connection) as queries:
            export_questions(questions=target.questions.all(), format="gift")
        counted.append(len(queries))
    assert counted[0] == counted[1]
