"""Boards, rules and the sample approvals from `demo/content/accreditation/`. All are samples with the public text that
they were read from; nobody has looked at the live pages, so `verified_on` stays empty (DOMAIN.md 8).

What exists is left as it is: whoever tries the back office keeps what they entered.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from accounts.models import User
from accreditation.models import (
    ApprovalBody,
    BodyTerm,
    CourseApproval,
    CreditLine,
    CreditStatement,
    EvaluationQuestion,
    ExternalCredit,
    InstructorApproval,
    Jurisdiction,
    LicenseFormat,
    Profession,
    ProfessionalLicense,
    ProviderApproval,
    RenewalBucket,
    RenewalRule,
    ReportFormat,
    TechniqueScopeRule,
)
from core.hours import own_count
from courses.models import CourseEdition, CoursePage, Technique
from courses.services import current_edition, rebuild_catalogue
from demo.reading import CONTENT, load_toml
from records.models import RetentionPolicy

FOLDER = CONTENT / "accreditation"
SAMPLE = {"is_sample": True}
SAMPLE_TERM = {"valid_from": date(2026, 1, 1), "valid_to": date(2029, 12, 31)}
AMOUNTS = frozenset({"total_hours", "first_cycle_hours", "carryover_max", "min_hours", "max_hours", "hours"})
Row = dict[str, Any]


def seed_places() -> None:
    """Professions, jurisdictions and what a license number looks like."""
    content = load_toml(FOLDER / "places.toml")
    _add(Profession, content["profession"], "code")
    states = [{"code": code, "name": name} for code, name in content["states"].items()]
    _add(Jurisdiction, [{**row, **SAMPLE} for row in (*content["jurisdiction"], *states)], "code")
    places, professions = _by_code(Jurisdiction), _by_code(Profession)
    for row in content["license_format"]:
        place, profession = places[row.pop("jurisdiction")], professions[row.pop("profession")]
        LicenseFormat.objects.get_or_create(jurisdiction=place, profession=profession, defaults={**row, **SAMPLE})


def seed_boards() -> None:
    """Report formats, then boards with their statements and words."""
    content = load_toml(FOLDER / "boards.toml")
    _add(ReportFormat, [{**row, **SAMPLE} for row in content["report_format"]], "code")
    formats = _by_code(ReportFormat)
    known = _by_code(ApprovalBody)
    for row in content["body"]:
        if row["code"] in known:
            continue
        statements, terms = row.pop("statement", []), row.pop("term", [])
        row["report_format"] = formats.get(row.get("report_format", ""))
        body = ApprovalBody.objects.create(**row, **SAMPLE)
        CreditStatement.objects.bulk_create([CreditStatement(body=body, **one) for one in statements])
        BodyTerm.objects.bulk_create([BodyTerm(body=body, **one) for one in terms])


def seed_rules() -> None:
    """What each license asks for at renewal, which techniques are limited where, how long records are kept."""
    places, professions, bodies = _by_code(Jurisdiction), _by_code(Profession), _by_code(ApprovalBody)
    for row in map(_with_amounts, load_toml(FOLDER / "renewal.toml")["rule"]):
        buckets = [_with_amounts(bucket) for bucket in row.pop("bucket", [])]
        accepts = [bodies[code] for code in row.pop("accepts", [])]
        place, profession = places[row.pop("jurisdiction")], professions[row.pop("profession")]
        if RenewalRule.objects.filter(jurisdiction=place, profession=profession).exists():
            continue
        rule = RenewalRule(jurisdiction=place, profession=profession, **row, **SAMPLE)
        rule.accepts.set(accepts)
        rule.save()
        RenewalBucket.objects.bulk_create([RenewalBucket(rule=rule, **bucket) for bucket in buckets])
    for row in load_toml(FOLDER / "retention.toml")["policy"]:
        body = bodies.get(row.pop("body", ""))
        RetentionPolicy.objects.get_or_create(record=row.pop("record"), body=body, defaults={**row, **SAMPLE})
    for row in load_toml(FOLDER / "questions.toml")["question"]:
        body = bodies.get(row.pop("body"))
        EvaluationQuestion.objects.get_or_create(text=row.pop("text"), defaults={**row, "body": body})


def seed_techniques() -> None:
    """Techniques that lessons name, and the rules about them."""
    content = load_toml(FOLDER / "scope.toml")
    _add(Technique, content["technique"], "slug")
    places, professions = _by_code(Jurisdiction), _by_code(Profession)
    techniques = {one.slug: one for one in Technique.objects.all()}
    for row in content["rule"]:
        technique, place = techniques[row.pop("technique")], places[row.pop("jurisdiction")]
        defaults = {**row, **SAMPLE, "profession": professions[row["profession"]]}
        TechniqueScopeRule.objects.get_or_create(technique=technique, jurisdiction=place, defaults=defaults)


def seed_approvals(courses: dict[str, CoursePage], people: dict[str, User]) -> None:
    """The school's approvals and its courses', for no more hours than our own count of the newest edition."""
    content = load_toml(FOLDER / "approvals.toml")
    bodies = _by_code(ApprovalBody)
    providers = {}
    for row in content["provider"]:
        defaults = {"name_as_approved": "Stillpoint sample school", "status": "active", **SAMPLE_TERM, **SAMPLE}
        providers[row["body"]], _ = ProviderApproval.objects.get_or_create(
            body=bodies[row["body"]], number=row["number"], defaults=defaults
        )
    for row in content["course"]:
        course = courses[row["slug"]]
        if not course.approvals.filter(provider_approval=providers[row["body"]]).exists():
            _approve(course, providers[row["body"]], row)
    for row in content["instructor"]:
        InstructorApproval.objects.get_or_create(
            instructor=people[row["person"]].instructor_profile,
            body=bodies[row["body"]],
            number=row["number"],
            defaults={"status": "active", **SAMPLE_TERM, **SAMPLE},
        )


def _approve(course: CoursePage, provider: ProviderApproval, row: Row) -> None:
    edition = current_edition(course)
    if edition is None:
        return
    lines = _lines(row["lines"], edition)
    if not lines:
        return
    approval = CourseApproval.objects.create(
        course=course,
        provider_approval=provider,
        number=row["number"],
        title_as_approved=course.title,
        status="active",
        **SAMPLE_TERM,
        **SAMPLE,
    )
    approval.editions.add(edition)
    CreditLine.objects.bulk_create([CreditLine(approval=approval, mode="self_paced", **line) for line in lines])
    rebuild_catalogue(course=course)


def _lines(rows: list[Row], edition: CourseEdition) -> list[Row]:
    """Subjects with their hours: fixed ones first, then the rest of our own count; nothing above it."""
    left = own_count(words=edition.words, media_seconds=edition.media_seconds)
    found = []
    for row in rows:
        hours = left if row["hours"] == "rest" else min(left, Decimal(row["hours"]))
        left -= hours
        if hours:
            found.append({"subject": row["subject"], "hours": hours})
    return found


def seed_licenses(people: dict[str, User]) -> None:
    """The demo's licenses, with numbers that no board would give, and credit from elsewhere."""
    content = load_toml(FOLDER / "approvals.toml")
    places, professions = _by_code(Jurisdiction), _by_code(Profession)
    licenses = {}
    for row in content["license"]:
        place, profession = places[row["jurisdiction"]], professions[row["profession"]]
        licenses[row["person"], row["jurisdiction"]], _ = ProfessionalLicense.objects.get_or_create(
            user=people[row["person"]],
            jurisdiction=place,
            profession=profession,
            number=row["number"],
            defaults={"number_normalized": row["number"], "expires_on": row["expires_on"]},
        )
    for row in map(_with_amounts, content["external"]):
        person, place = row.pop("person"), row.pop("jurisdiction")
        credit, made = ExternalCredit.objects.get_or_create(user=people[person], title=row.pop("title"), defaults=row)
        if made:
            credit.licenses.add(licenses[person, place])


def _add(model: type[Model], rows: Iterable[Row], key: str) -> None:
    """Those that are not there yet, in one go."""
    there = set(model._default_manager.values_list(key, flat=True))
    model._default_manager.bulk_create([model(**row) for row in rows if row[key] not in there])


def _by_code(model: type[Model]) -> dict[str, Any]:
    return {one.code: one for one in model._default_manager.all()}  # type: ignore[attr-defined]


def _with_amounts(row: Row) -> Row:
    """Hours stand as text in TOML: a float would not be exact."""
    return {name: Decimal(value) if name in AMOUNTS else value for name, value in row.items()}
