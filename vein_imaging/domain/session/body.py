"""Events as JSON bodies and back, without loss: decimals and times are text."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from vein_imaging.domain.injection import (
    Injection,
    injection_from_json,
    injection_to_json,
)
from vein_imaging.domain.moments import date_from_text, moment_from_text
from vein_imaging.domain.quantity import Weight, decimal_from_text, plain
from vein_imaging.domain.session.events import Event

__all__ = [
    "event_from_body",
    "event_to_body",
    "from_json",
    "is_of_its_kind",
    "to_json",
]

_KINDS: dict[str, type] = {kind.kind: kind for kind in get_args(Event)}


def to_json(value: Any) -> Any:
    """A domain value as JSON: objects, lists, text and truth values, never a float.

    Parameters
    ----------
    value : a frozen dataclass of the domain, or what one holds

    Returns
    -------
    dict, list, str, bool, int or None

    Raises
    ------
    TypeError
        If there is no exact form for it.
    """
    match value:
        case None | str() | bool() | int():
            return value
        case Decimal():
            return plain(value)
        case Weight():
            return plain(value.kg)
        case date():  # datetime too
            return value.isoformat()
        case Injection():
            return injection_to_json(value)
        case tuple():
            return [to_json(item) for item in value]
    if getattr(value, "kind", None) in _KINDS:
        return {"kind": value.kind, "body": event_to_body(value)}
    if is_dataclass(value):
        return _fields_to_json(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _fields_to_json(value: Any) -> dict[str, Any]:
    return {
        field.name: to_json(item)
        for field in fields(value)
        if (item := getattr(value, field.name)) != field.default
    }


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def from_json(kind: Any, raw: Any, name: str = "value") -> Any:
    """Read back what `to_json` wrote.

    Parameters
    ----------
    kind : type
        What to read.
    raw : JSON value
    name : str
        What it is, for the message.

    Raises
    ------
    TypeError, ValueError
        Naming what came and what was wanted.
    """
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), raw, name)
    if origin is Literal:
        if raw not in get_args(kind):
            wanted = ", ".join(map(repr, get_args(kind)))
            raise ValueError(f"{name}: got {raw!r}, wanted one of {wanted}")
        return raw
    if origin is tuple:
        return _items(get_args(kind), raw, name)
    if kind is Decimal:
        return decimal_from_text(raw, name)
    if kind is Weight:
        return Weight.from_text(raw)
    if kind is datetime:
        return moment_from_text(raw, name)
    if kind is date:
        return date_from_text(raw, name)
    if kind is Injection:
        return injection_from_json(raw)
    if is_dataclass(kind):
        return _value(kind, raw, name)
    if type(raw) is not kind:
        raise TypeError(f"{name}: got {raw!r}, wanted {kind.__name__}")
    return raw


def _one_of(kinds: tuple[Any, ...], raw: Any, name: str) -> Any:
    if raw is None and types.NoneType in kinds:
        return None
    events = [kind for kind in kinds if getattr(kind, "kind", None) in _KINDS]
    if events:
        return event_from_body(raw["kind"], raw["body"])
    (kind,) = (one for one in kinds if one is not types.NoneType)
    return from_json(kind, raw, name)


def _items(kinds: tuple[Any, ...], raw: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise TypeError(f"{name}: got {raw!r}, wanted a list")
    if kinds[-1] is Ellipsis:
        return tuple(from_json(kinds[0], item, name) for item in raw)
    if len(kinds) != len(raw):
        raise ValueError(f"{name}: got {len(raw)} items, wanted {len(kinds)}")
    return tuple(
        from_json(kind, item, name) for kind, item in zip(kinds, raw, strict=True)
    )


def _value(kind: Any, raw: Any, name: str) -> Any:
    if not isinstance(raw, Mapping):
        raise TypeError(f"{name}: got {raw!r}, wanted an object")
    hints = _hints(kind)
    known = {field.name: field for field in fields(kind)}
    for key in raw:
        if key not in known:
            raise ValueError(f"{name}: unknown key {key!r}")
    for key, field in known.items():
        no_default = field.default is MISSING and field.default_factory is MISSING
        if no_default and key not in raw:
            raise ValueError(f"{name}: {key} is missing")
    return kind(**{key: from_json(hints[key], item, key) for key, item in raw.items()})


def event_to_body(event: Event) -> dict[str, Any]:
    """The body of an event as JSON; its kind is ``event.kind``.

    Returns
    -------
    dict
        Decimals and times as text; what stands at its default is left out.
    """
    return _fields_to_json(event)


def event_from_body(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a kind and a body, equal to the one that was written.

    Parameters
    ----------
    kind : str
    body : mapping

    Raises
    ------
    TypeError, ValueError
        If the kind is unknown or the body is not one of that kind.
    """
    if kind not in _KINDS:
        raise ValueError(f"event kind: got {kind!r}, wanted one of {', '.join(_KINDS)}")
    event: Event = _value(_KINDS[kind], body, kind)
    return event


def is_of_its_kind(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether a body that cannot be read may be one of a newer release.

    Parameters
    ----------
    kind : str
    body : mapping

    Returns
    -------
    bool
        True where the kind is unknown, or all is there that the kind has needed since
        it was released; False where something is missing, which no release wrote.
    """
    if kind not in _KINDS:
        return True
    return all(
        field.name in body
        for field in fields(_KINDS[kind])
        if field.default is MISSING and field.default_factory is MISSING
    )
