"""Seam 3 of DESIGN.md: a course is completed. And: what its certificate waited for is over."""

from django.dispatch import Signal

course_completed = Signal()
"""Sent with `enrollment`, inside the transaction that completes it. Receivers only insert unfinished rows."""

hold_closed = Signal()
"""Sent with `enrollment`, inside the transaction that closes one of its holds."""

hold_opened = Signal()
"""Sent with `enrollment`, `reason` and `source`, inside the transaction that opens one, once."""
