"""What the catalogue filters and sorts by: facts that higher apps write here (seam 4 of DESIGN.md)."""

from typing import ClassVar

from django.db import models


class CatalogueFacts(models.Model):
    """Price, hours and format of one course. A cache of truths kept elsewhere: `rebuild_catalogue` makes it anew."""

    course = models.OneToOneField("courses.CoursePage", on_delete=models.CASCADE, related_name="facts")
    price_amount = models.PositiveBigIntegerField(null=True, blank=True, help_text="Minor units; empty: not on offer.")
    currency = models.CharField(max_length=3, blank=True)
    hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    hours_approved = models.BooleanField(default=False, help_text="Hours of an approval; otherwise by our own count.")

    wagtail_reference_index_ignore = True

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["price_amount"], name="courses_facts_price"),
            models.Index(fields=["hours"], name="courses_facts_hours"),
        ]

    def __str__(self) -> str:
        return f"Facts of {self.course}"
