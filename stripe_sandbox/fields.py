"""Request parameters: a short hand-written list of types that refuse what Stripe refuses.

Form encoding carries only strings, so each type turns a string (or a tree of them) into a value or raises
the error that Stripe would answer with. A `Hash` that meets a name it does not list raises
`parameter_unknown`: nothing is guessed and nothing is dropped silently.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from stripe_sandbox.encoding import Tree, child
from stripe_sandbox.errors import ApiError, empty_parameter, missing_parameter, removed_parameter, unknown_parameters

MAX_AMOUNT = 99_999_999
REMOVED = ("payment_method_types",)


class Field(Protocol):
    def read(self, raw: "str | Tree", name: str) -> Any: ...


def _text(raw: "str | Tree", name: str) -> str:
    if not isinstance(raw, str):
        raise ApiError(f"Invalid string: {name} holds inner values.", code="parameter_invalid_string", param=name)
    if raw == "":
        raise empty_parameter(name)
    return raw


@dataclass(frozen=True)
class Text:
    """A string of limited length; `pattern` and `code` refuse what is not, say, an e-mail address."""

    max_length: int = 5000
    check: Callable[[str, str], None] | None = None

    def read(self, raw: "str | Tree", name: str) -> str:
        value = _text(raw, name)
        if len(value) > self.max_length:
            raise ApiError(
                f"Invalid string: {name} must be at most {self.max_length} characters.",
                code="parameter_invalid_string",
                param=name,
            )
        if self.check:
            self.check(value, name)
        return value


def _check_url(value: str, name: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s\x00-\x1f]", value):
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _check_email(value: str, name: str) -> None:
    if not re.fullmatch(r"[^@\s\x00-\x1f]+@[^@\s.\x00-\x1f]+(\.[^@\s.\x00-\x1f]+)*", value):
        raise ApiError(f"Invalid email address: {value}", code="email_invalid", param=name)


def _check_currency(value: str, name: str) -> None:
    if not re.fullmatch(r"[A-Za-z]{3}", value):
        raise ApiError(f"Invalid currency: {value}", param=name)


Url = Text(5000, _check_url)
Email = Text(512, _check_email)


class Currency(Text):
    def read(self, raw: "str | Tree", name: str) -> str:
        return super().read(raw, name).lower()


CURRENCY = Currency(3, _check_currency)


@dataclass(frozen=True)
class Choice:
    """One of few words. `unserved` are words that Stripe knows and this sandbox does not serve."""

    values: tuple[str, ...]
    unserved: tuple[str, ...] = ()

    def read(self, raw: "str | Tree", name: str) -> str:
        value = _text(raw, name)
        if value in self.unserved:
            raise ApiError(f"The sandbox serves {name}={', '.join(self.values)} only, not {value}.", param=name)
        if value not in self.values:
            raise ApiError(f"Invalid {name}: must be one of {', '.join((*self.values, *self.unserved))}", param=name)
        return value


@dataclass(frozen=True)
class Integer:
    minimum: int = 0
    maximum: int = MAX_AMOUNT

    def read(self, raw: "str | Tree", name: str) -> int:
        value = _text(raw, name)
        if not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if number < self.minimum:
            raise ApiError(
                f"This value must be greater than or equal to {self.minimum}.",
                code="parameter_invalid_integer",
                param=name,
            )
        if number > self.maximum:
            raise ApiError(
                f"This value must be less than or equal to {self.maximum}.",
                code="parameter_invalid_integer",
                param=name,
            )
        return number


UNIX_TIME = Integer(0, 10**12)


@dataclass(frozen=True)
class Percent:
    """Above 0 and at most 100, with up to four decimals."""

    def read(self, raw: "str | Tree", name: str) -> float:
        value = _text(raw, name)
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", value) or not 0 < float(value) <= 100:
            raise ApiError("Invalid percent_off: must be above 0 and at most 100.", param=name)
        return float(value)


@dataclass(frozen=True)
class Boolean:
    def read(self, raw: "str | Tree", name: str) -> bool:
        value = _text(raw, name)
        if value not in {"true", "false"}:
            raise ApiError(f"Invalid boolean: {value}", param=name)
        return value == "true"


@dataclass(frozen=True)
class Metadata:
    """At most 50 keys of 40 characters with values of 500 (PAYMENTS.md section 1.3)."""

    def read(self, raw: "str | Tree", name: str) -> dict[str, str]:
        if not isinstance(raw, dict):
            raise ApiError("Invalid object", param=name)
        if len(raw) > 50:
            raise ApiError("Metadata may hold at most 50 keys.", param=name)
        for key, value in raw.items():
            if len(key) > 40:
                raise ApiError(f"Metadata key names can be up to 40 characters; {key!r} is longer.", param=name)
            if not isinstance(value, str):
                raise ApiError("Metadata values must be strings.", param=child(name, key))
            if len(value) > 500:
                raise ApiError("Metadata values can be up to 500 characters.", param=child(name, key))
        return {key: value for key, value in raw.items() if isinstance(value, str) and value}


class MetadataUpdate(Metadata):
    """Metadata of an update: an empty value removes its key, an empty string removes all."""

    def read(self, raw: "str | Tree", name: str) -> dict[str, str]:
        if raw == "":
            return {"": ""}
        kept = super().read(raw, name)
        return {key: kept.get(key, "") for key in raw}


@dataclass(frozen=True)
class OrNothing:
    """A value that an empty string unsets."""

    of: Field

    def read(self, raw: "str | Tree", name: str) -> Any:
        return None if raw == "" else self.of.read(raw, name)


@dataclass(frozen=True)
class Hash:
    """A mapping of named parameters."""

    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()

    def read(self, raw: "str | Tree", name: str = "") -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ApiError("Invalid object", param=name)
        removed = [key for key in raw if key in REMOVED and key not in self.fields]
        if removed:
            raise removed_parameter(child(name, removed[0]))
        unknown = [child(name, key) for key in raw if key not in self.fields]
        if unknown:
            raise unknown_parameters(unknown)
        for key in self.required:
            if key not in raw:
                raise missing_parameter(child(name, key))
        return {key: self.fields[key].read(value, child(name, key)) for key, value in raw.items()}


@dataclass(frozen=True)
class Items:
    """A list; stripe-python writes positions (`a[0]`), curl examples write `a[]`."""

    of: Field
    maximum: int = 100
    minimum: int = field(default=1)

    def read(self, raw: "str | Tree", name: str) -> list[Any]:
        if not isinstance(raw, dict) or sorted(raw) != sorted(str(n) for n in range(len(raw))):
            raise ApiError("Invalid array", param=name)
        if not self.minimum <= len(raw) <= self.maximum:
            raise ApiError(f"{name} holds {self.minimum} to {self.maximum} entries.", param=name)
        return [self.of.read(raw[str(n)], child(name, str(n))) for n in range(len(raw))]


_RANGE = Hash(dict.fromkeys(("gt", "gte", "lt", "lte"), UNIX_TIME))


@dataclass(frozen=True)
class Moments:
    """`created`: one moment, or a range with gt, gte, lt, lte."""

    def read(self, raw: "str | Tree", name: str) -> dict[str, int]:
        if isinstance(raw, dict):
            return _RANGE.read(raw, name)
        moment = UNIX_TIME.read(raw, name)
        return {"gte": moment, "lte": moment}


EXPAND: Mapping[str, Field] = {"expand": Items(Text(500), 20)}
LIST: Mapping[str, Field] = {
    **EXPAND,
    "created": Moments(),
    "limit": Integer(1, 100),
    "starting_after": Text(),
    "ending_before": Text(),
}
