"""A file dropped on the check. It stays in memory, and only as long as the answer takes."""

from functools import wraps

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from certificates.forms import TOO_LARGE, CertificateFileForm
from certificates.services.checking import MOST_BYTES, FileAnswer, check_file
from core.limits import View, limited

FILES_PER_MINUTE = 6
"""By address. Reading a stranger's PDF costs about a second of the server."""
ROOM_FOR_THE_REST = 16 * 1024
"""Of the request, beside the file: the token and the lines between the parts."""


class InMemory(MemoryFileUploadHandler):
    """Whatever Django would put into a temporary file stays in memory too; how much comes is known beforehand."""

    def handle_raw_input(self, *args: object, **kwargs: object) -> None:
        """Take every file."""
        self.activated = True


def takes_a_file(show: View) -> View:
    """A POST to this page brings a file; everything else is the page's own.

    The token against forged requests is read out of the request's body, so it is looked at only after the size of that
    body is known and the handler is set: hence exempt outside and protected inside.
    """
    answer_file = limited("verify-file", per_minute=FILES_PER_MINUTE)(csrf_protect(show))

    @csrf_exempt
    @wraps(show)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return show(request, *args, **kwargs)
        request.upload_handlers = [InMemory(request)]
        if not 0 < int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_BYTES + ROOM_FOR_THE_REST:
            return HttpResponse(TOO_LARGE, content_type="text/plain", status=413)
        return answer_file(request, *args, **kwargs)

    return inner


def read_file(request: HttpRequest, *, expected: str = "") -> tuple[CertificateFileForm, FileAnswer | None]:
    """The form, and the answer about the file where there is one. Nothing changes, so the answer is the page itself."""
    form = CertificateFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return form, None
    return CertificateFileForm(), check_file(form.cleaned_data["file"].read(), at=timezone.now(), expected=expected)
