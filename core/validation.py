"""Bounded reading of what people type: odd input is a message or a 404, never a server error."""

MAX_QUERY = 200


def search_text(raw: str) -> str:
    """A search query without NUL bytes, trimmed and at most 200 characters long."""
    return raw.replace("\x00", " ").strip()[:MAX_QUERY]


def page_number(raw: str | None) -> int:
    """A page number from a query string: anything that is not one is the first page."""
    if raw and raw.isascii() and raw.isdigit() and len(raw) <= 6:
        return max(1, int(raw))
    return 1


def whole_number(raw: str | None) -> int | None:
    """A number from an address, such as a primary key: digits, few enough for any column; None for all else."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) <= 9 else None
