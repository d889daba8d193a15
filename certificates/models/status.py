"""Status lists: one bit for each credential, set when it is revoked or replaced (W3C Bitstring Status List)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class StatusList(models.Model):
    """A list that anybody may fetch. Its places come from a secret permutation and do not tell the order of issue."""

    n = models.PositiveIntegerField(unique=True)
    secret = models.CharField(max_length=64, help_text="Makes the permutation of places; not a signing key.")
    used = models.PositiveIntegerField(default=0, help_text="Places given away.")
    document = models.TextField(blank=True, help_text="The signed list, exactly as it is served.")
    document_sha256 = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    is_stale = models.BooleanField(default=True, help_text="A bit has changed since it was signed; sweep signs it.")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["n"]

    def __str__(self) -> str:
        return f"Status list {self.n}"
