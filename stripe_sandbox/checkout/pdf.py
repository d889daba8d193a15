"""An invoice as a small PDF of plain text lines: enough for a receipt's link to lead somewhere."""

from stripe_sandbox.checkout.totals import money
from stripe_sandbox.html import BANNER
from stripe_sandbox.store import Json

LEADING = 20


def invoice_pdf(invoice: Json) -> str:
    currency = invoice["currency"]
    off = sum(entry["amount"] for entry in invoice["total_discount_amounts"])
    tax = sum(entry["amount"] for entry in invoice["total_taxes"])
    paid = invoice["status"] == "paid"
    return document(
        [
            f"{BANNER}.",
            f"Invoice {invoice['number'] or 'draft'}",
            f"{'Paid' if paid else 'To be paid'} by {invoice['customer_email'] or ''}",
            "",
            *(
                f"{line['description']} x {line['quantity']}: {money(line['amount'], currency)}"
                for line in invoice["lines"]["data"]
            ),
            *([f"Discount: {money(-off, currency)}"] if off else []),
            *([f"Tax: {money(tax, currency)}"] if tax else []),
            f"{'Paid' if paid else 'Due'}: {money(invoice['total'], currency)}",
        ]
    )


def document(lines: list[str]) -> str:
    """One Letter page in Helvetica, written in ASCII alone so that every offset is a count of characters."""
    text = "\n".join(f"({_escape(line)}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf {LEADING} TL 72 720 Td\n{text}\nET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    return (
        f"{body}xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    )


def _escape(line: str) -> str:
    """Western European letters as octal codes; what Helvetica does not have becomes a question mark."""
    coded = line.encode("cp1252", errors="replace")
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b"()\\" else f"\\{byte:03o}" for byte in coded)
