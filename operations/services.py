"""The sweep: finish every unfinished row of every app, however often it runs and however many run at once."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page, Revision

from accreditation.services.lapsing import tell_of_ended_approvals
from accreditation.services.reminders import remind_of_approvals
from accreditation.services.reporting import remind_of_reports, send_waiting_reports
from accreditation.services.uncredited import award_missing
from certificates.services import issue_pending
from certificates.services.integrity import verify_slice
from certificates.services.stamping import stamp_pending
from certificates.services.status import sign_status_lists
from core.publishing import PublishRefused
from courses.models import CoursePage
from courses.services import make_edition, rebuild_catalogue
from notifications.services import send_due_mails
from operations.models import SweepRun
from payments.services import (
    reconcile_nightly,
    remind_of_instalments,
    send_waiting_refunds,
    sync_unfinished_orders,
)
from quizzes.services import freeze_missed, remind_of_safety, settle_due
from quizzes.services.statistics import fold_statistics

logger = logging.getLogger(__name__)
KEPT = timedelta(days=7)


def publish_scheduled(*, at: datetime | None = None) -> int:
    """Publish scheduled revisions one by one; a refusal is logged and unschedules that revision, the others go on."""
    done = 0
    for revision in Revision.objects.filter(approved_go_live_at__lt=at or timezone.now()).order_by(
        "approved_go_live_at"
    ):
        try:
            revision.publish()
            done += 1
        except PublishRefused as refused:
            logger.warning("scheduled publishing of %s refused: %s", revision.object_id, "; ".join(refused.messages))
            Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
    return done


def unpublish_expired(*, at: datetime | None = None) -> int:
    """Take down pages whose expiry has come."""
    pages = Page.objects.filter(live=True, expire_at__lt=at or timezone.now())
    for page in pages:
        page.specific.unpublish(set_expired=True)
    return len(pages)


def missed_editions() -> int:
    """Make the editions that a crash between publishing and freezing lost."""
    made = 0
    for course in CoursePage.objects.live():
        before = course.editions.count()
        make_edition(course=course)
        made += course.editions.count() - before
    return made


STEPS: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("published", publish_scheduled),
    ("unpublished", unpublish_expired),
    ("editions", missed_editions),
    ("quiz versions", freeze_missed),
    ("attempts settled", settle_due),
    ("statistics folded", fold_statistics),
    ("orders synced", sync_unfinished_orders),
    ("refunds sent", send_waiting_refunds),
    ("monthly payments announced", remind_of_instalments),
    ("orders reconciled", reconcile_nightly),
    ("credit awarded", award_missing),
    ("certificates issued", issue_pending),
    ("papers stamped", stamp_pending),
    ("status lists signed", sign_status_lists),
    ("certificates verified", verify_slice),
    ("safety reminders", remind_of_safety),
    ("approval reminders", remind_of_approvals),
    ("ended approvals told", tell_of_ended_approvals),
    ("reports sent", send_waiting_reports),
    ("report alarms", remind_of_reports),
    ("mails sent", send_due_mails),
    ("catalogue rows", rebuild_catalogue),
)
"""In this order, because a settled attempt may complete a course, which asks for a certificate, which sends a mail."""


def sweep(*, on_step: Callable[[str, Any], None] | None = None) -> dict[str, Any]:
    """Run every step; one that fails is reported and does not keep the others from running."""
    report: dict[str, Any] = {}
    for name, step in STEPS:
        try:
            report[name] = step()
        except Exception as error:  # whatever is wrong with one step, the others run
            logger.exception("sweep step %s failed", name)
            report[name] = f"{type(error).__name__}"
        if on_step:
            on_step(name, report[name])
    SweepRun.objects.create(report=report)
    SweepRun.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()
    return report
