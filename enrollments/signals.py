"""Seam 3 of DESIGN.md: a course is completed."""

from django.dispatch import Signal

course_completed = Signal()
"""Sent with `enrollment`, inside the transaction that completes it. Receivers only insert unfinished rows."""
