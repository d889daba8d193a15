"""A mail is one row, written with the decision, sent after it, and tried again until it is out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outgoing
from django.db import transaction
from django.template import engines

from notifications.models import Mail
from notifications.services import nudge, record_mail, send_due_mails, send_mail_row

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = {
    "emails/hello.subject.txt": "Hello {{ user.get_short_name }}\r\nBcc: victim@example.com",
    "emails/hello.txt": "Your course is {{ course|safe }}.",
    "emails/hello.html": "<p>Your course is {{ course }}.</p>",
}


@pytest.fixture(autouse=True)
def _words(settings):
    """A mail of our own beside the real ones, so that no other app's wording is tested here."""
    template = settings.TEMPLATES[0]
    options = {name: value for name, value in template["OPTIONS"].items() if name != "loaders"}
    loaders = [("django.template.loaders.locmem.Loader", WORDS)]
    settings.TEMPLATES = [{**template, "APP_DIRS": False, "OPTIONS": {**options, "loaders": loaders}}]
    assert engines["django"].engine.loaders != []


@pytest.fixture
def broken_post(monkeypatch):
    """A mail server that refuses until it is mended."""
    state = {"broken": True, "error": ConnectionRefusedError("no mail server")}

    def deliver(self, fail_silently=False):
        if state["broken"]:
            raise state["error"]
        return real(self, fail_silently)

    real = outgoing.EmailMultiAlternatives.send
    monkeypatch.setattr(outgoing.EmailMultiAlternatives, "send", deliver)
    return state


def write(user, key="hello-1", course="Resting hands"):
    return record_mail(key=key, user=user, template="hello", context={"course": course})


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestOneMailPerDecision:
    def test_it_goes_out_when_the_decision_is_committed_and_not_before(self, learner):
        with transaction.atomic():
            write(learner)
            assert outgoing.outbox == []
        assert [(message.to, message.body) for message in outgoing.outbox] == [
            ([learner.email], "Your course is Resting hands.")
        ]
        assert Mail.objects.get().sent_at is not None

    def test_a_decision_that_is_rolled_back_sends_nothing(self, learner):
        with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the failure comes after the mail
            write(learner)
            raise RuntimeError
        assert (outgoing.outbox, Mail.objects.count()) == ([], 0)

    def test_the_same_key_is_the_same_mail(self, learner):
        first, second = write(learner), write(learner, course="Another course")
        assert (first.pk, second.text) == (second.pk, "Your course is Resting hands.")
        assert len(outgoing.outbox) == 1

    def test_a_lost_nudge_only_costs_time(self, learner, monkeypatch):
        monkeypatch.setattr("notifications.services.nudge", lambda mail_id: None)
        write(learner)
        assert outgoing.outbox == []
        assert (send_due_mails(), len(outgoing.outbox)) == (1, 1)
        assert (send_due_mails(), len(outgoing.outbox)) == (0, 1)


@pytest.mark.django_db
class TestTheWords:
    def test_both_forms_go_out_under_a_message_id_of_our_host(self, learner, settings):
        settings.SITE_URL = "https://school.example.org"
        send_mail_row(mail_id=write(learner).pk)
        message = outgoing.outbox[0]
        assert message.alternatives == [("<p>Your course is Resting hands.</p>", "text/html")]
        assert message.extra_headers["Message-ID"].endswith("@school.example.org>")

    def test_a_hostile_name_stays_inside_the_subject_and_the_html(self, learner):
        mail = write(learner, course="<script>alert(1)</script>")
        assert mail.subject == "Hello Lena Bcc: victim@example.com"
        assert mail.html == "<p>Your course is &lt;script&gt;alert(1)&lt;/script&gt;.</p>"

    def test_what_was_decided_is_what_is_sent(self, learner):
        mail = write(learner)
        learner.legal_name, learner.email = "Somebody Else", "else@example.com"
        learner.save()
        send_mail_row(mail_id=mail.pk)
        assert (outgoing.outbox[0].to, outgoing.outbox[0].subject) == (["learner@example.com"], mail.subject)


@pytest.mark.django_db
class TestFailure:
    def test_a_refused_mail_is_sent_later_under_the_same_message_id(self, learner, broken_post):
        mail = write(learner)
        Mail.objects.update(next_try_at=NOON)
        assert send_due_mails(at=NOON) == 0
        broken_post["broken"] = False
        assert send_due_mails(at=NOON + timedelta(minutes=1)) == 0
        assert send_due_mails(at=NOON + timedelta(minutes=2)) == 1
        assert [message.extra_headers["Message-ID"] for message in outgoing.outbox] == [mail.message_id]
        mail.refresh_from_db()
        assert (mail.tries, mail.last_error, mail.sent_at) == (2, "", NOON + timedelta(minutes=2))

    def test_the_wait_grows_to_six_hours_and_it_is_never_given_up(self, learner, broken_post):
        mail, waits, now = write(learner), [], NOON
        Mail.objects.update(next_try_at=NOON)
        for _ in range(12):
            send_mail_row(mail_id=mail.pk, at=now)
            mail.refresh_from_db()
            waits.append(int((mail.next_try_at - now).total_seconds() / 60))
            now = mail.next_try_at
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]
        assert mail.last_error == "ConnectionRefusedError"

    def test_years_of_refusals_break_nothing(self, learner, broken_post):
        mail = write(learner)
        Mail.objects.update(next_try_at=NOON, tries=30_000)
        assert send_mail_row(mail_id=mail.pk, at=NOON) is False
        mail.refresh_from_db()
        assert mail.next_try_at == NOON + timedelta(hours=6)

    def test_one_bad_address_does_not_hold_up_the_others(self, learner, monkeypatch):
        write(learner, key="bad"), write(learner, key="good")
        Mail.objects.filter(key="bad").update(to="bad\n@example.com", next_try_at=NOON - timedelta(hours=1))
        Mail.objects.filter(key="good").update(next_try_at=NOON)
        assert send_due_mails(at=NOON) == 1
        assert dict(Mail.objects.values_list("key", "sent_at")) == {"bad": None, "good": NOON}

    def test_a_sender_that_died_after_claiming_is_replaced(self, learner):
        mail = write(learner)
        Mail.objects.update(next_try_at=NOON + timedelta(minutes=5), tries=1)  # as the claim leaves it
        assert send_due_mails(at=NOON + timedelta(minutes=4)) == 0
        assert send_due_mails(at=NOON + timedelta(minutes=5)) == 1
        assert [message.extra_headers["Message-ID"] for message in outgoing.outbox] == [mail.message_id]

    def test_what_is_due_goes_out_oldest_first_and_no_more_than_asked(self, learner):
        for number in (2, 1, 3):
            mail = write(learner, key=f"mail-{number}", course=str(number))
            Mail.objects.filter(pk=mail.pk).update(next_try_at=NOON + timedelta(minutes=number))
        assert send_due_mails(at=NOON + timedelta(hours=1), limit=2) == 2
        assert [message.body for message in outgoing.outbox] == ["Your course is 1.", "Your course is 2."]

    def test_a_failing_nudge_does_not_fail_the_request_that_decided(self, learner, broken_post):
        nudge(write(learner).pk)
        assert Mail.objects.get().sent_at is None
