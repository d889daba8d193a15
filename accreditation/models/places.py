"""Who licenses whom: jurisdictions and certifying bodies, professions, their codes and the form of a number."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel

from accreditation.models.sources import SOURCE_PANEL, Sourced
from accreditation.rules.numbers import fits, pattern_problem


class Jurisdiction(Sourced):
    """A state, a country or a certifying body that gives a license or a certification and asks for it to be renewed."""

    class Kind(models.TextChoices):
        STATE = "state", "State or province"
        COUNTRY = "country", "Country"
        CERTIFIER = "certifier", "Certifying body or association"

    code = models.CharField(max_length=20, unique=True, help_text="ISO 3166, for example US-FL or GB; else a name.")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STATE)
    regulator = models.CharField(max_length=150, blank=True)
    lookup_url = models.URLField(blank=True, help_text="Where anyone can look up a license.")

    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("name", "code", "kind", "regulator", "lookup_url")),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Profession(models.Model):
    """What somebody is licensed as."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("code")]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class LicenseFormat(Sourced):
    """What a license number looks like there, and the code of the profession in reports. Data, not code."""

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="formats")
    profession = models.ForeignKey(Profession, on_delete=models.PROTECT, related_name="formats")
    pattern = models.CharField(
        max_length=120, help_text="A regular expression for the whole number without spaces, in capitals: MA[0-9]{3,6}."
    )
    prefix = models.CharField(
        max_length=10, blank=True, help_text="Put before a number that is typed without it: MA for 12345."
    )
    example = models.CharField(max_length=40)
    report_code = models.CharField(max_length=20, blank=True, help_text="The profession in CE Broker's files: MA.")

    panels: ClassVar[list[Any]] = [
        *(FieldPanel(name) for name in ("jurisdiction", "profession", "pattern", "prefix", "example", "report_code")),
        SOURCE_PANEL,
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["jurisdiction__name", "profession__name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["jurisdiction", "profession"], name="accreditation_format_once")
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction}, {self.profession}: {self.example}"

    def clean(self) -> None:
        """The pattern hangs nobody, and the example fits it."""
        problem = pattern_problem(self.pattern)
        if problem:
            raise ValidationError({"pattern": problem})
        if not fits(self.example, pattern=self.pattern, prefix=self.prefix):
            raise ValidationError({"example": "The example does not fit the pattern."})
