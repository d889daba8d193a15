"""The sentences about credit on pages: from approval rows that hold this very day, and from nowhere else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from accreditation.models import ApprovalBody, CourseApproval, CreditStatement, ProviderApproval
from accreditation.services.statements import statement_for, statements_of
from accreditation.tests.factories import make_approval, make_body
from courses.models import CatalogueFacts
from courses.services import rebuild_catalogue

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
OWN = "{title}: {hours} hours by {body}, no. {number}, of provider {provider_number}."


@pytest.fixture
def approval(course):
    return make_approval(course, make_body(hour_label="contact hours"), number="C-1")


def own_words(approval, use="active", text=OWN, **fields):
    return CreditStatement.objects.create(body=approval.provider_approval.body, use=use, text=text, **fields)


def test_the_boards_own_sentence_filled_in(approval):
    own_words(approval)
    said = "Resting hands: 6 hours by Example Board board, no. C-1, of provider P-board."
    assert statement_for(approval, on=DAY) == said


def test_a_board_without_a_sentence_is_announced_plainly_in_its_own_unit(approval):
    said = "Approved by Example Board board for 6 contact hours. Course no. C-1, provider no. P-board."
    assert statement_for(approval, on=DAY) == said


def test_in_the_readers_language_else_in_english(approval):
    own_words(approval, text="English.")
    own_words(approval, text="Deutsch.", language="de")
    said = []
    for language in ("en", "de", "fr"):
        with translation.override(language):
            said.append(statement_for(approval, on=DAY))
    assert said == ["English.", "Deutsch.", "English."]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (CourseApproval, {"status": "lapsed"}),
        (CourseApproval, {"status": "submitted"}),
        (CourseApproval, {"valid_to": DAY - timedelta(days=1)}),
        (CourseApproval, {"valid_from": DAY + timedelta(days=1)}),
        (ProviderApproval, {"status": "lapsed"}),
        (ProviderApproval, {"valid_to": DAY - timedelta(days=1)}),
    ],
)
def test_nothing_is_said_where_it_does_not_hold(approval, model, change):
    own_words(approval)
    model.objects.update(**change)
    assert statement_for(CourseApproval.objects.get(), on=DAY) == ""


def test_what_is_applied_for_is_said_only_in_the_boards_words_for_it(approval):
    CourseApproval.objects.update(status="submitted")
    own_words(approval, "pending", "Applied for with {body}.")
    assert statement_for(CourseApproval.objects.get(), on=DAY) == "Applied for with Example Board board."


def test_many_cost_the_same(course, django_assert_num_queries):
    for code in ("a", "b", "c"):
        own_words(make_approval(course, make_body(code)), text=code)
    found = list(CourseApproval.objects.select_related("provider_approval__body").prefetch_related("credit_lines"))
    with django_assert_num_queries(1):
        assert sorted(statements_of(found, on=DAY).values()) == ["a", "b", "c"]


# On pages.


def page(client, course):
    return client.get(course.get_url_parts()[2]).content.decode()


LINE = "<li>6 CE hours</li>"


def test_the_course_page_says_it_with_its_lines_and_its_last_day(client, course, approval):
    CourseApproval.objects.update(valid_to=date(2090, 6, 30))
    text = page(client, course)
    assert "<strong>6 contact hours</strong>" in text
    assert "Approved by Example Board board for 6 contact hours. Course no. C-1, provider no. P-board." in text
    assert "General 6 hours, home study. For those who finish by June 30, 2090." in text
    assert "Hours by our own count" not in text


@pytest.mark.parametrize("change", [{"status": "lapsed"}, {"valid_to": timezone.localdate() - timedelta(days=1)}])
def test_a_lapse_is_seen_on_every_page_at_once_before_any_sweep(client, course, approval, change):
    rebuild_catalogue()
    assert LINE in client.get("/courses/").content.decode()
    CourseApproval.objects.update(**change)
    assert CatalogueFacts.objects.get(course=course).hours_approved
    catalogue, own = client.get("/courses/").content.decode(), page(client, course)
    assert (LINE in catalogue, "CE hours" in own, "Example Board" in own) == (False, False, False)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ({"valid_to": DAY}, (True, False)),
        ({"valid_from": DAY + timedelta(days=1)}, (False, True)),
    ],
)
def test_the_sweeps_rebuilding_of_the_catalogue_sees_a_day_pass(course, approval, monkeypatch, term, found):
    CourseApproval.objects.update(**term)
    seen = []
    for day in (DAY, DAY + timedelta(days=1)):
        monkeypatch.setattr("accreditation.services.approvals.timezone.localdate", lambda day=day: day)
        rebuild_catalogue()
        seen.append(CatalogueFacts.objects.get(course=course).hours_approved)
    assert tuple(seen) == found


def test_a_sample_is_marked_and_on_a_real_site_not_shown(client, course, approval, settings):
    ApprovalBody.objects.update(is_sample=True)
    assert '<span class="badge badge-care">Sample</span>' in page(client, course)
    settings.SAMPLES = False
    assert "contact hours" not in page(client, course)


def test_the_hours_of_the_lines_are_spelled_out(client, course):
    lines = (("self_paced", "ethics", "1.5"), ("live_in_person", "technique", "2"))
    approval = make_approval(course, lines=lines)
    assert approval.hours == Decimal("3.5")
    assert "Technique 2 hours, live, hands-on. Ethics 1.5 hours, home study." in page(client, course)


@pytest.mark.parametrize(("text", "kept"), [("{title}, by {body}.", 1), ("{tittle}", 0)])
def test_staff_write_the_boards_sentence_with_the_board(client, course, approval, text, kept):
    client.force_login(User.objects.create_superuser("operator@example.com", "pw"))
    body = approval.provider_approval.body
    form = {"name": body.name, "code": body.code, "unit": "ce_hour", "hour_label": "CE hours", "rounding": "none"}
    form |= {"report_alarm_days": 20, "approves_courses": "on", "requires_exact_title": "on"}
    for name, rows in (("statements", 1), ("terms", 1)):
        form |= {f"{name}-TOTAL_FORMS": rows, f"{name}-INITIAL_FORMS": 0}
    form |= {"statements-0-use": "active", "statements-0-language": "en", "statements-0-text": text}
    form |= {"terms-0-term": "self_paced", "terms-0-label": "Home Study", "terms-0-code": "HS"}
    client.post(reverse("wagtailsnippets_accreditation_approvalbody:edit", args=[body.pk]), form)
    assert (body.statements.count(), body.terms.count()) == (kept, kept)
    assert ("Resting hands, by Example Board board." in page(client, course)) is bool(kept)
