"""What higher apps hear of: sent inside the transaction, receivers only insert unfinished rows."""

from django.dispatch import Signal

credit_claimed = Signal()
"""enrollment: a license was named, or credit was declined, for a course; what waited for it may go on."""
evaluation_given = Signal()
"""enrollment: the course evaluation was answered; what a board lets wait for it may go on."""
award_ended = Signal()
"""award: it was corrected or made void."""
