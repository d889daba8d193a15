"""The address on the hosted page: asked for when the session wants one, and what tax needs of it."""

import re
from html import escape

from stripe_sandbox.store import Json

COUNTRIES = (
    *("US", "AT", "AU", "BE", "CA", "CH", "DE", "DK", "ES", "FI", "FR"),
    *("GB", "IE", "IT", "JP", "NL", "NO", "NZ", "PL", "PT", "SE"),
)
LINES = ("line1", "city", "state", "postal_code", "country")
LABELS = {
    "name": "Name",
    "line1": "Street and number",
    "city": "City",
    "state": "State (two letters in the US)",
    "postal_code": "Postal code",
}


class AddressProblemError(Exception):
    """What is missing, said to the buyer."""


def wants_address(session: Json) -> bool:
    return bool(session["automatic_tax"]["enabled"]) or session["billing_address_collection"] == "required"


def read_address(session: Json, form: dict[str, str]) -> tuple[str, Json]:
    """Name and address from the form; a full address where the session requires one, else what tax needs."""
    given = {field: form.get(field, "").strip()[:200] for field in ("name", *LINES)}
    needed = ["country", "postal_code"]
    if session["billing_address_collection"] == "required":
        needed = ["name", "line1", "city", *needed]
    if given["country"] == "US":
        needed.append("state")
        given["state"] = given["state"].upper()
    missing = [field for field in needed if not given[field]]
    if missing or not re.fullmatch(r"[A-Z]{2}", given["country"]):
        words = ", ".join(LABELS.get(field, "Country").partition(" (")[0].lower() for field in missing or ["country"])
        raise AddressProblemError(f"Please give: {words}.")
    if given["country"] == "US" and not re.fullmatch(r"[A-Z]{2}", given["state"]):
        raise AddressProblemError("Please give the state as two letters, for example OR.")
    address = {"line2": None, **{field: given[field] or None for field in LINES}}
    return given["name"], address


def address_fields(session: Json, private: Json, typed: dict[str, str]) -> str:
    """The fields of the form, with what was given before or just now."""
    known = {**(private.get("address") or {}), "name": private.get("name"), **typed}
    fields = "".join(_field(name, label, known.get(name) or "") for name, label in LABELS.items())
    chosen = known.get("country") or "US"
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{code}</option>'
        for code in sorted({*COUNTRIES, chosen})
    )
    why = "<p>Tax follows the address, at invented sample rates.</p>" if session["automatic_tax"]["enabled"] else ""
    return f"""<fieldset class="field"><legend>Billing address</legend>{why}{fields}
<p class="field"><label for="country">Country</label><select id="country" name="country">{options}</select></p>
<button class="quiet" formaction="/c/pay/{session["id"]}/address">Update</button></fieldset>"""


def _field(name: str, label: str, value: str) -> str:
    return (
        f'<p class="field"><label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" autocomplete="off" value="{escape(value)}"></p>'
    )
