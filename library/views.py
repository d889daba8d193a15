"""The only doors by which files leave: each asks `can` first and answers Range requests.

Safari cannot start a video without them.
"""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any

from django.core.files.storage import storages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core.access import allowed_or_404
from library.models import Handout, Picture, Recording, Rendition

CHUNK = 256 * 1024
INLINE_TYPES = ("image/", "audio/", "video/", "text/vtt")
TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".webp": "image/webp",
}
"""What Python's own table lacks: a machine without /etc/mime.types must not offer a picture as a download."""


@require_safe
def document(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponseBase:
    """A handout, as a download."""
    found = get_object_or_404(Handout, pk=document_id)
    allowed_or_404(request.user, "view", found)
    if found.filename != document_filename:
        raise Http404
    return _send(request, found.file)


@require_safe
def media(request: HttpRequest, media_id: int, name: str) -> HttpResponseBase:
    """A recording, its captions or its poster."""
    found = get_object_or_404(Recording, pk=media_id)
    allowed_or_404(request.user, "view", found)
    for file in (found.file, found.captions, found.thumbnail):
        if file and (file.name or "").rsplit("/", 1)[-1] == name:
            return _send(request, file)
    raise Http404


@require_safe
def rendition(request: HttpRequest, image_id: int, filter_spec: str, name: str) -> HttpResponseBase:
    """A resized image that a page has asked for before. New sizes are never made here: nobody can order thousands."""
    allowed_or_404(request.user, "view", get_object_or_404(Picture, pk=image_id))
    for found in Rendition.objects.filter(image_id=image_id, filter_spec=filter_spec):
        if found.file.name.rsplit("/", 1)[-1] == name:
            return _send(request, found.file)
    raise Http404


def _send(request: HttpRequest, file: FieldFile) -> HttpResponseBase:
    """Stream from disk with Range support, or redirect to a signed address that lives five minutes."""
    storage: Any = storages["private"]
    if not hasattr(storage, "location") or hasattr(storage, "bucket_name"):
        return HttpResponseRedirect(file.url)
    name = (file.name or "").rsplit("/", 1)[-1]
    content_type = (
        TYPES.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
    try:
        handle, size = file.open("rb"), file.size
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = _partial(request.headers.get("Range", ""), handle, size) or FileResponse(handle)
    response["Content-Type"] = content_type
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'"
    attached = not content_type.startswith(INLINE_TYPES)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "attachment"
    return response


def _partial(header: str, handle: IO[bytes], size: int) -> HttpResponseBase | None:
    """206 for one satisfiable range, 416 for one that is not; anything else is answered whole (RFC 9110, 14.2)."""
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end or start >= size:
        handle.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    handle.seek(start)
    response = StreamingHttpResponse(_chunks(handle, end - start + 1), status=206)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _chunks(handle: IO[bytes], left: int) -> Iterator[bytes]:
    with handle:
        while left > 0:
            piece = handle.read(min(CHUNK, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
