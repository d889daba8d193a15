"""The sample boards and rules: each with its source, none verified, nothing unconfirmed as a fact."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accreditation.models import (
    ApprovalBody,
    BodyTerm,
    CreditStatement,
    EvaluationQuestion,
    Jurisdiction,
    LicenseFormat,
    Profession,
    RenewalBucket,
    RenewalRule,
    ReportFormat,
    TechniqueScopeRule,
)
from courses.models import Technique
from demo.seeding.accreditation import seed_boards, seed_places, seed_rules, seed_techniques
from records.models import RetentionPolicy

SOURCED = (Jurisdiction, LicenseFormat, ReportFormat, ApprovalBody, RenewalRule, TechniqueScopeRule, RetentionPolicy)
OTHERS = (Profession, CreditStatement, BodyTerm, RenewalBucket, EvaluationQuestion, Technique)


def seed() -> None:
    for step in (seed_places, seed_boards, seed_rules, seed_techniques):
        step()


@pytest.fixture(autouse=True)
def seeded(db: None) -> None:
    seed()


def rule_of(code: str) -> RenewalRule:
    return RenewalRule.objects.get(jurisdiction__code=code)


def test_every_row_is_a_marked_sample_that_nobody_has_verified_and_every_rule_says_where_it_was_read() -> None:
    for model in SOURCED:
        assert model.objects.filter(is_sample=False).count() == 0, model.__name__
        assert model.objects.exclude(verified_on=None).count() == 0, model.__name__
    for model in (RenewalRule, TechniqueScopeRule, LicenseFormat):
        assert model.objects.filter(source_url="").count() == 0, model.__name__
        assert model.objects.filter(source_as_of="").count() == 0, model.__name__


def test_every_row_would_pass_the_form_of_the_back_office() -> None:
    wrong = []
    for model in (*SOURCED, *OTHERS):
        for row in model.objects.all():
            try:
                row.full_clean()
            except ValidationError as error:
                wrong.append((row, error.messages))
    assert wrong == []


def test_seeding_twice_changes_nothing_and_keeps_what_staff_corrected() -> None:
    RenewalRule.objects.filter(jurisdiction__code="US-TX").update(total_hours=Decimal(16))
    before = {model: model.objects.count() for model in (*SOURCED, *OTHERS)}
    seed()
    assert {model: model.objects.count() for model in (*SOURCED, *OTHERS)} == before
    assert rule_of("US-TX").total_hours == 16


def test_florida_stands_as_its_rule_was_read() -> None:
    """64B7-28.009, text of Dec 2024 (DOMAIN.md 2.2)."""
    rule = rule_of("US-FL")
    assert (rule.total_hours, rule.anchor_month, rule.anchor_day, rule.anchor_parity) == (24, 8, 31, "odd")
    assert (rule.first_cycle, rule.first_cycle_hours) == ("per_month", 1)
    asked = {bucket.name: (bucket.min_hours, bucket.in_first_cycle) for bucket in rule.buckets.all()}
    assert asked == {
        "Medical errors": (2, True),
        "Florida laws and rules": (2, False),
        "Ethics": (2, False),
        "Human trafficking": (1, True),
        "In person, hands-on technique": (12, False),
    }


def test_where_nothing_is_confirmed_there_is_no_rule() -> None:
    unconfirmed = ["US-AL", "US-AK", "US-AZ", "US-IN", "US-WA", "US-OH", "CA-ON", "GB", "IE"]
    assert Jurisdiction.objects.filter(code__in=unconfirmed).count() == len(unconfirmed)
    assert RenewalRule.objects.filter(jurisdiction__code__in=unconfirmed).count() == 0


def test_whose_approval_counts_is_listed_only_where_the_text_says_so() -> None:
    listed = {
        rule.jurisdiction.code: {body.code for body in rule.accepts.all()}
        for rule in RenewalRule.objects.filter(acceptance="listed")
    }
    assert listed == {
        "US-FL": {"fl-massage", "ncbtmb", "amta", "abmp", "fsmta"},
        "US-TX": {"tx-tdlr", "ncbtmb"},
        "US-GA": {"ncbtmb"},
        "NCBTMB": {"ncbtmb"},
    }
    others = RenewalRule.objects.exclude(acceptance="listed")
    assert {(rule.acceptance, rule.accepts.count()) for rule in others} == {("unknown", 0)}


def test_no_sample_can_be_loaded_on_a_real_site(settings: Any) -> None:
    RenewalRule.objects.get(jurisdiction__code="US-HI").delete()
    settings.SAMPLES = False
    with pytest.raises(ValidationError, match="sample"):
        seed_rules()
    assert RenewalRule.objects.filter(jurisdiction__code="US-HI").count() == 0
