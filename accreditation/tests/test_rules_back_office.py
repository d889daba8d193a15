"""Renewal rules in the back office: who read the board's page, and what is not verified."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accreditation.models import Jurisdiction, RenewalRule
from accreditation.tests.factories import make_florida, make_jurisdiction, make_profession
from courses.tests.factories import make_user

pytestmark = pytest.mark.django_db
RULES = "wagtailsnippets_accreditation_renewalrule"
VIEWS = ["renewalrule", "jurisdiction", "profession", "licenseformat"]


@pytest.fixture
def provider():
    user = make_user("provider@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="Providers"))
    return user


@pytest.fixture
def staff(client, provider):
    client.force_login(provider)
    return client


def filled(**changes):
    form = {
        "jurisdiction": make_jurisdiction().pk,
        "profession": make_profession().pk,
        "cycle": "fixed_date",
        "cycle_months": 24,
        "anchor_month": 8,
        "anchor_day": 31,
        "anchor_parity": "odd",
        "carryover_max": 0,
        "total_hours": 24,
        "unit": "ce_hour",
        "first_cycle": "full",
        "acceptance": "unknown",
        "buckets-TOTAL_FORMS": 1,
        "buckets-INITIAL_FORMS": 0,
        "buckets-MIN_NUM_FORMS": 0,
        "buckets-MAX_NUM_FORMS": 1000,
        "buckets-0-name": "Ethics",
        "buckets-0-subjects": ["ethics"],
        "buckets-0-min_hours": 2,
        "buckets-0-in_first_cycle": "on",
    }
    return form | changes


def test_a_rule_and_its_requirements_are_one_form_and_it_is_not_verified_yet(staff):
    assert staff.post(reverse(f"{RULES}:add"), filled()).status_code == 302
    rule = RenewalRule.objects.get()
    assert [(one.name, one.subjects, one.min_hours) for one in rule.buckets.all()] == [("Ethics", ["ethics"], 2)]
    assert (rule.verified_on, rule.verified_by) == (None, None)
    assert "Not verified" in staff.get(reverse(f"{RULES}:list")).content.decode()


def test_who_sets_the_day_of_reading_is_who_read_the_page(staff, provider):
    today = timezone.localdate()
    staff.post(reverse(f"{RULES}:add"), filled(verified_on=str(today)))
    rule = RenewalRule.objects.get()
    assert (rule.verified_on, rule.verified_by) == (today, provider)
    assert "Not verified" not in staff.get(reverse(f"{RULES}:list")).content.decode()
    other = make_user("other@example.com")
    kept = {"buckets-INITIAL_FORMS": 1, "buckets-0-id": rule.buckets.get().pk}
    again = filled(verified_on="2020-01-02", verified_by=other.pk, **kept)
    assert staff.post(reverse(f"{RULES}:edit", args=[rule.pk]), again).status_code == 302
    rule.refresh_from_db()
    assert (rule.verified_on, rule.verified_by) == (date(2020, 1, 2), other)
    assert "Not verified since Jan 2, 2020" in staff.get(reverse(f"{RULES}:list")).content.decode()


@pytest.mark.parametrize("changes", [{"anchor_day": ""}, {"first_cycle": "flat"}])
def test_a_rule_that_cannot_be_read_is_refused(staff, changes):
    assert staff.post(reverse(f"{RULES}:add"), filled(**changes)).status_code == 200
    assert not RenewalRule.objects.exists()


@pytest.mark.parametrize("name", VIEWS)
def test_lists_are_for_those_who_keep_the_rules_and_can_be_exported(staff, learner, name):
    make_florida()
    address = reverse(f"wagtailsnippets_accreditation_{name}:list")
    assert staff.get(address, {"export": "csv"}).status_code == 200
    staff.force_login(learner)
    assert staff.get(address).status_code == 404


def test_the_list_asks_as_often_for_many_rules_as_for_one(staff, django_assert_max_num_queries):
    make_florida()
    address = reverse(f"{RULES}:list")
    staff.get(address)
    with django_assert_max_num_queries(60) as one:
        staff.get(address)
    for number in range(5):
        make_florida(effective_from=date(2020 + number, 1, 1))
    assert Jurisdiction.objects.count() == 1
    with django_assert_max_num_queries(len(one.captured_queries)):
        staff.get(address)
