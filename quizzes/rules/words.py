"""Times and counts as one says them to a learner."""

from datetime import datetime, tzinfo

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def moment_in_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """When, on the learner's own clock: "today 10:40 AM", "tomorrow 3:05 PM", "November 24, 10:40 AM"."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = clock_in_words(local)
    days = (local.date() - today).days
    if days in (0, 1):
        return f"{'tomorrow' if days else 'today'} {clock}"
    return f"{local:%B} {local.day}, {clock}"


def clock_in_words(local: datetime) -> str:
    """A time of day as it is said in the United States: "10:42 AM"."""
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def study_in_words(lessons: int) -> str:
    """What to read again: "Study this lesson", "Study these two lessons"."""
    if lessons == 1:
        return "Study this lesson"
    return f"Study these {_NUMBERS[lessons] if lessons < len(_NUMBERS) else lessons} lessons"


def minutes_in_words(minutes: int) -> str:
    """A wait or a limit: "10 minutes", "2 hours", "1 day"."""
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
