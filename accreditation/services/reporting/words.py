"""What people and boards write, as it can be kept."""

LONGEST = 250


def kept(text: str, longest: int = LONGEST) -> str:
    """Trimmed, without signs that no database text holds, and as long as the column is."""
    return text.replace("\x00", "").strip()[:longest]


def rows_in_words(number: int) -> str:
    """1 row, 2 rows."""
    return f"{number} row{'' if number == 1 else 's'}"
