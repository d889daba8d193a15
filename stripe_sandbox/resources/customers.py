"""Customers: created by a request, or by a session that makes an invoice."""

from stripe_sandbox.call import Call, Route
from stripe_sandbox.fields import EXPAND, LIST, Email, Hash, Metadata, Text
from stripe_sandbox.listing import page
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json, new_id

CUSTOMER = Hash(
    {
        **EXPAND,
        "description": Text(),
        "email": Email,
        "metadata": Metadata(),
        "name": Text(256),
        "phone": Text(20),
    }
)


def make_customer(sandbox: Sandbox, params: Json) -> Json:
    return sandbox.store.add(
        {
            "id": new_id("customer"),
            "object": "customer",
            "address": params.get("address"),
            "balance": 0,
            "created": sandbox.clock.now(),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": params.get("description"),
            "discount": None,
            "email": params.get("email"),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "name": params.get("name"),
            "phone": params.get("phone"),
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": None,
        }
    )


def create(sandbox: Sandbox, call: Call) -> Json:
    return make_customer(sandbox, call.params)


def retrieve(sandbox: Sandbox, call: Call) -> Json:
    return sandbox.get("customer", call.subject)


def list_all(sandbox: Sandbox, call: Call) -> Json:
    return page(sandbox.store, "customer", call.params, url=call.path, filters=("email",))


ROUTES = (
    Route("POST", "/v1/customers", CUSTOMER, create),
    Route("GET", "/v1/customers", Hash({**LIST, "email": Text(512)}), list_all),
    Route("GET", "/v1/customers/{id}", Hash(EXPAND), retrieve),
)
