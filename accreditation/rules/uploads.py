"""What a file is, by its first bytes: the name and the browser's word for it are whatever somebody typed."""

KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
)
CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


def kind_of(head: bytes) -> str:
    """`pdf`, `jpg` or `png`; empty for everything else.

    >>> kind_of(b"%PDF-1.7 ..."), kind_of(b"<html>")
    ('pdf', '')
    """
    return next((kind for start, kind in KINDS if head.startswith(start)), "")
