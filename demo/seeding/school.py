"""The school and its policies: all visibly marked as samples."""

from datetime import date

from wagtail.models import Site

from courses.models import PolicyVersion, SchoolSettings
from demo.reading import CONTENT, load_toml
from demo.seeding.pages import html

IN_FORCE_FROM = date(2026, 1, 1)


def seed_school() -> None:
    """Name, address, sample flag and dated policies."""
    site = Site.objects.get(is_default_site=True)
    SchoolSettings.objects.update_or_create(
        site=site,
        defaults={
            "name": "Stillpoint sample school",
            "address": "1 Example Street\nSampletown",
            "email": "school@example.com",
            "administrator": "Sample Administrator",
            "is_sample": True,
        },
    )
    for row in load_toml(CONTENT / "policies.toml")["policy"]:
        PolicyVersion.objects.get_or_create(
            kind=row["kind"],
            effective_from=IN_FORCE_FROM,
            defaults={"summary": row["summary"], "text": html(row["text"])},
        )
