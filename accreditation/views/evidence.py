"""Private files of learners: always a download, never shown by the browser as a page of ours."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

from accreditation.rules.uploads import CONTENT_TYPES

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def sent(file: FieldFile, name: str) -> FileResponse:
    """The file under a name of ours, which says nothing about its owner; who may have it was asked before."""
    if not file:
        raise Http404
    ending = (file.name or "").rpartition(".")[2]
    try:
        handle = file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    content_type = CONTENT_TYPES.get(ending, "application/octet-stream")
    answer = FileResponse(handle, as_attachment=True, filename=f"{name}.{ending}", content_type=content_type)
    for header, value in HEADERS.items():
        answer[header] = value
    return answer
