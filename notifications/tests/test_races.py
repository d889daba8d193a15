"""Several processes write and send one mail at the same moment: the database decides, and controls show it must."""

import time
from uuid import uuid4

import pytest
from django.core import mail as outgoing

from core.tests.racing import AT_ONCE, at_once
from notifications import services
from notifications.models import Mail

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def mail(learner):
    return Mail.objects.create(
        key="race", user=learner, to=learner.email, subject="Race", text="One", message_id="<race@localhost>"
    )


@pytest.fixture
def _plain_words(monkeypatch):
    monkeypatch.setattr(services, "render_to_string", lambda name, words: name)


@pytest.mark.usefixtures("_plain_words")
def test_eight_writers_of_one_key_write_and_send_one_mail(learner):
    mails = at_once(lambda: services.record_mail(key="race", user=learner, template="any").pk)
    assert mails == [Mail.objects.get().pk] * AT_ONCE
    assert len(outgoing.outbox) == 1


@pytest.mark.usefixtures("_plain_words")
def test_control_without_the_constraint_several_are_written(learner, monkeypatch):
    """Each writer's row gets a key of its own, as if the column were not unique: SQLite cannot drop that in place."""
    write = Mail.save

    def write_beside(self, **options):
        self.key = f"{self.key}-{uuid4()}"
        write(self, **options)

    monkeypatch.setattr(Mail, "save", write_beside)
    at_once(lambda: services.record_mail(key="race", user=learner, template="any").pk)
    assert Mail.objects.count() > 1


@pytest.fixture
def _slow_post(monkeypatch):
    """A mail server that takes its time: whoever asks meanwhile meets a mail that is not out yet."""
    real = outgoing.EmailMultiAlternatives.send

    def deliver(self, fail_silently=False):
        time.sleep(0.2)
        return real(self, fail_silently)

    monkeypatch.setattr(outgoing.EmailMultiAlternatives, "send", deliver)


@pytest.mark.usefixtures("_slow_post")
def test_eight_senders_of_one_mail_send_it_once(mail):
    sent = at_once(lambda: services.send_mail_row(mail_id=mail.pk))
    assert (sorted(sent), len(outgoing.outbox)) == ([False] * (AT_ONCE - 1) + [True], 1)


@pytest.mark.usefixtures("_slow_post")
def test_control_without_the_claim_it_is_sent_several_times(mail, monkeypatch):
    monkeypatch.setattr(services, "CLAIM", -services.CLAIM)  # the claim leaves the mail due
    at_once(lambda: services.send_mail_row(mail_id=mail.pk))
    assert len(outgoing.outbox) > 1
