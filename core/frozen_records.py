"""Records that are inserted once and never changed, by whichever way of ours. Beside `frozen_rows`."""

from typing import Any, ClassVar, NoReturn

from django.core.exceptions import ValidationError
from django.db import models

REFUSAL = "This record is frozen: what learners met is never changed. Make a new one."


class FrozenQuerySet(models.QuerySet[Any]):
    """Reads and inserts; the other ways to write are closed."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Frozen."""
        raise ValidationError(REFUSAL)

    def delete(self) -> NoReturn:
        """Frozen."""
        raise ValidationError(REFUSAL)


class Frozen(models.Model):
    """A row that stands as it was inserted; `refusal` tells whoever would change it what to do instead."""

    refusal: ClassVar[str] = REFUSAL
    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused."""
        if not self._state.adding:
            raise ValidationError(self.refusal)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Frozen."""
        raise ValidationError(self.refusal)
