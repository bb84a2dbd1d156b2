"""JSON of the API back to records: what was left out as empty comes back as empty.

Invariant: a field that this version does not know is passed over, one that it needs and
does not get is an error; nothing is made up.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def read_as(kind: type[T], value: Any) -> T:
    """Return a value of the API as a record. Raises ValueError or TypeError where it is none."""
    return cast(T, decoded(kind, value))


def decoded(hint: Any, value: Any) -> Any:
    origin, of = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else decoded(next(one for one in of if one is not type(None)), value)
    if origin is tuple:
        kinds = [of[0]] * len(value) if of[1:] == (...,) else of
        return tuple(decoded(kind, one) for kind, one in zip(kinds, value, strict=True))
    if origin is list:
        return [decoded(of[0], one) for one in value]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: decoded(of[1], one) for key, one in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return record(hint, value)
    return number(hint, value) if hint in (int, float) else value


def number(kind: type, value: Any) -> Any:
    if not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is no number")
    return kind(value)


@cache
def hints_of(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(cast(Any, kind))}


def record(kind: type, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    hints = hints_of(kind).items()
    return kind(**{name: decoded(hint, value[name]) if name in value else empty(hint) for name, hint in hints})


def empty(hint: Any) -> Any:
    """Return the value that is left out of JSON. Raises ValueError where there is none."""
    if type(None) in get_args(hint):
        return None
    made: Any = {str: "", tuple: ()}.get(get_origin(hint) or hint)
    if made is None:
        raise ValueError(f"a value of {hint} is missing")
    return made
