"""What must not be published about credit (hook "publish_problems", DESIGN.md seam 5): one sentence a reason."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, TextField
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.fields import StreamField
from wagtail.models import Page

from accreditation.models import Approval, ApprovalBody, CourseApproval
from accreditation.rules import linting
from accreditation.rules.announcing import announcements, ceus
from accreditation.services.linting import board_of, granted_by
from courses.models import CoursePage

QUOTED = "critical_reading"
NOT_READ = {"slug", "url_path", "path", "draft_title", "content_type"}


def credit_problems(page: Page) -> list[str]:
    """The reasons of this app: two queries for a course, one for any other page."""
    texts = list(page_texts(page))
    reasons = [*_ceu(texts), *_announced(texts)]
    return [*reasons, *_approvals(page)] if isinstance(page, CoursePage) and page.pk else reasons


def page_texts(page: Page) -> Iterator[tuple[str, str]]:
    """Where, and what: every text of a page but quotations that are taken apart."""
    for field in page._meta.concrete_fields:
        if field.name in NOT_READ or not isinstance(field, CharField | TextField | StreamField) or field.choices:
            continue
        value: Any = getattr(page, field.attname)
        text = _streamed(value) if isinstance(field, StreamField) else strip_tags(str(value or ""))
        if text.strip():
            yield str(field.verbose_name).capitalize(), text


def _streamed(blocks: Any) -> str:
    parts = [part for one in blocks if one.block_type != QUOTED for part in one.block.get_searchable_content(one.value)]
    return strip_tags("\n".join(map(str, parts)))


def _ceu(texts: list[tuple[str, str]]) -> Iterator[str]:
    for where, text in texts:
        for word in ceus(text)[:1]:
            yield f"{where}: “{word}”. Write CE hours: elsewhere ten hours are one CEU, and boards refuse the word."


def _announced(texts: list[tuple[str, str]]) -> Iterator[str]:
    boards = [name for names in ApprovalBody.objects.values_list("short_name", "name") for name in names if name]
    for where, text in texts:
        for words in dict.fromkeys(announcements(text, boards=boards)):
            yield (
                f"{where}: “{words}” is typed by hand. Take it out: the course page shows the board's own sentence "
                "by itself, as long as the approval holds."
            )


def _approvals(course: CoursePage) -> Iterator[str]:
    """Of approvals in force: hours that do not add up, and a title that no approval of the same board has."""
    by_board: dict[int, list[CourseApproval]] = {}
    for one in (
        CourseApproval.objects.filter(course=course, valid_to__gte=timezone.localdate())
        .exclude(status__in=[Approval.Status.LAPSED, Approval.Status.REVOKED])
        .select_related("provider_approval__body")
        .prefetch_related("credit_lines")
        .order_by("pk")
    ):
        by_board.setdefault(one.provider_approval.body_id, []).append(one)
    for approvals in by_board.values():
        yield from _of_one_board(approvals, course.title)


def _of_one_board(approvals: list[CourseApproval], title: str) -> Iterator[str]:
    """A new approval that is only applied for is enough to publish the new title: it gives no credit yet."""
    titles = []
    for one in approvals:
        board, granted = board_of(one.provider_approval.body), granted_by(one)
        if one.status in Approval.GIVES_CREDIT:
            yield from (str(problem) for problem in linting.hours_problems(board, granted))
        titles.append((one, linting.title_problems(board, granted, title)))
    if all(problems for _, problems in titles):
        yield from (str(problems[0]) for one, problems in titles if one.status in Approval.GIVES_CREDIT)
