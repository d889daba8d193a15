"""What changes a person: the name on certificates, the profile."""

import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User

JOINERS = "\u200c\u200d"


@transaction.atomic
def confirm_legal_name(*, user: User, legal_name: str, at: datetime | None = None) -> User:
    """Set the name that certificates will print, and remember that the person confirmed it.

    Names are stored in Unicode NFC with single spaces, so that the same name is the same text everywhere.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    user.legal_name = tidy_name(legal_name)
    user.legal_name_confirmed_at = at or timezone.now()
    user.save(update_fields=["legal_name", "legal_name_confirmed_at"])
    return user


@transaction.atomic
def settle_back_office(*, user: User) -> None:
    """Who has a role with access to the back office is staff, who has none is not; the operator always is."""
    allowed = user.is_superuser or user.groups.filter(permissions__codename="access_admin").exists()
    if user.is_staff != allowed:
        user.is_staff = allowed
        user.save(update_fields=["is_staff"])


def tidy_name(raw: str) -> str:
    """NFC, no control characters, single spaces. Joiners stay: Persian and Indic names are written with them."""
    text = unicodedata.normalize("NFC", raw)
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" and char not in JOINERS else char for char in text)
    return " ".join(text.split())
