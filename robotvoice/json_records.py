"""Frozen dataclasses to and from plain JSON values: the border of every wire message and state file.

A field whose name Python reserves carries a trailing underscore here and none on the wire (`for_`, `from_`).
"""

import dataclasses
import functools
import json
import sys
import types
from collections.abc import Hashable, Mapping
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from robotvoice.errors import InvalidMessage

T = TypeVar("T")

NOT_ON_WIRE = {"at_home": True}
"""Metadata of a field that never leaves the process, written or read"""


def read_object(content: str | bytes, what: str, todo: str = "") -> dict[str, Any]:
    """From JSON. Raises InvalidMessage that says that `what` is no object, and what there is `todo`."""
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidMessage(f"{what} is not JSON{todo}") from None
    if not isinstance(fields, dict):
        raise InvalidMessage(f"{what} is not a JSON object{todo}")
    return fields


def write_record(record: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON values."""
    return {
        field.name.rstrip("_"): _write(getattr(record, field.name))
        for field in dataclasses.fields(record)
        if field.metadata != NOT_ON_WIRE
    }


def read_record(kind: type[T], fields: Mapping[str, Any], path: str = "") -> T:
    """A dataclass from JSON values; unknown fields are ignored. Raises InvalidMessage naming the field."""
    values: dict[str, Any] = {}
    for name, hint, required in fields_of(cast(Hashable, kind)):
        wire_name = name.rstrip("_")
        if wire_name in fields:
            values[name] = read_value(hint, fields[wire_name], f"{path}{wire_name}")
        elif required and may_be_none(hint):
            values[name] = None
        elif required:
            raise InvalidMessage(f"{path}{wire_name} is missing", f"{path}{wire_name}")
    return kind(**values)


@functools.cache
def fields_of(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """(name, type, required) of each field; a field that may be None may also be absent."""
    hints = get_type_hints(kind)
    missing = dataclasses.MISSING
    return tuple(
        (field.name, hints[field.name], field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(kind)
        if field.metadata != NOT_ON_WIRE
    )


def may_be_none(hint: Any) -> bool:
    """Whether a field of this type need not be given."""
    return types.NoneType in get_args(hint)


def _write(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return write_record(value)
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _write(item) for key, item in value.items()}
    return value


def read_value(hint: Any, value: Any, path: str) -> Any:
    """A JSON value as this type. Raises InvalidMessage naming `path`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (hint,) = (argument for argument in arguments if argument is not types.NoneType)
        return read_value(hint, value, path)
    if origin is Literal:
        if value not in arguments:
            raise InvalidMessage(f"{path} must be one of {', '.join(map(str, arguments))}", path)
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise InvalidMessage(f"{path} must be a list", path)
        if arguments[1] is Ellipsis:
            arguments = (arguments[0],) * len(value)
        if len(arguments) != len(value):
            raise InvalidMessage(f"{path} must have {len(arguments)} items", path)
        return tuple(
            read_value(kind, item, f"{path}[{index}]")
            for index, (kind, item) in enumerate(zip(arguments, value, strict=True))
        )
    if origin is Mapping:
        if not isinstance(value, dict):
            raise InvalidMessage(f"{path} must be an object", path)
        return {key: read_value(arguments[1], item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise InvalidMessage(f"{path} must be an object", path)
        return read_record(hint, value, f"{path}.")
    return _read_scalar(hint, value, path)


def _read_scalar(hint: Any, value: Any, path: str) -> Any:
    # bool is a subclass of int: true must not pass for 1.
    fits = isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    if hint is float:
        # Python reads NaN and Infinity, which are no JSON, and whole numbers larger than a float can be.
        fits = type(value) in (int, float) and abs(value) <= sys.float_info.max
    if not fits:
        raise InvalidMessage(f"{path} must be a {_NAMES.get(hint, hint.__name__)}", path)
    return float(value) if hint is float else value


_NAMES = {str: "string", int: "whole number", float: "finite number", bool: "boolean (true or false)"}
