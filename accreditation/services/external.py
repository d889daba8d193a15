"""Credit that a learner earned elsewhere: by their own word and file, for their own view only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from accounts.models import User
from accreditation.models import ExternalCredit, ProfessionalLicense


@transaction.atomic
def add_external(
    *,
    user: User,
    facts: Mapping[str, Any],
    licenses: Iterable[ProfessionalLicense] = (),
    file: File[bytes] | None = None,
) -> ExternalCredit:
    """Enter one. `facts` are its fields; only the person's own licenses are taken."""
    credit = ExternalCredit(user=user, **facts)
    if file is not None:
        credit.file = file
    credit.save()
    credit.licenses.set(_own(user, licenses))
    return credit


@transaction.atomic
def change_external(
    *,
    credit: ExternalCredit,
    facts: Mapping[str, Any],
    licenses: Iterable[ProfessionalLicense] = (),
    file: File[bytes] | None = None,
    drop_file: bool = False,
) -> ExternalCredit:
    """Change what was entered. A new file takes the place of the old one, which is thrown away after the commit."""
    locked = ExternalCredit.objects.select_for_update().get(pk=credit.pk)
    old = locked.file.name
    for name, value in facts.items():
        setattr(locked, name, value)
    if file is not None:
        locked.file = file
    elif drop_file:
        locked.file = ""
    locked.save()
    locked.licenses.set(_own(locked.user, licenses))
    if old and old != locked.file.name:
        _throw_away(old)
    return locked


@transaction.atomic
def remove_external(*, credit: ExternalCredit) -> None:
    """Take it out, with its file."""
    name = credit.file.name
    deleted, _ = ExternalCredit.objects.filter(pk=credit.pk).delete()
    if deleted and name:
        _throw_away(name)


def _own(user: User, licenses: Iterable[ProfessionalLicense]) -> list[ProfessionalLicense]:
    return [one for one in licenses if one.user_id == user.pk]


def _throw_away(name: str) -> None:
    transaction.on_commit(lambda: storages["private"].delete(name), robust=True)
