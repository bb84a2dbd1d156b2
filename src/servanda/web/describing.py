"""JSON Schemas of what the API answers, drawn from the records themselves.

Invariant: a field is called required only where ``records.plain`` never leaves it out.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from servanda.model import Claim

Schema = dict[str, Any]
PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
    dict: {"type": "object"},
}
RECORDS: dict[str, Schema] = {}
ETAG = {"ETag": {"description": "Send it as If-None-Match to learn whether the answer changed.", "schema": PLAIN[str]}}


def schema_of(hint: Any) -> Schema:
    """Return the schema of values of a type as the API writes them; records are referred to by name."""
    if hint in PLAIN:
        return dict(PLAIN[hint])
    if is_dataclass(hint) and isinstance(hint, type):
        return record(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [str(value) for value in hint]}
    origin, of = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return schema_of(next(one for one in of if one is not type(None)))
    if origin is Literal:
        return {"type": "string", "enum": list(of)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(of[1])}
    if origin is tuple and of[1:] != (...,):
        return {"type": "array", "prefixItems": [schema_of(one) for one in of], "minItems": len(of)}
    return {"type": "array", "items": schema_of(of[0])}


def record(kind: type) -> Schema:
    if kind.__name__ not in RECORDS:
        RECORDS[kind.__name__] = {}  # a record may hold others of its kind
        hints = get_type_hints(kind)
        named = {field.name: hints[field.name] for field in fields(kind)}
        named |= {"id": str} if kind is Claim else {}
        RECORDS[kind.__name__] = object_of(named)
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def object_of(named: Mapping[str, Any]) -> Schema:
    required = [name for name, hint in named.items() if always(hint)]
    made: Schema = {"type": "object", "properties": {name: schema_of(hint) for name, hint in named.items()}}
    return made | ({"required": required} if required else {})


def always(hint: Any) -> bool:
    """True where a value of a type is never empty in the way that is left out."""
    optional = type(None) in get_args(hint)
    return hint is not str and hint is not Any and get_origin(hint) is not tuple and not optional


def answers(status: int = 200, /, **named: Any) -> dict[int | str, dict[str, Any]]:
    """Describe an answer with these named values, as a route's ``responses``."""
    return described(object_of(named), status)


def answers_with(kind: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is one record."""
    return described(schema_of(kind), status)


def described(schema: Schema, status: int) -> dict[int | str, dict[str, Any]]:
    made: dict[int | str, dict[str, Any]] = {
        status: {"description": "The answer.", "content": {"application/json": {"schema": schema}}}
    }
    if status == 200:
        made[200]["headers"] = ETAG
        made[304] = {"description": "As it was when the ETag that was sent was given."}
    return made


def openapi_of(app: FastAPI) -> Schema:
    """Return the description of the API with its records and how to sign in; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {}).update(RECORDS)
        parts["schemas"] = {k: v for k, v in parts["schemas"].items() if "ValidationError" not in k}
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{}, {"token": []}]
        app.openapi_schema = made
    return app.openapi_schema
