"""Refusals, in the shape and with the codes that Stripe uses (docs.stripe.com/error-codes)."""

from typing import Any

from stripe_sandbox import API_VERSION


class ApiError(Exception):
    """A refusal that the client sees as Stripe's error object.

    `kept` says whether an Idempotency-Key remembers it: Stripe keeps the answer once execution began and
    forgets one that failed validation (docs.stripe.com/api/idempotent_requests).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        kept: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.kind = kind
        self.kept = kept

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def unknown_parameters(names: list[str]) -> ApiError:
    noun = "parameter" if len(names) == 1 else "parameters"
    return ApiError(f"Received unknown {noun}: {', '.join(names)}", code="parameter_unknown", param=names[0])


def missing_parameter(name: str) -> ApiError:
    return ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


def removed_parameter(name: str) -> ApiError:
    """The parameter that API version 2026-09-30.endive took away (PAYMENTS.md section 1.1)."""
    return ApiError(
        f"`{name}` is no longer supported. Payment methods are chosen dynamically; narrow them with "
        "`allowed_payment_method_types` or `excluded_payment_method_types`.",
        code="payment_method_types_no_longer_supported",
        param=name,
    )


def empty_parameter(name: str) -> ApiError:
    return ApiError(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        code="parameter_invalid_empty",
        param=name,
    )


def exclusive_parameters(first: str, second: str) -> ApiError:
    return ApiError(f"You may only specify one of these parameters: {first}, {second}.", param=first)


def not_found(kind: str, identifier: str, param: str) -> ApiError:
    word = {"checkout.session": "checkout.session", "promotion_code": "promotion code"}.get(kind, kind)
    return ApiError(f"No such {word}: '{identifier}'", status=404, code="resource_missing", param=param)


def no_such_reference(kind: str, identifier: str, param: str) -> ApiError:
    """A body parameter that names an object which does not exist: Stripe answers 400, not 404."""
    error = not_found(kind, identifier, param)
    error.status = 400
    return error


def refused_by_state(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """The request was well formed, but the object is not in a state that allows it; a key remembers this."""
    return ApiError(message, code=code, param=param, kept=True)


def unknown_path(method: str, path: str) -> ApiError:
    return ApiError(
        f"Unrecognized request URL ({method}: {path}). The Stripe sandbox serves only what the school uses; "
        "see stripe_sandbox/README.md.",
        status=404,
    )


def wrong_version(version: str) -> ApiError:
    return ApiError(f"Invalid Stripe API version: {version}. This sandbox serves {API_VERSION} only.")


def no_key() -> ApiError:
    return ApiError(
        "You did not provide an API key. You need to provide your API key in the Authorization header, "
        "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        status=401,
    )


def wrong_key(key: str) -> ApiError:
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
    return ApiError(f"Invalid API Key provided: {shown}", status=401)


def key_reused(key: str) -> ApiError:
    return ApiError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


def key_in_use(key: str) -> ApiError:
    return ApiError(
        f"There is currently another in-progress request using this Idempotency-Key: '{key}'. Please try again later.",
        status=409,
        code="idempotency_key_in_use",
        kind="idempotency_error",
    )


def server_error() -> ApiError:
    return ApiError("An unexpected error occurred in the sandbox.", status=500, kind="api_error")


def too_many_requests() -> ApiError:
    return ApiError("Too many requests.", status=429, code="rate_limit")
