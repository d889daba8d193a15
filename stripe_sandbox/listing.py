"""Stripe's lists: newest first, cursors that are object ids, `has_more` in the direction asked for."""

from typing import Any

from stripe_sandbox.errors import ApiError, not_found
from stripe_sandbox.store import Json, Store

_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_object(url: str, data: list[Json], *, has_more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def moment_conditions(field: str, bounds: Json) -> tuple[tuple[str, Any], ...]:
    """`gt`, `gte`, `lt`, `lte` of a moment, as conditions on a field."""
    return tuple((f"{field} {_COMPARE[bound]} ?", moment) for bound, moment in bounds.items())


def page(
    store: Store,
    kind: str,
    params: Json,
    *,
    url: str,
    filters: tuple[str, ...] = (),
    conditions: tuple[tuple[str, Any], ...] = (),
) -> Json:
    """One page of a list. `filters` are parameters that equal the object's field of the same name."""
    wanted = [
        *conditions,
        *((f"json_extract(body, '$.{name}') = ?", params[name]) for name in filters if name in params),
        *moment_conditions("created", params.get("created", {})),
    ]
    before, after = params.get("ending_before"), params.get("starting_after")
    if before and after:
        raise ApiError("You cannot specify both starting_after and ending_before.", param="ending_before")
    if before or after:
        name = "ending_before" if before else "starting_after"
        position = store.position(kind, before or after or "")
        if position is None:
            error = not_found(kind, before or after or "", name)
            error.status = 400
            raise error
        wanted.append(("seq > ?" if before else "seq < ?", position))
    limit = params.get("limit", 10)
    found = store.select(kind, tuple(wanted), oldest_first=bool(before), limit=limit + 1)
    data = found[:limit]
    if before:
        data.reverse()
    return list_object(url, data, has_more=len(found) > limit)
