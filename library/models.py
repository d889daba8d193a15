"""What lessons show: images, documents, audio and video, and our own drawn figures.

Every file lives in private storage and leaves through `library.views`, which asks `core.access.can`: an item may be
opened by whoever may open a live page that uses it (enrollments.access).
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.db import models
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtailmedia.models import AbstractMedia


class PersonRelease(models.Model):
    """A recorded consent to be shown: who gave it, when, and where the signed paper is kept."""

    person = models.CharField(max_length=150, help_text="Who is shown. Never printed on a page.")
    signed_on = models.DateField(help_text="The date on the signed release.")
    kept_at = models.CharField(
        max_length=200, help_text="Where the signed release is kept, so that it can be found again."
    )
    note = models.TextField(blank=True, help_text="Limits of the release, if any: until when, for which use.")

    panels: ClassVar[list[Any]] = [
        FieldPanel("person"),
        FieldPanel("signed_on"),
        FieldPanel("kept_at"),
        FieldPanel("note"),
    ]

    def __str__(self) -> str:
        return f"{self.person}, {self.signed_on:%b %-d, %Y}"

    def clean(self) -> None:
        """A release is a signed paper, not a promise of one."""
        signed: date | None = self.signed_on
        if signed is not None and signed > timezone.localdate():
            raise ValidationError({"signed_on": "This day is still to come."})


class ShowsPeople(models.Model):
    """For pictures and recordings: a person may be shown only with a release on record."""

    shows_person = models.BooleanField(
        "shows a person",
        default=False,
        help_text="A person can be recognized. Then a release is needed before publishing.",
    )
    release = models.ForeignKey(PersonRelease, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @property
    def may_be_published(self) -> bool:
        """Nobody is shown without a release."""
        return not self.shows_person or self.release_id is not None


class Picture(ShowsPeople, AbstractImage):
    """A photograph or scan."""

    credit = models.CharField(
        max_length=200, blank=True, help_text="Who made it, and the license, as it shall be printed."
    )

    admin_form_fields = ("title", "file", "collection", "description", "credit", "shows_person", "release", "tags")

    def __str__(self) -> str:
        return str(self.title)

    @property
    def default_alt_text(self) -> str:
        """The description; the title is a name for the back office."""
        return self.description or self.title


class Rendition(AbstractRendition):
    """A resized copy. It has no address in storage, only the door that asks `can`."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="library_one_rendition_per_filter"
            )
        ]

    @property
    def url(self) -> str:
        """`/images/<id>/<filter>/<name>`, never the storage's address."""
        return reverse(
            "image_rendition", args=[self.image_id, self.filter_spec, (self.file.name or "").rsplit("/", 1)[-1]]
        )


class Handout(AbstractDocument):
    """A handout."""

    admin_form_fields = ("title", "file", "collection", "tags")

    @property
    def url(self) -> str:
        """`/documents/<id>/<name>`."""
        return reverse("wagtaildocs_serve", args=[self.pk, self.filename])


class Recording(ShowsPeople, AbstractMedia):
    """Audio or video, never without words: captions for what is heard, a transcript for who cannot play it."""

    captions = models.FileField(
        upload_to="captions",
        blank=True,
        validators=[FileExtensionValidator(["vtt"])],
        help_text="WebVTT file (.vtt). Needed for video before it can be published.",
    )
    transcript = models.TextField(blank=True, help_text="Everything that is said, and what matters of what is seen.")
    credit = models.CharField(
        max_length=200, blank=True, help_text="Who made it, and the license, as it shall be printed."
    )

    admin_form_fields = (
        "title",
        "file",
        "collection",
        "duration",
        "captions",
        "transcript",
        "credit",
        "shows_person",
        "release",
        "width",
        "height",
        "thumbnail",
        "tags",
    )

    def __str__(self) -> str:
        return str(self.title)

    @property
    def url(self) -> str:
        """`/media/<id>/<name>`, which answers Range requests."""
        return reverse("media_file", args=[self.pk, self.filename])

    @property
    def captions_url(self) -> str:
        """The captions leave by the same door."""
        return (
            reverse("media_file", args=[self.pk, (self.captions.name or "").rsplit("/", 1)[-1]])
            if self.captions
            else ""
        )

    @property
    def has_words(self) -> bool:
        """A transcript, and captions where there are pictures."""
        return bool(self.transcript.strip()) and (self.type == "audio" or bool(self.captions))

    def clean(self, *args: Any, **kwargs: Any) -> None:
        """A recording without a length cannot be counted as study time."""
        super().clean(*args, **kwargs)
        if self.duration is not None and self.duration < 0:
            raise ValidationError({"duration": "The length cannot be negative."})


class Figure(models.Model):
    """One of our own drawings (static/figures/): SVG uploads stay forbidden, these ship with the code."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=150)
    alt = models.CharField("alternative text", max_length=250, help_text="What the figure shows, in one sentence.")
    description = models.TextField(help_text="The same in words, with the numbered key: for who cannot see the figure.")
    credit = models.CharField(max_length=200, default="Drawn for this school")
    width = models.PositiveIntegerField(default=540)
    height = models.PositiveIntegerField(default=420)

    panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        FieldPanel("alt"),
        FieldPanel("description"),
        FieldPanel("credit"),
    ]

    class Meta:
        ordering: ClassVar[list[str]] = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """The file's static address."""
        return static(f"figures/{self.slug}.svg")
