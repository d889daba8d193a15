"""Writing a mail down, and sending what is due."""

import logging
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail import hooks

from accounts.models import User
from notifications.models import Mail

logger = logging.getLogger(__name__)
CLAIM = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


def record_mail(*, key: str, user: User, template: str, context: Mapping[str, Any] | None = None, to: str = "") -> Mail:
    """Write one mail in the current transaction; the same key twice is one mail.

    It goes to the user, or to `to`: somebody without an account, on the user's behalf.

    `emails/<template>.subject.txt`, `.txt` and `.html` are rendered now: what was decided is what is sent. The nudge on
    commit only makes it happen sooner; `sweep` sends what is left.
    """
    existing = Mail.objects.filter(key=key).first()
    if existing:
        return existing
    words: dict[str, Any] = {"user": user, "site_url": settings.SITE_URL}
    for hook in hooks.get_hooks("mail_words"):
        words |= hook()
    words |= context or {}
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    mail = Mail(
        key=key,
        user=user,
        to=to or user.email,
        subject=" ".join(render_to_string(f"emails/{template}.subject.txt", words).split())[:200],
        text=render_to_string(f"emails/{template}.txt", words),
        html=render_to_string(f"emails/{template}.html", words),
        message_id=f"<{uuid4()}@{host}>",
    )
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:
        return Mail.objects.get(key=key)
    transaction.on_commit(lambda: nudge(mail.pk))
    return mail


def nudge(mail_id: int) -> None:
    """Try at once, in the process that decided; a failure waits for `sweep`."""
    send_mail_row(mail_id=mail_id)


def send_mail_row(*, mail_id: int, at: datetime | None = None) -> bool:
    """Send one due mail. The claim moves `next_try_at` on first, so that two senders do not both send."""
    now = at or timezone.now()
    claimed = Mail.objects.due(now).filter(pk=mail_id).update(next_try_at=now + CLAIM, tries=F("tries") + 1)
    if not claimed:
        return False
    mail = Mail.objects.get(pk=mail_id)
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers={"Message-ID": mail.message_id})
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an address that no mail can carry
        wait = min(timedelta(minutes=2 ** min(mail.tries, 10)), LONGEST_WAIT)
        Mail.objects.filter(pk=mail_id).update(next_try_at=now + wait, last_error=f"{type(error).__name__}"[:250])
        logger.warning("mail %s not sent (%s), next try in %s", mail.pk, type(error).__name__, wait)
        return False
    Mail.objects.filter(pk=mail_id).update(sent_at=now, last_error="")
    return True


def send_due_mails(*, limit: int = 500, at: datetime | None = None) -> int:
    """Send what is due, oldest first; returns how many went out."""
    ids = list(Mail.objects.due(at).order_by("next_try_at").values_list("pk", flat=True)[:limit])
    return sum(send_mail_row(mail_id=mail_id, at=at) for mail_id in ids)
