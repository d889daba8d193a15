"""Disputes: until when to answer, what the school can show, and the pack as a PDF."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks

from accounts.models import User
from courses.tests.factories import make_user
from enrollments.models import Enrollment, UnitCompletion
from payments.models import Offer, Order, OrderNote, PaymentFact
from payments.rules.derive import INQUIRY, OPEN_DISPUTE
from payments.services import find_seat, seats_of, sync_order, take_seat
from payments.services.disputes import WORDS, disputes, read_dispute
from payments.services.evidence import evidence_of, make_pack
from payments.tests.conftest import Shop
from payments.tests.factories import make_order
from payments.tests.test_queue import staff_with
from stripe_sandbox.testing import APPROVED

pytestmark = pytest.mark.django_db


def disputed(shop: Shop, **how: bool) -> Order:
    """A paid order that a bank questions."""
    shop.pay(shop.enroll(), APPROVED)
    sync_order(order=shop.order)
    shop.bank.dispute(shop.payment, **how)
    return sync_order(order=shop.order)


def section(order: Order, title: str) -> list[tuple[str, ...]]:
    (found,) = [one for one in evidence_of(order).sections if one.title == title]
    return [tuple(row) for row in found.rows]


def test_purchase_terms_and_receipt_are_stated_as_they_were_sold(shop: Shop) -> None:
    order = disputed(shop)
    Offer.objects.filter(pk=order.offer_id).update(refund_days=1, refund_text="Other words.")
    purchase = dict(section(order, "Purchase and receipt"))
    assert (purchase["Order"], purchase["Light touch"], purchase["Total paid"]) == (order.number, "$48.00", "$48.00")
    assert dict(section(order, "Terms as they were sold")) == {
        "Access": "without an end date",
        "Refund": "within 30 days",
        "Refund until": f"{order.refund_until:%Y-%m-%d %H:%M:%S} UTC",
        "In words": "Money back within 30 days.",
    }


@pytest.mark.both_databases
def test_the_access_log_is_in_order_of_time(shop: Shop) -> None:
    order = disputed(shop)
    enrollment = Enrollment.objects.get()
    begun = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    Enrollment.objects.update(enrolled_at=begun)
    lesson = shop.course.get_descendants().last()
    UnitCompletion.objects.create(
        enrollment=enrollment, unit=lesson, unit_key=lesson.translation_key, completed_at=begun + timedelta(hours=1)
    )
    rows = section(order, "Access log")
    assert rows[:2] == [
        ("2026-01-05 09:00:00 UTC", "Buyer", "Enrolled in Light touch; access given"),
        ("2026-01-05 10:00:00 UTC", "Buyer", f"Completed: {lesson.title}"),
    ]
    assert rows[-1][2] == "Access suspended: payment disputed"
    fields = evidence_of(order).fields
    assert fields["service_date"] == "2026-01-05"
    assert fields["access_activity_log"].splitlines()[1] == ", ".join(rows[1])
    assert fields["refund_policy_disclosure"].startswith("Money back within 30 days. The course page states this rule")
    assert fields["customer_email_address"] == order.buyer["email"]


def test_who_took_a_seat_is_not_named_to_the_bank(shop: Shop, stranger: User, offer: Offer) -> None:
    Offer.objects.update(most_seats=5)
    stranger.legal_name = "Zora Quill"
    stranger.save()
    shop.pay(shop.enroll(seats="2"), APPROVED)
    order = sync_order(order=shop.order)
    token = seats_of(order)[0].link.rstrip("/").rsplit("/", 1)[1]
    assert find_seat(token)
    take_seat(token=token, user=stranger)
    (row,) = section(order, "Access log")
    assert row[1] == "Seat holder 1"
    everything = str(evidence_of(order))
    assert (stranger.email in everything, stranger.legal_name in everything) == (False, False)


def test_attempts_and_certificates_come_from_the_apps_that_know(shop: Shop) -> None:
    order = disputed(shop)
    asked = [made.__module__ for made in hooks.get_hooks("order_evidence")]
    assert asked == ["quizzes.services.order_evidence", "certificates.services.order_evidence"]
    titles = [one.title for one in evidence_of(order).sections]
    assert titles == [  # what has nothing to say is left out
        "Purchase and receipt",
        "Terms as they were sold",
        "Access log",
        "Mails to the buyer",
        "What Stripe recorded",
    ]


def odd_pack(shop: Shop) -> tuple[Order, bytes]:
    """Of an order whose title tries to be something else."""
    order = disputed(shop)
    Order.objects.update(title='Touch " \\ #rect() $x$ *bold* <html> 漢字 ' + "x" * 120)
    order.refresh_from_db()
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    boss = staff_with("view_order", "change_order")
    pdf = make_pack(order=order, by=boss, at=at)
    assert pdf == make_pack(order=order, by=boss, at=at)
    return order, pdf


def test_the_pack_is_a_pdf_and_stays_on_record(shop: Shop) -> None:
    _, pdf = odd_pack(shop)
    assert pdf.startswith(b"%PDF-")
    assert [note.what for note in OrderNote.objects.all()] == ["evidence", "evidence"]


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler-utils (Debian), not installed")
def test_the_words_of_the_pack_are_those_of_the_order(shop: Shop, tmp_path: Path) -> None:
    order, pdf = odd_pack(shop)
    file = tmp_path / "pack.pdf"
    file.write_bytes(pdf)
    words = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True).stdout  # noqa: S603, S607
    for expected in (f"Evidence for order {order.number}", "access_activity_log", "#rect() $x$ *bold*", "Light touch"):
        assert expected in words


def test_the_page_says_until_when_and_makes_the_pack(shop: Shop, client_of: Callable[[User], Client]) -> None:
    order = disputed(shop)
    due = read_dispute(disputes().get()).due_at
    assert due is not None
    keeper = client_of(staff_with("view_order", "change_order"))
    page = keeper.get(reverse("sales:dispute", args=[order.pk])).content.decode()
    assert f"Answer it by {due:%B} {due.day}, {due.year}" in page
    assert "service_date" in page
    answer = keeper.post(reverse("sales:evidence", args=[order.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f"evidence-{order.number}.pdf" in answer["Content-Disposition"]
    assert "Made " in keeper.get(reverse("sales:dispute", args=[order.pk])).content.decode()


def test_a_day_that_is_over_is_said(shop: Shop, client_of: Callable[[User], Client]) -> None:
    order = disputed(shop)
    fact = PaymentFact.objects.get(kind="dispute")
    fact.raw["evidence_details"]["due_by"] = int((timezone.now() - timedelta(days=1)).timestamp())
    fact.save()
    looker = client_of(staff_with("view_order"))
    assert "That day is over" in looker.get(reverse("sales:dispute", args=[order.pk])).content.decode()
    assert "The day is over." in looker.get(reverse("sales:disputes")).content.decode()


@pytest.mark.parametrize(("door", "looks"), [("sales:dispute", 200), ("sales:evidence", 405)])
def test_people_and_doors(
    shop: Shop, client_of: Callable[[User], Client], instructor: User, door: str, looks: int
) -> None:
    order = disputed(shop)
    address = reverse(door, args=[order.pk])
    people = [Client(), shop.browser, client_of(instructor), client_of(staff_with("view_order"))]
    assert [one.get(address).status_code for one in people] == [302, 404, looks if looks == 405 else 302, looks]
    making = reverse("sales:evidence", args=[order.pk])
    assert [one.post(making).status_code for one in people] == [302, 404, 302, 302]
    assert not OrderNote.objects.exists()
    assert people[-1].get(reverse("sales:dispute", args=[10**9])).status_code in (302, 404)


def test_every_state_of_a_dispute_has_words() -> None:
    assert {*OPEN_DISPUTE, *INQUIRY, "warning_closed", "won", "lost", "prevented"} == set(WORDS)


@pytest.mark.both_databases
def test_those_to_answer_stand_first_by_their_day_and_queries_do_not_grow(
    shop: Shop, offer: Offer, client_of: Callable[[User], Client]
) -> None:
    looker = client_of(staff_with("view_order"))

    def add(name: str, status: str, due: int) -> None:
        PaymentFact.objects.create(
            order=make_order(make_user(), offer),
            kind="dispute",
            stripe_id=name,
            amount=4800,
            currency="usd",
            status=status,
            happened_at=timezone.now(),
            observed_at=timezone.now(),
            raw={"reason": "product_not_received", "evidence_details": {"due_by": due}},
        )

    def queries() -> int:
        looker.get(reverse("sales:disputes"))
        with CaptureQueriesContext(connection) as caught:
            looker.get(reverse("sales:disputes"))
        return len(caught)

    add("dp_lost", "lost", 1)
    add("dp_later", "needs_response", 3000)
    few = queries()
    add("dp_decided", "under_review", 2)
    add("dp_sooner", "warning_needs_response", 2000)
    for number in range(8):
        add(f"dp_{number}", "won", 5)
    page = looker.get(reverse("sales:disputes"))
    assert [one.fact.stripe_id for one in page.context["disputes"]][:3] == ["dp_sooner", "dp_later", "dp_decided"]
    assert queries() == few
