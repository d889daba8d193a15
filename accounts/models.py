"""People. One account per person, known by e-mail; the legal name is what certificates print."""

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are compared without regard to case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who may log in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The operator, who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Log-in by e-mail in any case."""
        return self.get(email__iexact=username)


def known_time_zone(value: str) -> None:
    """Refuse a time zone that the time zone database does not have."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone from the list.", code="time_zone")


class User(AbstractBaseUser, PermissionsMixin):
    """A learner, instructor, reviewer or provider."""

    email = models.EmailField("e-mail address", unique=True)
    legal_name = models.CharField(
        max_length=150,
        blank=True,
        help_text="Your name as it shall stand on certificates: as on your license or your identity card.",
    )
    legal_name_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    time_zone = models.CharField(
        max_length=64,
        default="America/New_York",
        validators=[known_time_zone],
        help_text="Dates and deadlines are shown in it; the date on a certificate is the date there.",
    )
    is_staff = models.BooleanField(default=False, help_text="May open the back office.")
    is_active = models.BooleanField(default=True, help_text="Off: can no longer log in. Records stay.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="accounts_one_person_per_email")
        ]

    def __str__(self) -> str:
        return self.legal_name or self.email

    def get_full_name(self) -> str:
        """Wagtail and allauth ask for a name to show."""
        return self.legal_name or self.email

    def get_short_name(self) -> str:
        """The first word of the name, for greetings."""
        return self.legal_name.split(" ")[0] if self.legal_name else self.email.split("@")[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's own clock."""
        return zoneinfo.ZoneInfo(self.time_zone)
