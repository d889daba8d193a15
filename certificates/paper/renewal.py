"""A paper that must be signed again, because its key got out: the page stays byte for byte as it was typeset.

A signature is appended to a PDF, so the first revision of a signed paper is the paper before it was signed. Where the
attached credential was signed again too, it takes the place of the old one in a revision between page and signature.
"""

import io

from certificates.paper.appending import writer_for
from certificates.paper.examining import CREDENTIAL_TYPE
from certificates.paper.signing import SigningError

END = b"%%EOF"


def before_signing(pdf: bytes, *, credential: bytes | None = None) -> bytes:
    """The paper without its signature, with this credential attached instead of the one that it carries."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - slow to import

    reader = PdfFileReader(io.BytesIO(pdf))
    if not reader.embedded_regular_signatures:
        raise SigningError("This paper is not signed.")
    start: int = reader.xrefs.get_startxref_for_revision(0)
    page = pdf[: pdf.index(END, start) + len(END)]
    return page if credential is None else _with_credential(page, credential)


def _with_credential(page: bytes, credential: bytes) -> bytes:
    from pyhanko.pdf_utils import generic  # noqa: PLC0415 - slow to import

    writer = writer_for(page)
    files = [one.get_object() for one in writer.root.get("/AF", ())]
    carriers = [one for one in files if one["/EF"]["/F"].get("/Subtype") == CREDENTIAL_TYPE]
    if len(carriers) != 1:
        raise SigningError(f"A paper carries one credential; this one carries {len(carriers)}.")
    old = carriers[0]["/EF"]["/F"]
    if bytes(old.data) == credential:
        return page
    size = {generic.pdf_name("/Size"): generic.NumberObject(len(credential))}
    stream = generic.StreamObject(
        {
            **{generic.pdf_name(name): old[name] for name in ("/Type", "/Subtype")},
            generic.pdf_name("/Params"): generic.DictionaryObject({**old["/Params"], **size}),
        },
        stream_data=credential,
    )
    stream.compress()
    reference = writer.add_object(stream)
    for name in ("/F", "/UF"):
        carriers[0]["/EF"][generic.pdf_name(name)] = reference
    writer.update_container(carriers[0]["/EF"])
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
