"""Questions from and for other systems. First a report, with nothing stored; then, when somebody says so, all at once.

Importing the same file again changes nothing. What is published is never overwritten: a known question that has been
changed becomes a draft revision (QUIZZES.md section 14). Rows are inserted in bulk: publishing one by one costs 19
queries each.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import ReferenceIndex, Revision

from quizzes.interchange.formats import PARSERS, TEXTS
from quizzes.interchange.recognition import refuse_declined
from quizzes.interchange.texts import UTF8, as_utf8
from quizzes.models import Question, QuestionBank, QuestionImport, QuestionVersion, VersionPicture
from quizzes.services.interchange_pictures import Checked, Shelf
from quizzes.services.interchange_reading import DRAFT, IMPORTED, REFUSED, STATUSES, Incoming, Reader, Tick, incoming
from quizzes.services.publishing import version_of

KEPT = timedelta(days=7)
"""How long an upload that nobody confirmed is kept."""

Report = dict[str, Any]


def read_questions(
    *,
    bank: QuestionBank,
    content: bytes,
    format: str,
    encoding: str = UTF8,
    publish: bool = True,
    tick: Tick | None = None,
) -> Report:
    """What importing this file would do; nothing is stored. Raises ``UnreadableFile``."""
    found = _parsed(content, format, encoding)
    shelf = Shelf(bank=bank, checked=_pictures(found), user=None, store=False)
    Reader(bank=bank, shelf=shelf, found=found, publish=publish).decide(tick)
    return _report(found)


def import_questions(
    *,
    bank: QuestionBank,
    content: bytes,
    format: str,
    encoding: str = UTF8,
    user: Any = None,
    publish: bool = True,
    tick: Tick | None = None,
    at: datetime | None = None,
) -> Report:
    """Store the questions of this file, all or none. Raises ``UnreadableFile``; then nothing is stored."""
    found = _parsed(content, format, encoding)
    shelf: Shelf | None = None
    try:
        with transaction.atomic():
            bank = QuestionBank.objects.select_for_update(of=("self",)).select_related("course").get(pk=bank.pk)
            shelf = Shelf(bank=bank, checked=_pictures(found), user=user, store=True)
            Reader(bank=bank, shelf=shelf, found=found, publish=publish).decide(tick)
            now = at or timezone.now()
            _insert([one for one in found if one.status in (IMPORTED, DRAFT) and not one.existing], bank, user, now)
            _revise([one for one in found if one.status == DRAFT and one.existing], user, now)
    except BaseException:
        if shelf:
            shelf.forget()
        raise
    return _report(found)


def look_at_file(
    *,
    bank: QuestionBank,
    user: Any,
    name: str,
    content: bytes,
    format: str,
    encoding: str = UTF8,
    publish: bool = True,
    at: datetime | None = None,
) -> QuestionImport:
    """Keep an uploaded file with its report, to be confirmed. Raises ``UnreadableFile``; then nothing is kept."""
    now = at or timezone.now()
    report = read_questions(bank=bank, content=content, format=format, encoding=encoding, publish=publish)
    kept = as_utf8(content, encoding) if format in TEXTS else content
    QuestionImport.objects.filter(user=user, state=QuestionImport.State.LOOKED_AT, created_at__lt=now - KEPT).delete()
    return QuestionImport.objects.create(
        bank=bank,
        user=user,
        format=format,
        name=name[:200],
        content=kept,
        sha256=hashlib.sha256(content).hexdigest(),
        report=report,
        created_at=now,
    )


@transaction.atomic
def confirm_import(*, upload: QuestionImport, publish: bool = True, at: datetime | None = None) -> QuestionImport:
    """Store what the report showed, and let go of the file. Twice is once."""
    now = at or timezone.now()
    kept = QuestionImport.objects.select_for_update(of=("self",)).select_related("bank", "user").get(pk=upload.pk)
    if kept.state == QuestionImport.State.STORED:
        return kept
    kept.report = import_questions(
        bank=kept.bank, content=bytes(kept.content), format=kept.format, user=kept.user, publish=publish, at=now
    )
    kept.content, kept.state, kept.stored_at = b"", QuestionImport.State.STORED, now
    kept.save(update_fields=["report", "content", "state", "stored_at"])
    return kept


def _parsed(content: bytes, format: str, encoding: str) -> list[Incoming]:
    refuse_declined(content)
    return incoming(PARSERS[format](as_utf8(content, encoding) if format in TEXTS else content))


def _pictures(found: Sequence[Incoming]) -> list[Checked]:
    return [picture for one in found if one.status != REFUSED for picture in one.pictures.values()]


def _report(found: Sequence[Incoming]) -> Report:
    counted = Counter(one.status for one in found)
    return {"questions": [one.row() for one in found], **{status: counted[status] for status in STATUSES}}


def _insert(new: Sequence[Incoming], bank: QuestionBank, user: Any, now: datetime) -> None:
    """New questions; what can be asked gets its first version with them."""
    questions = [_question(one, bank, now) for one in new]
    versions = [
        version_of(question, author=user, change=QuestionVersion.Change.CONTENT, at=now)
        for one, question in zip(new, questions, strict=True)
        if one.status == IMPORTED
    ]
    tags = [(question, list(one.tags)) for one, question in zip(new, questions, strict=True) if one.tags]
    Question.objects.bulk_create(questions)
    for version in versions:
        version.question = version.question  # its key is known only now
    QuestionVersion.objects.bulk_create(versions)
    rows = [Question.tags.through(question=question, tag=tag) for question, named in tags for tag in named]
    Question.tags.through.objects.bulk_create(rows)
    _link_pictures(new, questions, versions)


def _question(one: Incoming, bank: QuestionBank, now: datetime) -> Question:
    live = one.status == IMPORTED
    question = Question(
        bank=bank,
        external_id=one.external_id,
        title=_title(one),
        live=live,
        has_unpublished_changes=not live,
        first_published_at=now if live else None,
        last_published_at=now if live else None,
    )
    question.body = question.body.stream_block.to_python(one.stream)
    question.tags = one.tags
    question.derive()
    return question


def _title(one: Incoming) -> str:
    return " ".join(one.name.replace("\x00", "").split())[:200] or f"Question {one.number}"


def _link_pictures(new: Sequence[Incoming], questions: Sequence[Question], versions: Sequence[QuestionVersion]) -> None:
    """Takers of a version may see its picture; the back office knows where a picture is used."""
    by_question = {version.question_id: version for version in versions}
    shown = [(one, question) for one, question in zip(new, questions, strict=True) if one.pictures]
    VersionPicture.objects.bulk_create(
        VersionPicture(version=by_question[question.pk], picture_id=pk)
        for one, question in shown
        if question.pk in by_question
        for pk in _picture_keys(one)
    )
    for _, question in shown:
        ReferenceIndex.create_or_update_for_object(question)


def _picture_keys(one: Incoming) -> set[int]:
    value = one.stream[0]["value"]
    return {value[place]["picture"] for place in one.pictures}


def _revise(changed: Sequence[Incoming], user: Any, now: datetime) -> None:
    """Draft revisions of known questions, all at once; what is published stays as it is."""
    if not changed:
        return
    content_type = ContentType.objects.get_for_model(Question)
    revisions, questions = [], []
    for one in changed:
        question = one.existing
        if question is None:
            continue
        question.body = question.body.stream_block.to_python(one.stream)
        question.tags = one.tags
        question.title = _title(one)
        question.has_unpublished_changes = True
        revision = Revision(
            content_type=content_type,
            base_content_type=content_type,
            object_id=str(question.pk),
            created_at=now,
            user=user,
            object_str=str(question)[:255],
            content=question.serializable_data(),
        )
        revisions.append(revision)
        questions.append(question)
    Revision.objects.bulk_create(revisions)
    for question, revision in zip(questions, revisions, strict=True):
        question.latest_revision = revision
    Question.objects.bulk_update(questions, ["latest_revision", "has_unpublished_changes"])
