"""What courses are about and what lessons work with: words that staff keep."""

from typing import Any, ClassVar

from django.db import models
from wagtail.admin.panels import FieldPanel


class Topic(models.Model):
    """What a course is about, for the catalogue's filter."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Technique(models.Model):
    """A technique that some jurisdictions limit: lessons name it, and rules about it are told there."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
