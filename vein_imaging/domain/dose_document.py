"""The JSON document of ``dose check``: read strictly, answered in plain decimals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from vein_imaging.domain.dose import (
    DoseContext,
    Finding,
    Remaining,
    SessionDoses,
    advice,
    check_dose,
    heading,
    largest_volume,
    remaining,
)
from vein_imaging.domain.dose.context import require_complete, require_ratio
from vein_imaging.domain.injection import Injection, injection_from_json
from vein_imaging.domain.limits import LimitTable, load_limits
from vein_imaging.domain.moments import (
    date_from_text,
    moment_from_text,
    require_year,
    zone_from_text,
)
from vein_imaging.domain.quantity import Weight, plain
from vein_imaging.domain.screening import Screening
from vein_imaging.domain.session.body import from_json

__all__ = ["DocumentError", "answer", "read_document"]

_KEYS = ("region", "timezone", "patient", "sessions", "planned", "screening")
_REQUIRED = ("region", "timezone", "sessions")
_Value = TypeVar("_Value")


class DocumentError(ValueError):
    """The document is wrong: where, what came, what was wanted."""


def _refuse_constant(name: str) -> NoReturn:
    raise DocumentError(f"got {name}, wanted decimal text")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DocumentError(f"{twice}: stands twice in one object")
    return body


def _require_text(raw: Any) -> None:
    """Refuse half a character: nothing could print or store it.

    Asked only where the text could hold one: the search costs as much as reading.
    """
    try:
        json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        raise DocumentError(
            f"not text: half a character, \\u{code:04x}, stands alone"
        ) from None


def _parsed(text: str) -> Any:
    raw = _loaded(text)
    if "\\ud" in text or "\\uD" in text or not text.isascii():
        _require_text(raw)
    return raw


def _loaded(text: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise DocumentError("not JSON: nested too deep") from None
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except DocumentError:
        raise
    except ValueError:  # Python reads no integer of more than 4300 digits
        raise DocumentError(
            "not JSON that can be read: a number of thousands of digits; every number "
            'is text such as "0.3"'
        ) from None


def _at(where: str, read: Callable[..., _Value], *arguments: Any) -> _Value:
    """Read, and say where it went wrong."""
    try:
        return read(*arguments)
    except (TypeError, ValueError) as error:
        place = f"{where}: " if where else ""
        raise DocumentError(f"{place}{error}") from None


def _keys(raw: Any, known: tuple[str, ...], required: tuple[str, ...]) -> None:
    if not isinstance(raw, Mapping):
        raise TypeError(f"got {_shown(raw)}, wanted an object")
    for key in raw:
        if key not in known:
            raise ValueError(f"{key}: unknown key; wanted one of {', '.join(known)}")
    for key in required:
        if key not in raw:
            raise ValueError(f"{key}: missing")


def _shown(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _list(raw: Any, name: str) -> list[Any]:
    if not isinstance(raw, list):
        raise TypeError(f"{name}: got {_shown(raw)}, wanted a list")
    return raw


class _Reader:
    """Reads injections. A history repeats a few many times: those are read once."""

    def __init__(self, table: LimitTable) -> None:
        self._table = table
        self._ids: set[str] = set()
        self._seen: dict[tuple[tuple[str, object], ...], Injection] = {}

    def __call__(self, raw: Any) -> Injection:
        injection = self._repeated(raw) or self._new(raw)
        if injection.id is not None:
            if injection.id in self._ids:
                raise ValueError(f"id: {injection.id!r} stands twice; ids are unique")
            self._ids.add(injection.id)
        return injection

    def _repeated(self, raw: Any) -> Injection | None:
        """One that differs from an earlier one in its time and id only, or None."""
        if not isinstance(raw, dict) or "at" not in raw:
            return None
        rest = raw.copy()
        at, id_ = rest.pop("at"), rest.pop("id", None)
        if id_ is None and "id" in raw:
            return None
        try:
            like = self._seen.get(tuple(rest.items()))
        except TypeError:  # a list or an object where text is wanted
            return None
        if like is None or not (id_ is None or (type(id_) is str and id_.strip())):
            return None
        moment = moment_from_text(at, "at")
        if not 1900 <= moment.year <= 2999:  # a call less for each of a long history
            require_year(moment, "at")
        return like.again(moment, id_)

    def _new(self, raw: Any) -> Injection:
        injection = injection_from_json(raw)
        for name in ("at", "foam_made_at", "expires_on"):
            require_year(getattr(injection, name), name)
        read = self._table.read_name(injection)
        named = injection.renamed(read.key)
        if not read.substance:
            require_complete(self._table, named)
        require_ratio(self._table, named)
        if "test_dose" not in raw:  # true equals 1, which is no truth value
            rest = {name: raw[name] for name in raw if name not in ("at", "id")}
            self._seen[tuple(rest.items())] = injection
        return injection


def _sessions(raw: Any, read: _Reader) -> tuple[SessionDoses, ...]:
    sessions = []
    for number, session in enumerate(_at("", _list, raw, "sessions")):
        where = f"sessions[{number}]"
        known = ("started", "injections")
        _at(where, _keys, session, known, known)
        started = _at(where, moment_from_text, session["started"], "started")
        _at(where, require_year, started, "started")
        listed = _at(where, _list, session["injections"], "injections")
        given = []
        for place, body in enumerate(listed):
            try:
                given.append(read(body))
            except (TypeError, ValueError) as error:
                raise DocumentError(f"{where}.injections[{place}]: {error}") from None
        sessions.append(SessionDoses(started, tuple(given)))
    return tuple(sessions)


def _screening(raw: Any) -> Screening:
    if not isinstance(raw, Mapping):
        raise TypeError(f"got {_shown(raw)}, wanted an object")
    answers = raw.get("answers", {})
    if not isinstance(answers, Mapping):
        raise TypeError(f"answers: got {_shown(answers)}, wanted an object")
    pairs = [list(pair) for pair in answers.items()]
    screening: Screening = from_json(Screening, {**raw, "answers": pairs}, "screening")
    for name in ("screened_on", "rechecked_on"):
        require_year(getattr(screening, name), name)
    if screening.doppler is not None:
        require_year(screening.doppler.done_on, "doppler: done_on")
    return screening


def read_document(text: str, *, clinic: str | None = None) -> DoseContext:
    """Read a document of ``dose check``.

    Parameters
    ----------
    text : str
        JSON as ``docs/dose-check.schema.json`` has it.
    clinic : str, optional
        Text of the clinic's own limits.

    Returns
    -------
    DoseContext

    Raises
    ------
    DocumentError
        In one line: where, what came, what was wanted.
    """
    raw = _parsed(text)
    _at("document", _keys, raw, _KEYS, _REQUIRED)
    if not isinstance(raw["region"], str):
        raise DocumentError(f"region: got {_shown(raw['region'])}, wanted text")
    table = _at("", load_limits, raw["region"], clinic)
    zone = _at("", zone_from_text, raw["timezone"])
    patient = raw.get("patient", {})
    _at("patient", _keys, patient, ("weight_kg", "weighed_on"), ())
    weight = weighed_on = None
    if "weight_kg" in patient:
        weight = _at("patient", Weight.from_text, patient["weight_kg"])
    if "weighed_on" in patient:
        day = patient["weighed_on"]
        weighed_on = _at("patient", date_from_text, day, "weighed_on")
        _at("patient", require_year, weighed_on, "weighed_on")
    read = _Reader(table)
    sessions = _sessions(raw["sessions"], read)
    planned = screening = None
    if "planned" in raw:
        planned = _at("planned", read, raw["planned"])
    if "screening" in raw:
        screening = _at("screening", _screening, raw["screening"])
    return DoseContext(
        table=table,
        zone=zone,
        sessions=sessions,
        planned=planned,
        weight=weight,
        weighed_on=weighed_on,
        screening=screening,
    )


def _row(value: Finding | Remaining, *, without: str = "") -> dict[str, str | None]:
    row: dict[str, str | None] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if field.name != without:
            row[field.name] = plain(item) if isinstance(item, Decimal) else item
    return row


def answer(context: DoseContext) -> dict[str, Any]:
    """Findings and what remains, as ``dose check --json`` prints them.

    Parameters
    ----------
    context : DoseContext

    Returns
    -------
    dict
        ``heading``, ``findings``, ``largest_volume_ml``, ``advice``, ``remaining``,
        ``limits_version``. Every number is text, plain decimal; null where a rule has
        none. The largest volume is null where nothing is planned or no limit is known.
    """
    findings = check_dose(context)
    largest = largest_volume(context, findings) if context.planned else None
    return {
        "heading": heading(context, findings),
        "findings": [_row(finding) for finding in findings],
        "largest_volume_ml": None if largest is None else plain(largest.ml),
        "advice": [one.text for one in advice(context)],
        "remaining": [_row(left, without="source") for left in remaining(context)],
        "limits_version": context.table.version,
    }
