"""Published questions for other systems."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import OuterRef, QuerySet, Subquery

from library.models import Picture
from quizzes.interchange.base import Exported, Media, Written
from quizzes.interchange.formats import WRITERS
from quizzes.models import Question, QuestionVersion
from quizzes.questions.freezing import in_language

PLACES = ("illustration", "image")


def export_questions(*, questions: QuerySet[Question], format: str) -> Written:
    """The newest version of each of these that is published, in a file, with what the file cannot hold."""
    return WRITERS[format](exported(questions))


def exported(questions: QuerySet[Question]) -> list[Exported]:
    """The published ones in the order of their banks and titles. The number of queries does not grow with them."""
    newest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = questions.filter(live=True).annotate(newest=Subquery(newest)).exclude(newest=None).distinct()
    listed = list(rows.select_related("bank").prefetch_related("tags").order_by("bank__name", "title", "pk"))
    versions = {one.question_id: one for one in QuestionVersion.objects.filter(pk__in=[row.newest for row in listed])}
    parts = {row.pk: in_language(versions[row.pk].public, settings.LANGUAGE_CODE) for row in listed}
    pictures = _pictures(parts.values())
    return [
        _exported(number, row, versions[row.pk], parts[row.pk], pictures) for number, row in enumerate(listed, start=1)
    ]


def _exported(
    number: int,
    question: Question,
    version: QuestionVersion,
    public: Mapping[str, Any],
    pictures: Mapping[tuple[str, str], Media],
) -> Exported:
    shown = {place: public[place] for place in PLACES if isinstance(public.get(place), dict)}
    named = {place: (one.get("source"), one.get("ref")) for place, one in shown.items()}
    return Exported(
        number=number,
        name=question.title,
        kind=version.kind,
        public=public,
        key=version.key,
        feedback=in_language(version.key.get("feedback", {}) or {"": {}}, settings.LANGUAGE_CODE),
        external_id=question.external_id or str(question.uid),
        tags=tuple(sorted(tag.slug for tag in question.tags.all())),
        category=question.bank.name,
        pictures={place: pictures[name] for place, name in named.items() if name in pictures},
    )


def _pictures(publics: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Media]:
    """The files of the pictures that these questions show, each read once."""
    shown = [one[place] for one in publics for place in PLACES if isinstance(one.get(place), dict)]
    facts = {(str(one.get("source")), str(one.get("ref"))): one for one in shown}
    keys = [int(ref) for source, ref in facts if source == "picture" and ref.isdecimal()]
    files = {("picture", str(picture.pk)): picture for picture in Picture.objects.filter(pk__in=keys)} if keys else {}
    found = {}
    for name, one in facts.items():
        content = _picture_file(files[name]) if name in files else _figure_file(name)
        if content:
            found[name] = Media(content[0], content[1], str(one.get("alt") or ""))
    return found


def _picture_file(picture: Picture) -> tuple[str, bytes] | None:
    try:
        with picture.file.open("rb") as file:
            return str(picture.file.name).rpartition("/")[2], file.read()
    except OSError:  # the file is gone; the writer says that the picture is not in it
        return None


def _figure_file(name: tuple[str, str]) -> tuple[str, bytes] | None:
    path = finders.find(f"figures/{name[1]}.svg") if name[0] == "figure" else None
    if not path:
        return None
    with open(str(path), "rb") as file:
        return f"{name[1]}.svg", file.read()
