"""The evidence register and the figures."""

import re
from datetime import date
from pathlib import Path

from django.conf import settings

from accounts.models import User
from demo.reading import evidence_rows, figure_rows
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference, WordingPattern
from library.models import Figure

REVIEWED_ON = date(2026, 11, 20)
SIZE = re.compile(r'<svg[^>]*\bviewBox="[\d.\-]+ [\d.\-]+ ([\d.]+) ([\d.]+)"')


def seed_evidence(reviewer: User) -> None:
    """Sources, claims, words, warnings and patterns. The reviewer is the demo's sample person."""
    for row in evidence_rows("reference", "references*.toml"):
        key = row.pop("key")
        Reference.objects.update_or_create(key=key, defaults={**row, "year": row.get("year") or None})
    references = {one.key: one for one in Reference.objects.all()}
    for row in evidence_rows("claim", "claims*.toml"):
        sources = [references[key] for key in row.pop("references", [])]
        claim, _ = Claim.objects.update_or_create(
            key=row.pop("key"), defaults={**row, "reviewed_by": reviewer, "reviewed_on": REVIEWED_ON}
        )
        claim.references.set(sources)
    for row in evidence_rows("term", "glossary*.toml"):
        source = references.get(row.get("source", ""))
        row["source"] = (source.citation if source else row.get("source", ""))[:200]
        GlossaryTerm.objects.update_or_create(key=row.pop("key"), defaults=row)
    for row in evidence_rows("contraindication", "contraindications.toml"):
        Contraindication.objects.update_or_create(key=row.pop("key"), defaults=row)
    for row in evidence_rows("pattern", "patterns.toml"):
        WordingPattern.objects.update_or_create(pattern=row.pop("pattern"), defaults=row)


def seed_figures() -> None:
    """One row per drawing of static/figures/, with its size from the file."""
    for row in figure_rows():
        width, height = _size(Path(settings.BASE_DIR) / "static" / "figures" / f"{row['slug']}.svg")
        Figure.objects.update_or_create(slug=row.pop("slug"), defaults={**row, "width": width, "height": height})


def _size(path: Path) -> tuple[int, int]:
    found = SIZE.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path.name} has no viewBox")
    return round(float(found.group(1))), round(float(found.group(2)))
