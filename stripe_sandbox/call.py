"""One API call, read and checked, as a handler gets it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from stripe_sandbox.fields import Hash
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store import Json


@dataclass(frozen=True)
class Call:
    """`origin` is how the client addressed us: the hosted page lives at the same address."""

    params: Json
    path: str
    origin: str
    subject: str = ""


Handler: TypeAlias = Callable[[Sandbox, Call], Json]


@dataclass(frozen=True)
class Route:
    """A method and path of the API, the parameters that it takes and the verb that serves it."""

    method: str
    path: str
    params: Hash
    handler: Handler


Includes: TypeAlias = Mapping[str, Callable[[Sandbox, Json], Json]]
